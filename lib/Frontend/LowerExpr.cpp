// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values of expressions, by node kind. What has an effect becomes statements before the value is
// used; the value itself is pure.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

/// Deeper expressions would exhaust the stack here or in a pass behind us.
constexpr unsigned maxExpressionDepth = 400;

/// Wrappers that change neither value nor category.
static const clang::Expr* unwrap(const clang::Expr* e) {
  while (true) {
    if (const auto* paren = llvm::dyn_cast<clang::ParenExpr>(e))
      e = paren->getSubExpr();
    else if (const auto* full = llvm::dyn_cast<clang::FullExpr>(e))
      e = full->getSubExpr();
    else if (const auto* temporary = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(e))
      e = temporary->getSubExpr();
    else if (const auto* arg = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(e))
      e = arg->getReplacement();
    else if (const auto* arg = llvm::dyn_cast<clang::CXXDefaultArgExpr>(e))
      e = arg->getExpr();
    else if (const auto* init = llvm::dyn_cast<clang::CXXDefaultInitExpr>(e))
      e = init->getExpr();
    else if (const auto* selection = llvm::dyn_cast<clang::GenericSelectionExpr>(e))
      e = selection->getResultExpr();
    else if (const auto* rewritten = llvm::dyn_cast<clang::CXXRewrittenBinaryOperator>(e))
      e = rewritten->getSemanticForm();
    else
      return e;
  }
}

ir::Expr* FunctionLowering::value(const clang::Expr* e) {
  if (depth_ >= maxExpressionDepth)
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "an expression nested this deeply");
  llvm::SaveAndRestore nested(depth_, depth_ + 1);
  e = unwrap(e);
  if (ir::Expr* known = constant(e))
    return known;
  if (e->isGLValue())
    return loaded(e);
  return valueKinds(e);
}

ir::Expr* FunctionLowering::valueKinds(const clang::Expr* e) {
  if (const auto* op = llvm::dyn_cast<clang::CompoundAssignOperator>(e))
    return refuse(op->getSourceRange(), DiagId::NotSupportedYet, "this assignment");
  if (const auto* op = llvm::dyn_cast<clang::BinaryOperator>(e))
    return binary(op);
  if (const auto* op = llvm::dyn_cast<clang::UnaryOperator>(e))
    return unary(op);
  if (const auto* op = llvm::dyn_cast<clang::ConditionalOperator>(e))
    return conditional(op);
  if (const auto* op = llvm::dyn_cast<clang::CastExpr>(e))
    return cast(op);
  if (const auto* op = llvm::dyn_cast<clang::CXXConstructExpr>(e))
    return construct(op);
  if (const auto* op = llvm::dyn_cast<clang::InitListExpr>(e))
    return initList(op);
  if (const auto* op = llvm::dyn_cast<clang::CXXParenListInitExpr>(e)) {
    const auto* made =
        llvm::dyn_cast_or_null<ir::StructType>(type(op->getType(), op->getSourceRange()));
    if (!made)
      return m_.unsupported.refuseStmt(*e);
    std::vector<const clang::Expr*> inits(op->getInitExprs().begin(), op->getInitExprs().end());
    return initStruct(inits, made, op->getSourceRange());
  }
  if (const auto* op = llvm::dyn_cast<clang::ArrayInitLoopExpr>(e)) { // a copy of an array
    ir::Place* from = place(op->getCommonExpr()->getSourceExpr());
    return from ? load(from, e->getExprLoc()) : nullptr;
  }
  if (llvm::isa<clang::ImplicitValueInitExpr, clang::CXXScalarValueInitExpr>(e)) {
    const ir::Type* made = type(e->getType(), e->getSourceRange());
    return made ? zero(made, e->getExprLoc()) : nullptr;
  }
  if (const auto* op = llvm::dyn_cast<clang::MemberExpr>(e))
    return member(op);
  if (const auto* op = llvm::dyn_cast<clang::CallExpr>(e)) {
    const CallResult called = call(op);
    if (!called.ok)
      return nullptr;
    if (called.place)
      return load(called.place, e->getExprLoc());
    if (!called.value)
      return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "the value of a void call");
    return called.value;
  }
  return m_.unsupported.refuseStmt(*e);
}

/// The value of what an lvalue or xvalue names, without making a place where there need be none.
ir::Expr* FunctionLowering::loaded(const clang::Expr* e) {
  e = unwrap(e);
  if (const auto* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(e))
    return value(temporary->getSubExpr());
  if (const auto* op = llvm::dyn_cast<clang::ConditionalOperator>(e))
    return conditional(op);
  if (const auto* op = llvm::dyn_cast<clang::MemberExpr>(e))
    return member(op);
  if (const auto* op = llvm::dyn_cast<clang::BinaryOperator>(e);
      op && op->getOpcode() == clang::BO_Comma) {
    effect(op->getLHS());
    return value(op->getRHS());
  }
  if (const auto* op = llvm::dyn_cast<clang::CallExpr>(e)) {
    const CallResult called = call(op);
    if (!called.ok)
      return nullptr;
    return called.place ? load(called.place, e->getExprLoc()) : called.value;
  }
  if (const auto* op = llvm::dyn_cast<clang::ImplicitCastExpr>(e);
      op && op->getCastKind() == clang::CK_NoOp)
    return value(op->getSubExpr());
  if (const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(e)) {
    const auto bound = bindings_.find(ref->getDecl());
    if (bound != bindings_.end() && bound->second.kind == Binding::Kind::Value)
      return copy(bound->second.value);
  }
  ir::Place* read = place(e);
  return read ? load(read, e->getExprLoc()) : nullptr;
}

/// A field of a value (a call's result, a temporary), or of a place.
ir::Expr* FunctionLowering::member(const clang::MemberExpr* e) {
  const auto* field = llvm::dyn_cast<clang::FieldDecl>(e->getMemberDecl());
  const clang::Expr* base = unwrap(e->getBase());
  if (const auto* cast = llvm::dyn_cast<clang::ImplicitCastExpr>(base);
      cast && cast->getCastKind() == clang::CK_NoOp)
    base = unwrap(cast->getSubExpr());
  const bool isValue = base->isPRValue() || llvm::isa<clang::MaterializeTemporaryExpr>(base) ||
                       (llvm::isa<clang::DeclRefExpr>(base) &&
                        bindings_.lookup(llvm::cast<clang::DeclRefExpr>(base)->getDecl()).kind ==
                            Binding::Kind::Value);
  if (!field || e->isArrow() || !isValue) {
    ir::Place* read = placeKinds(e);
    return read ? load(read, e->getExprLoc()) : nullptr;
  }
  ir::Expr* object = value(base);
  if (!object)
    return nullptr;
  const auto* type = llvm::dyn_cast<ir::StructType>(object->type());
  if (!type)
    return m_.unsupported.refuseStmt(*e);
  return extract(object, m_.types.fieldIndex(type, *field), e->getMemberLoc());
}

ir::Expr* FunctionLowering::extract(ir::Expr* base, uint32_t field, clang::SourceLocation loc) {
  if (const auto* made = llvm::dyn_cast<ir::ConstructExpr>(base)) {
    if (!made->args.empty())
      return made->args[field];
    return zero(llvm::cast<ir::StructType>(base->type())->fields()[field].type, loc);
  }
  if (const auto* read = llvm::dyn_cast<ir::LoadExpr>(base))
    return load(make<ir::FieldPlace>(read->place, field, at(loc)), loc);
  return make<ir::ExtractExpr>(base, field, at(loc));
}

/// The last statement gave a value that nobody reads.
void FunctionLowering::dropResult(const ir::Local* result) {
  ir::Stmt* last = block_->stmts.empty() ? nullptr : block_->stmts.back();
  ir::Local** slot = nullptr;
  if (auto* call = llvm::dyn_cast_or_null<ir::CallStmt>(last))
    slot = &call->result;
  else if (auto* atomic = llvm::dyn_cast_or_null<ir::AtomicStmt>(last))
    slot = &atomic->result;
  else if (auto* send = llvm::dyn_cast_or_null<ir::SendStmt>(last))
    slot = &send->result;
  if (slot && *slot == result)
    *slot = nullptr;
}

/// An expression whose value nobody wants.
void FunctionLowering::effect(const clang::Expr* e) {
  e = unwrap(e);
  if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(e);
      cast && cast->getCastKind() == clang::CK_ToVoid)
    return effect(cast->getSubExpr());
  if (const auto* op = llvm::dyn_cast<clang::CompoundAssignOperator>(e)) {
    compoundAssign(op, /*isRead=*/false);
    return;
  }
  if (const auto* op = llvm::dyn_cast<clang::BinaryOperator>(e)) {
    if (op->getOpcode() == clang::BO_Comma) {
      effect(op->getLHS());
      return effect(op->getRHS());
    }
    if (op->isAssignmentOp()) {
      assign(op, /*isRead=*/false);
      return;
    }
  }
  if (const auto* op = llvm::dyn_cast<clang::UnaryOperator>(e);
      op && op->isIncrementDecrementOp()) {
    increment(op, /*isRead=*/false, nullptr);
    return;
  }
  if (const auto* op = llvm::dyn_cast<clang::ConditionalOperator>(e))
    return conditionalEffect(op);
  if (const auto* op = llvm::dyn_cast<clang::CallExpr>(e)) {
    const CallResult called = call(op);
    if (const ir::Local* result = called.value ? takeResult(called.value) : nullptr)
      dropResult(result);
    return;
  }
  if (const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(e);
      ref && bindings_.contains(ref->getDecl()))
    return; // (void)unused
  if (e->isGLValue() && !llvm::isa<clang::MaterializeTemporaryExpr>(e)) {
    place(e);
    return;
  }
  if (e->getType()->isVoidType()) {
    m_.unsupported.refuseStmt(*e);
    return;
  }
  value(e);
}

} // namespace ringc
