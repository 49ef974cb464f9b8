// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a plain kernel sees of the thread that runs it: indices, grid-stride loops, shared memory,
// barriers and atomics. For kernels only; ringc refuses them in handlers. Included by ring.h only.
#ifndef RINGKERNEL_DETAIL_KERNELTHREAD_H
#define RINGKERNEL_DETAIL_KERNELTHREAD_H

namespace ring {

/// Three indices or sizes; unused axes are 0 or 1.
struct Dim3 {
  std::uint32_t x, y, z;
};

namespace detail {

/// Where the calling thread of a kernel stands. Set by the launcher before the body runs.
struct KernelThread {
  Dim3 thread, block, blockSize, gridSize;
};
/// The calling thread's place. Ends the program with a message outside a kernel.
const KernelThread& kernelThread();
void kernelBarrier();

} // namespace detail

/// This thread within its block.
inline Dim3 threadIndex() { return detail::kernelThread().thread; }
/// This block within the grid.
inline Dim3 blockIndex() { return detail::kernelThread().block; }
/// Threads of a block.
inline Dim3 blockSize() { return detail::kernelThread().blockSize; }
/// Blocks of the grid.
inline Dim3 gridSize() { return detail::kernelThread().gridSize; }
/// x index of this thread within the whole grid.
inline std::uint32_t globalIndex() {
  const detail::KernelThread& t = detail::kernelThread();
  return t.block.x * t.blockSize.x + t.thread.x;
}
/// All threads of the block meet; what they wrote before is visible after.
inline void barrier() { detail::kernelBarrier(); }

/// The indices of [0, size) that are this thread's: its x index in the grid, then on by the grid's
/// size in threads. For range-for only.
class GridStride {
public:
  class Iterator {
  public:
    Iterator(std::size_t index, std::size_t step) : index_(index), step_(step) {}
    std::size_t operator*() const { return index_; }
    Iterator& operator++() {
      index_ += step_;
      return *this;
    }
    bool operator!=(std::size_t end) const { return index_ < end; }

  private:
    std::size_t index_, step_;
  };
  explicit GridStride(std::size_t size) : size_(size) {}
  Iterator begin() const {
    const detail::KernelThread& t = detail::kernelThread();
    return {std::size_t(t.block.x) * t.blockSize.x + t.thread.x,
            std::size_t(t.gridSize.x) * t.blockSize.x};
  }
  std::size_t end() const { return size_; }

private:
  std::size_t size_;
};
inline GridStride gridStride(std::size_t size) { return GridStride(size); }

/// Memory shared by the threads of a block, a kernel parameter `ring::Shared<float[32][33]>& tile`.
/// Every launcher gives each block its own; its content is undefined at the start.
template <class T> class Shared {
public:
  using Type = T;
  /// tile[i] of an array, tile[i][j] of an array of arrays.
  auto& operator[](std::size_t i) { return value_[i]; }
  /// The value itself: `*counter = 0`.
  T& operator*() { return value_; }

private:
  T value_;
};

/// Atomic operations of kernels on 32-bit integers in spans and shared memory; relaxed, device
/// scope; each gives the old value.
template <class T> T atomicAdd(T& place, std::type_identity_t<T> value) {
  return __atomic_fetch_add(&place, value, __ATOMIC_RELAXED);
}
template <class T> T atomicOr(T& place, std::type_identity_t<T> value) {
  return __atomic_fetch_or(&place, value, __ATOMIC_RELAXED);
}
template <class T> T atomicAnd(T& place, std::type_identity_t<T> value) {
  return __atomic_fetch_and(&place, value, __ATOMIC_RELAXED);
}
template <class T> T atomicExchange(T& place, std::type_identity_t<T> value) {
  return __atomic_exchange_n(&place, value, __ATOMIC_RELAXED);
}
template <class T> T atomicMax(T& place, std::type_identity_t<T> value) {
  T old = __atomic_load_n(&place, __ATOMIC_RELAXED);
  while (old < value && !__atomic_compare_exchange_n(&place, &old, value, false, __ATOMIC_RELAXED,
                                                     __ATOMIC_RELAXED)) {
  }
  return old;
}
template <class T> T atomicMin(T& place, std::type_identity_t<T> value) {
  T old = __atomic_load_n(&place, __ATOMIC_RELAXED);
  while (value < old && !__atomic_compare_exchange_n(&place, &old, value, false, __ATOMIC_RELAXED,
                                                     __ATOMIC_RELAXED)) {
  }
  return old;
}

} // namespace ring

#endif
