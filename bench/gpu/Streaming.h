// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stream into actors, by whom its messages go to.
#ifndef RINGKERNEL_BENCH_GPU_STREAMING_H
#define RINGKERNEL_BENCH_GPU_STREAMING_H

#include "Actors.ring.h"
#include "Rows.h"

namespace bench {

inline constexpr std::size_t kBatch = 256; ///< messages of a sendBatch()

inline Item itemOf(std::uint32_t i) { return {i, {i, i * 3, i ^ 5, ~i}}; }

/// Which of its sinks a thread sends to.
enum class Targets { InTurn, Uniform, Zipf, Hot };

struct Inward {
  unsigned threads;
  std::size_t sinks;      ///< a thread
  std::uint64_t messages; ///< a thread
  bool isDirect;
  Targets targets;
};

/// From the first send until all was handled and the counters say so.
Figures streamIn(ring::Runtime& runtime, const Inward& shape);
/// The usual number a thread.
std::uint64_t messagesOf(const Settings& settings, unsigned threads);

} // namespace bench

#endif
