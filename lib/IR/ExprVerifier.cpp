// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verifies expressions: the rules of types that docs/IR.md gives for each kind.

#include "FunctionVerifier.h"
#include "ringc/IR/Printer.h"
#include "llvm/ADT/STLExtras.h"

namespace ringc::ir {

namespace {

bool isInt(const Type* type) { return type->kind() == TypeKind::Int; }
bool isFloat(const Type* type) { return type->kind() == TypeKind::Float; }
bool isBool(const Type* type) { return type->kind() == TypeKind::Bool; }
bool isIntOf(const Type* type, uint32_t bits, bool isSigned) {
  const auto* integer = llvm::dyn_cast<IntType>(type);
  return integer && integer->bits() == bits && integer->isSigned() == isSigned;
}

/// May `op` be applied to operands of this type?
bool takes(BinaryOp op, const Type* type) {
  switch (op) {
  case BinaryOp::Add:
  case BinaryOp::Sub:
  case BinaryOp::Mul:
  case BinaryOp::Div:
  case BinaryOp::Less:
  case BinaryOp::LessEqual:
  case BinaryOp::Greater:
  case BinaryOp::GreaterEqual:
    return isInt(type) || isFloat(type);
  case BinaryOp::Rem:
  case BinaryOp::BitAnd:
  case BinaryOp::BitOr:
  case BinaryOp::BitXor:
  case BinaryOp::Shl:
  case BinaryOp::Shr:
    return isInt(type);
  case BinaryOp::LogicalAnd:
  case BinaryOp::LogicalOr:
    return isBool(type);
  case BinaryOp::Equal:
  case BinaryOp::NotEqual:
    return type->isScalar();
  }
  return false;
}

uint32_t bitsOf(const Type& type) {
  if (const auto* integer = llvm::dyn_cast<IntType>(&type))
    return integer->bits();
  return isBool(&type) ? 1 : llvm::cast<FloatType>(type).bits();
}

} // namespace

bool FunctionVerifier::constant(const ConstantExpr& expr) {
  if (!require(expr.type()->isScalar(), "constant.c1", expr.loc(),
               "a constant of type '{}' is not a scalar", toString(*expr.type())))
    return false;
  const uint32_t bits = bitsOf(*expr.type());
  return require(bits == 64 || (expr.bits >> bits) == 0, "constant.c2", expr.loc(),
                 "the constant {:#x} does not fit the {} bits of its type '{}'", expr.bits, bits,
                 toString(*expr.type()));
}

bool FunctionVerifier::unary(const UnaryExpr& expr) {
  if (!this->expr(*expr.operand))
    return false;
  const Type* type = expr.operand->type();
  bool isRight = false;
  switch (expr.op) {
  case UnaryOp::Negate:
    isRight = isInt(type) || isFloat(type);
    break;
  case UnaryOp::BitNot:
    isRight = isInt(type);
    break;
  case UnaryOp::LogicalNot:
    isRight = isBool(type);
    break;
  }
  return require(isRight && expr.type() == type, "unary.c1", expr.loc(),
                 "'{}' does not apply to type '{}'", spell(expr.op), toString(*type));
}

bool FunctionVerifier::binary(const BinaryExpr& expr) {
  const bool isLhsGood = this->expr(*expr.lhs);
  if (!this->expr(*expr.rhs) || !isLhsGood)
    return false;
  const Type* lhs = expr.lhs->type();
  const Type* rhs = expr.rhs->type();
  const bool isShift = expr.op == BinaryOp::Shl || expr.op == BinaryOp::Shr;
  if (!require(isShift ? isInt(rhs) : lhs == rhs, "binary.c1", expr.loc(),
               "the operands of '{}' have the types '{}' and '{}'", spell(expr.op), toString(*lhs),
               toString(*rhs)) ||
      !require(takes(expr.op, lhs), "binary.c2", expr.loc(), "'{}' does not apply to type '{}'",
               spell(expr.op), toString(*lhs)))
    return false;
  const Type* result = isComparison(expr.op) ? module_.types.boolType() : lhs;
  return require(expr.type() == result, "binary.c3", expr.loc(),
                 "the result of '{}' has the type '{}', not '{}'", spell(expr.op),
                 toString(*result), toString(*expr.type()));
}

bool FunctionVerifier::cast(const CastExpr& expr) {
  if (!this->expr(*expr.operand))
    return false;
  const Type* from = expr.operand->type();
  const Type* to = expr.type();
  if (!require(from->isScalar() && to->isScalar(), "cast.c1", expr.loc(),
               "a conversion from '{}' to '{}' is not one of scalars", toString(*from),
               toString(*to)))
    return false;
  return expr.castKind == CastKind::Convert ||
         require(from->size() == to->size() && !isBool(from) && !isBool(to), "cast.c2", expr.loc(),
                 "'bitcast' from '{}' to '{}' does not keep the bits", toString(*from),
                 toString(*to));
}

bool FunctionVerifier::select(const SelectExpr& expr) {
  bool isGood = this->expr(*expr.condition);
  isGood &= this->expr(*expr.ifTrue);
  isGood &= this->expr(*expr.ifFalse);
  return isGood &&
         require(isBool(expr.condition->type()), "select.c1", expr.loc(),
                 "the condition has the type '{}', not 'bool'",
                 toString(*expr.condition->type())) &&
         require(expr.ifTrue->type() == expr.ifFalse->type() && expr.type() == expr.ifTrue->type(),
                 "select.c2", expr.loc(), "the sides have the types '{}' and '{}'",
                 toString(*expr.ifTrue->type()), toString(*expr.ifFalse->type()));
}

bool FunctionVerifier::builtin(const BuiltinExpr& expr) {
  for (const Expr* arg : expr.args)
    if (!this->expr(*arg))
      return false;
  const llvm::StringRef name = spell(expr.builtin);
  if (!require(expr.args.size() == arityOf(expr.builtin), "builtin.c1", expr.loc(),
               "'{}' has {} arguments, not {}", name, arityOf(expr.builtin), expr.args.size()))
    return false;
  const Type* type = expr.args.empty() ? nullptr : expr.args.front()->type();
  const bool isSame = llvm::all_of(expr.args, [&](const Expr* arg) { return arg->type() == type; });
  bool isRight = false;
  switch (ruleOf(expr.builtin)) {
  case BuiltinRule::SameN:
    isRight = isSame && (isInt(type) || isFloat(type)) && expr.type() == type;
    break;
  case BuiltinRule::SameF:
    isRight = isSame && isFloat(type) && expr.type() == type;
    break;
  case BuiltinRule::SameI:
    isRight = isSame && isInt(type) && expr.type() == type;
    break;
  case BuiltinRule::TestF:
    isRight = isFloat(type) && isBool(expr.type());
    break;
  case BuiltinRule::CountI:
    isRight = isInt(type) && isIntOf(expr.type(), 32, true);
    break;
  case BuiltinRule::Index:
    isRight = isIntOf(expr.type(), 32, false);
    break;
  }
  if (!require(isRight, "builtin.c2", expr.loc(), "'{}' does not take these types or give '{}'",
               name, toString(*expr.type())))
    return false;
  if (ruleOf(expr.builtin) != BuiltinRule::Index)
    return true;
  const bool isLane = expr.builtin == Builtin::GroupLane;
  (isLane ? facts_.hasGroupLane : facts_.hasThreadIndex) = true;
  const FunctionKind home = isLane ? FunctionKind::Handler : FunctionKind::Kernel;
  return require(function_.kind == FunctionKind::Device || function_.kind == home, "builtin.c3",
                 expr.loc(), "'{}' in a {}; it belongs to a {}", name, spell(function_.kind),
                 spell(home));
}

bool FunctionVerifier::construct(const ConstructExpr& expr) {
  for (const Expr* arg : expr.args)
    if (!this->expr(*arg))
      return false;
  const auto* structType = llvm::dyn_cast<StructType>(expr.type());
  const auto* array = llvm::dyn_cast<ArrayType>(expr.type());
  if (!require(structType || array, "construct.c1", expr.loc(),
               "type '{}' is neither a struct nor an array", toString(*expr.type())))
    return false;
  const uint64_t count = structType ? structType->fields().size() : array->count();
  if (!require(expr.args.empty() || expr.args.size() == count, "construct.c2", expr.loc(),
               "type '{}' has {} values, not {}", toString(*expr.type()), count, expr.args.size()))
    return false;
  for (size_t i = 0; i < expr.args.size(); ++i) {
    const Type* type = structType ? structType->fields()[i].type : array->element();
    if (!require(expr.args[i]->type() == type, "construct.c3", expr.args[i]->loc(),
                 "value {} of '{}' has the type '{}', not '{}'", i, toString(*expr.type()),
                 toString(*type), toString(*expr.args[i]->type())))
      return false;
  }
  return true;
}

bool FunctionVerifier::extract(const ExtractExpr& expr) {
  if (!this->expr(*expr.base))
    return false;
  const auto* type = llvm::dyn_cast<StructType>(expr.base->type());
  return require(type && expr.field < type->fields().size() &&
                     type->fields()[expr.field].type == expr.type(),
                 "extract.c1", expr.loc(), "type '{}' has no field number {} of type '{}'",
                 toString(*expr.base->type()), expr.field, toString(*expr.type()));
}

/// What a span, a cell or the context tells of itself.
bool FunctionVerifier::viewInfo(const Expr& expr) {
  if (const auto* size = llvm::dyn_cast<SpanSizeExpr>(&expr))
    return use(size->span, expr.loc()) &&
           require(llvm::isa<SpanType>(size->span->type) && isIntOf(expr.type(), 64, false),
                   "size.c1", expr.loc(), "'{}' is not a span, or its size not a 'u64'",
                   size->span->name);
  if (const auto* info = llvm::dyn_cast<CellInfoExpr>(&expr)) {
    if (!use(info->cell, expr.loc()))
      return false;
    const auto* cell = llvm::dyn_cast<CellType>(info->cell->type);
    const uint32_t axis = static_cast<uint32_t>(info->info) % 3;
    return require(cell && axis < cell->dims() && isIntOf(expr.type(), 32, true), "cell.c4",
                   expr.loc(), "'{}' has no '{}' of type 'i32'", info->cell->name,
                   spell(info->info));
  }
  const ContextInfo info = llvm::cast<ContextInfoExpr>(expr).info;
  const auto* actorId = llvm::dyn_cast<StructType>(expr.type());
  const bool isRight = info == ContextInfo::Failed ? isBool(expr.type())
                       : info == ContextInfo::FailCode
                           ? isIntOf(expr.type(), 32, false)
                           : actorId && actorId->name() == "ring::ActorId";
  return require(hasContext(), "context.c1", expr.loc(),
                 "'{}' needs a parameter of type 'context'; '{}' has none", spell(info),
                 function_.name) &&
         require(isRight, "context.c2", expr.loc(), "'{}' does not have the type '{}'", spell(info),
                 toString(*expr.type()));
}

bool FunctionVerifier::indexExpr(const Expr& index, llvm::StringRef constraint) {
  return expr(index) &&
         require(isInt(index.type()), constraint, index.loc(),
                 "the index has the type '{}', not an integer", toString(*index.type()));
}

bool FunctionVerifier::exprOf(const Expr& expr) {
  switch (expr.kind()) {
  case ExprKind::Constant:
    return constant(llvm::cast<ConstantExpr>(expr));
  case ExprKind::Load:
    return readable(*llvm::cast<LoadExpr>(expr).place) &&
           require(expr.type() == llvm::cast<LoadExpr>(expr).place->type(), "load.c2", expr.loc(),
                   "the load's type '{}' is not its place's", toString(*expr.type()));
  case ExprKind::Unary:
    return unary(llvm::cast<UnaryExpr>(expr));
  case ExprKind::Binary:
    return binary(llvm::cast<BinaryExpr>(expr));
  case ExprKind::Cast:
    return cast(llvm::cast<CastExpr>(expr));
  case ExprKind::Select:
    return select(llvm::cast<SelectExpr>(expr));
  case ExprKind::Builtin:
    return builtin(llvm::cast<BuiltinExpr>(expr));
  case ExprKind::Construct:
    return construct(llvm::cast<ConstructExpr>(expr));
  case ExprKind::Extract:
    return extract(llvm::cast<ExtractExpr>(expr));
  case ExprKind::SpanSize:
  case ExprKind::CellInfo:
  case ExprKind::ContextInfo:
    return viewInfo(expr);
  }
  return false;
}

bool FunctionVerifier::expr(const Expr& expr) {
  return shared_.checkLocation(expr.loc()) && shared_.checkType(expr.type(), expr.loc()) &&
         exprOf(expr);
}

} // namespace ringc::ir
