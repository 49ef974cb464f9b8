// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// transport-bench's raw rings as first rows: a ring a thread, every word made and checked.
#ifndef RINGKERNEL_BENCH_GPU_RAWROWS_H
#define RINGKERNEL_BENCH_GPU_RAWROWS_H

#include "Rows.h"
#include "bench/transport/Streams.h"

namespace bench {

/// Into or out of the GPU, `messages` a thread.
Row rawRow(const Settings& settings, ring::TransportDirection direction, unsigned threads,
           std::uint32_t slotBytes, std::uint64_t messages);
/// There and back: half of the threads write, half read, `messages` a writing thread.
Row rawRelayRow(const Settings& settings, unsigned threads, std::uint32_t slotBytes,
                std::uint64_t messages);

} // namespace bench

#endif
