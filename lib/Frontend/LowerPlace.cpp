// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places: what lvalues name.

#include "FunctionLowering.h"
#include "ringc/IR/Cloner.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

constexpr unsigned maxPlaceDepth = 400;

ir::Place* FunctionLowering::makePlace(ir::Local* local) {
  return make<ir::LocalPlace>(local, local->loc);
}

ir::Expr* FunctionLowering::load(ir::Place* place, clang::SourceLocation loc) {
  return make<ir::LoadExpr>(place, at(loc));
}

ir::Expr* FunctionLowering::loadLocal(ir::Local* local, clang::SourceLocation loc) {
  return load(make<ir::LocalPlace>(local, at(loc)), loc);
}

void FunctionLowering::store(ir::Place* place, ir::Expr* value, clang::SourceLocation loc) {
  emit<ir::StoreStmt>(place, value, at(loc));
}

ir::Place* FunctionLowering::copy(const ir::Place* place) {
  return ir::Cloner(m_.module).place(place);
}

/// What a name is bound to, at the place where it is used.
ir::Place* FunctionLowering::placeAt(const ir::Place* bound, clang::SourceLocation use) {
  if (const auto* whole = llvm::dyn_cast<ir::LocalPlace>(bound))
    return make<ir::LocalPlace>(whole->local, at(use));
  return copy(bound);
}

ir::Expr* FunctionLowering::copy(const ir::Expr* expr) { return ir::Cloner(m_.module).expr(expr); }

ir::AddressSpace FunctionLowering::spaceOf(const ir::Place& place) const {
  if (const auto* element = llvm::dyn_cast<ir::SpanElementPlace>(&place))
    return (void)element, ir::AddressSpace::Buffer;
  const ir::Local* root = ir::rootOf(place);
  if (llvm::isa<ir::SpanType>(root->type))
    return ir::AddressSpace::Buffer;
  if (root->kind == ir::LocalKind::Shared)
    return ir::AddressSpace::Workgroup;
  return root->isReference() ? root->space : ir::AddressSpace::Function;
}

ir::Place* FunctionLowering::place(const clang::Expr* e) {
  if (depth_ >= maxPlaceDepth)
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "an expression nested this deeply"),
           nullptr;
  llvm::SaveAndRestore nested(depth_, depth_ + 1);
  return placeKinds(e->IgnoreParens());
}

/// The span or cell that `e` is a copy of; null where `e` is something else. Views have no bytes,
/// so a copy is the parameter itself.
const clang::Expr* FunctionLowering::copiedView(const clang::Expr* e) const {
  const KnownRecord known = names().known(e->getType());
  if (known != KnownRecord::StdSpan && known != KnownRecord::RingCell)
    return nullptr;
  e = e->IgnoreImplicit();
  const auto* copy = llvm::dyn_cast<clang::CXXConstructExpr>(e);
  if (!copy || copy->getNumArgs() != 1 || !copy->getConstructor()->isCopyOrMoveConstructor())
    return nullptr;
  return copy->getArg(0);
}

ir::Place* FunctionLowering::placeKinds(const clang::Expr* e) {
  if (const auto* full = llvm::dyn_cast<clang::FullExpr>(e))
    return place(full->getSubExpr());
  if (const auto* init = llvm::dyn_cast<clang::CXXDefaultInitExpr>(e))
    return place(init->getExpr());
  if (const auto* arg = llvm::dyn_cast<clang::CXXDefaultArgExpr>(e))
    return place(arg->getExpr());
  if (const auto* arg = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(e))
    return place(arg->getReplacement());
  if (const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(e))
    return named(ref);
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(e))
    return memberPlace(member);
  if (const auto* array = llvm::dyn_cast<clang::ArraySubscriptExpr>(e))
    return subscript(array);
  if (const clang::Expr* viewed = copiedView(e))
    return place(viewed);
  if (llvm::isa<clang::MaterializeTemporaryExpr>(e) || e->isPRValue())
    return temporary(e);
  if (llvm::isa<clang::BinaryOperator, clang::UnaryOperator>(e))
    return operatorPlace(e);
  if (const auto* op = llvm::dyn_cast<clang::CallExpr>(e)) {
    const CallResult called = call(op);
    if (!called.ok || called.place)
      return called.place;
    if (called.value) // std::min and the like give references to their arguments
      return makePlace(declare("value", called.value, e->getExprLoc()));
    return m_.unsupported.refuseStmt(*e), nullptr;
  }
  if (const auto* op = llvm::dyn_cast<clang::CastExpr>(e))
    return castPlace(op);
  if (llvm::isa<clang::ConditionalOperator>(e))
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "a choice between two places"),
           nullptr;
  return m_.unsupported.refuseStmt(*e), nullptr;
}

/// What an assignment, an increment, a comma or a dereferenced `this` leaves behind.
ir::Place* FunctionLowering::operatorPlace(const clang::Expr* e) {
  if (const auto* op = llvm::dyn_cast<clang::CompoundAssignOperator>(e)) {
    ir::Place* to = compoundAssign(op, /*isRead=*/true);
    return to ? copy(to) : nullptr;
  }
  if (const auto* op = llvm::dyn_cast<clang::BinaryOperator>(e)) {
    if (op->getOpcode() == clang::BO_Comma) {
      effect(op->getLHS());
      return place(op->getRHS());
    }
    if (op->isAssignmentOp()) {
      ir::Place* to = assign(op, /*isRead=*/true);
      return to ? copy(to) : nullptr;
    }
  }
  if (const auto* op = llvm::dyn_cast<clang::UnaryOperator>(e)) {
    if (op->isIncrementDecrementOp()) {
      ir::Place* to = increment(op, /*isRead=*/true, nullptr);
      return to ? copy(to) : nullptr;
    }
    if (op->getOpcode() == clang::UO_Deref) {
      const clang::Expr* pointer = op->getSubExpr()->IgnoreParenImpCasts();
      if (const auto* object = llvm::dyn_cast<clang::CXXThisExpr>(pointer))
        return baseObject(object);
      return refuse(e->getSourceRange(), DiagId::RefusedPointer), nullptr;
    }
    if (op->getOpcode() == clang::UO_Extension)
      return place(op->getSubExpr());
  }
  return m_.unsupported.refuseStmt(*e), nullptr;
}

ir::Place* FunctionLowering::castPlace(const clang::CastExpr* op) {
  if (op->getCastKind() == clang::CK_NoOp && !llvm::isa<clang::CXXReinterpretCastExpr>(op))
    return llvm::isa<clang::CXXConstCastExpr>(op)
               ? (refuse(op->getSourceRange(), DiagId::RefusedConstCast), nullptr)
               : place(op->getSubExpr());
  if (op->getCastKind() == clang::CK_DerivedToBase ||
      op->getCastKind() == clang::CK_UncheckedDerivedToBase)
    return refuse(op->getSourceRange(), DiagId::NotSupportedYet,
                  "a conversion between base and derived class"),
           nullptr;
  return refuse(op->getSourceRange(), DiagId::RefusedPointer), nullptr;
}

ir::Place* FunctionLowering::named(const clang::DeclRefExpr* e) {
  const clang::ValueDecl* decl = e->getDecl();
  if (const auto it = bindings_.find(decl); it != bindings_.end()) {
    switch (it->second.kind) {
    case Binding::Kind::Failed:
      return nullptr;
    case Binding::Kind::Place:
      return placeAt(it->second.place, e->getExprLoc());
    case Binding::Kind::Value:
      return makePlace(declare(decl->getName(), copy(it->second.value), e->getExprLoc()));
    case Binding::Kind::Closure:
      return refuse(e->getSourceRange(), DiagId::RefusedEscapingLambda), nullptr;
    }
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl))
    return global(variable, e);
  if (llvm::isa<clang::FunctionDecl>(decl))
    return refuse(e->getSourceRange(), DiagId::RefusedFunctionPointer), nullptr;
  return m_.unsupported.refuseStmt(*e), nullptr;
}

/// A constant of a namespace or class becomes a constant of this function; all else that is not the
/// function's own is refused.
ir::Place* FunctionLowering::global(const clang::VarDecl* decl, const clang::Expr* use) {
  if (const auto it = tables_.find(decl); it != tables_.end())
    return makePlace(it->second);
  const clang::VarDecl* init = nullptr;
  const bool isConstant = decl->getType().isConstQualified() && decl->getAnyInitializer(init) &&
                          !decl->getType()->isReferenceType();
  const clang::APValue* value = isConstant ? init->evaluateValue() : nullptr;
  if (!value)
    return refuse(use->getSourceRange(), DiagId::RefusedMutableGlobal, decl->getName().str()),
           nullptr;
  ir::Expr* made = fromValue(*value, decl->getType(), use->getSourceRange());
  if (!made)
    return nullptr;
  ir::Local* table = makeVariable(decl->getName(), made->type(), decl->getLocation(), true);
  entry_->stmts.insert(entry_->stmts.begin(),
                       make<ir::DeclStmt>(table, made, at(decl->getLocation())));
  tables_[decl] = table;
  return makePlace(table);
}

ir::Place* FunctionLowering::baseObject(const clang::CXXThisExpr* e) {
  if (!this_)
    return refuse(e->getSourceRange(), DiagId::RefusedPointer), nullptr;
  return placeAt(this_, e->getExprLoc());
}

/// The object of a member access or member call; conversions to a base class leave the object as it
/// is, because inherited fields are fields of the derived struct.
ir::Place* FunctionLowering::objectPlace(const clang::Expr* object, bool isArrow) {
  object = object->IgnoreParens();
  while (const auto* cast = llvm::dyn_cast<clang::ImplicitCastExpr>(object)) {
    const clang::CastKind kind = cast->getCastKind();
    if (kind != clang::CK_DerivedToBase && kind != clang::CK_UncheckedDerivedToBase &&
        kind != clang::CK_NoOp)
      break;
    object = cast->getSubExpr()->IgnoreParens();
  }
  if (const auto* self = llvm::dyn_cast<clang::CXXThisExpr>(object))
    return baseObject(self);
  if (isArrow)
    return refuse(object->getSourceRange(), DiagId::RefusedPointer), nullptr;
  return place(object);
}

ir::Place* FunctionLowering::fieldPlace(ir::Place* base, const clang::FieldDecl* field,
                                        const clang::Expr* use) {
  const auto* type = llvm::dyn_cast<ir::StructType>(base->type());
  if (!type)
    return m_.unsupported.refuseStmt(*use), nullptr;
  return make<ir::FieldPlace>(base, m_.types.fieldIndex(type, *field), at(use->getExprLoc()));
}

ir::Place* FunctionLowering::memberPlace(const clang::MemberExpr* e) {
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(e->getMemberDecl()))
    return global(variable, e);
  const auto* field = llvm::dyn_cast<clang::FieldDecl>(e->getMemberDecl());
  if (!field)
    return m_.unsupported.refuseStmt(*e), nullptr;
  ir::Place* base = objectPlace(e->getBase(), e->isArrow());
  return base ? fieldPlace(base, field, e) : nullptr;
}

ir::Place* FunctionLowering::element(ir::Place* base, ir::Expr* index, clang::SourceLocation loc) {
  if (index->type() == types().boolType()) // promoted without a cast in the syntax tree
    index = convert(index, types().i32(), loc);
  index = narrowedIndex(index);
  if (llvm::isa<ir::SpanType>(base->type()))
    return make<ir::SpanElementPlace>(ir::rootOf(*base), index, at(loc));
  return make<ir::IndexPlace>(base, index, at(loc));
}

ir::Place* FunctionLowering::subscript(const clang::ArraySubscriptExpr* e) {
  const clang::Expr* base = e->getBase()->IgnoreParens();
  const auto* decay = llvm::dyn_cast<clang::ImplicitCastExpr>(base);
  if (!decay || decay->getCastKind() != clang::CK_ArrayToPointerDecay)
    return refuse(e->getSourceRange(), DiagId::RefusedPointer), nullptr;
  Operands operands(*this, /*isUnsequenced=*/false);
  if (!operands.addPlace(decay->getSubExpr()) || !operands.addValue(e->getIdx()))
    return nullptr;
  if (!llvm::isa<ir::ArrayType>(operands.place(0)->type()))
    return m_.unsupported.refuseStmt(*e), nullptr;
  return element(operands.place(0), operands.value(1), e->getExprLoc());
}

/// A temporary object is a local of its own.
ir::Place* FunctionLowering::temporary(const clang::Expr* e) {
  const clang::Expr* inner = e;
  if (const auto* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(e))
    inner = temporary->getSubExpr();
  ir::Expr* made = value(inner);
  if (!made)
    return nullptr;
  if (ir::Local* result = takeResult(made))
    return makePlace(result);
  return makePlace(declare("temporary", made, e->getExprLoc()));
}

} // namespace ringc
