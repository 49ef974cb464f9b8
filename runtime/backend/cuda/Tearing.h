// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tries out whether 16-byte accesses are whole on this machine, which the rings between host and
// GPU need: one side writes chunks whose words are all the same number, the other reads them
// meanwhile. It can show that they are torn; that they never are is the processors' word.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_TEARING_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_TEARING_H

#include "runtime/backend/cuda/WideAccess.h"

#include <ringkernel/status.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace ring::runtime::cuda {

struct Tearing {
  std::uint64_t reads = 0;
  std::uint64_t changes = 0; ///< reads that saw another number than the one before
  std::uint64_t torn = 0;

  /// Too few changes and the two hardly met: nothing was tried out.
  static constexpr std::uint64_t kEnoughChanges = 1000;
  bool isConclusive() const { return torn != 0 || changes >= kEnoughChanges; }
};

inline constexpr std::size_t kTornChunks = 64;
using TornChunks = std::array<Wide, kTornChunks>;

/// The accesses of the rings.
struct WideAccess {
  static void store(Wide* to, const Wide& from) { storeWide(to, from); }
  static Wide load(const Wide* from) { return loadWide(from); }
};

/// Writes every chunk in turn, with numbers that go on from `value`.
template <class Access> void writeChunks(Wide* chunks, std::uint32_t& value) {
  for (std::size_t i = 0; i < kTornChunks; ++i) {
    ++value;
    Access::store(chunks + i, {{value, value, value, value}});
  }
}
/// Reads every chunk in turn; `seen` has what was read before.
template <class Access>
void readChunks(const Wide* chunks, std::array<std::uint32_t, kTornChunks>& seen, Tearing& counts) {
  for (std::size_t i = 0; i < kTornChunks; ++i) {
    const Wide chunk = Access::load(chunks + i);
    const std::uint32_t value = chunk.words[0];
    ++counts.reads;
    counts.changes += value != seen[i];
    seen[i] = value;
    counts.torn += value != chunk.words[1] || value != chunk.words[2] || value != chunk.words[3];
  }
}

/// Two threads; the calling one reads. Needs hasWideAccess() for WideAccess.
template <class Access> Tearing tearBetweenThreads(std::chrono::nanoseconds duration) {
  alignas(64) TornChunks chunks{};
  std::atomic<bool> isOver{false};
  std::thread writer([&] {
    // Relaxed: it ends sometime; joining orders all else.
    for (std::uint32_t value = 0; !isOver.load(std::memory_order_relaxed);)
      writeChunks<Access>(chunks.data(), value);
  });
  Tearing counts;
  std::array<std::uint32_t, kTornChunks> seen{};
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end)
    readChunks<Access>(chunks.data(), seen, counts);
  isOver.store(true, std::memory_order_relaxed);
  writer.join();
  return counts;
}

struct GpuTearing {
  Tearing hostToGpu, gpuToHost;
};

/// The first GPU and this thread, over pinned memory, so long for each direction. What opening the
/// GPU and compiling for it say where that fails.
Result<GpuTearing> tearWithGpu(std::chrono::nanoseconds duration);

/// What tearWithGpu() compiles, with programHeaders().
std::string tearingSource();

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_TEARING_H
