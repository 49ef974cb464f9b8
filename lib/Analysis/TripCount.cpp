// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recognises counted loops. Whatever is not plainly of that form has no known count; a wrong count
// would let a handler send more than was reserved for it.

#include "ringc/Analysis/TripCount.h"
#include "ringc/IR/Walk.h"

namespace ringc::analysis {

using namespace ir;

namespace {

/// Wide enough for every 64-bit value and the step beyond it.
__extension__ using Wide = __int128; // no standard type: g++ -Wpedantic says so

std::optional<Wide> constantValue(const Expr* expr) {
  const auto* constant = llvm::dyn_cast_or_null<ConstantExpr>(expr);
  const auto* type = constant ? llvm::dyn_cast<IntType>(constant->type()) : nullptr;
  if (!type)
    return std::nullopt;
  if (!type->isSigned())
    return Wide(constant->bits);
  const unsigned shift = 64 - type->bits();
  return Wide(static_cast<int64_t>(constant->bits << shift) >> shift);
}

bool fits(Wide value, const Type& type) {
  const auto& integer = llvm::cast<IntType>(type);
  const Wide one = 1;
  return integer.isSigned()
             ? value >= -(one << (integer.bits() - 1)) && value < (one << (integer.bits() - 1))
             : value >= 0 && value < (one << integer.bits());
}

/// The counter that `expr` reads, perhaps converted to other integer types, which are collected.
const Local* counterOf(const Expr* expr, std::vector<const Type*>& types) {
  while (const auto* cast = llvm::dyn_cast<CastExpr>(expr)) {
    if (cast->castKind != CastKind::Convert || !llvm::isa<IntType>(cast->type()))
      return nullptr;
    types.push_back(cast->type());
    expr = cast->operand;
  }
  const auto* load = llvm::dyn_cast<LoadExpr>(expr);
  const auto* place = load ? llvm::dyn_cast<LocalPlace>(load->place) : nullptr;
  if (!place || !llvm::isa<IntType>(place->type()))
    return nullptr;
  types.push_back(place->type());
  return place->local;
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
  default: // symmetric, or no comparison at all: the caller looks at the result
    return op;
  }
}

/// `counter op limit`.
struct Test {
  const Local* counter = nullptr;
  BinaryOp op = BinaryOp::Equal;
  Wide limit = 0;
  std::vector<const Type*> types; ///< that the counter passes through
};

std::optional<Test> testOf(const Expr* condition) {
  const auto* binary = llvm::dyn_cast_or_null<BinaryExpr>(condition);
  if (!binary)
    return std::nullopt;
  Test test;
  test.op = binary->op;
  const Expr* counter = binary->lhs;
  std::optional<Wide> limit = constantValue(binary->rhs);
  if (!limit) {
    limit = constantValue(binary->lhs);
    counter = binary->rhs;
    test.op = mirrored(test.op);
  }
  if (!limit)
    return std::nullopt;
  test.limit = *limit;
  test.counter = counterOf(counter, test.types);
  return test.counter ? std::optional(test) : std::nullopt;
}

std::optional<Wide> startOf(const Block* init, const Local* counter) {
  if (!init)
    return std::nullopt;
  for (const Stmt* stmt : init->stmts) {
    const auto* decl = llvm::dyn_cast<DeclStmt>(stmt);
    if (decl && decl->local == counter)
      return constantValue(decl->init);
  }
  return std::nullopt;
}

/// c of a step that is only `counter = counter + c` (or minus, or with conversions around).
std::optional<Wide> strideOf(const Block* step, const Local* counter,
                             std::vector<const Type*>& types) {
  if (!step || step->stmts.size() != 1)
    return std::nullopt;
  const auto* store = llvm::dyn_cast<StoreStmt>(step->stmts.front());
  const auto* place = store ? llvm::dyn_cast<LocalPlace>(store->place) : nullptr;
  if (!place || place->local != counter)
    return std::nullopt;
  const Expr* value = store->value;
  while (const auto* cast = llvm::dyn_cast<CastExpr>(value)) {
    if (cast->castKind != CastKind::Convert || !llvm::isa<IntType>(cast->type()))
      return std::nullopt;
    types.push_back(cast->type());
    value = cast->operand;
  }
  const auto* binary = llvm::dyn_cast<BinaryExpr>(value);
  if (!binary || (binary->op != BinaryOp::Add && binary->op != BinaryOp::Sub))
    return std::nullopt;
  const std::optional<Wide> amount = constantValue(binary->rhs);
  if (!amount || counterOf(binary->lhs, types) != counter)
    return std::nullopt;
  return binary->op == BinaryOp::Add ? *amount : -*amount;
}

bool isChangedIn(const Block& body, const Local* counter) {
  bool isChanged = false;
  walkPlaces(body, [&](const Place& place, PlaceUse use) {
    isChanged |= use != PlaceUse::Read && rootOf(place) == counter;
  });
  return isChanged;
}

/// Times that `start + n * stride op limit` holds from n = 0 on.
std::optional<Wide> countOf(const Test& test, Wide start, Wide stride) {
  Wide distance = 0;
  switch (test.op) {
  case BinaryOp::Less:
    distance = test.limit - start;
    break;
  case BinaryOp::LessEqual:
    distance = test.limit - start + 1;
    break;
  case BinaryOp::Greater:
    distance = start - test.limit;
    stride = -stride;
    break;
  case BinaryOp::GreaterEqual:
    distance = start - test.limit + 1;
    stride = -stride;
    break;
  case BinaryOp::NotEqual:
    distance = test.limit - start;
    if (stride < 0) {
      distance = -distance;
      stride = -stride;
    }
    if (stride == 0 || distance % stride != 0 || distance < 0)
      return std::nullopt;
    break;
  default: // no comparison of order: not a counted loop
    return std::nullopt;
  }
  if (distance <= 0)
    return Wide(0);
  return stride > 0 ? std::optional((distance + stride - 1) / stride) : std::nullopt;
}

} // namespace

std::optional<uint64_t> maxTripCount(const LoopStmt& loop) {
  std::optional<Test> test = testOf(loop.condition);
  if (!test || isChangedIn(*loop.body, test->counter))
    return std::nullopt;
  const std::optional<Wide> start = startOf(loop.init, test->counter);
  const std::optional<Wide> stride = strideOf(loop.step, test->counter, test->types);
  if (!start || !stride)
    return std::nullopt;
  std::optional<Wide> count = countOf(*test, *start, *stride);
  if (!count || *count > Wide(UINT64_MAX))
    return std::nullopt;
  // A conversion or a sum that wraps would make the sequence another one.
  for (const Type* type : test->types)
    if (!fits(*start, *type) || !fits(*start + *count * *stride, *type))
      return std::nullopt;
  const bool runsOnceAnyway = loop.testAtEnd && *count == 0;
  return runsOnceAnyway ? 1 : static_cast<uint64_t>(*count);
}

} // namespace ringc::analysis
