// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MSL and WGSL give the place of a thread to entry points only, and WGSL must see that a barrier is
// reached by all: functions that read that place or meet at a barrier are inlined into their
// kernels.

#include "Inliner.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::transforms {

using namespace ir;

void inlineIndexCalls(Module& module) {
  llvm::DenseSet<const Function*> placed;
  for (Function* function : module.functions) { // callees first
    inlineCalls(module, *function,
                [&](const CallStmt& call) { return placed.contains(call.callee); });
    if (function->kind != FunctionKind::Device)
      continue;
    walkExprs(*function->body, [&](const Expr& expr) {
      const auto* builtin = llvm::dyn_cast<BuiltinExpr>(&expr);
      if (builtin && builtin->builtin >= Builtin::ThreadX)
        placed.insert(function);
    });
    walkStmts(*function->body, [&](const Stmt& stmt) {
      if (llvm::isa<BarrierStmt>(stmt))
        placed.insert(function);
    });
  }
}

} // namespace ringc::transforms
