// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions between scalars, and arithmetic of 64-bit integers, which
// runtime/device/wgsl/int64.wgsl does on pairs of words.

#include "WgslPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::wgsl {

using namespace ir;

static constexpr int kPrimary = 16;
static constexpr int kBits = 7;

std::string WgslPrinter::helper(llvm::StringRef name) {
  library_.need("wgsl/int64.wgsl");
  return name.str();
}

std::string WgslPrinter::wrapped(const Type& type, const std::string& value) {
  const auto& integer = llvm::cast<IntType>(type);
  if (integer.bits() >= 32)
    return value;
  return integer.isSigned() ? fmt::format("extractBits({}, 0u, {}u)", value, integer.bits())
                            : fmt::format("({} & {:#x}u)", value, (1u << integer.bits()) - 1);
}

WgslPrinter::Text WgslPrinter::wideUnary(const UnaryExpr& unary) {
  if (unary.op == UnaryOp::BitNot)
    return {"~" + operand(*unary.operand, kPrimary, true), 15};
  return {fmt::format("{}({})", helper("ring_neg64"), expr(*unary.operand)), kPrimary};
}

WgslPrinter::Text WgslPrinter::wideBinary(const BinaryExpr& binary) {
  const bool isSigned = llvm::cast<IntType>(binary.lhs->type())->isSigned();
  const char* sign = isSigned ? "I" : "U";
  const auto call = [&](const std::string& name, const std::string& a, const std::string& b) {
    return Text{fmt::format("{}({}, {})", helper(name), a, b), kPrimary};
  };
  const std::string a = expr(*binary.lhs);
  if (binary.op == BinaryOp::Shl)
    return call("ring_shl64", a, shiftAmount(*binary.rhs, 64));
  if (binary.op == BinaryOp::Shr)
    return call(fmt::format("ring_shr{}64", sign), a, shiftAmount(*binary.rhs, 64));
  const std::string b = expr(*binary.rhs);
  const auto bitwise = [&](const char* op) {
    return Text{fmt::format("{} {} {}", operand(*binary.lhs, kBits, true), op,
                            operand(*binary.rhs, kBits, true)),
                kBits};
  };
  const auto less = [&](const std::string& x, const std::string& y, bool negated) {
    Text text = call(fmt::format("ring_less{}64", sign), x, y);
    return negated ? Text{"!" + text.text, 15} : text;
  };
  switch (binary.op) {
  case BinaryOp::Add:
    return call("ring_add64", a, b);
  case BinaryOp::Sub:
    return call("ring_sub64", a, b);
  case BinaryOp::Mul:
    return call("ring_mul64", a, b);
  case BinaryOp::Div:
    return call(fmt::format("ring_div{}64", sign), a, b);
  case BinaryOp::Rem:
    return call(fmt::format("ring_rem{}64", sign), a, b);
  case BinaryOp::BitAnd:
    return bitwise("&");
  case BinaryOp::BitOr:
    return bitwise("|");
  case BinaryOp::BitXor:
    return bitwise("^");
  case BinaryOp::Equal:
    return {
        fmt::format("all({} == {})", operand(*binary.lhs, 9, true), operand(*binary.rhs, 9, true)),
        kPrimary};
  case BinaryOp::NotEqual:
    return {
        fmt::format("any({} != {})", operand(*binary.lhs, 9, true), operand(*binary.rhs, 9, true)),
        kPrimary};
  case BinaryOp::Less:
    return less(a, b, false);
  case BinaryOp::Greater:
    return less(b, a, false);
  case BinaryOp::LessEqual:
    return less(b, a, true);
  case BinaryOp::GreaterEqual:
    return less(a, b, true);
  case BinaryOp::Shl:
  case BinaryOp::Shr:
  case BinaryOp::LogicalAnd:
  case BinaryOp::LogicalOr:
    break;
  }
  RINGC_UNREACHABLE("no operator of 64-bit integers");
}

/// `value` must need no parentheses as an argument or before `.x`.
std::string WgslPrinter::convert(const Type& to, const Type& from, const std::string& value) {
  const auto* fromInt = llvm::dyn_cast<IntType>(&from);
  const bool fromWide = fromInt && fromInt->bits() == 64;
  const bool fromSigned = fromInt && fromInt->isSigned();
  if (to.kind() == TypeKind::Bool) {
    if (from.kind() == TypeKind::Bool)
      return value;
    if (fromWide)
      return fmt::format("any({} != vec2<u32>())", value);
    if (!fromInt) // a NaN is true, and `!=` may say otherwise
      return fmt::format("!({} == 0.0f)", value);
    return fmt::format("({} != {})", value, fromSigned ? "0i" : "0u");
  }
  if (llvm::isa<FloatType>(to)) {
    if (fromWide)
      return fmt::format("{}({})", helper(fromSigned ? "ring_i64ToF32" : "ring_u64ToF32"), value);
    if (fromInt && fromInt->bits() == 32) { // the others are exact
      library_.need("wgsl/math/bits.wgsl");
      return fmt::format("ring_f32Of{}({})", fromSigned ? "I32" : "U32", value);
    }
    return llvm::isa<FloatType>(from) ? value : fmt::format("f32({})", value);
  }
  const auto& toInt = llvm::cast<IntType>(to);
  if (toInt.bits() == 64) {
    if (fromWide)
      return value;
    if (llvm::isa<FloatType>(from))
      return fmt::format("{}({})", helper(toInt.isSigned() ? "ring_f32ToI64" : "ring_f32ToU64"),
                         value);
    if (fromSigned)
      return fmt::format("{}({})", helper("ring_widen"), value);
    return fmt::format("vec2<u32>({}, 0u)", fromInt ? value : fmt::format("u32({})", value));
  }
  const char* name = toInt.isSigned() ? "i32" : "u32";
  if (fromWide) {
    const std::string low = value + ".x";
    return wrapped(to, toInt.isSigned() ? fmt::format("bitcast<i32>({})", low) : low);
  }
  const bool isSameWord = fromInt && fromSigned == toInt.isSigned();
  const std::string word = isSameWord ? value : fmt::format("{}({})", name, value);
  // A value of a smaller type, or of an unsigned one that fits, is in range already.
  const bool inRange = !fromInt || (fromInt->bits() <= toInt.bits() && isSameWord) ||
                       (fromInt->bits() < toInt.bits() && !fromSigned);
  return inRange ? word : wrapped(to, word);
}

WgslPrinter::Text WgslPrinter::cast(const CastExpr& cast) {
  const Type& to = *cast.type();
  const Type& from = *cast.operand->type();
  const bool toFloat = llvm::isa<FloatType>(to);
  if (cast.castKind == CastKind::Bitcast && toFloat != llvm::isa<FloatType>(from))
    return {fmt::format("bitcast<{}>({})", type(to), expr(*cast.operand)), kPrimary};
  const auto* size = llvm::dyn_cast<SpanSizeExpr>(cast.operand);
  if (size && llvm::isa<IntType>(to) && to.size() == 4)
    return {llvm::cast<IntType>(to).isSigned() ? fmt::format("i32({})", counts_.lookup(size->span))
                                               : counts_.lookup(size->span),
            kPrimary};
  Text inner = text(*cast.operand);
  if (inner.precedence != kPrimary)
    inner.text = "(" + inner.text + ")";
  return {convert(to, from, inner.text), kPrimary};
}

} // namespace ringc::wgsl
