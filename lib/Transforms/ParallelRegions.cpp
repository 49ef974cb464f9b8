// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// parallelFor and reduce over the lanes of a group. A reduce runs its 32 virtual lanes on the first
// 32 lanes, so the tree is the same in every scope. fail() inside a region: RegionFailures.cpp.

#include "ParallelRegions.h"
#include "ReduceTree.h"
#include "ringc/Support/Check.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

uint32_t lanesOf(Scope scope) {
  switch (scope) {
  case Scope::Thread:
    return 1;
  case Scope::Warp:
    return 32;
  case Scope::Block:
    return 256;
  }
  RINGC_UNREACHABLE("unknown scope");
}

Expr* GroupLowering::beginRegion(const Build& at, Expr* count, Code& code) {
  const UniformValue value = uniformValue(at, count, code);
  if (!value.met)
    code.out.push_back(at.barrier());
  if (llvm::isa<ConstantExpr>(value.expr) || value.met)
    return value.expr;
  Local* local = at.variable("ring_count", value.expr->type());
  local->isConst = true;
  analysis_.addReplicated(*local);
  code.out.push_back(at.declare(local, value.expr));
  return at.load(local);
}

/// for (index = lane; index < count; index += stride) body
Stmt* GroupLowering::laneLoop(const Build& at, Local* index, Expr* count, Block* body,
                              uint32_t stride) {
  index->isConst = false;
  const Type* type = index->type;
  Block* init = at.block({at.declare(index, at.convert(type, at.groupLane()))});
  Block* step = at.block(
      {at.store(index, at.binary(BinaryOp::Add, at.load(index), at.constant(type, stride)))});
  Expr* condition = at.compare(BinaryOp::Less, at.load(index), Cloner(module_).expr(count));
  return module_.make<LoopStmt>(init, condition, false, step, body, at.loc);
}

void GroupLowering::lowerParallelFor(ParallelForStmt& parallel, Code& code) {
  const Build at(module_, parallel.loc());
  const bool fails = mayFail(*parallel.body);
  if (fails)
    watchFailures(at, code);
  Expr* count = beginRegion(at, parallel.count, code);
  Local* stopped = nullptr;
  if (fails) {
    stopped = stoppedIndex(at, parallel.index->type, code);
    stopAtFailure(at, *parallel.body, parallel.index, stopped);
  }
  code.out.push_back(laneLoop(at, parallel.index, count, parallel.body, lanes_));
  code.out.push_back(at.barrier());
  if (fails)
    settleFailures(at, lanes_, stopped, code);
}

void GroupLowering::lowerReduce(ReduceStmt& reduce, Code& code) {
  const Build at(module_, reduce.loc());
  const Type* type = reduce.result->type;
  Local*& lanes = partials_[type];
  if (!lanes)
    lanes = sharedLocal(at, "ring_partials", module_.types.arrayType(type, kVirtualLanes));
  const bool combineFails = mayFail(*reduce.combineBody);
  const bool fails = combineFails || mayFail(*reduce.body);
  // The result starts as init, which the leader takes before the region.
  reduce.result->isConst = false;
  analysis_.keepOutside(*reduce.result);
  code.leader.push_back(at.declare(reduce.result, reduce.init));
  if (fails)
    watchFailures(at, code);
  Expr* count = beginRegion(at, reduce.count, code);

  Local* lane = at.variable("ring_value", type);
  Block* fold = foldBody(at, reduce, lane);
  Local* stopped = nullptr;
  if (fails) {
    stopped = stoppedIndex(at, reduce.index->type, code);
    stopAtFailure(at, *fold, reduce.index, stopped);
  }
  Block* region = at.block({at.declare(lane, at.zero(type)),
                            laneLoop(at, reduce.index, count, fold, kVirtualLanes),
                            at.store(at.element(lanes, at.groupLane()), at.load(lane))});
  Expr* isVirtual = at.compare(BinaryOp::Less, at.groupLane(), at.u32(kVirtualLanes));
  code.out.push_back(lanes_ == kVirtualLanes ? static_cast<Stmt*>(region)
                                             : at.branch(isVirtual, region, nullptr));
  code.out.push_back(at.barrier());
  if (fails)
    settleFailures(at, kVirtualLanes, stopped, code);
  code.out.push_back(treeLoop(at, reduce, lanes, count));

  std::vector<Stmt*> last;
  appendCombine(at, reduce, at.place(reduce.result), at.load(reduce.result),
                at.load(at.element(lanes, at.u32(0))), last);
  Stmt* combined = at.branch(
      at.compare(BinaryOp::Greater, Cloner(module_).expr(count), at.constant(count->type(), 0)),
      last);
  if (combineFails)
    addFailing(at, at.block({combined}), code);
  else
    code.leader.push_back(combined);
}

/// The first value of a lane is taken, later ones are combined from the left.
Block* GroupLowering::foldBody(const Build& at, ReduceStmt& reduce, Local* lane) {
  Block* body = reduce.body;
  Local* next = at.variable("ring_next", reduce.result->type);
  next->isConst = true;
  body->stmts.push_back(at.declare(next, reduce.value));
  std::vector<Stmt*> combine;
  appendCombine(at, reduce, at.place(lane), at.load(lane), at.load(next), combine);
  Expr* isFirst = at.compare(BinaryOp::Less, at.load(reduce.index),
                             at.constant(reduce.index->type, kVirtualLanes));
  body->stmts.push_back(
      at.branch(isFirst, at.block({at.store(lane, at.load(next))}), at.block(std::move(combine))));
  return body;
}

/// for (step = 16; step > 0; step /= 2) { lanes below step take their right operand; barrier }
/// Of the lanes that fail in one step the lowest decides.
Stmt* GroupLowering::treeLoop(const Build& at, const ReduceStmt& reduce, Local* lanes,
                              Expr* count) {
  const Type* u32 = module_.types.u32();
  Local* step = at.variable("ring_step", u32);
  const auto right = [&] { return at.binary(BinaryOp::Add, at.groupLane(), at.load(step)); };
  std::vector<Stmt*> combine;
  appendCombine(at, reduce, at.element(lanes, at.groupLane()),
                at.load(at.element(lanes, at.groupLane())), at.load(at.element(lanes, right())),
                combine);
  Expr* takes = module_.make<BinaryExpr>(
      BinaryOp::LogicalAnd, module_.types.boolType(),
      at.compare(BinaryOp::Less, at.groupLane(), at.load(step)),
      at.compare(BinaryOp::Less, at.convert(count->type(), right()), Cloner(module_).expr(count)),
      at.loc);
  const bool fails = mayFail(*reduce.combineBody);
  Block* taken = at.block(std::move(combine));
  Code turn;
  if (fails) {
    endAtFail(module_, *taken);
    taken->stmts.push_back(
        at.branch(hasFailed(at), {atomicOnLowest(at, AtomicOp::Min, at.groupLane())}));
  }
  turn.out = {at.branch(takes, taken, nullptr), at.barrier()};
  if (fails)
    settleFailures(at, kVirtualLanes, nullptr, turn);
  Block* halve = at.block({at.store(step, at.binary(BinaryOp::Div, at.load(step), at.u32(2)))});
  return module_.make<LoopStmt>(at.block({at.declare(step, at.u32(kVirtualLanes / 2))}),
                                at.compare(BinaryOp::Greater, at.load(step), at.u32(0)), false,
                                halve, at.block(std::move(turn.out)), at.loc);
}

} // namespace ringc::transforms
