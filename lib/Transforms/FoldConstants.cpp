// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WGSL refuses constant expressions that overflow, and evaluates others with more precision than
// the program asks for: what is constant is folded here instead, integers modulo 2^bits and floats
// as IEEE 754 says. What has no value in C++ (division by zero of integers) is left as it is.

#include "Build.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"
#include <bit>
#include <optional>

namespace ringc::transforms {

using namespace ir;

namespace {

using Bits = std::optional<uint64_t>;

uint64_t truncated(uint64_t value, unsigned bits) {
  return bits >= 64 ? value : value & ((uint64_t(1) << bits) - 1);
}

int64_t signExtended(uint64_t value, unsigned bits) {
  return static_cast<int64_t>(value << (64 - bits)) >> (64 - bits);
}

template <class T> Bits foldCompare(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Equal:
    return a == b;
  case BinaryOp::NotEqual:
    return a != b;
  case BinaryOp::Less:
    return a < b;
  case BinaryOp::LessEqual:
    return a <= b;
  case BinaryOp::Greater:
    return a > b;
  case BinaryOp::GreaterEqual:
    return a >= b;
  default:
    return std::nullopt;
  }
}

template <class T> std::optional<T> foldFloat(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Add:
    return a + b;
  case BinaryOp::Sub:
    return a - b;
  case BinaryOp::Mul:
    return a * b;
  case BinaryOp::Div:
    return a / b;
  default:
    return std::nullopt;
  }
}

double asDouble(const Type& type, uint64_t bits) {
  return type.size() == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                          : std::bit_cast<double>(bits);
}

Bits foldFloatBinary(BinaryOp op, const Type& type, uint64_t a, uint64_t b) {
  if (Bits compared = foldCompare(op, asDouble(type, a), asDouble(type, b)))
    return compared;
  if (type.size() == 8) {
    const auto result = foldFloat(op, std::bit_cast<double>(a), std::bit_cast<double>(b));
    return result ? Bits(std::bit_cast<uint64_t>(*result)) : std::nullopt;
  }
  const auto result = foldFloat(op, std::bit_cast<float>(static_cast<uint32_t>(a)),
                                std::bit_cast<float>(static_cast<uint32_t>(b)));
  return result ? Bits(std::bit_cast<uint32_t>(*result)) : std::nullopt;
}

Bits foldDivision(BinaryOp op, const IntType& type, uint64_t a, uint64_t b) {
  if (b == 0)
    return std::nullopt;
  if (!type.isSigned())
    return op == BinaryOp::Div ? a / b : a % b;
  const int64_t left = signExtended(a, type.bits());
  const int64_t right = signExtended(b, type.bits());
  if (right == -1) // also of the lowest value, which wraps
    return op == BinaryOp::Div ? truncated(0 - a, type.bits()) : 0;
  return truncated(static_cast<uint64_t>(op == BinaryOp::Div ? left / right : left % right),
                   type.bits());
}

Bits foldIntBinary(BinaryOp op, const IntType& type, uint64_t a, uint64_t b) {
  const unsigned bits = type.bits();
  switch (op) {
  case BinaryOp::Add:
    return truncated(a + b, bits);
  case BinaryOp::Sub:
    return truncated(a - b, bits);
  case BinaryOp::Mul:
    return truncated(a * b, bits);
  case BinaryOp::Div:
  case BinaryOp::Rem:
    return foldDivision(op, type, a, b);
  case BinaryOp::BitAnd:
    return a & b;
  case BinaryOp::BitOr:
    return a | b;
  case BinaryOp::BitXor:
    return a ^ b;
  case BinaryOp::Shl:
    return b < bits ? Bits(truncated(a << b, bits)) : std::nullopt;
  case BinaryOp::Shr:
    if (b >= bits)
      return std::nullopt;
    return type.isSigned() ? truncated(static_cast<uint64_t>(signExtended(a, bits) >> b), bits)
                           : a >> b;
  default:
    return type.isSigned() ? foldCompare(op, signExtended(a, bits), signExtended(b, bits))
                           : foldCompare(op, a, b);
  }
}

Bits foldBinary(const BinaryExpr& binary) {
  const auto* left = llvm::dyn_cast<ConstantExpr>(binary.lhs);
  const auto* right = llvm::dyn_cast<ConstantExpr>(binary.rhs);
  if (!left || !right)
    return std::nullopt;
  const Type& type = *left->type();
  if (const auto* integer = llvm::dyn_cast<IntType>(&type))
    return foldIntBinary(binary.op, *integer, left->bits, right->bits);
  if (llvm::isa<FloatType>(type))
    return foldFloatBinary(binary.op, type, left->bits, right->bits);
  if (binary.op == BinaryOp::LogicalAnd)
    return left->bits & right->bits;
  if (binary.op == BinaryOp::LogicalOr)
    return left->bits | right->bits;
  return foldCompare(binary.op, left->bits, right->bits);
}

Bits foldUnary(const UnaryExpr& unary) {
  const auto* operand = llvm::dyn_cast<ConstantExpr>(unary.operand);
  if (!operand)
    return std::nullopt;
  const unsigned bits = static_cast<unsigned>(operand->type()->size()) * 8;
  switch (unary.op) {
  case UnaryOp::Negate:
    if (llvm::isa<FloatType>(operand->type()))
      return operand->bits ^ (uint64_t(1) << (bits - 1));
    return truncated(0 - operand->bits, bits);
  case UnaryOp::BitNot:
    return truncated(~operand->bits, bits);
  case UnaryOp::LogicalNot:
    return operand->bits ^ 1;
  }
  return std::nullopt;
}

Bits fromDouble(const Type& to, double value) {
  if (to.kind() == TypeKind::Bool)
    return value != 0;
  if (llvm::isa<FloatType>(to))
    return to.size() == 4 ? std::bit_cast<uint32_t>(static_cast<float>(value))
                          : std::bit_cast<uint64_t>(value);
  const auto& integer = llvm::cast<IntType>(to);
  const double limit = std::bit_cast<double>(uint64_t(1023 + integer.bits()) << 52); // 2^bits
  if (!(value > (integer.isSigned() ? -limit / 2 - 1 : -1) &&
        value < (integer.isSigned() ? limit / 2 : limit)))
    return std::nullopt;
  return integer.isSigned()
             ? truncated(static_cast<uint64_t>(static_cast<int64_t>(value)), integer.bits())
             : static_cast<uint64_t>(value);
}

Bits foldCast(const CastExpr& cast) {
  const auto* operand = llvm::dyn_cast<ConstantExpr>(cast.operand);
  if (!operand || !cast.type()->isScalar())
    return std::nullopt;
  if (cast.castKind == CastKind::Bitcast)
    return operand->bits;
  const Type& from = *operand->type();
  const Type& to = *cast.type();
  if (llvm::isa<FloatType>(from))
    return fromDouble(to, asDouble(from, operand->bits));
  const auto* integer = llvm::dyn_cast<IntType>(&from);
  const bool isSigned = integer && integer->isSigned();
  const int64_t wide =
      isSigned ? signExtended(operand->bits, integer->bits()) : static_cast<int64_t>(operand->bits);
  if (to.kind() == TypeKind::Bool)
    return operand->bits != 0;
  if (const auto* target = llvm::dyn_cast<IntType>(&to))
    return truncated(static_cast<uint64_t>(wide), target->bits());
  if (to.size() == 4)
    return std::bit_cast<uint32_t>(isSigned ? static_cast<float>(wide)
                                            : static_cast<float>(operand->bits));
  return std::bit_cast<uint64_t>(isSigned ? static_cast<double>(wide)
                                          : static_cast<double>(operand->bits));
}

void fold(Module& module, Expr*& slot) {
  for (Expr** operand : operandSlots(*slot))
    fold(module, *operand);
  Bits result;
  if (const auto* binary = llvm::dyn_cast<BinaryExpr>(slot)) {
    result = foldBinary(*binary);
  } else if (const auto* unary = llvm::dyn_cast<UnaryExpr>(slot)) {
    result = foldUnary(*unary);
  } else if (const auto* cast = llvm::dyn_cast<CastExpr>(slot)) {
    result = foldCast(*cast);
  } else if (const auto* select = llvm::dyn_cast<SelectExpr>(slot)) {
    if (const auto* condition = llvm::dyn_cast<ConstantExpr>(select->condition))
      slot = condition->bits ? select->ifTrue : select->ifFalse;
    return;
  }
  if (result)
    slot = Build(module, slot->loc()).constant(slot->type(), *result);
}

} // namespace

void foldConstants(Module& module) {
  for (Function* function : module.functions)
    walkStmts(*function->body, [&](const Stmt& stmt) {
      for (Expr** slot : operandSlots(const_cast<Stmt&>(stmt)))
        fold(module, *slot);
    });
}

} // namespace ringc::transforms
