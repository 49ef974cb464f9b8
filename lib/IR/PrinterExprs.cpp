// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints expressions, places and locals. Each node notes its place where its own word stands in the
// text; the parser takes the places in the same order.

#include "Spelling.h"
#include "TextPrinter.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <fmt/format.h>

namespace ringc::ir {

namespace {

/// The field's name; its number where a message shows a field that the type does not have.
std::string fieldText(const Type& type, uint32_t field) {
  const auto* structType = llvm::dyn_cast<StructType>(&type);
  return structType && field < structType->fields().size()
             ? nameText(structType->fields()[field].name)
             : "#" + std::to_string(field);
}

} // namespace

void TextPrinter::local(const Local& local) {
  std::string& name = names_[&local];
  if (name.empty()) {
    name = "%" + nameText(local.name);
    if (const unsigned earlier = nameCounts_[local.name]++)
      name += "." + std::to_string(earlier);
  }
  os_ << name;
}

void TextPrinter::integer(const IntType& type, uint64_t bits) {
  const bool isNegative = type.isSigned() && (bits >> (type.bits() - 1)) != 0;
  if (isNegative)
    os_ << static_cast<int64_t>(bits << (64 - type.bits())) / (int64_t(1) << (64 - type.bits()));
  else
    os_ << bits;
  this->type(type);
}

/// The shortest decimal number that reads back as the same value.
void TextPrinter::floating(const FloatType& type, uint64_t bits) {
  std::string text = type.bits() == 32
                         ? fmt::format("{}", llvm::bit_cast<float>(static_cast<uint32_t>(bits)))
                         : fmt::format("{}", llvm::bit_cast<double>(bits));
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  os_ << text;
  this->type(type);
}

void TextPrinter::constant(const Type& type, uint64_t bits) {
  const auto* integerType = llvm::dyn_cast<IntType>(&type);
  const auto* floatType = llvm::dyn_cast<FloatType>(&type);
  const uint32_t width = integerType ? integerType->bits() : floatType ? floatType->bits() : 1;
  const bool fits = width == 64 || (bits >> width) == 0;
  if (fits && integerType)
    return integer(*integerType, bits);
  if (fits && type.kind() == TypeKind::Bool) {
    os_ << (bits != 0 ? "true" : "false");
    return;
  }
  const bool isFinite =
      floatType && std::isfinite(width == 32 ? llvm::bit_cast<float>(static_cast<uint32_t>(bits))
                                             : llvm::bit_cast<double>(bits));
  if (fits && isFinite)
    return floating(*floatType, bits);
  this->type(type);
  os_ << '#' << llvm::format_hex_no_prefix(bits, floatType ? width / 4 : 1);
}

void TextPrinter::place(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local:
    at(place.loc());
    return local(*llvm::cast<LocalPlace>(place).local);
  case PlaceKind::Field: {
    const auto& field = llvm::cast<FieldPlace>(place);
    this->place(*field.base);
    at(place.loc());
    os_ << '.' << fieldText(*field.base->type(), field.field);
    return;
  }
  case PlaceKind::Index: {
    const auto& index = llvm::cast<IndexPlace>(place);
    this->place(*index.base);
    at(place.loc());
    os_ << '[';
    expr(*index.index);
    os_ << ']';
    return;
  }
  case PlaceKind::SpanElement: {
    const auto& element = llvm::cast<SpanElementPlace>(place);
    at(place.loc());
    local(*element.span);
    os_ << '[';
    expr(*element.index);
    os_ << ']';
    return;
  }
  case PlaceKind::Cell: {
    const auto& cell = llvm::cast<CellPlace>(place);
    at(place.loc());
    os_ << "at(";
    local(*cell.cell);
    const auto* type = llvm::dyn_cast<CellType>(cell.cell->type);
    const uint32_t dims = type ? type->dims() : 3;
    os_ << ", " << cell.dx;
    if (dims > 1 || cell.dy != 0 || cell.dz != 0)
      os_ << ", " << cell.dy;
    if (dims > 2 || cell.dz != 0)
      os_ << ", " << cell.dz;
    os_ << ')';
    return;
  }
  }
}

void TextPrinter::exprList(const std::vector<Expr*>& exprs) {
  llvm::StringRef separator = "";
  for (const Expr* one : exprs) {
    os_ << separator;
    expr(*one);
    separator = ", ";
  }
}

void TextPrinter::operand(const UnaryExpr& unary) {
  // `-1i32` is one constant, `- 1i32` a negated one.
  os_ << spell(unary.op) << (llvm::isa<ConstantExpr>(unary.operand) ? " " : "");
  expr(*unary.operand);
}

void TextPrinter::conversion(const CastExpr& cast) {
  const bool isBitcast = cast.castKind == CastKind::Bitcast;
  os_ << (isBitcast ? "bitcast<" : "");
  type(*cast.type());
  os_ << (isBitcast ? ">(" : "(");
  expr(*cast.operand);
  os_ << ')';
}

void TextPrinter::expr(const Expr& expr) {
  if (const auto* binary = llvm::dyn_cast<BinaryExpr>(&expr)) {
    os_ << '(';
    this->expr(*binary->lhs);
    at(expr.loc());
    os_ << ' ' << spell(binary->op) << ' ';
    this->expr(*binary->rhs);
    os_ << ')';
    return;
  }
  at(expr.loc());
  switch (expr.kind()) {
  case ExprKind::Binary:
    return; // above: its word stands behind its first operand
  case ExprKind::Constant:
    return constant(*expr.type(), llvm::cast<ConstantExpr>(expr).bits);
  case ExprKind::Load:
    return place(*llvm::cast<LoadExpr>(expr).place);
  case ExprKind::Unary:
    return operand(llvm::cast<UnaryExpr>(expr));
  case ExprKind::Cast:
    return conversion(llvm::cast<CastExpr>(expr));
  case ExprKind::Select: {
    const auto& select = llvm::cast<SelectExpr>(expr);
    os_ << "select(";
    exprList({select.condition, select.ifTrue, select.ifFalse});
    os_ << ')';
    return;
  }
  case ExprKind::Builtin:
    os_ << spell(llvm::cast<BuiltinExpr>(expr).builtin) << '(';
    exprList(llvm::cast<BuiltinExpr>(expr).args);
    os_ << ')';
    return;
  case ExprKind::Construct:
    type(*expr.type());
    os_ << '{';
    exprList(llvm::cast<ConstructExpr>(expr).args);
    os_ << '}';
    return;
  case ExprKind::Extract: {
    const auto& extract = llvm::cast<ExtractExpr>(expr);
    os_ << "extract(";
    this->expr(*extract.base);
    os_ << ", " << fieldText(*extract.base->type(), extract.field) << ')';
    return;
  }
  case ExprKind::SpanSize:
    os_ << "size(";
    local(*llvm::cast<SpanSizeExpr>(expr).span);
    os_ << ')';
    return;
  case ExprKind::CellInfo:
    os_ << spell(llvm::cast<CellInfoExpr>(expr).info) << '(';
    local(*llvm::cast<CellInfoExpr>(expr).cell);
    os_ << ')';
    return;
  case ExprKind::ContextInfo:
    os_ << spell(llvm::cast<ContextInfoExpr>(expr).info) << "()";
    return;
  }
}

} // namespace ringc::ir
