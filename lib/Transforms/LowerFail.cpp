// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fail(code) ends the handler at once. Afterwards that is explicit: a FailStmt is followed by a
// return, and a call that may fail by `if (failed) return`. Parallel regions are left alone:
// lowerParallel gives fail its meaning there, and runs before in Thread actors, after in others.

#include "Build.h"
#include "Effects.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

namespace {

class FailLowering {
public:
  FailLowering(Module& module, const CallEffects& effects, Function& function)
      : module_(module), effects_(effects), function_(function) {}

  void runOn(Block& block) {
    std::vector<Stmt*> out;
    for (Stmt* stmt : block.stmts) {
      out.push_back(stmt);
      const Build at(module_, stmt->loc());
      if (llvm::isa<FailStmt>(stmt)) {
        out.push_back(leave(at));
        break; // what follows is dead
      }
      if (const auto* call = llvm::dyn_cast<CallStmt>(stmt)) {
        if (effects_.mayFail(*call->callee))
          out.push_back(leaveIfFailed(at));
        continue;
      }
      if (llvm::isa<ParallelForStmt, ReduceStmt>(stmt))
        continue;
      if (auto* inner = llvm::dyn_cast<Block>(stmt))
        runOn(*inner);
      for (Block* child : childBlocks(*stmt))
        runOn(*child);
    }
    block.stmts = std::move(out);
  }

private:
  Stmt* leaveIfFailed(const Build& at) {
    return at.branch(
        module_.make<ContextInfoExpr>(ContextInfo::Failed, module_.types.boolType(), at.loc),
        {leave(at)});
  }

  Stmt* leave(const Build& at) {
    const bool isVoid = function_.returnType->kind() == TypeKind::Void;
    return module_.make<ReturnStmt>(isVoid ? nullptr : at.zero(function_.returnType), at.loc);
  }

  Module& module_;
  const CallEffects& effects_;
  Function& function_;
};

} // namespace

void lowerFail(Module& module) {
  const CallEffects effects(module);
  for (Function* function : module.functions)
    if (effects.mayFail(*function))
      FailLowering(module, effects, *function).runOn(*function->body);
}

} // namespace ringc::transforms
