// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interval arithmetic with 0 as the lower end.

#include "Ranges.h"
#include "ringc/Support/Check.h"
#include "ringkernel/abi/Launch.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace ringc::transforms {

using namespace ir;

using Bound = std::optional<uint64_t>;

/// What the type alone says.
static Bound ofType(const Type& type) {
  if (type.kind() == TypeKind::Bool)
    return 1;
  const auto* integer = llvm::dyn_cast<IntType>(&type);
  if (!integer || integer->isSigned() || integer->bits() == 64)
    return std::nullopt;
  return (uint64_t(1) << integer->bits()) - 1;
}

/// `bound` where it is tighter than the type.
static Bound tighter(Bound bound, Bound type) {
  if (!bound || !type)
    return bound ? bound : type;
  return std::min(*bound, *type);
}

std::optional<Ranges::Key> Ranges::keyOf(const Place& place) {
  if (const auto* local = llvm::dyn_cast<LocalPlace>(&place)) {
    const bool isOwn = local->local->isReference()
                           ? local->local->space == AddressSpace::Message && local->local->isConst
                           : local->local->kind != LocalKind::Shared;
    return isOwn ? std::optional<Key>({local->local, {}}) : std::nullopt;
  }
  const auto* field = llvm::dyn_cast<FieldPlace>(&place);
  std::optional<Key> key = field ? keyOf(*field->base) : std::nullopt;
  if (key)
    key->second.push_back(field->field);
  return key;
}

bool Ranges::canBound(const Place& place) { return keyOf(place).has_value(); }

void Ranges::tighten(const Place& place, uint64_t highest) {
  const std::optional<Key> key = keyOf(place);
  if (key && !aliased_.contains(key->first)) {
    const auto [known, isNew] = places_.try_emplace(*key, highest);
    known->second = std::min(known->second, highest);
  }
}

void Ranges::forget(const Local* local) {
  std::erase_if(places_, [&](const auto& known) { return known.first.first == local; });
}

Bound Ranges::ofPlace(const Place& place) const {
  const std::optional<Key> key = keyOf(place);
  const auto known = key ? places_.find(*key) : places_.end();
  return known == places_.end() ? std::nullopt : Bound(known->second);
}

Bound Ranges::highest(const Expr& expr) const {
  const Bound type = ofType(*expr.type());
  switch (expr.kind()) {
  case ExprKind::Constant: {
    const auto* integer = llvm::dyn_cast<IntType>(expr.type());
    const uint64_t bits = llvm::cast<ConstantExpr>(expr).bits;
    if (integer && integer->isSigned() && (bits >> (integer->bits() - 1)) != 0)
      return std::nullopt; // negative
    return integer || type ? Bound(bits) : std::nullopt;
  }
  case ExprKind::Load:
    return tighter(ofPlace(*llvm::cast<LoadExpr>(expr).place), type);
  case ExprKind::SpanSize:
    return ring::abi::kMaxLaunchCount;
  case ExprKind::Cast: {
    const auto& cast = llvm::cast<CastExpr>(expr);
    if (cast.castKind != CastKind::Convert || !llvm::isa<IntType>(cast.type()) ||
        llvm::isa<FloatType>(cast.operand->type()))
      return type;
    const Bound operand = highest(*cast.operand);
    const uint64_t bits = cast.type()->size() * 8;
    const bool fits = operand && (bits == 64 ? *operand < (uint64_t(1) << 63)
                                             : *operand < (uint64_t(1) << (bits - 1)));
    const bool isSigned = llvm::cast<IntType>(cast.type())->isSigned();
    return fits ? operand : (isSigned ? std::nullopt : type);
  }
  case ExprKind::Binary:
    return tighter(ofBinary(llvm::cast<BinaryExpr>(expr)), type);
  case ExprKind::Builtin:
    return tighter(ofBuiltin(llvm::cast<BuiltinExpr>(expr)), type);
  case ExprKind::Select: {
    const auto& select = llvm::cast<SelectExpr>(expr);
    const Bound a = highest(*select.ifTrue);
    const Bound b = highest(*select.ifFalse);
    return a && b ? Bound(std::max(*a, *b)) : type;
  }
  case ExprKind::Unary:
  case ExprKind::Construct:
  case ExprKind::Extract:
  case ExprKind::CellInfo:
  case ExprKind::ContextInfo:
    return type;
  }
  RINGC_UNREACHABLE("unknown expression kind");
}

Bound Ranges::ofBinary(const BinaryExpr& binary) const {
  if (!llvm::isa<IntType>(binary.type()))
    return std::nullopt;
  const Bound a = highest(*binary.lhs);
  const Bound b = highest(*binary.rhs);
  // A sum or product that leaves the type wraps: then nothing is known.
  const unsigned bits = static_cast<unsigned>(binary.type()->size()) * 8;
  const uint64_t limit = bits == 64 ? ~uint64_t(0) >> 1 : (uint64_t(1) << (bits - 1)) - 1;
  bool overflows = false;
  uint64_t value = 0;
  switch (binary.op) {
  case BinaryOp::Add:
    if (!a || !b)
      return std::nullopt;
    value = llvm::SaturatingAdd(*a, *b, &overflows);
    break;
  case BinaryOp::Mul:
    if (!a || !b)
      return std::nullopt;
    value = llvm::SaturatingMultiply(*a, *b, &overflows);
    break;
  case BinaryOp::Div:
  case BinaryOp::Shr:
    return a && b ? a : std::nullopt;
  case BinaryOp::Rem:
    return a && b && *b > 0 ? Bound(std::min(*a, *b - 1)) : std::nullopt;
  case BinaryOp::BitAnd:
    return tighter(a, b);
  default:
    return std::nullopt;
  }
  return overflows || value > limit ? std::nullopt : Bound(value);
}

Bound Ranges::ofBuiltin(const BuiltinExpr& builtin) const {
  const auto blockSize = [&](Builtin first) {
    return std::max(
        1u,
        function_->blockSize[static_cast<size_t>(builtin.builtin) - static_cast<size_t>(first)]);
  };
  switch (builtin.builtin) {
  case Builtin::ThreadX:
  case Builtin::ThreadY:
  case Builtin::ThreadZ:
    return blockSize(Builtin::ThreadX) - 1;
  case Builtin::BlockSizeX:
  case Builtin::BlockSizeY:
  case Builtin::BlockSizeZ:
    return blockSize(Builtin::BlockSizeX);
  case Builtin::BlockX:
  case Builtin::BlockY:
  case Builtin::BlockZ:
    return ring::abi::kMaxLaunchCount / blockSize(Builtin::BlockX) - 1;
  case Builtin::GridSizeX:
  case Builtin::GridSizeY:
  case Builtin::GridSizeZ:
    return ring::abi::kMaxLaunchCount / blockSize(Builtin::GridSizeX);
  case Builtin::Min: {
    const Bound a = highest(*builtin.args[0]);
    const Bound b = highest(*builtin.args[1]);
    return llvm::isa<IntType>(builtin.type()) && a && b ? Bound(std::min(*a, *b)) : std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

} // namespace ringc::transforms
