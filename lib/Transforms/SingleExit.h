// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns a body that is left early into one that is left at its end.
#ifndef RINGC_LIB_TRANSFORMS_SINGLEEXIT_H
#define RINGC_LIB_TRANSFORMS_SINGLEEXIT_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc::transforms {

/// True where the statement leaves the body; what stands behind it in its block is dead.
using IsExit = llvm::function_ref<bool(const ir::Stmt&)>;
/// What is done instead, before the body is left.
using ReplaceExit = llvm::function_ref<std::vector<ir::Stmt*>(ir::Stmt&)>;

/// Rewrites `body` in place so that all its exits go to its end. Exits in tail position become
/// plain branches; others leave a loop that runs once.
void makeSingleExit(ir::Module& module, ir::Block& body, IsExit isExit, ReplaceExit replace);

} // namespace ringc::transforms

#endif
