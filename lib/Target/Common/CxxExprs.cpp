// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions and places as C++. Both sides of an operation have its type in the IR, so C++
// converts nothing on its own here except below 32 bits, where it promotes: such results are cast
// back.

#include "CxxPrinter.h"
#include "ringc/Support/Check.h"

namespace ringc::target {

using namespace ir;

namespace {

constexpr int kPrimary = 16;
constexpr int kUnary = 15;
constexpr int kTernary = 3;

struct Operator {
  const char* text;
  int precedence;
};

Operator operatorOf(BinaryOp op) {
  switch (op) {
  case BinaryOp::Mul:
    return {"*", 13};
  case BinaryOp::Div:
    return {"/", 13};
  case BinaryOp::Rem:
    return {"%", 13};
  case BinaryOp::Add:
    return {"+", 12};
  case BinaryOp::Sub:
    return {"-", 12};
  case BinaryOp::Shl:
    return {"<<", 11};
  case BinaryOp::Shr:
    return {">>", 11};
  case BinaryOp::Less:
    return {"<", 9};
  case BinaryOp::LessEqual:
    return {"<=", 9};
  case BinaryOp::Greater:
    return {">", 9};
  case BinaryOp::GreaterEqual:
    return {">=", 9};
  case BinaryOp::Equal:
    return {"==", 8};
  case BinaryOp::NotEqual:
    return {"!=", 8};
  case BinaryOp::BitAnd:
    return {"&", 7};
  case BinaryOp::BitXor:
    return {"^", 6};
  case BinaryOp::BitOr:
    return {"|", 5};
  case BinaryOp::LogicalAnd:
    return {"&&", 4};
  case BinaryOp::LogicalOr:
    return {"||", 3};
  }
  RINGC_UNREACHABLE("unknown operator");
}

bool isBitOperator(int precedence) {
  return precedence == 11 || (precedence >= 5 && precedence <= 7);
}

/// Whether an operand of precedence `inner` needs parentheses: by the grammar, or because readers
/// and compilers stumble without.
bool needsParentheses(int outer, int inner, bool isRight) {
  if (inner < outer || (inner == outer && isRight))
    return true;
  if (inner == outer || inner >= kUnary)
    return false;
  return isBitOperator(outer) || isBitOperator(inner) || (outer == 3 && inner == 4);
}

bool isPromoted(const Type& type) { return llvm::isa<IntType>(type) && type.size() < 4; }

} // namespace

std::string CxxPrinter::expr(const Expr& expr) { return text(expr).text; }

std::string CxxPrinter::atLeast(const Expr& expr, int precedence) {
  Text inner = text(expr);
  return inner.precedence >= precedence ? inner.text : "(" + inner.text + ")";
}

CxxPrinter::Text CxxPrinter::text(const Expr& expr) {
  switch (expr.kind()) {
  case ExprKind::Constant: {
    std::string literal = dialect_.literal(llvm::cast<ConstantExpr>(expr));
    const int precedence = literal.front() == '-' ? kUnary : kPrimary;
    return {std::move(literal), precedence};
  }
  case ExprKind::Load:
    return place(*llvm::cast<LoadExpr>(expr).place);
  case ExprKind::Unary:
    return unary(llvm::cast<UnaryExpr>(expr));
  case ExprKind::Binary:
    return binary(llvm::cast<BinaryExpr>(expr));
  case ExprKind::Cast:
    return cast(llvm::cast<CastExpr>(expr));
  case ExprKind::Select: {
    const auto& select = llvm::cast<SelectExpr>(expr);
    return {fmt::format("{} ? {} : {}", atLeast(*select.condition, kTernary + 1),
                        atLeast(*select.ifTrue, kTernary + 1),
                        atLeast(*select.ifFalse, kTernary + 1)),
            kTernary - 1};
  }
  case ExprKind::Builtin:
    return builtin(llvm::cast<BuiltinExpr>(expr));
  case ExprKind::Construct:
    return {construct(llvm::cast<ConstructExpr>(expr)), kPrimary};
  case ExprKind::Extract: {
    const auto& extract = llvm::cast<ExtractExpr>(expr);
    return {fmt::format("{}.{}", atLeast(*extract.base, kPrimary),
                        fields_.of(llvm::cast<StructType>(*extract.base->type()), extract.field)),
            kPrimary};
  }
  case ExprKind::SpanSize:
    if (!dialect_.narrowCounts)
      return {countName(*llvm::cast<SpanSizeExpr>(expr).span), kPrimary};
    return {
        fmt::format("{}({})", type(*expr.type()), countName(*llvm::cast<SpanSizeExpr>(expr).span)),
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

CxxPrinter::Text CxxPrinter::unary(const UnaryExpr& unary) {
  const char* op = unary.op == UnaryOp::Negate ? "-" : unary.op == UnaryOp::BitNot ? "~" : "!";
  std::string operand = atLeast(*unary.operand, kUnary);
  // `- -1` must not become `--1`.
  if (operand.front() == '-')
    operand = "(" + operand + ")";
  if (isPromoted(*unary.type()))
    return {fmt::format("{}({}{})", type(*unary.type()), op, operand), kPrimary};
  return {op + operand, kUnary};
}

CxxPrinter::Text CxxPrinter::binary(const BinaryExpr& binary) {
  const Operator op = operatorOf(binary.op);
  const auto operand = [&](const Expr& side, bool isRight) {
    Text inner = text(side);
    return needsParentheses(op.precedence, inner.precedence, isRight) ? "(" + inner.text + ")"
                                                                      : inner.text;
  };
  std::string result =
      fmt::format("{} {} {}", operand(*binary.lhs, false), op.text, operand(*binary.rhs, true));
  if (isPromoted(*binary.type()))
    return {fmt::format("{}({})", type(*binary.type()), result), kPrimary};
  return {std::move(result), op.precedence};
}

CxxPrinter::Text CxxPrinter::cast(const CastExpr& cast) {
  const Type& to = *cast.type();
  const Type& from = *cast.operand->type();
  if (cast.castKind == CastKind::Bitcast)
    return {dialect_.bitcast(to, from, expr(*cast.operand)), kPrimary};
  const auto* size = llvm::dyn_cast<SpanSizeExpr>(cast.operand);
  if (size && to.size() == 4 && llvm::isa<IntType>(to) && dialect_.narrowCounts)
    return {countName(*size->span), kPrimary};
  return {fmt::format("{}({})", type(to), expr(*cast.operand)), kPrimary};
}

CxxPrinter::Text CxxPrinter::builtin(const BuiltinExpr& builtin) {
  const Type* operandType = builtin.args.empty() ? builtin.type() : builtin.args[0]->type();
  const BuiltinSpelling spelling = dialect_.builtin(builtin.builtin, operandType);
  if (builtin.builtin == Builtin::GroupLane && dialect_.hasAddressSpaces)
    return {context_ + ".lane", kPrimary};
  if (builtin.builtin == Builtin::GroupLane && scope_ == Scope::Warp) // a block may hold several
    return {spelling.callee + " % 32u", operatorOf(BinaryOp::Div).precedence};
  if (builtin.args.empty())
    return {spelling.callee, kPrimary};
  if (builtin.builtin == Builtin::Rsqrt) // what the host computes, to the bit
    return {fmt::format("{} / {}({})", operandType->size() == 4 ? "1.0f" : "1.0", spelling.callee,
                        expr(*builtin.args[0])),
            operatorOf(BinaryOp::Div).precedence};
  std::string args;
  for (const Expr* arg : builtin.args)
    args += (args.empty() ? "" : ", ") + expr(*arg);
  return {fmt::format("{}({})", spelling.callee, args), kPrimary};
}

std::string CxxPrinter::construct(const ConstructExpr& construct) {
  std::string args;
  const auto* type = llvm::dyn_cast<StructType>(construct.type());
  const auto add = [&](llvm::StringRef text) { args += (args.empty() ? "" : ", ") + text.str(); };
  for (size_t i = 0; i < construct.args.size(); ++i) {
    if (type && gapBefore(*type, i) != 0)
      add("{}");
    add(expr(*construct.args[i]));
  }
  if (llvm::isa<ArrayType>(construct.type()) && !args.empty())
    args = "{" + args + "}";
  return fmt::format("{}{{{}}}", this->type(*construct.type()), args);
}

std::string CxxPrinter::contextInfo(const ContextInfoExpr& info) {
  switch (info.info) {
  case ContextInfo::Self:
    return fmt::format("ring_self({})", context_);
  case ContextInfo::Sender:
    return fmt::format("ring_sender({})", context_);
  case ContextInfo::Failed:
    return fmt::format("ring_failed({})", context_);
  case ContextInfo::FailCode:
    return fmt::format("ring_failCode({})", context_);
  }
  RINGC_UNREACHABLE("unknown context info");
}

CxxPrinter::Text CxxPrinter::place(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local:
    return {locals_.of(llvm::cast<LocalPlace>(place).local).str(), kPrimary};
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    return {fmt::format("{}.{}", this->place(*field.base).text,
                        fields_.of(llvm::cast<StructType>(*field.base->type()), field.field)),
            kPrimary};
  }
  case PlaceKind::Index: {
    const auto& index = llvm::cast<IndexPlace>(place);
    return {fmt::format("{}{}{}]", this->place(*index.base).text, dialect_.subscript,
                        expr(*index.index)),
            kPrimary};
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    return {fmt::format("{}[{}]", locals_.of(element.span), expr(*element.index)), kPrimary};
  }
  case PlaceKind::Cell:
    return cellPlace(llvm::cast<CellPlace>(place));
  }
  RINGC_UNREACHABLE("unknown place kind");
}

/// The cell's parameter is a pointer to the centre; `ring_cell` knows the pitches.
CxxPrinter::Text CxxPrinter::cellPlace(const CellPlace& place) {
  std::string offset;
  const auto add = [&](int32_t count, llvm::StringRef pitch) {
    if (count == 0)
      return;
    const int64_t size = count < 0 ? -static_cast<int64_t>(count) : count;
    if (!offset.empty())
      offset += count < 0 ? " - " : " + ";
    else if (count < 0)
      offset += "-";
    if (pitch.empty())
      offset += fmt::format("{}", size);
    else
      offset += size == 1 ? pitch.str() : fmt::format("{} * {}", size, pitch);
  };
  add(place.dz, "ring_cell.slice");
  add(place.dy, "ring_cell.row");
  add(place.dx, "");
  return {fmt::format("{}[{}]", locals_.of(place.cell), offset.empty() ? "0" : offset), kPrimary};
}

bool CxxPrinter::isSameExpr(const Expr& a, const Expr& b) const {
  if (a.kind() != b.kind() || a.type() != b.type())
    return false;
  if (const auto* constant = llvm::dyn_cast<ConstantExpr>(&a))
    return constant->bits == llvm::cast<ConstantExpr>(b).bits;
  const auto* load = llvm::dyn_cast<LoadExpr>(&a);
  return load && isSamePlace(*load->place, *llvm::cast<LoadExpr>(b).place);
}

bool CxxPrinter::isSamePlace(const Place& a, const Place& b) const {
  if (a.kind() != b.kind())
    return false;
  switch (a.kind()) {
  case PlaceKind::Local:
    return llvm::cast<LocalPlace>(a).local == llvm::cast<LocalPlace>(b).local;
  case PlaceKind::Field:
    return llvm::cast<FieldPlace>(a).field == llvm::cast<FieldPlace>(b).field &&
           isSamePlace(*llvm::cast<FieldPlace>(a).base, *llvm::cast<FieldPlace>(b).base);
  case PlaceKind::Index:
    return isSamePlace(*llvm::cast<IndexPlace>(a).base, *llvm::cast<IndexPlace>(b).base) &&
           isSameExpr(*llvm::cast<IndexPlace>(a).index, *llvm::cast<IndexPlace>(b).index);
  case PlaceKind::SpanElement:
    return llvm::cast<SpanElementPlace>(a).span == llvm::cast<SpanElementPlace>(b).span &&
           isSameExpr(*llvm::cast<SpanElementPlace>(a).index,
                      *llvm::cast<SpanElementPlace>(b).index);
  case PlaceKind::Cell:
    return llvm::cast<CellPlace>(a).cell == llvm::cast<CellPlace>(b).cell &&
           llvm::cast<CellPlace>(a).dx == llvm::cast<CellPlace>(b).dx &&
           llvm::cast<CellPlace>(a).dy == llvm::cast<CellPlace>(b).dy &&
           llvm::cast<CellPlace>(a).dz == llvm::cast<CellPlace>(b).dz;
  }
  RINGC_UNREACHABLE("unknown place kind");
}

} // namespace ringc::target
