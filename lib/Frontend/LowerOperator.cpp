// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unary, binary, logical and conditional operators, and assignments.

#include "FunctionLowering.h"
#include "ringc/Support/Check.h"

namespace ringc {

static std::optional<ir::BinaryOp> binaryOp(clang::BinaryOperatorKind op) {
  switch (op) {
  case clang::BO_Add:
    return ir::BinaryOp::Add;
  case clang::BO_Sub:
    return ir::BinaryOp::Sub;
  case clang::BO_Mul:
    return ir::BinaryOp::Mul;
  case clang::BO_Div:
    return ir::BinaryOp::Div;
  case clang::BO_Rem:
    return ir::BinaryOp::Rem;
  case clang::BO_And:
    return ir::BinaryOp::BitAnd;
  case clang::BO_Or:
    return ir::BinaryOp::BitOr;
  case clang::BO_Xor:
    return ir::BinaryOp::BitXor;
  case clang::BO_Shl:
    return ir::BinaryOp::Shl;
  case clang::BO_Shr:
    return ir::BinaryOp::Shr;
  case clang::BO_EQ:
    return ir::BinaryOp::Equal;
  case clang::BO_NE:
    return ir::BinaryOp::NotEqual;
  case clang::BO_LT:
    return ir::BinaryOp::Less;
  case clang::BO_LE:
    return ir::BinaryOp::LessEqual;
  case clang::BO_GT:
    return ir::BinaryOp::Greater;
  case clang::BO_GE:
    return ir::BinaryOp::GreaterEqual;
  default:
    return std::nullopt;
  }
}

ir::Expr* FunctionLowering::unary(const clang::UnaryOperator* e) {
  const clang::SourceLocation loc = e->getExprLoc();
  switch (e->getOpcode()) {
  case clang::UO_Plus:
  case clang::UO_Extension:
    return value(e->getSubExpr());
  case clang::UO_Minus:
  case clang::UO_Not:
  case clang::UO_LNot: {
    ir::Expr* operand = value(e->getSubExpr());
    if (!operand)
      return nullptr;
    if (!operand->type()->isScalar())
      return m_.unsupported.refuseStmt(*e);
    const ir::UnaryOp op = e->getOpcode() == clang::UO_Minus ? ir::UnaryOp::Negate
                           : e->getOpcode() == clang::UO_Not ? ir::UnaryOp::BitNot
                                                             : ir::UnaryOp::LogicalNot;
    return make<ir::UnaryExpr>(op, operand, at(loc));
  }
  case clang::UO_PostInc:
  case clang::UO_PostDec: {
    ir::Expr* old = nullptr;
    return increment(e, /*isRead=*/false, &old) ? old : nullptr;
  }
  case clang::UO_AddrOf:
  case clang::UO_Deref:
    return refuse(e->getSourceRange(), DiagId::RefusedPointer);
  default:
    return m_.unsupported.refuseStmt(*e);
  }
}

ir::Expr* FunctionLowering::arithmetic(clang::BinaryOperatorKind kind, ir::Expr* lhs, ir::Expr* rhs,
                                       clang::SourceLocation loc) {
  const std::optional<ir::BinaryOp> op = binaryOp(kind);
  RINGC_CHECK(op, "an operator that is not arithmetic");
  const bool isComparison = clang::BinaryOperator::isComparisonOp(kind);
  if (isComparison && lhs->type()->size() == 8) {
    ir::Expr* narrowLhs = narrowed(lhs);
    ir::Expr* narrowRhs = narrowLhs ? narrowed(rhs) : nullptr;
    if (narrowRhs) {
      lhs = narrowLhs;
      rhs = narrowRhs;
    }
  }
  return make<ir::BinaryExpr>(*op, isComparison ? types().boolType() : lhs->type(), lhs, rhs,
                              at(loc));
}

ir::Expr* FunctionLowering::binary(const clang::BinaryOperator* e) {
  if (e->isLogicalOp())
    return logical(e);
  if (e->getOpcode() == clang::BO_Comma) {
    effect(e->getLHS());
    return value(e->getRHS());
  }
  if (!binaryOp(e->getOpcode()))
    return m_.unsupported.refuseStmt(*e);
  if (e->getLHS()->getType()->isPointerType() || e->getRHS()->getType()->isPointerType())
    return refuse(e->getSourceRange(), DiagId::RefusedPointer);
  const bool isShift = e->isShiftOp();
  Operands operands(*this, /*isUnsequenced=*/!isShift);
  if (!operands.addValue(e->getLHS()) || !operands.addValue(e->getRHS()))
    return nullptr;
  ir::Expr* lhs = operands.value(0);
  ir::Expr* rhs = operands.value(1);
  if (!lhs->type()->isScalar() || !rhs->type()->isScalar() ||
      (!isShift && lhs->type() != rhs->type()))
    return m_.unsupported.refuseStmt(*e);
  return arithmetic(e->getOpcode(), lhs, rhs, e->getOperatorLoc());
}

/// a && b: where b needs statements, `bool t = a; if (t) { ...; t = b; }`.
ir::Expr* FunctionLowering::logical(const clang::BinaryOperator* e) {
  const clang::SourceLocation loc = e->getOperatorLoc();
  const bool isAnd = e->getOpcode() == clang::BO_LAnd;
  ir::Expr* lhs = value(e->getLHS());
  ir::Expr* rhs = nullptr;
  Block* inner = inBlock(loc, [&] { rhs = value(e->getRHS()); });
  if (!lhs || !rhs)
    return nullptr;
  if (inner->stmts.empty())
    return make<ir::BinaryExpr>(isAnd ? ir::BinaryOp::LogicalAnd : ir::BinaryOp::LogicalOr,
                                types().boolType(), lhs, rhs, at(loc));
  ir::Local* both = makeResult(isAnd ? "both" : "either", types().boolType(), loc);
  both->isConst = false;
  emit<ir::DeclStmt>(both, lhs, at(loc));
  inner->stmts.push_back(make<ir::StoreStmt>(makePlace(both), rhs, at(loc)));
  ir::Expr* test = loadLocal(both, loc);
  if (!isAnd)
    test = make<ir::UnaryExpr>(ir::UnaryOp::LogicalNot, test, at(loc));
  emit<ir::IfStmt>(test, inner, nullptr, at(loc));
  return loadLocal(both, loc);
}

ir::Expr* FunctionLowering::conditional(const clang::ConditionalOperator* e) {
  const clang::SourceLocation loc = e->getQuestionLoc();
  ir::Expr* condition = value(e->getCond());
  if (!condition)
    return nullptr;
  if (e->getTrueExpr()->getType()->isVoidType() || e->getFalseExpr()->getType()->isVoidType())
    return m_.unsupported.refuseStmt(*e);
  ir::Expr* ifTrue = nullptr;
  ir::Expr* ifFalse = nullptr;
  Block* thenBlock = inBlock(loc, [&] { ifTrue = value(e->getTrueExpr()); });
  Block* elseBlock = inBlock(loc, [&] { ifFalse = value(e->getFalseExpr()); });
  if (!ifTrue || !ifFalse)
    return nullptr;
  if (ifTrue->type() != ifFalse->type())
    return m_.unsupported.refuseStmt(*e);
  if (thenBlock->stmts.empty() && elseBlock->stmts.empty() && ifTrue->type()->isScalar())
    return make<ir::SelectExpr>(condition, ifTrue, ifFalse, at(loc));
  ir::Local* chosen = makeResult("chosen", ifTrue->type(), loc);
  chosen->isConst = false;
  emit<ir::DeclStmt>(chosen, nullptr, at(loc));
  thenBlock->stmts.push_back(make<ir::StoreStmt>(makePlace(chosen), ifTrue, at(loc)));
  elseBlock->stmts.push_back(make<ir::StoreStmt>(makePlace(chosen), ifFalse, at(loc)));
  emit<ir::IfStmt>(condition, thenBlock, elseBlock, at(loc));
  return loadLocal(chosen, loc);
}

void FunctionLowering::conditionalEffect(const clang::ConditionalOperator* e) {
  const clang::SourceLocation loc = e->getQuestionLoc();
  ir::Expr* condition = value(e->getCond());
  Block* thenBlock = inBlock(loc, [&] { effect(e->getTrueExpr()); });
  Block* elseBlock = inBlock(loc, [&] { effect(e->getFalseExpr()); });
  if (!condition || (thenBlock->stmts.empty() && elseBlock->stmts.empty()))
    return;
  emit<ir::IfStmt>(condition, thenBlock, elseBlock->stmts.empty() ? nullptr : elseBlock, at(loc));
}

/// The right side comes first in C++17, then the place.
ir::Place* FunctionLowering::assign(const clang::BinaryOperator* e, bool isRead) {
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!operands.addValue(e->getRHS()) || !operands.addPlace(e->getLHS()))
    return nullptr;
  ir::Place* to = operands.place(1);
  if (operands.value(0)->type() != to->type())
    return m_.unsupported.refuseStmt(*e), nullptr;
  if (isRead)
    freeze(to);
  store(to, operands.value(0), e->getOperatorLoc());
  return to;
}

ir::Place* FunctionLowering::compoundAssign(const clang::CompoundAssignOperator* e, bool isRead) {
  const clang::SourceLocation loc = e->getOperatorLoc();
  const ir::Type* computation = type(e->getComputationLHSType(), e->getSourceRange());
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!computation || !operands.addValue(e->getRHS()) || !operands.addPlace(e->getLHS()))
    return nullptr;
  ir::Place* to = operands.place(1);
  ir::Expr* rhs = operands.value(0);
  const clang::BinaryOperatorKind op =
      clang::BinaryOperator::getOpForCompoundAssignment(e->getOpcode());
  if (!computation->isScalar() || !to->type()->isScalar() || !rhs->type()->isScalar() ||
      (!clang::BinaryOperator::isShiftOp(op) && rhs->type() != computation))
    return m_.unsupported.refuseStmt(*e), nullptr;
  if (isRead)
    freeze(to);
  ir::Expr* old = convert(load(copy(to), loc), computation, loc);
  store(to, convert(arithmetic(op, old, rhs, loc), to->type(), loc), loc);
  return to;
}

/// ++ and --; `old`, where wanted, gets the value from before.
ir::Place* FunctionLowering::increment(const clang::UnaryOperator* e, bool isRead, ir::Expr** old) {
  const clang::SourceLocation loc = e->getOperatorLoc();
  if (e->getSubExpr()->getType()->isPointerType())
    return refuse(e->getSourceRange(), DiagId::RefusedPointer), nullptr;
  ir::Place* to = place(e->getSubExpr());
  if (!to)
    return nullptr;
  const bool isFloat = llvm::isa<ir::FloatType>(to->type());
  if (!isFloat && !llvm::isa<ir::IntType>(to->type()))
    return m_.unsupported.refuseStmt(*e), nullptr;
  if (isRead)
    freeze(to);
  ir::Expr* before = load(copy(to), loc);
  if (old) {
    ir::Local* kept = makeResult("old", before->type(), loc);
    emit<ir::DeclStmt>(kept, before, at(loc));
    before = loadLocal(kept, loc);
    *old = loadLocal(kept, loc);
  }
  // Integers narrower than int are computed in int, as C++ does: the result is the same.
  ir::Expr* one = nullptr;
  if (const auto* floating = llvm::dyn_cast<ir::FloatType>(to->type()))
    one = make<ir::ConstantExpr>(
        to->type(), floating->bits() == 32 ? 0x3f800000u : 0x3ff0000000000000u, at(loc));
  else
    one = integer(to->type(), 1, loc);
  store(to, arithmetic(e->isIncrementOp() ? clang::BO_Add : clang::BO_Sub, before, one, loc), loc);
  return to;
}

} // namespace ringc
