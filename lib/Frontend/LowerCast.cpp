// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions. Clang has made every implicit one a node; each that changes a value becomes a
// CastExpr.

#include "FunctionLowering.h"

namespace ringc {

ir::Expr* FunctionLowering::convert(ir::Expr* e, const ir::Type* to, clang::SourceLocation loc) {
  if (!e || e->type() == to)
    return e;
  const auto* integer = llvm::dyn_cast<ir::IntType>(to);
  if (integer && integer->bits() == 32 && e->type()->size() == 8)
    if (ir::Expr* narrow = truncated(e))
      return convert(narrow, to, loc);
  return make<ir::CastExpr>(ir::CastKind::Convert, to, e, at(loc));
}

/// A 64-bit unsigned expression whose value always fits 32 bits, computed in 32; null where it is
/// not one. std::size_t comes into 32-bit arithmetic with every std::array::size(), and two targets
/// have no 64-bit integers of their own.
ir::Expr* FunctionLowering::narrowed(ir::Expr* e) {
  const ir::Type* u32 = types().u32();
  if (e->type() != types().intType(64, false))
    return nullptr;
  if (const auto* constant = llvm::dyn_cast<ir::ConstantExpr>(e))
    return constant->bits <= UINT32_MAX ? make<ir::ConstantExpr>(u32, constant->bits, e->loc())
                                        : nullptr;
  if (const auto* cast = llvm::dyn_cast<ir::CastExpr>(e))
    return cast->castKind == ir::CastKind::Convert && cast->operand->type() == u32 ? cast->operand
                                                                                   : nullptr;
  const auto* binary = llvm::dyn_cast<ir::BinaryExpr>(e);
  const bool staysSmall =
      binary && (binary->op == ir::BinaryOp::Div || binary->op == ir::BinaryOp::Rem ||
                 binary->op == ir::BinaryOp::BitAnd || binary->op == ir::BinaryOp::BitOr ||
                 binary->op == ir::BinaryOp::BitXor);
  ir::Expr* lhs = staysSmall ? narrowed(binary->lhs) : nullptr;
  ir::Expr* rhs = lhs ? narrowed(binary->rhs) : nullptr;
  return rhs ? make<ir::BinaryExpr>(binary->op, u32, lhs, rhs, e->loc()) : nullptr;
}

/// The low 32 bits of a 64-bit integer, computed in 32; null where that takes more than leaving out
/// conversions. Sums, differences and products keep their low bits.
ir::Expr* FunctionLowering::truncated(ir::Expr* e) {
  const ir::Type* u32 = types().u32();
  if (ir::Expr* narrow = narrowed(e))
    return narrow;
  if (!llvm::isa<ir::IntType>(e->type()) || e->type()->size() != 8)
    return nullptr;
  if (const auto* constant = llvm::dyn_cast<ir::ConstantExpr>(e))
    return make<ir::ConstantExpr>(u32, constant->bits & UINT32_MAX, e->loc());
  if (const auto* cast = llvm::dyn_cast<ir::CastExpr>(e)) {
    const auto* from = llvm::dyn_cast<ir::IntType>(cast->operand->type());
    if (cast->castKind != ir::CastKind::Convert || !from || from->bits() != 32)
      return nullptr;
    return from == u32 ? cast->operand
                       : make<ir::CastExpr>(ir::CastKind::Convert, u32, cast->operand, e->loc());
  }
  const auto* binary = llvm::dyn_cast<ir::BinaryExpr>(e);
  const bool keepsLowBits =
      binary && (binary->op == ir::BinaryOp::Add || binary->op == ir::BinaryOp::Sub ||
                 binary->op == ir::BinaryOp::Mul || binary->op == ir::BinaryOp::BitAnd ||
                 binary->op == ir::BinaryOp::BitOr || binary->op == ir::BinaryOp::BitXor);
  ir::Expr* lhs = keepsLowBits ? truncated(binary->lhs) : nullptr;
  ir::Expr* rhs = lhs ? truncated(binary->rhs) : nullptr;
  return rhs ? make<ir::BinaryExpr>(binary->op, u32, lhs, rhs, e->loc()) : nullptr;
}

/// C++ widens the index of a std::array or span to std::size_t; the element is the same without.
ir::Expr* FunctionLowering::narrowedIndex(ir::Expr* e) {
  if (ir::Expr* narrow = narrowed(e))
    return narrow;
  const auto* cast = llvm::dyn_cast<ir::CastExpr>(e);
  if (!cast || cast->castKind != ir::CastKind::Convert)
    return e;
  const auto* from = llvm::dyn_cast<ir::IntType>(cast->operand->type());
  return from && from->bits() == 32 && e->type()->size() == 8 ? cast->operand : e;
}

ir::Expr* FunctionLowering::cast(const clang::CastExpr* e) {
  if (llvm::isa<clang::CXXReinterpretCastExpr, clang::CXXDynamicCastExpr>(e))
    return m_.unsupported.refuseStmt(*e);
  switch (e->getCastKind()) {
  case clang::CK_LValueToRValue:
  case clang::CK_NoOp:
  case clang::CK_ConstructorConversion:
  case clang::CK_UserDefinedConversion:
    return value(e->getSubExpr());
  case clang::CK_IntegralCast:
  case clang::CK_FloatingCast:
  case clang::CK_IntegralToFloating:
  case clang::CK_FloatingToIntegral:
  case clang::CK_IntegralToBoolean:
  case clang::CK_FloatingToBoolean:
  case clang::CK_BooleanToSignedIntegral: {
    const ir::Type* to = type(e->getType(), e->getSourceRange());
    ir::Expr* from = value(e->getSubExpr());
    if (!to || !from)
      return nullptr;
    if (!to->isScalar() || !from->type()->isScalar())
      return m_.unsupported.refuseStmt(*e);
    return convert(from, to, e->getExprLoc());
  }
  case clang::CK_ArrayToPointerDecay:
  case clang::CK_NullToPointer:
  case clang::CK_BitCast:
  case clang::CK_PointerToBoolean:
  case clang::CK_PointerToIntegral:
  case clang::CK_IntegralToPointer:
  case clang::CK_LValueBitCast:
    return refuse(e->getSourceRange(), DiagId::RefusedPointer);
  case clang::CK_FunctionToPointerDecay:
  case clang::CK_MemberPointerToBoolean:
  case clang::CK_NullToMemberPointer:
    return refuse(e->getSourceRange(), DiagId::RefusedFunctionPointer);
  case clang::CK_DerivedToBase:
  case clang::CK_UncheckedDerivedToBase:
  case clang::CK_BaseToDerived:
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                  "a conversion between base and derived class");
  default:
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                  "a conversion (" + std::string(e->getCastKindName()) + ")");
  }
}

} // namespace ringc
