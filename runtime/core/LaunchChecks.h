// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What makes a launch or a sweep wrong on every backend, told before anything runs.
#ifndef RINGKERNEL_RUNTIME_CORE_LAUNCHCHECKS_H
#define RINGKERNEL_RUNTIME_CORE_LAUNCHCHECKS_H

#include <ringkernel/detail/RuntimeApi.h>

namespace ring::runtime {

/// InvalidArgument for an empty grid, or for memory that is bound twice and written.
Status checkLaunch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                   std::span<const detail::Argument> arguments);

/// The cells to sweep: those inside the margins, or `range` (null: all). InvalidArgument for fields
/// of unequal extents or of the wrong number of dimensions, for a field bound twice and written,
/// for a range that leaves the margins. `cells` may come out empty (a count of 0).
Status checkSweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
                  std::span<const detail::Argument> arguments, detail::SweepRange& cells);

/// No count is 0 or less.
inline bool hasCells(const detail::SweepRange& cells) {
  return cells.count[0] > 0 && cells.count[1] > 0 && cells.count[2] > 0;
}

} // namespace ring::runtime

#endif
