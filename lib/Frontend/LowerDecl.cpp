// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Local declarations: variables, references, lambdas, structured bindings.

#include "FunctionLowering.h"
#include "ringc/IR/Walk.h"
#include "ringc/Support/Check.h"

namespace ringc {

FunctionLowering::FunctionLowering(ModuleLowering& module, ir::Function& function)
    : m_(module), function_(function) {}

void FunctionLowering::lowerBody(const clang::FunctionDecl& definition) {
  const clang::Stmt* body = definition.getBody();
  RINGC_CHECK(body, "a function without a body");
  block_ = entry_ = make<ir::Block>(at(body->getBeginLoc()));
  function_.body = entry_;
  ownParameters(definition);
  unscoped(body);
  // Falling off the end is undefined in C++, and common behind a switch over all enumerators.
  if (function_.returnType != types().voidType() && ir::completes(*entry_))
    emit<ir::ReturnStmt>(zero(function_.returnType, body->getEndLoc()), at(body->getEndLoc()));
}

/// A parameter that the body changes is a variable of its own: targets keep parameters constant.
void FunctionLowering::ownParameters(const clang::FunctionDecl& definition) {
  const clang::Stmt* body = definition.getBody();
  for (const clang::ParmVarDecl* param : definition.parameters()) {
    const auto it = bindings_.find(param);
    if (it == bindings_.end() || it->second.kind != Binding::Kind::Place)
      continue;
    auto* local = llvm::cast<ir::LocalPlace>(it->second.place)->local;
    if (local->kind != ir::LocalKind::ValueParameter)
      continue;
    if (local->type->size() == 0 || (body && isOnlyRead(*param, *body))) {
      local->isConst = true;
      continue;
    }
    local->isConst = true;
    ir::Local* changed = makeVariable(local->name, local->type, param->getLocation(), false);
    emit<ir::DeclStmt>(changed, loadLocal(local, param->getLocation()), at(param->getLocation()));
    bind(param, Binding::of(makePlace(changed)));
  }
}

FunctionLowering::Block* FunctionLowering::inBlock(clang::SourceLocation loc,
                                                   llvm::function_ref<void()> body) {
  Block* outer = block_;
  Block* inner = make<ir::Block>(at(loc));
  block_ = inner;
  body();
  block_ = outer;
  return inner;
}

ir::Local* FunctionLowering::makeVariable(llvm::StringRef name, const ir::Type* type,
                                          clang::SourceLocation loc, bool isConst) {
  auto* local = make<ir::Local>(ir::LocalKind::Variable, name.str(), type, at(loc));
  local->isConst = isConst;
  return local;
}

ir::Local* FunctionLowering::declare(llvm::StringRef name, ir::Expr* init,
                                     clang::SourceLocation loc) {
  ir::Local* local = makeVariable(name, init->type(), loc, true);
  emit<ir::DeclStmt>(local, init, at(loc));
  return local;
}

void FunctionLowering::declStmt(const clang::DeclStmt* s) {
  for (const clang::Decl* decl : s->decls()) {
    if (const auto* parts = llvm::dyn_cast<clang::DecompositionDecl>(decl))
      decomposition(parts);
    else if (const auto* var = llvm::dyn_cast<clang::VarDecl>(decl))
      variable(var);
    else if (llvm::isa<clang::FunctionDecl>(decl) || !llvm::isa<clang::ValueDecl>(decl))
      continue; // types, aliases, using, static_assert: nothing to run
    else
      m_.unsupported.refuseStmt(*s);
  }
}

ir::Local* FunctionLowering::makeResult(llvm::StringRef name, const ir::Type* type,
                                        clang::SourceLocation loc) {
  ir::Local* local = makeVariable(name, type, loc, true);
  results_.insert(local);
  return local;
}

/// The result that a value reads, where it is nothing else: it may become what it initialises.
ir::Local* FunctionLowering::takeResult(const ir::Expr* value) {
  const auto* read = llvm::dyn_cast<ir::LoadExpr>(value);
  const auto* whole = read ? llvm::dyn_cast<ir::LocalPlace>(read->place) : nullptr;
  return whole && results_.erase(whole->local) ? whole->local : nullptr;
}

void FunctionLowering::variable(const clang::VarDecl* decl) {
  bind(decl, Binding::failed());
  const clang::SourceRange range = decl->getSourceRange();
  const clang::QualType declared = decl->getType();
  if (decl->isStaticLocal() && !decl->isConstexpr() && !declared.isConstQualified()) {
    refuse(range, DiagId::RefusedMutableGlobal, decl->getName().str());
    return;
  }
  if (decl->isStaticLocal() || decl->hasExternalStorage()) {
    bindings_.erase(decl); // a constant: made where it is used
    return;
  }
  if (declared->isReferenceType())
    return reference(decl);
  if (const clang::CXXRecordDecl* record = declared->getAsCXXRecordDecl();
      record && record->isLambda() && decl->getInit())
    return closure(decl, decl->getInit());
  if (decl->isConstexpr() && (declared->isArithmeticType() || declared->isEnumeralType())) {
    if (const clang::APValue* constant = decl->evaluateValue())
      if (ir::Expr* made = fromValue(*constant, declared, range))
        bind(decl, Binding::of(made));
    return;
  }
  const ir::Type* made = type(declared, range);
  if (!made)
    return;
  if (made->size() == 0) { // a span or cell: another name for the parameter
    const clang::Expr* init = decl->getInit() ? decl->getInit()->IgnoreImplicit() : nullptr;
    if (const auto* copied = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(init))
      init = copied->getNumArgs() == 1 ? copied->getArg(0)->IgnoreImplicit() : nullptr;
    if (!llvm::isa_and_nonnull<clang::DeclRefExpr>(init)) {
      refuse(range, DiagId::TypeHasNoStorage, names().type(declared));
      return;
    }
    if (ir::Place* same = place(init))
      bind(decl, Binding::of(same));
    return;
  }
  const clang::Expr* init = decl->getInit();
  const auto* constructed =
      init ? llvm::dyn_cast<clang::CXXConstructExpr>(init->IgnoreImplicit()) : nullptr;
  if (constructed && constructed->getConstructor()->isDefaultConstructor() &&
      constructed->getConstructor()->isTrivial() && !constructed->requiresZeroInitialization() &&
      !declared.isConstQualified())
    init = nullptr; // `Point p;`: no value yet
  ir::Expr* first = init ? value(init) : nullptr;
  if (init && !first)
    return;
  if (first && first->type() != made) {
    m_.unsupported.refuseStmt(*init);
    return;
  }
  const llvm::StringRef name =
      llvm::isa<clang::DecompositionDecl>(decl) ? "parts" : decl->getName();
  if (ir::Local* result = first ? takeResult(first) : nullptr) {
    result->name = name.str();
    result->isConst &= declared.isConstQualified();
    bind(decl, Binding::of(makePlace(result)));
    return;
  }
  ir::Local* local = makeVariable(name, made, decl->getLocation(), declared.isConstQualified());
  emit<ir::DeclStmt>(local, first, at(decl->getLocation()));
  bind(decl, Binding::of(makePlace(local)));
}

void FunctionLowering::bindReference(const clang::ValueDecl* decl, ir::Place* place, bool isConst) {
  if (llvm::isa<ir::LocalPlace>(place)) { // another name for a whole local
    bind(decl, Binding::of(place));
    return;
  }
  const bool isHidden = llvm::isa<clang::DecompositionDecl>(decl);
  auto* local =
      make<ir::Local>(ir::LocalKind::Reference, isHidden ? "parts" : decl->getName().str(),
                      place->type(), at(decl->getLocation()));
  local->space = spaceOf(*place);
  local->isConst = isConst;
  m_.effects.bind(local, *place);
  emit<ir::RefStmt>(local, freeze(place), at(decl->getLocation()));
  bind(decl, Binding::of(makePlace(local)));
}

static bool isCellPlace(const ir::Place& place) {
  return llvm::isa<ir::CellType>(ir::rootOf(place)->type) && !llvm::isa<ir::LocalPlace>(place);
}

void FunctionLowering::reference(const clang::VarDecl* decl) {
  const clang::Expr* init = decl->getInit();
  if (!init)
    return;
  const clang::QualType referred = decl->getType().getNonReferenceType();
  const clang::Expr* inner = init->IgnoreImplicit();
  if (const clang::CXXRecordDecl* record = referred->getAsCXXRecordDecl();
      record && record->isLambda())
    return closure(decl, init);
  // A temporary, or std::min and the like that refer to one: the reference is a local value.
  const auto* call = llvm::dyn_cast<clang::CallExpr>(inner);
  if (init->isPRValue() || inner->isPRValue() || (call && referred.isConstQualified())) {
    const size_t before = block_->stmts.size();
    ir::Place* made = place(init);
    if (!made)
      return;
    if (auto* whole = llvm::dyn_cast<ir::LocalPlace>(made);
        whole && block_->stmts.size() > before && llvm::isa<ir::DeclStmt>(block_->stmts.back()) &&
        llvm::cast<ir::DeclStmt>(block_->stmts.back())->local == whole->local) {
      whole->local->name = decl->getName().str();
      whole->local->isConst = referred.isConstQualified();
    }
    bindReference(decl, made, referred.isConstQualified());
    return;
  }
  ir::Place* to = place(init);
  if (!to)
    return;
  if (isCellPlace(*to)) {
    refuse(decl->getSourceRange(), DiagId::ReferenceToCell, decl->getName().str());
    return;
  }
  bindReference(decl, to, referred.isConstQualified());
}

void FunctionLowering::closure(const clang::ValueDecl* decl, const clang::Expr* init) {
  if (const Closure* made = closureOf(init))
    bind(decl, Binding::of(made));
}

/// `auto [a, b] = ...`: the parts are places within one object.
void FunctionLowering::decomposition(const clang::DecompositionDecl* decl) {
  for (const clang::BindingDecl* part : decl->bindings())
    bind(part, Binding::failed());
  if (decl->getType()->isReferenceType())
    reference(decl);
  else
    variable(decl);
  if (bindings_.lookup(decl).kind != Binding::Kind::Place)
    return;
  for (const clang::BindingDecl* part : decl->bindings()) {
    const clang::Expr* source = part->getBinding();
    if (const clang::VarDecl* holding = part->getHoldingVar())
      source = holding->getInit(); // std::array and what else has std::get
    if (!source)
      continue;
    if (ir::Place* to = place(source->IgnoreImplicit()))
      bind(part, Binding::of(to));
  }
}

namespace {

/// Looks for a use of a declaration that is more than a read.
class ReadOnlyCheck {
public:
  explicit ReadOnlyCheck(const clang::ValueDecl& decl) : decl_(decl) {}
  bool isOnlyRead(const clang::Stmt* s, bool isRead) {
    if (!s)
      return true;
    if (const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(s))
      return ref->getDecl() != &decl_ || isRead;
    bool passesOn = false;
    if (const auto* cast = llvm::dyn_cast<clang::ImplicitCastExpr>(s)) {
      const clang::CastKind kind = cast->getCastKind();
      passesOn = isRead || kind == clang::CK_LValueToRValue ||
                 (kind == clang::CK_NoOp && cast->getType().isConstQualified());
    } else if (llvm::isa<clang::ParenExpr, clang::MemberExpr>(s)) {
      passesOn = isRead;
    } else if (const auto* array = llvm::dyn_cast<clang::ArraySubscriptExpr>(s)) {
      return isOnlyRead(array->getBase(), isRead) && isOnlyRead(array->getIdx(), false);
    }
    for (const clang::Stmt* child : s->children())
      if (!isOnlyRead(child, passesOn))
        return false;
    return true;
  }

private:
  const clang::ValueDecl& decl_;
};

} // namespace

unsigned countUses(const clang::ValueDecl& decl, const clang::Stmt* s) {
  if (!s)
    return 0;
  const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(s);
  unsigned count = ref && ref->getDecl() == &decl ? 1 : 0;
  for (const clang::Stmt* child : s->children())
    count += countUses(decl, child);
  return count;
}

bool isOnlyRead(const clang::ValueDecl& decl, const clang::Stmt& body) {
  return decl.getType().getNonReferenceType().isConstQualified() ||
         ReadOnlyCheck(decl).isOnlyRead(&body, false);
}

} // namespace ringc
