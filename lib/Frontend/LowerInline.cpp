// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls that become part of their caller: lambdas, functions that take lambdas, and functions that
// return references (the IR has neither).

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

static const clang::Expr* closureSource(const clang::Expr* e) {
  while (true) {
    e = e->IgnoreImplicit()->IgnoreParens();
    if (const auto* made = llvm::dyn_cast<clang::CXXConstructExpr>(e);
        made && made->getNumArgs() == 1)
      e = made->getArg(0);
    else if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(e))
      e = cast->getSubExpr();
    else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(e); call && call->isCallToStdMove())
      e = call->getArg(0);
    else
      return e;
  }
}

/// The lambda or stateless function object that an expression names; null (reported) where it is
/// something else.
const Closure* FunctionLowering::closureOf(const clang::Expr* e) {
  const clang::Expr* source = closureSource(e);
  if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(source))
    return makeClosure(lambda);
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(source);
      call && call->getDirectCallee() && call->getNumArgs() == 1) {
    const std::string name = names().plain(*call->getDirectCallee());
    if (name == "std::forward" || name == "std::move")
      return closureOf(call->getArg(0));
  }
  if (const auto* ref = llvm::dyn_cast<clang::DeclRefExpr>(source)) {
    const Binding bound = bindings_.lookup(ref->getDecl());
    if (bound.kind == Binding::Kind::Closure)
      return bound.closure;
    if (bound.kind == Binding::Kind::Failed && bindings_.contains(ref->getDecl()))
      return nullptr;
  }
  const clang::CXXRecordDecl* record = source->getType()->getAsCXXRecordDecl();
  if (record && !record->isLambda() && record->hasDefinition() && record->isEmpty()) {
    closures_.push_back(std::make_unique<Closure>(Closure{record, {}, nullptr}));
    return closures_.back().get();
  }
  return refuse(e->getSourceRange(), DiagId::RefusedEscapingLambda), nullptr;
}

/// Captures by reference need nothing: the body is lowered where the names mean the same.
const Closure* FunctionLowering::makeClosure(const clang::LambdaExpr* e) {
  auto made = std::make_unique<Closure>(Closure{e->getLambdaClass(), {}, this_});
  auto init = e->capture_init_begin();
  for (const clang::LambdaCapture& capture : e->captures()) {
    const clang::Expr* source = *init++;
    if (capture.capturesVariable()) {
      const auto* decl = capture.getCapturedVar();
      const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
      if (variable && variable->isInitCapture()) {
        this->variable(variable);
        continue;
      }
      const Binding bound = bindings_.lookup(decl);
      const bool isObject = bound.kind == Binding::Kind::Place && bound.place->type()->size() != 0;
      const auto* whole = isObject ? llvm::dyn_cast<ir::LocalPlace>(bound.place) : nullptr;
      if (capture.getCaptureKind() != clang::LCK_ByCopy || !isObject ||
          (whole && whole->local->isConst && !whole->local->isReference()))
        continue; // what never changes needs no copy
      ir::Expr* copied = source ? value(source) : nullptr;
      if (!copied)
        return nullptr;
      ir::Local* local =
          makeVariable(decl->getName(), copied->type(), capture.getLocation(), !e->isMutable());
      emit<ir::DeclStmt>(local, copied, at(capture.getLocation()));
      made->copies.emplace_back(decl, Binding::of(makePlace(local)));
    } else if (capture.getCaptureKind() == clang::LCK_StarThis) {
      return refuse(e->getSourceRange(), DiagId::NotSupportedYet, "a capture of '*this'"), nullptr;
    }
  }
  closures_.push_back(std::move(made));
  return closures_.back().get();
}

/// The operator() to call with arguments of these types: of a template, the instance that clang
/// made.
const clang::FunctionDecl*
FunctionLowering::callOperator(const Closure& closure,
                               llvm::ArrayRef<clang::QualType> params) const {
  const auto fits = [&](const clang::FunctionDecl* candidate) {
    if (candidate->getNumParams() != params.size())
      return false;
    for (unsigned i = 0; i < params.size(); ++i)
      if (!m_.ast.hasSameUnqualifiedType(
              candidate->getParamDecl(i)->getType().getNonReferenceType(), params[i]))
        return false;
    return true;
  };
  const clang::DeclarationName name = m_.ast.DeclarationNames.getCXXOperatorName(clang::OO_Call);
  const clang::FunctionDecl* converting = nullptr;
  for (const clang::NamedDecl* found : closure.type->lookup(name)) {
    if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(found)) {
      if (fits(method))
        return method;
      if (method->getNumParams() == params.size())
        converting = method;
    }
    if (const auto* pattern = llvm::dyn_cast<clang::FunctionTemplateDecl>(found))
      for (const clang::FunctionDecl* instance : pattern->specializations())
        if (fits(instance))
          return instance;
  }
  return converting;
}

/// A value that needs no name: a constant, or a local that never changes.
static bool isFixed(const ir::Expr& value) {
  if (llvm::isa<ir::ConstantExpr>(value))
    return true;
  const auto* read = llvm::dyn_cast<ir::LoadExpr>(&value);
  const auto* whole = read ? llvm::dyn_cast<ir::LocalPlace>(read->place) : nullptr;
  return whole && whole->local->isConst && !whole->local->isReference();
}

bool FunctionLowering::bindInlineParams(const clang::FunctionDecl* definition,
                                        llvm::ArrayRef<const clang::Expr*> args) {
  if (definition->getNumParams() != args.size())
    return false;
  Operands operands(*this, /*isUnsequenced=*/true);
  std::vector<std::pair<const clang::ParmVarDecl*, size_t>> values;
  for (unsigned i = 0; i < args.size(); ++i) {
    const clang::ParmVarDecl* param = definition->getParamDecl(i);
    const clang::QualType paramType = param->getType().getNonReferenceType();
    if (m_.paramKind(*definition, *param) == ParamKind::Inline) {
      const Closure* passed = closureOf(args[i]);
      if (!passed)
        return false;
      bind(param, Binding::of(passed));
      continue;
    }
    const ir::Type* made = type(paramType, args[i]->getSourceRange());
    if (!made)
      return false;
    const bool isPlace = param->getType()->isReferenceType() || made->size() == 0;
    if (!(isPlace ? operands.addPlace(args[i]) : operands.addValue(args[i])))
      return false;
    values.emplace_back(param, operands.size() - 1);
  }
  for (const auto& [param, index] : values) {
    if (ir::Place* place = operands.place(index)) {
      // A cell element has no references in the IR; its offsets are constants, so the place itself
      // serves as one.
      const bool isCell = llvm::isa<ir::CellType>(ir::rootOf(*place)->type);
      if (isCell || place->type()->size() == 0)
        bind(param, Binding::of(place));
      else
        bindReference(param, place, param->getType().getNonReferenceType().isConstQualified());
      continue;
    }
    ir::Expr* value = operands.value(index);
    const bool isChanged = definition->getBody() && !isOnlyRead(*param, *definition->getBody());
    if (!isChanged && isFixed(*value)) {
      bind(param, Binding::of(value));
      continue;
    }
    ir::Local* local =
        makeVariable(param->getName(), value->type(), param->getLocation(), !isChanged);
    emit<ir::DeclStmt>(local, value, at(param->getLocation()));
    bind(param, Binding::of(makePlace(local)));
  }
  return true;
}

FunctionLowering::CallResult FunctionLowering::callInline(const clang::FunctionDecl* callee,
                                                          const Closure* closure,
                                                          const clang::Expr* object, bool isArrow,
                                                          llvm::ArrayRef<const clang::Expr*> args,
                                                          clang::SourceRange range) {
  const clang::FunctionDecl* definition = nullptr;
  if (!callee->hasBody(definition))
    return refuse(range, DiagId::RefusedBodyNotVisible, names().function(*callee)), failure();
  for (const InlineFrame* frame = inline_; frame; frame = frame->outer)
    if (frame->function == definition)
      return refuse(range, DiagId::RefusedRecursion, names().function(*callee)), failure();
  ir::Place* self = nullptr;
  if (object) {
    self = objectPlace(object, isArrow);
    if (!self)
      return failure();
    self = freeze(self);
  }
  if (!bindInlineParams(definition, args))
    return failure();
  return inlineBody(definition, closure, self, range);
}

/// Returns of this function's own body, lambdas in it apart.
static unsigned countReturns(const clang::Stmt* s) {
  if (!s || llvm::isa<clang::Expr>(s))
    return 0;
  unsigned count = llvm::isa<clang::ReturnStmt>(s) ? 1 : 0;
  for (const clang::Stmt* child : s->children())
    count += countReturns(child);
  return count;
}

static bool hasSingleReturn(const clang::Stmt& body) {
  const unsigned count = countReturns(&body);
  if (count == 0)
    return true;
  const auto* compound = llvm::dyn_cast<clang::CompoundStmt>(&body);
  return count == 1 && compound && !compound->body_empty() &&
         llvm::isa<clang::ReturnStmt>(compound->body_back());
}

/// Parameters are bound already.
FunctionLowering::CallResult FunctionLowering::inlineBody(const clang::FunctionDecl* definition,
                                                          const Closure* closure, ir::Place* object,
                                                          clang::SourceRange range) {
  const clang::Stmt* body = definition->getBody();
  InlineFrame frame;
  frame.function = definition;
  frame.isSingleReturn = hasSingleReturn(*body);
  frame.returnsPlace = definition->getReturnType()->isReferenceType();
  frame.breakDepth = breakDepth_;
  frame.outer = inline_;
  if (frame.returnsPlace && !frame.isSingleReturn)
    return refuse(range, DiagId::NotSupportedYet,
                  "a function that returns a reference from several places"),
           failure();
  const ir::Type* returned =
      frame.returnsPlace ? types().voidType() : type(definition->getReturnType(), range);
  if (!returned)
    return failure();
  const bool hasResult = !frame.isSingleReturn && returned != types().voidType();
  if (hasResult) {
    frame.result = makeResult("result", returned, range.getBegin());
    frame.result->isConst = false;
    emit<ir::DeclStmt>(frame.result, nullptr, at(range.getBegin()));
  }
  Block* start = block_;
  const size_t position = block_->stmts.size();
  {
    llvm::SaveAndRestore inlined(inline_, &frame);
    llvm::SaveAndRestore tail(isTail_, true);
    llvm::SaveAndRestore self(this_, closure ? closure->thisPlace : object);
    m_.unsupported.enter({names().function(*definition), range.getBegin()});
    std::vector<std::pair<const clang::ValueDecl*, Binding>> outer;
    if (closure)
      for (const auto& [decl, binding] : closure->copies) {
        outer.emplace_back(decl, bindings_.lookup(decl));
        bind(decl, binding);
      }
    unscoped(body);
    for (const auto& [decl, binding] : outer)
      bind(decl, binding);
    m_.unsupported.leave();
  }
  if (frame.returned) // it starts as false, before anything can return
    start->stmts.insert(start->stmts.begin() + static_cast<ptrdiff_t>(position),
                        make<ir::DeclStmt>(frame.returned,
                                           integer(types().boolType(), 0, range.getBegin()),
                                           frame.returned->loc));
  if (frame.returnsPlace)
    return result(frame.place);
  if (returned == types().voidType())
    return done();
  return result(hasResult ? loadLocal(frame.result, range.getBegin()) : frame.value);
}

} // namespace ringc
