// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which neighbours a stencil touches. Offsets are in cells, axis 0 is x; unused axes are 0.
#ifndef RINGC_ANALYSIS_FOOTPRINT_H
#define RINGC_ANALYSIS_FOOTPRINT_H

#include "ringc/IR/Module.h"
#include <array>

namespace ringc::analysis {

/// How one field is used by one sweep.
struct CellFootprint {
  const ir::Local* cell;
  std::array<int32_t, 3> min{}; ///< smallest offset read or written, 0 at most
  std::array<int32_t, 3> max{}; ///< largest, 0 at least
  bool isRead = false;
  bool isWritten = false;
};

struct Footprint {
  std::vector<CellFootprint> cells; ///< by cell parameter, in order
  /// Cells at the low and high edge of each axis that keep their value, because the footprint of a
  /// cell there would leave the field.
  std::array<uint32_t, 3> low{};
  std::array<uint32_t, 3> high{};
};

/// `function` is a stencil, or a device function with cell parameters. Calls are followed.
Footprint footprint(const ir::Function& function);

} // namespace ringc::analysis

#endif
