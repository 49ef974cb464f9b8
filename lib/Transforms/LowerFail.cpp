// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fail(code) ends the handler at once. Afterwards that is explicit: a FailStmt is followed by a
// return, and a call that may fail by `if (failed) return`. In parallel regions, which only Warp
// and Block handlers still have, nothing returns: a call is followed by `if (failed) fail
// failcode`, so that a FailStmt marks every way out of the region's body. lowerParallel does the
// rest.

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

  void runOn(Block& block, bool isInRegion = false) {
    std::vector<Stmt*> out;
    for (Stmt* stmt : block.stmts) {
      out.push_back(stmt);
      const Build at(module_, stmt->loc());
      if (llvm::isa<FailStmt>(stmt)) {
        if (!isInRegion)
          out.push_back(leave(at));
        break; // what follows is dead
      }
      if (const auto* call = llvm::dyn_cast<CallStmt>(stmt)) {
        if (effects_.mayFail(*call->callee))
          out.push_back(at.branch(at.contextInfo(ContextInfo::Failed, module_.types.boolType()),
                                  {isInRegion ? failAgain(at) : leave(at)}));
        continue;
      }
      const bool isRegion = llvm::isa<ParallelForStmt, ReduceStmt>(stmt);
      if (auto* inner = llvm::dyn_cast<Block>(stmt))
        runOn(*inner, isInRegion);
      for (Block* child : childBlocks(*stmt))
        runOn(*child, isInRegion || isRegion);
    }
    block.stmts = std::move(out);
  }

private:
  Stmt* failAgain(const Build& at) {
    return module_.make<FailStmt>(at.contextInfo(ContextInfo::FailCode, module_.types.u32()),
                                  at.loc);
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
