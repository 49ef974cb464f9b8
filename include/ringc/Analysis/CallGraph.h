// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which functions call which. A module that verifies has no recursion, so every walk ends.
#ifndef RINGC_ANALYSIS_CALLGRAPH_H
#define RINGC_ANALYSIS_CALLGRAPH_H

#include "ringc/IR/Module.h"

namespace ringc::analysis {

/// The functions that `function` calls itself, each once, in the order of the first call.
std::vector<const ir::Function*> callees(const ir::Function& function);
/// All functions reached from `function` through calls, callees before callers, `function` last.
std::vector<const ir::Function*> reachable(const ir::Function& function);

} // namespace ringc::analysis

#endif
