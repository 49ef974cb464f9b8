// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The leader form of Warp and Block handlers: sequential code runs in lane 0 behind `if (lane ==
// 0)`, parallel regions run in all lanes, barriers stand between. What decides how all lanes go on
// is computed by the leader and read through UniformLoad, unless every lane can compute it itself.
// Variables that regions name live in Function::shared. Regions themselves: ParallelRegions.cpp.

#include "Build.h"
#include "GroupAnalysis.h"
#include "Groups.h"
#include "Inliner.h"
#include "ParallelRegions.h"
#include "SingleExit.h"
#include "ringc/IR/Walk.h"
#include "ringc/Support/Check.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

GroupLowering::GroupLowering(Module& module, Function& handler, uint32_t lanes)
    : module_(module), handler_(handler), lanes_(lanes), analysis_(handler) {}

void GroupLowering::run() {
  for (Local* local : analysis_.captured()) {
    local->kind = LocalKind::Shared;
    local->isConst = false;
    handler_.shared.push_back(local);
  }
  lowerBlock(*handler_.body, /*isWhole=*/true);
}

void GroupLowering::lowerBlock(Block& block, bool isWhole) {
  Code code;
  lowerInto(block, code, isWhole);
  flush(Build(module_, block.loc()), code);
  block.stmts = std::move(code.out);
}

void GroupLowering::lowerInto(Block& block, Code& code, bool isWhole) {
  const llvm::ArrayRef<Stmt*> stmts = block.stmts;
  for (size_t i = 0; i < stmts.size(); ++i) {
    if (const size_t length = leadersStretch(stmts.drop_front(i), isWhole); length != 0) {
      lowerStretch(stmts.slice(i, length), code, isWhole && i + length == stmts.size());
      i += length - 1;
    } else if (analysis_.isUniform(*stmts[i])) {
      lowerUniform(*stmts[i], code);
    } else {
      addSequential(stmts[i], code);
    }
  }
}

/// All lanes leave where it returns, but the leader alone runs it.
bool GroupLowering::isLeadersOwn(const Stmt& stmt) const {
  const auto* branch = llvm::dyn_cast<IfStmt>(&stmt);
  if (!analysis_.isUniform(stmt) || llvm::isa<ReturnStmt>(stmt) || breaksOut(stmt) ||
      continuesOut(stmt) || (branch && analysis_.isReplicable(*branch->condition)))
    return false;
  bool isOwn = true;
  walkStmts(stmt, [&](const Stmt& inner) {
    isOwn &= !llvm::isa<ParallelForStmt, ReduceStmt, BarrierStmt, UniformLoadStmt>(inner);
  });
  return isOwn;
}

/// How many of `stmts` the leader runs on its own up to the last that may return, or to the end of
/// the handler; 0 where the first does not return.
size_t GroupLowering::leadersStretch(llvm::ArrayRef<Stmt*> stmts, bool endsHandler) const {
  size_t length = 0;
  for (size_t i = 0; i < stmts.size(); ++i) {
    if (isLeadersOwn(*stmts[i]))
      length = i + 1;
    else if (i == 0 || analysis_.isUniform(*stmts[i]))
      return length;
  }
  return endsHandler ? stmts.size() : length;
}

/// The lanes meet once behind the whole stretch, not at each of its returns; at the handler's end
/// they need not.
void GroupLowering::lowerStretch(llvm::ArrayRef<Stmt*> stmts, Code& code, bool isEnd) {
  const Build at(module_, stmts.front()->loc());
  Local* left = at.variable("ring_left", module_.types.boolType());
  std::vector<Stmt*> own;
  for (Stmt* stmt : stmts) {
    const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
    (decl && analysis_.isReplicated(*decl->local) ? code.out : own).push_back(stmt);
  }
  Block* body = leadersBlock(at, own, code);
  makeSingleExit(
      module_, *body, [](const Stmt& stmt) { return llvm::isa<ReturnStmt>(stmt); },
      [&](Stmt& stmt) {
        const Build there(module_, stmt.loc());
        return isEnd ? std::vector<Stmt*>{}
                     : std::vector<Stmt*>{there.store(left, there.boolean(true))};
      });
  if (isEnd) {
    code.leader.push_back(body);
    return;
  }
  code.leader.push_back(at.declare(left, at.boolean(false)));
  code.leader.push_back(body);
  Expr* hasLeft = uniformValue(at, at.load(left), code).expr;
  code.out.push_back(at.branch(hasLeft, {module_.make<ReturnStmt>(nullptr, at.loc)}));
}

void GroupLowering::addSequential(Stmt* stmt, Code& code) {
  const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
  if (decl && analysis_.isReplicated(*decl->local))
    code.out.push_back(stmt);
  else
    code.leader.push_back(stmt);
}

/// Statements of the leader as a block. Declarations whose locals are used outside of it move out.
Block* GroupLowering::leadersBlock(const Build& at, const std::vector<Stmt*>& stmts, Code& code) {
  Block* guarded = at.block();
  const llvm::DenseMap<const Local*, unsigned> inside = countUses(*at.block(stmts));
  for (Stmt* stmt : stmts) {
    const std::vector<Local*> declared = declaredBy(*stmt);
    Local* local = declared.empty() ? nullptr : declared.front();
    const bool isShared = local && local->kind == LocalKind::Shared;
    if (!local || (!isShared && analysis_.uses(*local) <= inside.lookup(local))) {
      guarded->stmts.push_back(stmt);
      continue;
    }
    if (!isShared) {
      local->isConst = false;
      code.out.push_back(Build(module_, stmt->loc()).declare(local, nullptr));
    }
    storeDeclared(*stmt, local, guarded->stmts);
  }
  return guarded;
}

void GroupLowering::flush(const Build& at, Code& code) {
  if (code.leader.empty())
    return;
  Block* guarded = leadersBlock(at, code.leader, code);
  code.leader.clear();
  if (guarded->stmts.empty())
    return;
  const Build first(module_, guarded->stmts.front()->loc());
  code.out.push_back(first.branch(isLeader(first), guarded, nullptr));
}

/// The statement, with the local that it declared now only stored to.
void GroupLowering::storeDeclared(Stmt& stmt, Local* local, std::vector<Stmt*>& out) {
  const Build at(module_, stmt.loc());
  if (auto* decl = llvm::dyn_cast<DeclStmt>(&stmt)) {
    if (decl->init)
      out.push_back(at.store(local, decl->init));
    return;
  }
  Local* result = at.variable(local->name, local->type);
  result->isConst = true;
  if (auto* call = llvm::dyn_cast<CallStmt>(&stmt))
    call->result = result;
  else if (auto* send = llvm::dyn_cast<SendStmt>(&stmt))
    send->result = result;
  else
    llvm::cast<AtomicStmt>(stmt).result = result;
  out.push_back(&stmt);
  out.push_back(at.store(local, at.load(result)));
}

Expr* GroupLowering::isLeader(const Build& at) const {
  return at.compare(BinaryOp::Equal, at.groupLane(), at.u32(0));
}

Local* GroupLowering::sharedLocal(const Build& at, std::string name, const Type* type) {
  auto* local = module_.make<Local>(LocalKind::Shared, std::move(name), type, at.loc);
  handler_.shared.push_back(local);
  return local;
}

GroupLowering::UniformValue GroupLowering::uniformValue(const Build& at, Expr* expr, Code& code) {
  if (analysis_.isReplicable(*expr)) {
    flush(at, code);
    return {expr, false};
  }
  Local*& slot = slots_[expr->type()];
  if (!slot)
    slot = sharedLocal(at, "ring_uniform", expr->type());
  code.leader.push_back(at.store(slot, expr));
  flush(at, code);
  Local* result = at.variable("ring_same", expr->type());
  result->isConst = true;
  analysis_.addReplicated(*result);
  code.out.push_back(module_.make<UniformLoadStmt>(result, at.place(slot), at.loc));
  return {at.load(result), true};
}

void GroupLowering::lowerUniform(Stmt& stmt, Code& code) {
  const Build at(module_, stmt.loc());
  if (auto* branch = llvm::dyn_cast<IfStmt>(&stmt)) {
    branch->condition = uniformValue(at, branch->condition, code).expr;
    lowerBlock(*branch->thenBlock);
    if (branch->elseBlock)
      lowerBlock(*branch->elseBlock);
    code.out.push_back(branch);
  } else if (auto* select = llvm::dyn_cast<SwitchStmt>(&stmt)) {
    select->selector = uniformValue(at, select->selector, code).expr;
    for (SwitchCase& one : select->cases)
      lowerBlock(*one.body);
    code.out.push_back(select);
  } else if (auto* loop = llvm::dyn_cast<LoopStmt>(&stmt)) {
    lowerLoop(*loop, code);
  } else if (auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt)) {
    lowerParallelFor(*parallel, code);
  } else if (auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt)) {
    if (reduce->scanned)
      lowerScan(*reduce, code);
    else
      lowerReduce(*reduce, code);
  } else {
    flush(at, code);
    if (auto* inner = llvm::dyn_cast<Block>(&stmt))
      lowerBlock(*inner);
    code.out.push_back(&stmt);
  }
}

/// Every turn begins with the test, whose outcome all lanes share; the step is the leader's.
void GroupLowering::lowerLoop(LoopStmt& loop, Code& code) {
  const Build at(module_, loop.loc());
  if (loop.init)
    for (Stmt* stmt : loop.init->stmts)
      addSequential(stmt, code);
  flush(at, code);
  const auto* constant = llvm::dyn_cast_or_null<ConstantExpr>(loop.condition);
  if (constant && loop.testAtEnd && constant->bits == 0 && !loop.step) {
    lowerBlock(*loop.body); // runs once
    code.out.push_back(&loop);
    return;
  }
  Code body;
  if (loop.condition) {
    Code test;
    Expr* goOn = uniformValue(at, loop.condition, test).expr;
    test.out.push_back(at.branch(at.logicalNot(goOn), {at.breakLoop()}));
    if (loop.testAtEnd) {
      Local* again = at.variable("ring_again", module_.types.boolType());
      code.out.push_back(at.declare(again, at.boolean(false)));
      body.out.push_back(at.branch(at.load(again), std::move(test.out)));
      body.out.push_back(at.store(again, at.boolean(true)));
    } else {
      body.out = std::move(test.out);
    }
  }
  lowerInto(*loop.body, body);
  flush(at, body);
  loop.body->stmts = std::move(body.out);
  if (loop.step)
    loop.step = at.block({at.branch(isLeader(at), loop.step, nullptr)});
  code.out.push_back(module_.make<LoopStmt>(nullptr, nullptr, false, loop.step, loop.body, at.loc));
}

void lowerParallel(Module& module) {
  const llvm::DenseMap<const Function*, Scope> groups = groupHandlers(module);
  for (Function* function : module.functions) {
    const auto group = groups.find(function);
    if (group == groups.end())
      continue;
    bindReferences(module, *function);
    GroupLowering(module, *function, lanesOf(group->second)).run();
  }
}

} // namespace ringc::transforms
