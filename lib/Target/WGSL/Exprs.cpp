// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions. WGSL's grammar mixes fewer operators than C's: what it does not take gets
// parentheses.

#include "../Common/Literals.h"
#include "WgslPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::wgsl {

using namespace ir;

namespace {

constexpr int kPrimary = 16;
constexpr int kUnary = 15;
constexpr int kMultiply = 13;
constexpr int kAdd = 12;
constexpr int kShift = 11;
constexpr int kCompare = 9;
constexpr int kBits = 7;
constexpr int kAnd = 4;
constexpr int kOr = 3;

struct Operator {
  const char* text;
  int precedence;
};

Operator operatorOf(BinaryOp op) {
  static constexpr Operator kOperators[] = {
      {"+", kAdd},      {"-", kAdd},      {"*", kMultiply}, {"/", kMultiply}, {"%", kMultiply},
      {"&", kBits},     {"|", kBits - 1}, {"^", kBits - 2}, {"<<", kShift},   {">>", kShift},
      {"&&", kAnd},     {"||", kOr},      {"==", kCompare}, {"!=", kCompare}, {"<", kCompare},
      {"<=", kCompare}, {">", kCompare},  {">=", kCompare}};
  return kOperators[static_cast<size_t>(op)];
}

/// Whether `inner` stands in `outer` as it is.
bool nests(int outer, int inner, bool isRight) {
  if (inner >= kUnary)
    return true;
  switch (outer) {
  case kMultiply:
    return inner == kMultiply && !isRight;
  case kAdd:
    return inner == kMultiply || (inner == kAdd && !isRight);
  case kCompare:
    return inner == kMultiply || inner == kAdd;
  case kAnd:
  case kOr:
    return inner == kCompare || (inner == outer && !isRight);
  default:
    return false;
  }
}

bool isWide(const Type& type) { return llvm::isa<IntType>(type) && type.size() == 8; }

} // namespace

std::string WgslPrinter::operand(const Expr& expr, int outer, bool isRight) {
  Text inner = text(expr);
  return nests(outer, inner.precedence, isRight) ? inner.text : "(" + inner.text + ")";
}

WgslPrinter::Text WgslPrinter::text(const Expr& expr) {
  switch (expr.kind()) {
  case ExprKind::Constant:
    return constant(llvm::cast<ConstantExpr>(expr));
  case ExprKind::Load:
    return {loadPlace(*llvm::cast<LoadExpr>(expr).place), kPrimary};
  case ExprKind::Unary:
    return unary(llvm::cast<UnaryExpr>(expr));
  case ExprKind::Binary:
    return binary(llvm::cast<BinaryExpr>(expr));
  case ExprKind::Cast:
    return cast(llvm::cast<CastExpr>(expr));
  case ExprKind::Select: {
    const auto& select = llvm::cast<SelectExpr>(expr);
    const std::string callee =
        select.type()->isAggregate() ? selector(*select.type()) : std::string("select");
    return {fmt::format("{}({}, {}, {})", callee, this->expr(*select.ifFalse),
                        this->expr(*select.ifTrue), this->expr(*select.condition)),
            kPrimary};
  }
  case ExprKind::Builtin:
    return builtin(llvm::cast<BuiltinExpr>(expr));
  case ExprKind::Construct:
    return {construct(llvm::cast<ConstructExpr>(expr)), kPrimary};
  case ExprKind::Extract: {
    const auto& extract = llvm::cast<ExtractExpr>(expr);
    return {fmt::format("{}.{}", operand(*extract.base, kPrimary, true),
                        fields_.of(llvm::cast<StructType>(*extract.base->type()), extract.field)),
            kPrimary};
  }
  case ExprKind::SpanSize:
    return {fmt::format("vec2<u32>({}, 0u)", counts_.lookup(llvm::cast<SpanSizeExpr>(expr).span)),
            kPrimary};
  case ExprKind::CellInfo: {
    static constexpr const char* kFields[] = {"x", "y", "z", "extentX", "extentY", "extentZ"};
    return {fmt::format("ring_cell.{}",
                        kFields[static_cast<size_t>(llvm::cast<CellInfoExpr>(expr).info)]),
            kPrimary};
  }
  case ExprKind::ContextInfo:
    return {contextInfo(llvm::cast<ContextInfoExpr>(expr)), kPrimary};
  }
  RINGC_UNREACHABLE("unknown expression kind");
}

WgslPrinter::Text WgslPrinter::constant(const ConstantExpr& constant) {
  if (constant.type()->kind() == TypeKind::Bool)
    return {constant.bits ? "true" : "false", kPrimary};
  if (llvm::isa<FloatType>(constant.type())) {
    if (!target::isFinite(constant)) {
      library_.need("wgsl/math/bits.wgsl");
      return {fmt::format("ring_float({:#x}u)", constant.bits), kPrimary};
    }
    std::string text = target::decimal(target::floatOf(constant)) + "f";
    const int precedence = text.front() == '-' ? kUnary : kPrimary;
    return {std::move(text), precedence};
  }
  const auto& type = llvm::cast<IntType>(*constant.type());
  if (type.bits() == 64)
    return {fmt::format("vec2<u32>({}u, {}u)", static_cast<uint32_t>(constant.bits),
                        constant.bits >> 32),
            kPrimary};
  if (!type.isSigned())
    return {fmt::format("{}u", constant.bits), kPrimary};
  const int64_t value = target::signedOf(constant);
  if (value == INT32_MIN) // a literal has no sign of its own
    return {"i32(-2147483648)", kPrimary};
  return {fmt::format("{}i", value), value < 0 ? kUnary : kPrimary};
}

WgslPrinter::Text WgslPrinter::unary(const UnaryExpr& unary) {
  const Type& type = *unary.type();
  if (isWide(type))
    return wideUnary(unary);
  std::string inner = operand(*unary.operand, kUnary, true);
  if (inner.front() == '-')
    inner = "(" + inner + ")";
  const auto* integer = llvm::dyn_cast<IntType>(&type);
  if (unary.op == UnaryOp::Negate && integer && !integer->isSigned()) // u32 has no unary minus
    return {wrapped(type, fmt::format("(0u - {})", inner)), kPrimary};
  const char* op = unary.op == UnaryOp::Negate ? "-" : unary.op == UnaryOp::BitNot ? "~" : "!";
  if (type.size() < 4 && integer)
    return {wrapped(type, op + inner), kPrimary};
  return {op + inner, kUnary};
}

std::string WgslPrinter::shiftAmount(const Expr& amount, unsigned width) {
  if (const auto* constant = llvm::dyn_cast<ConstantExpr>(&amount))
    return fmt::format("{}u", constant->bits & (width - 1));
  const auto& type = llvm::cast<IntType>(*amount.type());
  if (type.bits() == 64)
    return operand(amount, kPrimary, true) + ".x";
  return type.isSigned() ? fmt::format("u32({})", expr(amount)) : operand(amount, kShift, true);
}

WgslPrinter::Text WgslPrinter::binary(const BinaryExpr& binary) {
  const Type& side = *binary.lhs->type();
  if (isWide(side))
    return wideBinary(binary);
  // Implementations make `!=` of floats an ordered comparison, which a NaN fails.
  if (binary.op == BinaryOp::NotEqual && llvm::isa<FloatType>(side))
    return {fmt::format("!({} == {})", operand(*binary.lhs, kCompare, false),
                        operand(*binary.rhs, kCompare, true)),
            kUnary};
  const Operator op = operatorOf(binary.op);
  std::string right;
  const auto* divisor = llvm::dyn_cast<ConstantExpr>(binary.rhs);
  const bool divides = binary.op == BinaryOp::Div || binary.op == BinaryOp::Rem;
  if (binary.op == BinaryOp::Shl || binary.op == BinaryOp::Shr) {
    right = shiftAmount(*binary.rhs, static_cast<unsigned>(side.size()) * 8);
  } else if (divides && divisor && divisor->bits == 0 && llvm::isa<IntType>(side)) {
    // Refused as a constant, although it may never be reached.
    library_.need("wgsl/math/bits.wgsl");
    right = fmt::format("ring_opaque_{}({})", type(side), expr(*binary.rhs));
  } else {
    right = operand(*binary.rhs, op.precedence, true);
  }
  std::string text =
      fmt::format("{} {} {}", operand(*binary.lhs, op.precedence, false), op.text, right);
  if (llvm::isa<IntType>(binary.type()) && binary.type()->size() < 4)
    return {wrapped(*binary.type(), "(" + text + ")"), kPrimary};
  return {std::move(text), op.precedence};
}

std::string WgslPrinter::construct(const ConstructExpr& construct) {
  std::string args;
  for (const Expr* arg : construct.args)
    args += (args.empty() ? "" : ", ") + expr(*arg);
  return fmt::format("{}({})", type(*construct.type()), args);
}

std::string WgslPrinter::contextInfo(const ContextInfoExpr& info) {
  switch (info.info) {
  case ContextInfo::Self:
  case ContextInfo::Sender: {
    // Two words in the device files; `ring::ActorId` is a struct of the module.
    const bool isSelf = info.info == ContextInfo::Self;
    const std::string words = isSelf ? "ring_ctx.self_" : "ring_ctx.sender";
    return fmt::format("{}({}.x, {}.y & 0xffffu, {}.y >> 16u)", type(*info.type()), words, words,
                       words);
  }
  case ContextInfo::Failed:
    return "ring_failed()";
  case ContextInfo::FailCode:
    return "ring_ctx.failCode";
  }
  RINGC_UNREACHABLE("unknown context info");
}

namespace {

/// What WGSL calls the same, or our own function and its file.
struct Spelling {
  const char* name;
  const char* file;
};

Spelling spellingOf(Builtin builtin) {
  constexpr const char* bits = "wgsl/math/bits.wgsl";
  switch (builtin) {
  case Builtin::FMin:
    return {"ring_fmin", bits};
  case Builtin::FMax:
    return {"ring_fmax", bits};
  case Builtin::Sqrt:
    return {"sqrt", nullptr};
  case Builtin::Cbrt:
    return {"ring_cbrt", "wgsl/math/cbrt.wgsl"};
  case Builtin::Hypot:
    return {"ring_hypot", "wgsl/math/hypot.wgsl"};
  case Builtin::Fma:
    return {"fma", nullptr};
  case Builtin::Fmod:
    return {"ring_fmod", "wgsl/math/fmod.wgsl"};
  case Builtin::Copysign:
    return {"ring_copysign", bits};
  case Builtin::Floor:
    return {"floor", nullptr};
  case Builtin::Ceil:
    return {"ceil", nullptr};
  case Builtin::Round:
    return {"ring_round", bits};
  case Builtin::Trunc:
    return {"trunc", nullptr};
  case Builtin::Exp:
    return {"ring_exp", "wgsl/math/exp.wgsl"};
  case Builtin::Expm1:
    return {"ring_expm1", "wgsl/math/expm1.wgsl"};
  case Builtin::Exp2:
    return {"ring_exp2", "wgsl/math/exp2.wgsl"};
  case Builtin::Log:
    return {"ring_log", "wgsl/math/log.wgsl"};
  case Builtin::Log2:
    return {"ring_log2", "wgsl/math/log.wgsl"};
  case Builtin::Log10:
    return {"ring_log10", "wgsl/math/log.wgsl"};
  case Builtin::Log1p:
    return {"ring_log1p", "wgsl/math/log1p.wgsl"};
  case Builtin::Pow:
    return {"ring_pow", "wgsl/math/pow.wgsl"};
  case Builtin::Sin:
    return {"ring_sin", "wgsl/math/trig.wgsl"};
  case Builtin::Cos:
    return {"ring_cos", "wgsl/math/trig.wgsl"};
  case Builtin::Tan:
    return {"ring_tan", "wgsl/math/trig.wgsl"};
  case Builtin::Asin:
    return {"ring_asin", "wgsl/math/arc.wgsl"};
  case Builtin::Acos:
    return {"ring_acos", "wgsl/math/arc.wgsl"};
  case Builtin::Atan:
    return {"ring_atan", "wgsl/math/arc.wgsl"};
  case Builtin::Atan2:
    return {"ring_atan2", "wgsl/math/arc.wgsl"};
  case Builtin::Sinh:
    return {"ring_sinh", "wgsl/math/hyperbolic.wgsl"};
  case Builtin::Cosh:
    return {"ring_cosh", "wgsl/math/hyperbolic.wgsl"};
  case Builtin::Tanh:
    return {"ring_tanh", "wgsl/math/hyperbolic.wgsl"};
  case Builtin::Erf:
    return {"ring_erf", "wgsl/math/erf.wgsl"};
  case Builtin::Erfc:
    return {"ring_erfc", "wgsl/math/erfc.wgsl"};
  case Builtin::IsNan:
    return {"ring_isnan", bits};
  case Builtin::IsInf:
    return {"ring_isinf", bits};
  case Builtin::IsFinite:
    return {"ring_isfinite", bits};
  case Builtin::SignBit:
    return {"ring_signbit", bits};
  default:
    break;
  }
  switch (builtin) { // the rest is called in WGSL as in the IR's text
#define RING_BUILTIN(Name, Text, Arity, Rule)                                                      \
  case Builtin::Name:                                                                              \
    return {Text, nullptr};
#include "ringc/IR/Builtins.def"
  }
  RINGC_UNREACHABLE("unknown builtin");
}

const char* indexName(Builtin builtin) {
  static constexpr const char* kNames[] = {
      "ring_tid.x",    "ring_tid.y",    "ring_tid.z",  "ring_gid.x",  "ring_gid.y",
      "ring_gid.z",    "ring_size.x",   "ring_size.y", "ring_size.z", "ring_groups.x",
      "ring_groups.y", "ring_groups.z", "ring_lane"};
  return kNames[static_cast<size_t>(builtin) - static_cast<size_t>(Builtin::ThreadX)];
}

} // namespace

WgslPrinter::Text WgslPrinter::builtin(const BuiltinExpr& builtin) {
  const Builtin which = builtin.builtin;
  if (which >= Builtin::ThreadX)
    return {indexName(which), kPrimary};
  const Type& type = *builtin.args[0]->type();
  const bool isFloat = llvm::isa<FloatType>(type);
  if (which >= Builtin::Popcount)
    return {bitCount(builtin), kPrimary};
  std::string args;
  for (const Expr* arg : builtin.args)
    args += (args.empty() ? "" : ", ") + expr(*arg);
  if (which == Builtin::Abs && !isFloat) {
    const auto& integer = llvm::cast<IntType>(type);
    if (!integer.isSigned())
      return text(*builtin.args[0]);
    return {integer.bits() == 64 ? fmt::format("{}({})", helper("ring_abs64"), args)
                                 : wrapped(type, fmt::format("abs({})", args)),
            kPrimary};
  }
  if (which == Builtin::Min || which == Builtin::Max) {
    const char* name = which == Builtin::Min ? "min" : "max";
    if (isFloat) {
      library_.need("wgsl/math/bits.wgsl");
      return {fmt::format("ring_{}({})", name, args), kPrimary};
    }
    if (isWide(type))
      return {fmt::format("{}({})",
                          helper(fmt::format("ring_{}{}64", name,
                                             llvm::cast<IntType>(type).isSigned() ? "I" : "U")),
                          args),
              kPrimary};
    return {fmt::format("{}({})", name, args), kPrimary};
  }
  const Spelling spelling = spellingOf(which);
  if (spelling.file)
    library_.need(spelling.file);
  // A constant argument would be evaluated, and refused, when the shader is made.
  const bool isConstant =
      llvm::all_of(builtin.args, [](const Expr* arg) { return llvm::isa<ConstantExpr>(arg); });
  if (isConstant && isFloat && !spelling.file) {
    library_.need("wgsl/math/bits.wgsl");
    args.clear();
    for (const Expr* arg : builtin.args)
      args += (args.empty() ? "" : ", ") + fmt::format("ring_opaque({})", expr(*arg));
  }
  if (which == Builtin::Rsqrt) // what the host computes
    return {fmt::format("1.0f / sqrt({})", args), kMultiply};
  return {fmt::format("{}({})", spelling.name, args), kPrimary};
}

std::string WgslPrinter::bitCount(const BuiltinExpr& builtin) {
  const auto& type = llvm::cast<IntType>(*builtin.args[0]->type());
  const std::string arg = expr(*builtin.args[0]);
  const bool isPopcount = builtin.builtin == Builtin::Popcount;
  const bool isLeading = builtin.builtin == Builtin::CountLeadingZeros;
  if (type.bits() == 64)
    return fmt::format("{}({})",
                       helper(isPopcount  ? "ring_popcount64"
                              : isLeading ? "ring_clz64"
                                          : "ring_ctz64"),
                       arg);
  const char* name = isPopcount  ? "countOneBits"
                     : isLeading ? "countLeadingZeros"
                                 : "countTrailingZeros";
  if (type.bits() == 32)
    return fmt::format("i32({}({}))", name, arg);
  const uint32_t mask = (1u << type.bits()) - 1;
  const std::string bits = fmt::format("(u32({}) & {:#x}u)", arg, mask);
  if (isPopcount)
    return fmt::format("i32({}({}))", name, bits);
  if (isLeading)
    return fmt::format("(i32({}({})) - {}i)", name, bits, 32 - type.bits());
  return fmt::format("i32({}({} | {:#x}u))", name, bits, mask + 1);
}

} // namespace ringc::wgsl
