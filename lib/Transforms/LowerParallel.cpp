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
  lowerBlock(*handler_.body);
}

void GroupLowering::lowerBlock(Block& block) {
  Code code;
  lowerInto(block, code);
  flush(Build(module_, block.loc()), code);
  block.stmts = std::move(code.out);
}

void GroupLowering::lowerInto(Block& block, Code& code) {
  for (Stmt* stmt : block.stmts) {
    if (analysis_.isUniform(*stmt))
      lowerUniform(*stmt, code);
    else
      addSequential(stmt, code);
  }
}

void GroupLowering::addSequential(Stmt* stmt, Code& code) {
  const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
  if (decl && analysis_.isReplicated(*decl->local))
    code.out.push_back(stmt);
  else
    code.leader.push_back(stmt);
}

/// Declarations whose locals are used outside this piece of the leader's code move out of its `if`.
void GroupLowering::flush(const Build& at, Code& code) {
  if (code.leader.empty())
    return;
  Block* guarded = at.block();
  const llvm::DenseMap<const Local*, unsigned> inside = countUses(*at.block(code.leader));
  for (Stmt* stmt : code.leader) {
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
