// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which barriers of a kernel all threads of a block come to.
#ifndef RINGC_ANALYSIS_UNIFORMITY_H
#define RINGC_ANALYSIS_UNIFORMITY_H

#include "ringc/IR/Module.h"

namespace ringc::analysis {

/// Whether the threads of a block take one way.
enum class Agreement : uint8_t {
  All,    ///< they do
  Memory, ///< they do where all of them read the same from memory
  Some,   ///< a condition depends on which thread it is
};

struct BarrierControl {
  const ir::Stmt* barrier;
  Agreement agreement;
  ir::Location cause; ///< where they may part
};

/// The barriers of `kernel` and of what it calls that not all threads surely come to, in the order
/// of the functions, callees first.
std::vector<BarrierControl> barrierControls(const ir::Function& kernel);

} // namespace ringc::analysis

#endif
