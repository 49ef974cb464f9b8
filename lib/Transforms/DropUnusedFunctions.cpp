// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inlining and specialising leave functions that nobody calls: printed code should not hold them.

#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

namespace ringc::transforms {

using namespace ir;

void dropUnusedFunctions(Module& module) {
  llvm::DenseSet<const Function*> used;
  for (const Function* function : llvm::reverse(module.functions)) { // callers first
    if (function->kind != FunctionKind::Device)
      used.insert(function);
    if (!used.contains(function))
      continue;
    walkStmts(*function->body, [&](const Stmt& stmt) {
      if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
        used.insert(call->callee);
    });
  }
  llvm::erase_if(module.functions,
                 [&](const Function* function) { return !used.contains(function); });
}

} // namespace ringc::transforms
