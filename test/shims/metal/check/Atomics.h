// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomics of the check shim: relaxed is the only order there is, an atomic cannot be copied, and
// one in `thread` memory cannot be used.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_CHECK_ATOMICS_H
#define RINGKERNEL_TEST_SHIMS_METAL_CHECK_ATOMICS_H

// clang knows these names in OpenCL before anyone declares them.
#define atomic_int ring_atomic_int
#define atomic_uint ring_atomic_uint
#define atomic_float ring_atomic_float
#define memory_order ring_memory_order
#define memory_order_relaxed ring_memory_order_relaxed

namespace metal {

enum memory_order { memory_order_relaxed };

template <class T> struct atomic {
  atomic() = default;
  atomic(const atomic&) = delete;
  void operator=(const atomic&) = delete;

private:
  T ring_value;
};
typedef atomic<int> atomic_int;
typedef atomic<uint> atomic_uint;
typedef atomic<bool> atomic_bool;
typedef atomic<float> atomic_float;

#define RING_ATOMIC_BASIC(Space, T)                                                                \
  T atomic_load_explicit(const volatile Space atomic<T>*, memory_order);                           \
  void atomic_store_explicit(volatile Space atomic<T>*, T, memory_order);                          \
  T atomic_exchange_explicit(volatile Space atomic<T>*, T, memory_order);                          \
  bool atomic_compare_exchange_weak_explicit(volatile Space atomic<T>*, thread T*, T,              \
                                             memory_order, memory_order);
#define RING_ATOMIC_ADD(Space, T)                                                                  \
  T atomic_fetch_add_explicit(volatile Space atomic<T>*, T, memory_order);                         \
  T atomic_fetch_sub_explicit(volatile Space atomic<T>*, T, memory_order);
#define RING_ATOMIC_BITS(Space, T)                                                                 \
  T atomic_fetch_and_explicit(volatile Space atomic<T>*, T, memory_order);                         \
  T atomic_fetch_or_explicit(volatile Space atomic<T>*, T, memory_order);                          \
  T atomic_fetch_xor_explicit(volatile Space atomic<T>*, T, memory_order);                         \
  T atomic_fetch_min_explicit(volatile Space atomic<T>*, T, memory_order);                         \
  T atomic_fetch_max_explicit(volatile Space atomic<T>*, T, memory_order);
#define RING_ATOMIC_INTEGER(Space, T)                                                              \
  RING_ATOMIC_BASIC(Space, T) RING_ATOMIC_ADD(Space, T) RING_ATOMIC_BITS(Space, T)
RING_ATOMIC_INTEGER(device, int)
RING_ATOMIC_INTEGER(device, uint)
RING_ATOMIC_INTEGER(threadgroup, int)
RING_ATOMIC_INTEGER(threadgroup, uint)
RING_ATOMIC_BASIC(device, bool)
RING_ATOMIC_BASIC(threadgroup, bool)
// Metal 3 adds floats in device memory only.
RING_ATOMIC_BASIC(device, float)
RING_ATOMIC_ADD(device, float)
#undef RING_ATOMIC_BASIC
#undef RING_ATOMIC_ADD
#undef RING_ATOMIC_BITS
#undef RING_ATOMIC_INTEGER

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_CHECK_ATOMICS_H
