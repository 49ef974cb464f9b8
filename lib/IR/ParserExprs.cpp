// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads expressions and places. A node takes its place in the list behind '@' where its own word
// stands in the text. Only what would make a node impossible is refused here.

#include "TextParser.h"
#include "ringc/IR/Limits.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Error.h"

namespace ringc::ir {

bool TextParser::integerBits(const IntType& type, uint64_t& bits) {
  const Token& at = token();
  const uint64_t mask = ~uint64_t(0) >> (64 - type.bits());
  const uint64_t largest = type.isSigned() ? mask >> 1 : mask;
  llvm::StringRef digits = at.text;
  const bool isNegative = digits.consume_front("-");
  const bool isTooLarge = digits.getAsInteger(10, bits) || bits > largest + (isNegative ? 1 : 0) ||
                          (isNegative && !type.isSigned());
  if (isTooLarge)
    return error(DiagId::IRBadType, at,
                 fmt::format("'{}' is not a value of '{}'", at.text, at.suffix));
  if (isNegative)
    bits = (~bits + 1) & mask;
  next();
  return true;
}

bool TextParser::floatBits(const FloatType& type, uint64_t& bits) {
  const auto& semantics =
      type.bits() == 32 ? llvm::APFloat::IEEEsingle() : llvm::APFloat::IEEEdouble();
  llvm::APFloat value(semantics);
  auto status = value.convertFromString(token().text, llvm::APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return syntaxError("a number");
  }
  if (!value.isFinite())
    return error(DiagId::IRBadType, token(),
                 fmt::format("'{}' is not a value of '{}'", token().text, token().suffix));
  bits = value.bitcastToAPInt().getZExtValue();
  next();
  return true;
}

/// A constant of `type`, or of the type that its suffix names where `type` is null.
bool TextParser::constantBits(const Type* type, uint64_t& bits) {
  const Type* suffix = scalarType(token().suffix);
  if (!suffix || (type && type != suffix))
    return syntaxError("a constant with its type, e.g. '1i32'");
  if (const auto* real = llvm::dyn_cast<FloatType>(suffix))
    return floatBits(*real, bits);
  if (const auto* integer = llvm::dyn_cast<IntType>(suffix);
      integer && token().kind == TokenKind::Integer)
    return integerBits(*integer, bits);
  return syntaxError("a constant with its type, e.g. '1i32'");
}

Expr* TextParser::constant() {
  const Location loc = nextLocation();
  const Type* type = scalarType(token().suffix);
  uint64_t bits = 0;
  return constantBits(nullptr, bits) ? module_->make<ConstantExpr>(type, bits, loc) : nullptr;
}

bool TextParser::exprList(llvm::StringRef close, std::vector<Expr*>& exprs) {
  while (!failed_ && !isPunctuation(close)) {
    Expr* one = expr();
    if (!one)
      return false;
    exprs.push_back(one);
    if (!isPunctuation(close) && !expect(","))
      return false;
  }
  return expect(close);
}

Expr* TextParser::expr() {
  const Nesting nesting(depth_);
  if (depth_ > maxNesting && tooDeep())
    return nullptr;
  return primary();
}

Expr* TextParser::primary() {
  switch (token().kind) {
  case TokenKind::Integer:
  case TokenKind::Real:
    return constant();
  case TokenKind::String:
    return construct();
  case TokenKind::Identifier:
    return word();
  case TokenKind::Local: {
    const Location loc = nextLocation();
    Place* from = place();
    return from ? module_->make<LoadExpr>(from, loc) : nullptr;
  }
  case TokenKind::Punctuation:
    if (accept("("))
      return binary();
    if (const auto op = unspell<UnaryOp>(token().text)) {
      next();
      return unary(*op);
    }
    break;
  case TokenKind::Hex:
  case TokenKind::End:
    break;
  }
  syntaxError("an expression");
  return nullptr;
}

Expr* TextParser::unary(UnaryOp op) {
  const Location loc = nextLocation();
  Expr* operand = expr();
  return operand ? module_->make<UnaryExpr>(op, operand, loc) : nullptr;
}

/// Behind '('.
Expr* TextParser::binary() {
  Expr* lhs = expr();
  if (!lhs)
    return nullptr;
  const auto op = unspell<BinaryOp>(token().text);
  if (token().kind != TokenKind::Punctuation || !op) {
    syntaxError("an operator");
    return nullptr;
  }
  next();
  const Location loc = nextLocation();
  Expr* rhs = expr();
  if (!rhs || !expect(")"))
    return nullptr;
  const bool isBool =
      isComparison(*op) || *op == BinaryOp::LogicalAnd || *op == BinaryOp::LogicalOr;
  return module_->make<BinaryExpr>(*op, isBool ? module_->types.boolType() : lhs->type(), lhs, rhs,
                                   loc);
}

Expr* TextParser::conversion(const Type* to, CastKind kind, Location loc) {
  if (!expect("("))
    return nullptr;
  Expr* operand = expr();
  if (!operand || !expect(")"))
    return nullptr;
  return module_->make<CastExpr>(kind, to, operand, loc);
}

/// A struct's name or `array<...>`, then its values in braces.
Expr* TextParser::construct() {
  const Location loc = nextLocation();
  const Type* made = type();
  std::vector<Expr*> args;
  if (!made || !expect("{") || !exprList("}", args))
    return nullptr;
  return module_->make<ConstructExpr>(made, std::move(args), loc);
}

Expr* TextParser::select(Location loc) {
  const Token& at = token();
  std::vector<Expr*> args;
  if (!expect("(") || !exprList(")", args))
    return nullptr;
  if (args.size() != 3) {
    error(DiagId::IRBadType, at, fmt::format("'select' takes 3 values, not {}", args.size()));
    return nullptr;
  }
  return module_->make<SelectExpr>(args[0], args[1], args[2], loc);
}

std::optional<uint32_t> TextParser::fieldIndex(const Type* type) {
  const Token& at = token();
  std::string name;
  if (!expectName(name, "the name of a field"))
    return std::nullopt;
  if (const auto* structType = llvm::dyn_cast<StructType>(type)) {
    for (uint32_t i = 0; i < structType->fields().size(); ++i)
      if (structType->fields()[i].name == name)
        return i;
    error(DiagId::IRBadType, at,
          fmt::format("struct '{}' has no field '{}'", structType->name(), name));
    return std::nullopt;
  }
  error(DiagId::IRBadType, at, fmt::format("only a struct has a field '{}'", name));
  return std::nullopt;
}

Expr* TextParser::extract(Location loc) {
  if (!expect("("))
    return nullptr;
  Expr* base = expr();
  if (!base || !expect(","))
    return nullptr;
  const auto field = fieldIndex(base->type());
  if (!field || !expect(")"))
    return nullptr;
  return module_->make<ExtractExpr>(base, *field, loc);
}

Expr* TextParser::contextInfo(ContextInfo info, Location loc) {
  const Type* type =
      info == ContextInfo::FailCode ? module_->types.u32() : module_->types.boolType();
  if (info == ContextInfo::Self || info == ContextInfo::Sender) {
    type = module_->types.findStruct("ring::ActorId");
    if (!type) {
      error(DiagId::IRUnknownName, token(), "struct", "ring::ActorId");
      return nullptr;
    }
  }
  return expect("(") && expect(")") ? module_->make<ContextInfoExpr>(info, type, loc) : nullptr;
}

bool TextParser::parenthesizedLocal(Local*& local, TypeKind kind, llvm::StringRef what) {
  if (!expect("("))
    return false;
  const Token& at = token();
  local = localUse();
  if (!local)
    return false;
  if (local->type->kind() != kind)
    return error(DiagId::IRBadType, at, fmt::format("'%{}' is not {}", local->name, what));
  return expect(")");
}

/// Behind `cell` or `extent`.
Expr* TextParser::cellInfo(Location loc) {
  const std::string family = tokens_[position_ - 1].text.str();
  if (!expect("."))
    return nullptr;
  const auto info = unspell<CellInfo>(family + "." + token().text.str());
  if (token().kind != TokenKind::Identifier || !info) {
    syntaxError("'x', 'y' or 'z'");
    return nullptr;
  }
  next();
  Local* cell = nullptr;
  if (!parenthesizedLocal(cell, TypeKind::Cell, "a cell"))
    return nullptr;
  return module_->make<CellInfoExpr>(cell, *info, module_->types.i32(), loc);
}

Expr* TextParser::spanSize(Location loc) {
  Local* span = nullptr;
  if (!parenthesizedLocal(span, TypeKind::Span, "a span"))
    return nullptr;
  return module_->make<SpanSizeExpr>(span, module_->types.intType(64, false), loc);
}

/// A builtin function; its name may have a dot in it.
Expr* TextParser::builtin() {
  const Token& at = token();
  const Location loc = nextLocation();
  std::string name = at.text.str();
  next();
  if (accept(".")) {
    name += "." + token().text.str();
    next();
  }
  const auto builtin = unspell<Builtin>(name);
  if (!builtin) {
    error(DiagId::IRUnknownName, at, "function", name);
    return nullptr;
  }
  std::vector<Expr*> args;
  if (!expect("(") || !exprList(")", args))
    return nullptr;
  const Type* type = nullptr;
  switch (ruleOf(*builtin)) {
  case BuiltinRule::SameN:
  case BuiltinRule::SameF:
  case BuiltinRule::SameI:
    type = args.empty() ? module_->types.voidType() : args.front()->type();
    break;
  case BuiltinRule::TestF:
    type = module_->types.boolType();
    break;
  case BuiltinRule::CountI:
    type = module_->types.i32();
    break;
  case BuiltinRule::Index:
    type = module_->types.u32();
    break;
  }
  return module_->make<BuiltinExpr>(*builtin, type, std::move(args), loc);
}

/// An expression that begins with a word.
Expr* TextParser::word() {
  if (isWord("array"))
    return construct();
  if (isWord("at")) {
    const Location loc = nextLocation();
    Place* cell = place();
    return cell ? module_->make<LoadExpr>(cell, loc) : nullptr;
  }
  const llvm::StringRef word = token().text;
  if (const Type* scalar = scalarType(word)) {
    const Location loc = nextLocation();
    next();
    if (token().kind != TokenKind::Hex)
      return conversion(scalar, CastKind::Convert, loc);
    const uint64_t bits = token().number;
    next();
    return module_->make<ConstantExpr>(scalar, bits, loc);
  }
  if (acceptWord("true") || acceptWord("false"))
    return module_->make<ConstantExpr>(module_->types.boolType(), word == "true", nextLocation());
  if (acceptWord("bitcast")) {
    const Location loc = nextLocation();
    const Type* to = expect("<") ? type() : nullptr;
    return to && expect(">") ? conversion(to, CastKind::Bitcast, loc) : nullptr;
  }
  if (acceptWord("select"))
    return select(nextLocation());
  if (acceptWord("extract"))
    return extract(nextLocation());
  if (acceptWord("size"))
    return spanSize(nextLocation());
  if (acceptWord("cell") || acceptWord("extent"))
    return cellInfo(nextLocation());
  if (const auto info = unspell<ContextInfo>(word)) {
    next();
    return contextInfo(*info, nextLocation());
  }
  return builtin();
}

Local* TextParser::localUse() {
  const Token& at = token();
  if (at.kind != TokenKind::Local) {
    syntaxError("a local");
    return nullptr;
  }
  const auto found = locals_.find({at.text.str(), at.number});
  if (found == locals_.end()) {
    error(DiagId::IRUnknownName, at, "local",
          "%" + at.text.str() + (at.number != 0 ? "." + std::to_string(at.number) : ""));
    return nullptr;
  }
  next();
  return found->second;
}

/// `at(%cell, dx, dy, dz)`; what is left out is 0.
Place* TextParser::cellPlace() {
  const Location loc = nextLocation();
  if (!expectWord("at") || !expect("("))
    return nullptr;
  const Token& at = token();
  Local* cell = localUse();
  if (!cell)
    return nullptr;
  if (cell->type->kind() != TypeKind::Cell) {
    error(DiagId::IRBadType, at, fmt::format("'%{}' is not a cell", cell->name));
    return nullptr;
  }
  int32_t offsets[3] = {};
  for (size_t axis = 0; axis < 3 && accept(","); ++axis) {
    if (token().kind != TokenKind::Integer || !token().suffix.empty() ||
        token().text.getAsInteger(10, offsets[axis])) {
      syntaxError("a constant offset");
      return nullptr;
    }
    next();
  }
  if (!expect(")"))
    return nullptr;
  return module_->make<CellPlace>(cell, offsets[0], offsets[1], offsets[2], loc);
}

/// Behind '['.
Place* TextParser::indexed(Place* base, Location loc) {
  if (base->type()->kind() != TypeKind::Array) {
    error(DiagId::IRBadType, token(), "only an array and a span have elements");
    return nullptr;
  }
  Expr* index = expr();
  return index && expect("]") ? module_->make<IndexPlace>(base, index, loc) : nullptr;
}

/// Behind '.'.
Place* TextParser::fieldOf(Place* base, Location loc) {
  const auto field = fieldIndex(base->type());
  return field ? module_->make<FieldPlace>(base, *field, loc) : nullptr;
}

Place* TextParser::place() {
  Place* result = nullptr;
  if (isWord("at")) {
    result = cellPlace();
  } else {
    const Location loc = nextLocation();
    Local* root = localUse();
    if (!root)
      return nullptr;
    if (root->type->kind() == TypeKind::Span && accept("[")) {
      Expr* index = expr();
      if (index && expect("]"))
        result = module_->make<SpanElementPlace>(root, index, loc);
    } else {
      result = module_->make<LocalPlace>(root, loc);
    }
  }
  while (result && (isPunctuation(".") || isPunctuation("["))) {
    const bool isField = accept(".");
    if (!isField)
      next();
    const Location loc = nextLocation();
    result = isField ? fieldOf(result, loc) : indexed(result, loc);
  }
  return result;
}

} // namespace ringc::ir
