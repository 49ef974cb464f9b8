// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the bodies of chosen callees in place of their calls.
#ifndef RINGC_LIB_TRANSFORMS_INLINER_H
#define RINGC_LIB_TRANSFORMS_INLINER_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc::transforms {

/// Inlines every call in `function` whose callee `wanted` takes. Bodies are taken as they are: the
/// callees must have been treated before where theirs hold wanted calls too.
void inlineCalls(ir::Module& module, ir::Function& function,
                 llvm::function_ref<bool(const ir::CallStmt&)> wanted);

/// Moves every index of `place` that could change later into a local declared in `before`; what is
/// left reads only constants and locals that nobody stores to.
void freezeIndices(ir::Module& module, ir::Place& place, std::vector<ir::Stmt*>& before);

/// Replaces the references that a RefStmt of `function` binds by their places.
void bindReferences(ir::Module& module, ir::Function& function);

} // namespace ringc::transforms

#endif
