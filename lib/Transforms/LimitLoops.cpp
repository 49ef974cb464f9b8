// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One counter for a call of a handler, and one for each call that a region makes: every turn of a
// loop whose turns cannot be shown to stay within the budget takes one off, and the turn that finds
// none fails the actor. The counter is a local, handed on by reference to functions that loop.

#include "Build.h"
#include "Effects.h"
#include "Guards.h"
#include "HandlerCode.h"
#include "Locals.h"
#include "LoopTests.h"
#include "ringc/Analysis/TripCount.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include "ringkernel/abi/Faults.h"

namespace ringc::transforms {

using namespace ir;

namespace {

/// The loops of a function that need the budget.
llvm::DenseSet<const Stmt*> openLoops(const Function& function, uint32_t budget) {
  llvm::DenseSet<const Stmt*> open;
  const Changed changed = changedLocals(*function.body);
  Ranges ranges(function);
  walkStmts(*function.body, [&](const Stmt& stmt) {
    if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt)) {
      const bool isKept = decl->init && !changed.contains(decl->local);
      if (const auto highest = isKept ? ranges.highest(*decl->init) : std::nullopt)
        ranges.bound(decl->local, *highest);
    } else if (const auto* loop = llvm::dyn_cast<LoopStmt>(&stmt)) {
      const auto* constant = llvm::dyn_cast_or_null<ConstantExpr>(loop->condition);
      const bool runsOnce = constant && constant->bits == 0;
      std::optional<uint64_t> turns = runsOnce ? 1 : analysis::maxTripCount(*loop);
      if (!turns)
        turns = turnsOf(ranges, *loop);
      if (!turns || *turns > budget)
        open.insert(loop);
    }
  });
  return open;
}

class LoopLimiter {
public:
  LoopLimiter(Module& module, uint32_t budget, const HandlerCode& code)
      : module_(module), budget_(budget), code_(code) {}

  void run(Function& function) {
    open_ = openLoops(function, budget_);
    const Build at(module_, function.loc);
    Local* turns = nullptr;
    if (function.kind == FunctionKind::Device) {
      turns = module_.make<Local>(LocalKind::ReferenceParameter, kName, module_.types.u32(),
                                  function.loc);
      function.params.push_back(turns);
    } else {
      turns = at.variable(kName, module_.types.u32());
    }
    const bool isUsed = block(*function.body, *turns);
    if (function.kind == FunctionKind::Handler && isUsed)
      declareIn(*function.body, at, *turns);
  }

private:
  static constexpr const char* kName = "ring_turns";

  void declareIn(Block& block, const Build& at, Local& turns) {
    block.stmts.insert(block.stmts.begin(), at.declare(&turns, at.u32(budget_)));
  }

  /// Whether anything in the block takes from `turns`.
  bool block(Block& block, Local& turns) {
    bool isUsed = false;
    for (Stmt* stmt : block.stmts)
      isUsed |= statement(*stmt, turns);
    return isUsed;
  }

  bool statement(Stmt& stmt, Local& turns) {
    const Build at(module_, stmt.loc());
    if (auto* call = llvm::dyn_cast<CallStmt>(&stmt)) {
      if (!code_.contains(call->callee))
        return false;
      call->args.emplace_back(at.place(&turns));
      return true;
    }
    if (llvm::isa<ParallelForStmt, ReduceStmt>(stmt)) {
      for (Block* child : childBlocks(stmt)) {
        Local* own = at.variable(kName, module_.types.u32());
        if (block(*child, *own))
          declareIn(*child, at, *own);
      }
      return false;
    }
    bool isUsed = false;
    if (auto* inner = llvm::dyn_cast<Block>(&stmt))
      isUsed = block(*inner, turns);
    for (Block* child : childBlocks(stmt))
      isUsed |= block(*child, turns);
    auto* loop = llvm::dyn_cast<LoopStmt>(&stmt);
    if (!loop)
      return isUsed;
    if (loop->step &&
        hasCall(*loop->step, [&](const CallStmt& call) { return code_.contains(call.callee); }))
      moveIntoBody(module_, *loop, {}, /*movesStep=*/true);
    if (!open_.contains(loop))
      return isUsed;
    count(*loop, turns);
    return true;
  }

  void count(LoopStmt& loop, Local& turns) {
    const Build at(module_, loop.loc());
    Stmt* fail = module_.make<FailStmt>(at.u32(ring::kFailBudget), at.loc);
    Stmt* check = at.branch(at.compare(BinaryOp::Equal, at.load(&turns), at.u32(0)), {fail});
    Stmt* take = at.store(&turns, at.binary(BinaryOp::Sub, at.load(&turns), at.u32(1)));
    loop.body->stmts.insert(loop.body->stmts.begin(), {check, take});
  }

  Module& module_;
  uint32_t budget_;
  const HandlerCode& code_;
  llvm::DenseSet<const Stmt*> open_;
};

} // namespace

void limitLoops(Module& module, uint32_t budget) {
  const HandlerCode code = separateHandlerCode(
      module, [&](const Function& function) { return !openLoops(function, budget).empty(); });
  for (const Function* function : code)
    LoopLimiter(module, budget, code).run(*const_cast<Function*>(function));
}

} // namespace ringc::transforms
