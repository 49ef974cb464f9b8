// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions one at a time, every word of the answers checked: to actors, to the raw echo, and to
// kernels that are launched for each.
#ifndef RINGKERNEL_BENCH_GPU_ASKING_H
#define RINGKERNEL_BENCH_GPU_ASKING_H

#include "Actors.ring.h"
#include "Rows.h"

namespace bench {

using Echoes = std::vector<ring::ActorRef<Echo>>;
using Pause = std::chrono::microseconds;

enum class How { Get, Await };

Echoes spawnEchoes(ring::Runtime& runtime, std::size_t count);
/// One on the warp that polls this thread's ring.
Echoes directEcho(ring::Runtime& runtime);
/// Asks `count` times, the actors in an order without pattern, with `pause` before each.
Figures ask(ring::Runtime& runtime, const Echoes& echoes, std::uint32_t count, How how = How::Get,
            Pause pause = {});
Figures askRaw(const Settings& settings, std::uint32_t count, Pause pause = {});
/// A launch, or a graph of it, for each question; the answer is read after the stream was waited
/// for.
enum class Launched { Kernel, Graph };
Figures askLaunched(const Settings& settings, Launched what, std::uint32_t count, Pause pause = {});

/// The raw echo as a group's first row.
Row rawEchoRow(const Settings& settings, std::uint32_t count, Pause pause = {});
/// The rows of kernels that are launched; that of the graph where the driver has graphs.
void addLaunched(Group& group, const Settings& settings, std::uint32_t count, Pause pause = {});

} // namespace bench

#endif
