// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How work is cut: large enough that handing it out costs nothing beside it, small enough that all
// threads end together.
#include "runtime/backend/cpu/Launcher.h"

#include <algorithm>
#include <mutex>

namespace ring::runtime::cpu {
namespace {

constexpr std::uint64_t kPartsAThread = 4;
constexpr std::uint64_t kCellsAPart = 8192; // about ten microseconds of a simple stencil

} // namespace

Status Launcher::launch(const KernelCall& call) {
  const bool barriers = call.kernel->usesBarrier;
  const std::uint64_t blocks = call.blocks();
  const std::uint64_t parts = std::min<std::uint64_t>(blocks, pool_.size() * kPartsAThread);
  std::mutex mutex;
  std::optional<std::string> wrong;
  const auto runPart = [&](std::uint64_t part) {
    std::unique_ptr<BlockRunner> runner;
    if (barriers)
      runner = makeFiberRunner(call);
    if (!runner)
      runner = barriers ? makeThreadRunner(call) : makeLoopRunner(call);
    const std::uint64_t end = blocks * (part + 1) / parts;
    for (std::uint64_t block = blocks * part / parts; block < end; ++block) {
      std::optional<std::string> message = runner->run(block);
      if (!message)
        continue;
      std::lock_guard lock(mutex);
      wrong = std::move(message);
      return;
    }
  };
  pool_.run(parts, runPart);
  return wrong ? Status(StatusCode::InvalidArgument, *wrong) : Status::ok();
}

void Launcher::sweep(const detail::FunctionInfo& stencil, const detail::SweepRange& cells,
                     void* const* arguments) {
  // Bands along the slowest axis that is longer than 1: each is rows that lie together.
  int axis = 2;
  while (axis > 0 && cells.count[axis] == 1)
    --axis;
  const std::uint64_t total =
      std::uint64_t(cells.count[0]) * std::uint64_t(cells.count[1]) * std::uint64_t(cells.count[2]);
  const auto length = static_cast<std::uint64_t>(cells.count[axis]);
  const std::uint64_t parts = std::clamp<std::uint64_t>(
      total / kCellsAPart, 1, std::min<std::uint64_t>(length, pool_.size() * kPartsAThread));
  pool_.run(parts, [&](std::uint64_t part) {
    const auto from = static_cast<std::int32_t>(length * part / parts);
    const auto to = static_cast<std::int32_t>(length * (part + 1) / parts);
    detail::SweepRange band = cells;
    band.origin[axis] += from;
    band.count[axis] = to - from;
    stencil.sweep(band, arguments);
  });
}

} // namespace ring::runtime::cpu
