// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Before each statement of a handler that indexes an array by what cannot be shown to be below its
// size there is a check, which fails the actor. Checks stand where the index is evaluated: behind
// the left side of `&&`, in the taken side of a selection, in each turn of a loop's condition. What
// is known of a local, be it by a check, holds until it is stored to.

#include "Build.h"
#include "Effects.h"
#include "Guards.h"
#include "HandlerCode.h"
#include "Locals.h"
#include "LoopTests.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include "ringkernel/abi/Faults.h"

namespace ringc::transforms {

using namespace ir;

namespace {

using Stmts = std::vector<Stmt*>;

class BoundsChecker {
public:
  BoundsChecker(Module& module, const Function& function, const HandlerCode& failing)
      : module_(module), failing_(failing), ranges_(function) {
    walkStmts(*function.body, [&](const Stmt& stmt) {
      if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt); ref && !ref->local->isConst)
        ranges_.giveUp(rootOf(*ref->place));
    });
  }

  /// `last` is evaluated at the end of the block.
  void block(Block& block, const Expr* last = nullptr);
  uint32_t checks() const { return checks_; }

private:
  void statement(Stmt& stmt, Stmts& out);
  void nested(Block* block, const Expr* condition = nullptr, bool holds = true);
  void ownOperands(Stmt& stmt, Stmts& out);
  void loop(LoopStmt& loop, Stmts& out);
  bool initNeedsChecks(const LoopStmt& loop);
  void region(Stmt& stmt, Stmts& out);
  void leavesBehind(const Stmt& stmt);
  void forgetChanged(const Stmt& stmt);

  void expr(const Expr& expr, Stmts& out);
  void conditional(const Expr& condition, bool holds, const Expr& guarded, Stmts& into);
  void place(const Place& place, Stmts& out);
  void index(const IndexPlace& element, Stmts& out);
  Expr* isOutside(const Build& at, const Expr& index, uint64_t count);

  Module& module_;
  const HandlerCode& failing_;
  Ranges ranges_;
  uint32_t checks_ = 0;
};

void BoundsChecker::block(Block& block, const Expr* last) {
  const Ranges outside = ranges_;
  Stmts out;
  for (Stmt* stmt : block.stmts) {
    statement(*stmt, out);
    leavesBehind(*stmt);
  }
  if (last)
    expr(*last, out);
  block.stmts = std::move(out);
  ranges_ = outside;
}

void BoundsChecker::forgetChanged(const Stmt& stmt) {
  for (const Local* local : changedLocals(stmt))
    ranges_.forget(local);
}

/// What is known behind a statement: a value that it gave a local, or that its condition did not
/// hold.
void BoundsChecker::leavesBehind(const Stmt& stmt) {
  if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt)) {
    const auto highest = decl->init ? ranges_.highest(*decl->init) : std::nullopt;
    ranges_.forget(decl->local);
    if (highest && llvm::isa<IntType>(decl->local->type))
      ranges_.bound(decl->local, *highest);
    return;
  }
  if (const auto* store = llvm::dyn_cast<StoreStmt>(&stmt)) {
    const auto highest = ranges_.highest(*store->value);
    ranges_.forget(rootOf(*store->place));
    if (highest && llvm::isa<IntType>(store->place->type()))
      ranges_.tighten(*store->place, *highest);
    return;
  }
  forgetChanged(stmt);
  const auto* branch = llvm::dyn_cast<IfStmt>(&stmt);
  if (!branch)
    return;
  const bool thenLeaves = !completes(*branch->thenBlock);
  const bool elseLeaves = branch->elseBlock && !completes(*branch->elseBlock);
  if (thenLeaves != elseLeaves)
    assume(ranges_, *branch->condition, elseLeaves, changedLocals(stmt));
}

/// A block that runs where `condition` is `holds`.
void BoundsChecker::nested(Block* block, const Expr* condition, bool holds) {
  if (!block)
    return;
  const Ranges outside = ranges_;
  if (condition)
    assume(ranges_, *condition, holds, {});
  this->block(*block);
  ranges_ = outside;
}

void BoundsChecker::statement(Stmt& stmt, Stmts& out) {
  if (auto* inner = llvm::dyn_cast<Block>(&stmt)) {
    block(*inner);
  } else if (auto* branch = llvm::dyn_cast<IfStmt>(&stmt)) {
    ownOperands(stmt, out);
    nested(branch->thenBlock, branch->condition, true);
    nested(branch->elseBlock, branch->condition, false);
  } else if (auto* one = llvm::dyn_cast<LoopStmt>(&stmt)) {
    return loop(*one, out);
  } else if (llvm::isa<ParallelForStmt, ReduceStmt>(stmt)) {
    region(stmt, out);
  } else {
    ownOperands(stmt, out);
    for (Block* child : childBlocks(stmt))
      nested(child);
  }
  out.push_back(&stmt);
}

/// Checks of what the statement itself evaluates, in front of it.
void BoundsChecker::ownOperands(Stmt& stmt, Stmts& out) {
  for (Expr** slot : operandSlots(stmt))
    expr(**slot, out);
  if (const auto* store = llvm::dyn_cast<StoreStmt>(&stmt))
    place(*store->place, out);
  else if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
    place(*ref->place, out);
  else if (const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt))
    place(*atomic->place, out);
  else if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
    for (const Argument& argument : call->args)
      if (Place* const* passed = std::get_if<Place*>(&argument))
        place(**passed, out);
}

/// The index is below the count; value and combination are evaluated behind their blocks.
void BoundsChecker::region(Stmt& stmt, Stmts& out) {
  const Ranges outside = ranges_;
  forgetChanged(stmt);
  if (auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt)) {
    expr(*parallel->count, out);
    assumeIndex(ranges_, *parallel->index, *parallel->count);
    block(*parallel->body);
  } else {
    auto& reduce = llvm::cast<ReduceStmt>(stmt);
    expr(*reduce.count, out);
    expr(*reduce.init, out);
    assumeIndex(ranges_, *reduce.index, *reduce.count);
    block(*reduce.body, reduce.value);
    block(*reduce.combineBody, reduce.combined);
    if (reduce.eachBody)
      block(*reduce.eachBody);
  }
  ranges_ = outside;
}

bool BoundsChecker::initNeedsChecks(const LoopStmt& loop) {
  const Ranges before = ranges_;
  Stmts checks;
  if (loop.init)
    for (Stmt* stmt : loop.init->stmts)
      ownOperands(*stmt, checks);
  ranges_ = before;
  return !checks.empty();
}

/// The condition and the step are evaluated in each turn. A check cannot stand in either, so what
/// needs one moves into the body; `continue` still comes to it.
void BoundsChecker::loop(LoopStmt& loop, Stmts& out) {
  if (initNeedsChecks(loop)) {
    Block* around = Build(module_, loop.loc()).block(std::move(loop.init->stmts));
    loop.init = nullptr;
    around->stmts.push_back(&loop);
    block(*around);
    out.push_back(around);
    return;
  }
  const Ranges outside = ranges_;
  if (loop.init)
    for (const Stmt* stmt : loop.init->stmts)
      leavesBehind(*stmt);
  forgetChanged(loop); // an earlier turn may have stored to it
  const Ranges inside = ranges_;
  Stmts conditionChecks;
  if (loop.condition)
    expr(*loop.condition, conditionChecks);
  ranges_ = inside;
  bool movesStep = false;
  if (loop.step) {
    const uint32_t before = checks_;
    block(*loop.step);
    movesStep = checks_ != before || hasCall(*loop.step, [&](const CallStmt& call) {
                  return failing_.contains(call.callee);
                });
  }
  assumeInBody(ranges_, loop, changedLocals(*loop.body));
  block(*loop.body);
  ranges_ = outside;
  if (movesStep || !conditionChecks.empty())
    moveIntoBody(module_, loop, std::move(conditionChecks), movesStep);
  out.push_back(&loop);
}

/// Checks of an expression that is evaluated where `condition` is `holds`.
void BoundsChecker::conditional(const Expr& condition, bool holds, const Expr& guarded,
                                Stmts& into) {
  const Ranges outside = ranges_;
  assume(ranges_, condition, holds, {});
  expr(guarded, into);
  ranges_ = outside;
}

void BoundsChecker::expr(const Expr& one, Stmts& out) {
  const Build at(module_, one.loc());
  if (const auto* load = llvm::dyn_cast<LoadExpr>(&one))
    return place(*load->place, out);
  const auto* binary = llvm::dyn_cast<BinaryExpr>(&one);
  if (binary && (binary->op == BinaryOp::LogicalAnd || binary->op == BinaryOp::LogicalOr)) {
    expr(*binary->lhs, out);
    const bool isAnd = binary->op == BinaryOp::LogicalAnd;
    Stmts checks;
    conditional(*binary->lhs, isAnd, *binary->rhs, checks);
    if (checks.empty())
      return;
    Expr* condition = Cloner(module_).expr(binary->lhs);
    out.push_back(at.branch(isAnd ? condition : at.logicalNot(condition), std::move(checks)));
    return;
  }
  if (const auto* select = llvm::dyn_cast<SelectExpr>(&one)) {
    expr(*select->condition, out);
    Stmts ifTrue, ifFalse;
    conditional(*select->condition, true, *select->ifTrue, ifTrue);
    conditional(*select->condition, false, *select->ifFalse, ifFalse);
    Expr* condition = Cloner(module_).expr(select->condition);
    if (!ifTrue.empty())
      out.push_back(at.branch(condition, at.block(std::move(ifTrue)),
                              ifFalse.empty() ? nullptr : at.block(std::move(ifFalse))));
    else if (!ifFalse.empty())
      out.push_back(at.branch(at.logicalNot(condition), std::move(ifFalse)));
    return;
  }
  for (Expr** slot : operandSlots(const_cast<Expr&>(one)))
    expr(**slot, out);
}

void BoundsChecker::place(const Place& one, Stmts& out) {
  if (const auto* field = llvm::dyn_cast<FieldPlace>(&one))
    return place(*field->base, out);
  if (const auto* element = llvm::dyn_cast<IndexPlace>(&one)) {
    place(*element->base, out);
    expr(*element->index, out);
    index(*element, out);
  }
}

void BoundsChecker::index(const IndexPlace& element, Stmts& out) {
  const uint64_t count = llvm::cast<ArrayType>(element.base->type())->count();
  const std::optional<uint64_t> highest = ranges_.highest(*element.index);
  if (highest && *highest < count)
    return;
  const Build at(module_, element.index->loc());
  Expr* outside = isOutside(at, *element.index, count);
  ++checks_;
  out.push_back(at.branch(outside, {module_.make<FailStmt>(at.u32(ring::kFailBounds), at.loc)}));
  assume(ranges_, *outside, false, {});
}

/// In unsigned arithmetic a negative index is beyond every array.
Expr* BoundsChecker::isOutside(const Build& at, const Expr& index, uint64_t count) {
  const auto& type = llvm::cast<IntType>(*index.type());
  const bool isNarrow = type.bits() < 32;
  const Type* wide = isNarrow || type.isSigned()
                         ? module_.types.intType(type.bits() == 64 ? 64 : 32, false)
                         : index.type();
  return at.compare(BinaryOp::GreaterEqual, at.convert(wide, Cloner(module_).expr(&index)),
                    at.constant(wide, count));
}

} // namespace

void checkBounds(Module& module) {
  const HandlerCode nobody;
  const HandlerCode code = separateHandlerCode(module, [&](const Function& function) {
    Function* copy = Cloner(module).function(function);
    BoundsChecker checker(module, *copy, nobody);
    checker.block(*copy->body);
    return checker.checks() != 0;
  });
  for (const Function* function : code)
    BoundsChecker(module, *function, code).block(*function->body);
}

} // namespace ringc::transforms
