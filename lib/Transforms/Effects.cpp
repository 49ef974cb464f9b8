// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk in call order: a module lists callees before callers.

#include "Effects.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

CallEffects::CallEffects(const Module& module) {
  for (const Function* function : module.functions)
    walkStmts(*function->body, [&](const Stmt& stmt) {
      const auto* call = llvm::dyn_cast<CallStmt>(&stmt);
      if (llvm::isa<FailStmt>(stmt) || (call && mayFail(*call->callee)))
        failing_.insert(function);
      if (llvm::isa<ParallelForStmt, ReduceStmt>(stmt) || (call && hasRegion(*call->callee)))
        parallel_.insert(function);
    });
}

bool hasCall(const Stmt& stmt, llvm::function_ref<bool(const CallStmt&)> wanted) {
  bool found = false;
  walkStmts(stmt, [&](const Stmt& inner) {
    const auto* call = llvm::dyn_cast<CallStmt>(&inner);
    found |= call && wanted(*call);
  });
  return found;
}

} // namespace ringc::transforms
