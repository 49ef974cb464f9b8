// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition and step of a loop as statements of its body, where something may fail.
#ifndef RINGC_LIB_TRANSFORMS_LOOPTESTS_H
#define RINGC_LIB_TRANSFORMS_LOOPTESTS_H

#include "ringc/IR/Module.h"

namespace ringc::transforms {

/// Moves the condition of `loop`, behind `checks`, into its body, and where `movesStep` its step
/// too. `continue` still comes to both.
void moveIntoBody(ir::Module& module, ir::LoopStmt& loop, std::vector<ir::Stmt*> checks,
                  bool movesStep);

} // namespace ringc::transforms

#endif
