// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constants: literals, sizeof, enumerators, constexpr variables and calls, all evaluated by clang.
// A constant that names a local without `constexpr` stays what the user wrote.

#include "FunctionLowering.h"
#include "ringc/Support/Check.h"

namespace ringc {

/// Operators within a constant that are looked through; more is computed at run time.
constexpr unsigned maxConstantDepth = 32;

static bool isConstantVariable(const clang::DeclRefExpr& e) {
  if (llvm::isa<clang::EnumConstantDecl>(e.getDecl()))
    return true;
  const auto* variable = llvm::dyn_cast<clang::VarDecl>(e.getDecl());
  if (!variable || llvm::isa<clang::ParmVarDecl>(variable))
    return false;
  if (variable->isConstexpr())
    return true;
  return !variable->isLocalVarDecl() && variable->getType().isConstQualified();
}

bool FunctionLowering::isConstantShape(const clang::Expr* e, unsigned depth) const {
  if (depth > maxConstantDepth)
    return false;
  e = e->IgnoreParens();
  const auto isConstantToo = [&](const clang::Expr* inner) {
    return isConstantShape(inner, depth + 1);
  };
  switch (e->getStmtClass()) {
  case clang::Stmt::IntegerLiteralClass:
  case clang::Stmt::FloatingLiteralClass:
  case clang::Stmt::CharacterLiteralClass:
  case clang::Stmt::CXXBoolLiteralExprClass:
  case clang::Stmt::UnaryExprOrTypeTraitExprClass:
  case clang::Stmt::SizeOfPackExprClass:
  case clang::Stmt::TypeTraitExprClass:
  case clang::Stmt::CXXNoexceptExprClass:
  case clang::Stmt::RequiresExprClass:
  case clang::Stmt::ConceptSpecializationExprClass:
  case clang::Stmt::OffsetOfExprClass:
  case clang::Stmt::CXXScalarValueInitExprClass:
  case clang::Stmt::ImplicitValueInitExprClass:
    return true;
  case clang::Stmt::ConstantExprClass:
  case clang::Stmt::ExprWithCleanupsClass:
    return isConstantToo(llvm::cast<clang::FullExpr>(e)->getSubExpr());
  case clang::Stmt::SubstNonTypeTemplateParmExprClass:
    return isConstantToo(llvm::cast<clang::SubstNonTypeTemplateParmExpr>(e)->getReplacement());
  case clang::Stmt::MaterializeTemporaryExprClass:
    return isConstantToo(llvm::cast<clang::MaterializeTemporaryExpr>(e)->getSubExpr());
  case clang::Stmt::CXXDefaultArgExprClass:
    return isConstantToo(llvm::cast<clang::CXXDefaultArgExpr>(e)->getExpr());
  case clang::Stmt::CXXDefaultInitExprClass:
    return isConstantToo(llvm::cast<clang::CXXDefaultInitExpr>(e)->getExpr());
  case clang::Stmt::DeclRefExprClass:
    return isConstantVariable(*llvm::cast<clang::DeclRefExpr>(e));
  case clang::Stmt::MemberExprClass: {
    const auto* member = llvm::cast<clang::MemberExpr>(e);
    if (llvm::isa<clang::VarDecl>(member->getMemberDecl()))
      return llvm::cast<clang::VarDecl>(member->getMemberDecl())->isConstexpr();
    return !member->isArrow() && isConstantToo(member->getBase());
  }
  case clang::Stmt::ImplicitCastExprClass:
  case clang::Stmt::CStyleCastExprClass:
  case clang::Stmt::CXXStaticCastExprClass:
  case clang::Stmt::CXXFunctionalCastExprClass:
    return isConstantToo(llvm::cast<clang::CastExpr>(e)->getSubExpr());
  default:
    return isConstantOperation(e, depth);
  }
}

/// The part of isConstantShape for operators and calls.
bool FunctionLowering::isConstantOperation(const clang::Expr* e, unsigned depth) const {
  const auto isConstantToo = [&](const clang::Expr* inner) {
    return isConstantShape(inner, depth + 1);
  };
  switch (e->getStmtClass()) {
  case clang::Stmt::UnaryOperatorClass: {
    const auto* op = llvm::cast<clang::UnaryOperator>(e);
    return !op->isIncrementDecrementOp() && op->getOpcode() != clang::UO_AddrOf &&
           op->getOpcode() != clang::UO_Deref && isConstantToo(op->getSubExpr());
  }
  case clang::Stmt::BinaryOperatorClass: {
    const auto* op = llvm::cast<clang::BinaryOperator>(e);
    return !op->isAssignmentOp() && isConstantToo(op->getLHS()) && isConstantToo(op->getRHS());
  }
  case clang::Stmt::ConditionalOperatorClass: {
    const auto* op = llvm::cast<clang::ConditionalOperator>(e);
    return isConstantToo(op->getCond()) && isConstantToo(op->getTrueExpr()) &&
           isConstantToo(op->getFalseExpr());
  }
  case clang::Stmt::ArraySubscriptExprClass: {
    const auto* op = llvm::cast<clang::ArraySubscriptExpr>(e);
    return isConstantToo(op->getBase()) && isConstantToo(op->getIdx());
  }
  case clang::Stmt::CallExprClass:
  case clang::Stmt::CXXMemberCallExprClass:
  case clang::Stmt::CXXOperatorCallExprClass: {
    const auto* call = llvm::cast<clang::CallExpr>(e);
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !callee->isConstexpr())
      return false;
    if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(e);
        member && !isConstantToo(member->getImplicitObjectArgument()))
      return false;
    return llvm::all_of(call->arguments(), isConstantToo);
  }
  default:
    return false;
  }
}

/// The constant that a scalar expression is; null where it is none.
ir::Expr* FunctionLowering::constant(const clang::Expr* e) {
  const clang::QualType type = e->getType();
  if (!type->isArithmeticType() && !type->isEnumeralType())
    return nullptr;
  if (e->isValueDependent() || !isConstantShape(e))
    return nullptr;
  clang::Expr::EvalResult result;
  if (!e->EvaluateAsRValue(result, m_.ast) || result.HasSideEffects || result.HasUndefinedBehavior)
    return nullptr;
  if (!result.Val.isInt() && !result.Val.isFloat())
    return nullptr;
  return fromValue(result.Val, type, e->getSourceRange());
}

ir::Expr* FunctionLowering::integer(const ir::Type* type, uint64_t value,
                                    clang::SourceLocation loc) {
  return make<ir::ConstantExpr>(type, value, at(loc));
}

ir::Expr* FunctionLowering::zero(const ir::Type* type, clang::SourceLocation loc) {
  if (type->isScalar())
    return make<ir::ConstantExpr>(type, 0, at(loc));
  return make<ir::ConstructExpr>(type, std::vector<ir::Expr*>(), at(loc));
}

ir::Expr* FunctionLowering::fromValue(const clang::APValue& value, clang::QualType cppType,
                                      clang::SourceRange range) {
  const ir::Type* made = type(cppType, range);
  if (!made)
    return nullptr;
  const clang::SourceLocation loc = range.getBegin();
  if (value.isInt() && (llvm::isa<ir::IntType>(made) || made == types().boolType()))
    return make<ir::ConstantExpr>(made, value.getInt().getZExtValue(), at(loc));
  if (value.isFloat() && llvm::isa<ir::FloatType>(made))
    return make<ir::ConstantExpr>(made, value.getFloat().bitcastToAPInt().getZExtValue(), at(loc));
  if (value.isStruct()) {
    if (const auto* structure = llvm::dyn_cast<ir::StructType>(made))
      return fromStruct(value, structure, range);
    // std::array: a struct around the elements
    if (llvm::isa<ir::ArrayType>(made) && value.getStructNumFields() == 1) {
      const clang::CXXRecordDecl* record = cppType->getAsCXXRecordDecl();
      return fromValue(value.getStructField(0), record->field_begin()->getType(), range);
    }
  }
  if (const auto* array = llvm::dyn_cast<ir::ArrayType>(made); array && value.isArray()) {
    const clang::QualType elementType = m_.ast.getAsArrayType(cppType)->getElementType();
    std::vector<ir::Expr*> args;
    for (unsigned i = 0; i < value.getArraySize(); ++i) {
      const clang::APValue& element = i < value.getArrayInitializedElts()
                                          ? value.getArrayInitializedElt(i)
                                          : value.getArrayFiller();
      args.push_back(fromValue(element, elementType, range));
      if (!args.back())
        return nullptr;
    }
    return make<ir::ConstructExpr>(made, std::move(args), at(loc));
  }
  return refuse(range, DiagId::NotSupportedYet, "this constant");
}

/// Fields of base classes come first, as TypeLowering laid them out.
static void flatten(const clang::APValue& value, const clang::CXXRecordDecl& record,
                    std::vector<std::pair<const clang::APValue*, clang::QualType>>& fields) {
  unsigned base = 0;
  for (const clang::CXXBaseSpecifier& specifier : record.bases())
    flatten(value.getStructBase(base++), *specifier.getType()->getAsCXXRecordDecl(), fields);
  for (const clang::FieldDecl* field : record.fields())
    fields.emplace_back(&value.getStructField(field->getFieldIndex()), field->getType());
}

ir::Expr* FunctionLowering::fromStruct(const clang::APValue& value, const ir::StructType* type,
                                       clang::SourceRange range) {
  std::vector<std::pair<const clang::APValue*, clang::QualType>> fields;
  flatten(value, *m_.types.declOf(type), fields);
  RINGC_CHECK(fields.size() == type->fields().size(), "a constant without all of its fields");
  std::vector<ir::Expr*> args;
  for (const auto& [field, fieldType] : fields) {
    args.push_back(fromValue(*field, fieldType, range));
    if (!args.back())
      return nullptr;
  }
  return make<ir::ConstructExpr>(type, std::move(args), at(range.getBegin()));
}

} // namespace ringc
