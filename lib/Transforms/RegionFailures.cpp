// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fail() inside a region of a Warp or Block actor: a lane stops at its first failing index, the
// others go on, all meet at the region's end, and the lowest failing index of all decides. The
// lanes find it by an atomic minimum of a shared word, its high half first where indices have 64
// bits. A region that cannot fail pays nothing; one that can pays one shared value for all lanes.
//
// Assumes that lowerFail has run: a FailStmt marks every way out.

#include "ParallelRegions.h"
#include "SingleExit.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

namespace {

constexpr uint32_t kNoIndex = ~uint32_t(0); ///< no count reaches it

bool isFail(const Stmt& stmt) { return llvm::isa<FailStmt>(stmt); }

bool is64(const Type& type) { return type.size() == 8; }

Expr* highHalf(const Build& at, Expr* index) {
  return at.convert(at.module.types.u32(),
                    at.binary(BinaryOp::Shr, index, at.constant(index->type(), 32)));
}

} // namespace

bool mayFail(const Stmt& stmt) {
  bool found = false;
  walkStmts(stmt, [&](const Stmt& inner) { found |= isFail(inner); });
  return found;
}

void endAtFail(Module& module, Block& body) {
  makeSingleExit(module, body, isFail, [](Stmt& stmt) { return std::vector<Stmt*>{&stmt}; });
}

Stmt* GroupLowering::atomicOnLowest(const Build& at, AtomicOp op, Expr* operand, Local* result) {
  if (!lowestFailed_)
    lowestFailed_ = sharedLocal(at, "ring_lowest", module_.types.u32());
  return module_.make<AtomicStmt>(result, op, at.place(lowestFailed_), operand, nullptr,
                                  MemoryOrder::Relaxed, MemoryScope::Block, at.loc);
}

void GroupLowering::watchFailures(const Build& at, Code& code) {
  code.leader.push_back(atomicOnLowest(at, AtomicOp::Store, at.u32(kNoIndex)));
}

Expr* GroupLowering::hasFailed(const Build& at) const {
  return at.contextInfo(ContextInfo::Failed, module_.types.boolType());
}

/// The body of a lane's loop over `index`: the loop ends where a call of it has failed.
void GroupLowering::stopAtFailure(const Build& at, Block& body, Local* index, Local* stopped) {
  endAtFail(module_, body);
  std::vector<Stmt*> stop;
  Expr* key = at.load(index);
  if (stopped) {
    stop.push_back(at.store(stopped, at.load(index)));
    key = highHalf(at, key);
  }
  stop.push_back(atomicOnLowest(at, AtomicOp::Min, at.convert(module_.types.u32(), key)));
  stop.push_back(at.breakLoop());
  body.stmts.push_back(at.branch(hasFailed(at), std::move(stop)));
}

/// Where a lane keeps the index at which it stopped: only 64-bit ones are asked for later.
Local* GroupLowering::stoppedIndex(const Build& at, const Type* type, Code& code) {
  if (!is64(*type))
    return nullptr;
  Local* stopped = at.variable("ring_stopped", type);
  code.out.push_back(at.declare(stopped, at.constant(type, 0)));
  return stopped;
}

/// The word that the lanes left, the same in all of them; they have met before.
Expr* GroupLowering::lowestOfAll(const Build& at, Code& code) {
  Local* lowest = at.variable("ring_first", module_.types.u32());
  lowest->isConst = true;
  code.leader.push_back(atomicOnLowest(at, AtomicOp::Load, nullptr, lowest));
  return uniformValue(at, at.load(lowest), code).expr;
}

/// Behind the barrier that ends a region over `stride` lanes: leaves the handler where one failed.
void GroupLowering::settleFailures(const Build& at, uint32_t stride, Local* stopped, Code& code) {
  const Type* u32 = module_.types.u32();
  Expr* lowest = lowestOfAll(at, code);
  Code leave;
  Expr* winner = Cloner(module_).expr(lowest);
  if (stopped) {
    Expr* isHighest = at.compare(BinaryOp::Equal, highHalf(at, at.load(stopped)), winner);
    Expr* counts = module_.make<BinaryExpr>(BinaryOp::LogicalAnd, module_.types.boolType(),
                                            hasFailed(at), isHighest, at.loc);
    watchFailures(at, leave);
    flush(at, leave);
    leave.out.push_back(at.barrier());
    leave.out.push_back(
        at.branch(counts, {atomicOnLowest(at, AtomicOp::Min, at.convert(u32, at.load(stopped)))}));
    leave.out.push_back(at.barrier());
    winner = lowestOfAll(at, leave);
  }
  if (!failCode_)
    failCode_ = sharedLocal(at, "ring_failcode", u32);
  Expr* isWinner =
      at.compare(BinaryOp::Equal, at.groupLane(), at.binary(BinaryOp::Rem, winner, at.u32(stride)));
  leave.out.push_back(
      at.branch(isWinner, {at.store(failCode_, at.contextInfo(ContextInfo::FailCode, u32))}));
  leave.out.push_back(at.barrier());
  leave.leader.push_back(module_.make<FailStmt>(at.load(failCode_), at.loc));
  flush(at, leave);
  leave.out.push_back(module_.make<ReturnStmt>(nullptr, at.loc));
  code.out.push_back(
      at.branch(at.compare(BinaryOp::NotEqual, lowest, at.u32(kNoIndex)), std::move(leave.out)));
}

/// The leader's own statements, of which one may fail.
void GroupLowering::addFailing(const Build& at, Block* stmts, Code& code) {
  endAtFail(module_, *stmts);
  code.leader.push_back(stmts);
  Expr* failed = uniformValue(at, hasFailed(at), code).expr;
  code.out.push_back(at.branch(failed, {module_.make<ReturnStmt>(nullptr, at.loc)}));
}

} // namespace ringc::transforms
