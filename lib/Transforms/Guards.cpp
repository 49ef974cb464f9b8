// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comparisons of a place with something bounded, and counters that start and step by constants.
// Whatever has another form says nothing: a wrong bound would let an index out of its array.

#include "Guards.h"
#include "Locals.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

namespace {

uint64_t highestOfType(const IntType& type) {
  return ~uint64_t(0) >> (64 - type.bits() + (type.isSigned() ? 1 : 0));
}

/// left op right, or its opposite.
struct Comparison {
  const Expr* left;
  const Expr* right;
  BinaryOp op;
};

std::optional<BinaryOp> opposite(BinaryOp op) {
  switch (op) {
  case BinaryOp::Less:
    return BinaryOp::GreaterEqual;
  case BinaryOp::LessEqual:
    return BinaryOp::Greater;
  case BinaryOp::Greater:
    return BinaryOp::LessEqual;
  case BinaryOp::GreaterEqual:
    return BinaryOp::Less;
  case BinaryOp::NotEqual:
    return BinaryOp::Equal;
  default: // says nothing
    return std::nullopt;
  }
}

BinaryOp mirrored(BinaryOp op) {
  switch (op) {
  case BinaryOp::Less:
    return BinaryOp::Greater;
  case BinaryOp::LessEqual:
    return BinaryOp::GreaterEqual;
  case BinaryOp::Greater:
    return BinaryOp::Less;
  case BinaryOp::GreaterEqual:
    return BinaryOp::LessEqual;
  default: // symmetric, or no comparison
    return op;
  }
}

/// The place that `expr` reads, if nobody stores to it.
const Place* watched(const Expr& expr, const Changed& changed) {
  const auto* load = llvm::dyn_cast<LoadExpr>(&expr);
  if (!load || !llvm::isa<IntType>(load->type()) || !Ranges::canBound(*load->place) ||
      changed.contains(rootOf(*load->place)))
    return nullptr;
  return load->place;
}

/// `expr` never holds more than `highest`: so does what it converts.
void boundAbove(Ranges& ranges, const Expr& expr, uint64_t highest, const Changed& changed) {
  const auto* type = llvm::dyn_cast<IntType>(expr.type());
  if (const Place* place = watched(expr, changed)) {
    if (!type->isSigned() || ranges.highest(expr))
      ranges.tighten(*place, highest);
    return;
  }
  const auto* cast = llvm::dyn_cast<CastExpr>(&expr);
  const auto* from = cast ? llvm::dyn_cast<IntType>(cast->operand->type()) : nullptr;
  if (!type || !from || cast->castKind != CastKind::Convert || from->bits() > type->bits())
    return;
  // A negative one, seen as unsigned, is above every value of its own type.
  if (!type->isSigned() && from->isSigned()) {
    const Place* place = watched(*cast->operand, changed);
    if (place && highest <= highestOfType(*from))
      ranges.tighten(*place, highest);
  } else if (type->isSigned() == from->isSigned() || from->bits() < type->bits()) {
    boundAbove(ranges, *cast->operand, highest, changed);
  }
}

/// `expr`, if it is signed, is not negative.
void boundBelow(Ranges& ranges, const Expr& expr, const Changed& changed) {
  if (const Place* place = watched(expr, changed))
    ranges.tighten(*place, highestOfType(*llvm::cast<IntType>(expr.type())));
}

bool isNotNegative(const Expr& expr) {
  const auto* constant = llvm::dyn_cast<ConstantExpr>(&expr);
  const auto* type = llvm::dyn_cast<IntType>(expr.type());
  return constant && type && type->isSigned() && (constant->bits >> (type->bits() - 1)) == 0;
}

void assumeComparison(Ranges& ranges, const Comparison& is, const Changed& changed) {
  if (!llvm::isa<IntType>(is.left->type()))
    return;
  const std::optional<uint64_t> limit = ranges.highest(*is.right);
  switch (is.op) {
  case BinaryOp::Less:
    if (limit)
      boundAbove(ranges, *is.left, *limit == 0 ? 0 : *limit - 1, changed);
    return;
  case BinaryOp::LessEqual:
  case BinaryOp::Equal:
    if (limit && is.op == BinaryOp::Equal)
      boundBelow(ranges, *is.left, changed);
    if (limit)
      boundAbove(ranges, *is.left, *limit, changed);
    return;
  case BinaryOp::Greater:
  case BinaryOp::GreaterEqual:
    if (isNotNegative(*is.right))
      boundBelow(ranges, *is.left, changed);
    return;
  default: // says nothing of bounds
    return;
  }
}

/// c of the one store `counter = counter op c` in `step`, with its operator.
struct Stride {
  BinaryOp op;
  uint64_t by;
};
std::optional<Stride> strideOf(const Block* step, const Local& counter) {
  std::optional<Stride> stride;
  bool isOther = !step;
  if (step)
    walkPlaces(*step, [&](const Place& place, PlaceUse use) {
      isOther |= use != PlaceUse::Read && use != PlaceUse::Write && rootOf(place) == &counter;
    });
  for (const Stmt* stmt : step ? llvm::ArrayRef<Stmt*>(step->stmts) : llvm::ArrayRef<Stmt*>()) {
    const auto* store = llvm::dyn_cast<StoreStmt>(stmt);
    if (!store || rootOf(*store->place) != &counter) {
      isOther |= !store && !childBlocks(*stmt).empty();
      continue;
    }
    const auto* sum = llvm::dyn_cast<BinaryExpr>(store->value);
    const auto* from = sum ? llvm::dyn_cast<LoadExpr>(sum->lhs) : nullptr;
    const auto* by = sum ? llvm::dyn_cast<ConstantExpr>(sum->rhs) : nullptr;
    const bool isPlain = from && by && llvm::isa<LocalPlace>(from->place) &&
                         rootOf(*from->place) == &counter &&
                         (sum->op == BinaryOp::Add || sum->op == BinaryOp::Sub);
    isOther |= !isPlain || stride;
    if (isPlain)
      stride = Stride{sum->op, by->bits};
  }
  return isOther ? std::nullopt : stride;
}

/// The comparison of the counter that the loop goes on by.
std::optional<Comparison> testOf(const Expr* condition, const Local& counter) {
  const auto* binary = llvm::dyn_cast_or_null<BinaryExpr>(condition);
  if (!binary)
    return std::nullopt;
  if (binary->op == BinaryOp::LogicalAnd) {
    const std::optional<Comparison> left = testOf(binary->lhs, counter);
    return left ? left : testOf(binary->rhs, counter);
  }
  const auto reads = [&](const Expr& expr) {
    const auto* load = llvm::dyn_cast<LoadExpr>(&expr);
    return load && llvm::isa<LocalPlace>(load->place) && rootOf(*load->place) == &counter;
  };
  if (reads(*binary->lhs))
    return Comparison{binary->lhs, binary->rhs, binary->op};
  if (reads(*binary->rhs))
    return Comparison{binary->rhs, binary->lhs, mirrored(binary->op)};
  return std::nullopt;
}

/// A counter that goes up from a bounded start is not negative; one that goes down stays below it.
void assumeCounter(Ranges& ranges, const LoopStmt& loop, const DeclStmt& decl) {
  const auto* type = llvm::dyn_cast<IntType>(decl.local->type);
  const std::optional<uint64_t> start =
      type && decl.init ? ranges.highest(*decl.init) : std::nullopt;
  const std::optional<Stride> stride = start ? strideOf(loop.step, *decl.local) : std::nullopt;
  const std::optional<Comparison> test =
      stride ? testOf(loop.condition, *decl.local) : std::nullopt;
  if (!test)
    return;
  const LocalPlace place(decl.local, decl.loc());
  if (stride->op == BinaryOp::Add) {
    // Below a limit of its own type, one more is still of that type.
    if (type->isSigned() && test->op == BinaryOp::Less && stride->by == 1)
      ranges.tighten(place, highestOfType(*type));
    return;
  }
  const bool staysAbove =
      type->isSigned() ? (test->op == BinaryOp::GreaterEqual || test->op == BinaryOp::Greater) &&
                             isNotNegative(*test->right)
                       : test->op == BinaryOp::Greater && stride->by == 1;
  const bool isForward = !type->isSigned() || stride->by <= highestOfType(*type);
  if (staysAbove && isForward)
    ranges.tighten(place, *start);
}

} // namespace

void assume(Ranges& ranges, const Expr& condition, bool holds, const Changed& changed) {
  if (const auto* unary = llvm::dyn_cast<UnaryExpr>(&condition)) {
    if (unary->op == UnaryOp::LogicalNot)
      assume(ranges, *unary->operand, !holds, changed);
    return;
  }
  const auto* binary = llvm::dyn_cast<BinaryExpr>(&condition);
  if (!binary)
    return;
  const bool isAnd = binary->op == BinaryOp::LogicalAnd;
  if (isAnd || binary->op == BinaryOp::LogicalOr) {
    if (isAnd != holds)
      return; // one of the two, but which?
    // Twice: `i < 8 && i >= 0` is of use in the other order.
    for (int round = 0; round < 2; ++round)
      for (const Expr* side : {binary->lhs, binary->rhs})
        assume(ranges, *side, holds, changed);
    return;
  }
  const std::optional<BinaryOp> op = holds ? binary->op : opposite(binary->op);
  if (!op)
    return;
  assumeComparison(ranges, {binary->lhs, binary->rhs, *op}, changed);
  assumeComparison(ranges, {binary->rhs, binary->lhs, mirrored(*op)}, changed);
}

void assumeInBody(Ranges& ranges, const LoopStmt& loop, const Changed& changed) {
  if (loop.testAtEnd || !loop.condition)
    return;
  if (loop.init)
    for (const Stmt* stmt : loop.init->stmts) {
      const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
      if (decl && !changed.contains(decl->local))
        assumeCounter(ranges, loop, *decl);
    }
  assume(ranges, *loop.condition, true, changed);
}

std::optional<uint64_t> turnsOf(const Ranges& ranges, const LoopStmt& loop) {
  if (loop.testAtEnd || !loop.init)
    return std::nullopt;
  const Changed changed = changedLocals(*loop.body);
  for (const Stmt* stmt : loop.init->stmts) {
    const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
    const auto* type = decl ? llvm::dyn_cast<IntType>(decl->local->type) : nullptr;
    if (!type || !decl->init || changed.contains(decl->local))
      continue;
    const std::optional<uint64_t> start = ranges.highest(*decl->init);
    const std::optional<Stride> stride = strideOf(loop.step, *decl->local);
    const std::optional<Comparison> test = testOf(loop.condition, *decl->local);
    const bool isBelow = test && (test->op == BinaryOp::Less || test->op == BinaryOp::LessEqual);
    const std::optional<uint64_t> limit = isBelow ? ranges.highest(*test->right) : std::nullopt;
    const uint64_t most = highestOfType(*type);
    // A step beyond the limit must not wrap.
    if (start && stride && stride->op == BinaryOp::Add && limit && stride->by > 0 &&
        stride->by <= most && *limit <= most - stride->by)
      return *limit + 1;
  }
  return std::nullopt;
}

void assumeIndex(Ranges& ranges, Local& index, const Expr& count) {
  const auto& type = llvm::cast<IntType>(*index.type);
  const std::optional<uint64_t> limit = ranges.highest(count);
  const LocalPlace place(&index, index.loc);
  ranges.tighten(place, !limit ? highestOfType(type) : *limit == 0 ? 0 : *limit - 1);
}

} // namespace ringc::transforms
