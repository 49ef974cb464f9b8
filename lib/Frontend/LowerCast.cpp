// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions. Clang has made every implicit one a node; each that changes a value becomes a CastExpr.

#include "FunctionLowering.h"

namespace ringc {

ir::Expr* FunctionLowering::convert(ir::Expr* e, const ir::Type* to, clang::SourceLocation loc) {
  if (!e || e->type() == to)
    return e;
  return make<ir::CastExpr>(ir::CastKind::Convert, to, e, at(loc));
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
