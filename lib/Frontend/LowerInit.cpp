// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Struct and array values: aggregates, constructors, zero- and default-initialisation.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

/// A larger array that is filled with something else than zeros would print as pages of text.
constexpr uint64_t maxSpelledElements = 1024;

static bool mentionsThis(const clang::Stmt* s) {
  if (!s)
    return false;
  if (const auto* init = llvm::dyn_cast<clang::CXXDefaultInitExpr>(s))
    return mentionsThis(init->getExpr());
  return llvm::isa<clang::CXXThisExpr>(s) || llvm::any_of(s->children(), mentionsThis);
}

/// A default member initialiser that reads other members needs an object to read them from; any
/// other initialiser means the `this` of the function it is in.
static bool readsMembers(const clang::Expr* init) {
  return llvm::isa<clang::CXXDefaultInitExpr>(init) && mentionsThis(init);
}

/// A struct made field by field, so that later initialisers may read earlier fields.
ir::Expr* FunctionLowering::initInPlace(llvm::ArrayRef<const clang::Expr*> inits,
                                        const ir::StructType* type, clang::SourceRange range) {
  const clang::SourceLocation loc = range.getBegin();
  ir::Local* object = makeResult("object", type, loc);
  object->isConst = false;
  emit<ir::DeclStmt>(object, zero(type, loc), at(loc));
  for (uint32_t i = 0; i < inits.size(); ++i) {
    llvm::SaveAndRestore self(
        this_, llvm::isa<clang::CXXDefaultInitExpr>(inits[i]) ? makePlace(object) : this_);
    ir::Expr* made = value(inits[i]);
    if (!made)
      return nullptr;
    if (made->type() != type->fields()[i].type)
      return refuse(range, DiagId::NotSupportedYet, "this initialisation");
    store(make<ir::FieldPlace>(makePlace(object), i, at(loc)), made, loc);
  }
  return loadLocal(object, loc);
}

ir::Expr* FunctionLowering::initList(const clang::InitListExpr* e) {
  if (!e->isSemanticForm() && e->getSemanticForm())
    e = e->getSemanticForm();
  const clang::SourceRange range = e->getSourceRange();
  const ir::Type* made = type(e->getType(), range);
  if (!made)
    return nullptr;
  if (e->isTransparent() || (made->isScalar() && e->getNumInits() == 1))
    return value(e->getInit(0));
  if (made->isScalar() && e->getNumInits() == 0)
    return zero(made, e->getExprLoc());
  if (const auto* array = llvm::dyn_cast<ir::ArrayType>(made)) {
    // std::array<T, N> x = {{...}}: the one member of the struct is the array
    if (names().known(e->getType()) == KnownRecord::StdArray && e->getNumInits() == 1)
      return value(e->getInit(0));
    return initArray(e, array);
  }
  if (const auto* structure = llvm::dyn_cast<ir::StructType>(made)) {
    std::vector<const clang::Expr*> inits(e->inits().begin(), e->inits().end());
    return initStruct(inits, structure, range);
  }
  return m_.unsupported.refuseStmt(*e);
}

static bool isZero(const ir::Expr& e) {
  if (const auto* constant = llvm::dyn_cast<ir::ConstantExpr>(&e))
    return constant->bits == 0;
  const auto* made = llvm::dyn_cast<ir::ConstructExpr>(&e);
  return made && made->args.empty();
}

ir::Expr* FunctionLowering::initArray(const clang::InitListExpr* e, const ir::ArrayType* type) {
  const clang::SourceLocation loc = e->getExprLoc();
  const uint64_t given = e->getNumInits();
  if (given == 0 && !e->hasArrayFiller())
    return zero(type, loc);
  if (given == 0 || given < type->count()) {
    ir::Expr* filler = e->hasArrayFiller() ? value(e->getArrayFiller()) : nullptr;
    if (e->hasArrayFiller() && !filler)
      return nullptr;
    if (given == 0 && (!filler || isZero(*filler)))
      return zero(type, loc);
  }
  if (type->count() > maxSpelledElements)
    return refuse(e->getSourceRange(), DiagId::ArrayInitTooLong, type->count(), maxSpelledElements);
  Operands operands(*this, /*isUnsequenced=*/false);
  for (uint64_t i = 0; i < type->count(); ++i) {
    const clang::Expr* init =
        i < given ? e->getInit(static_cast<unsigned>(i)) : e->getArrayFiller();
    if (!init || !operands.addValue(init))
      return init ? nullptr : m_.unsupported.refuseStmt(*e);
  }
  std::vector<ir::Expr*> args;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands.value(i)->type() != type->element())
      return m_.unsupported.refuseStmt(*e);
    args.push_back(operands.value(i));
  }
  return make<ir::ConstructExpr>(type, std::move(args), at(loc));
}

/// `inits`: one for each base class, then one for each field (a base's own initialiser is spread
/// over its fields).
ir::Expr* FunctionLowering::initStruct(llvm::ArrayRef<const clang::Expr*> inits,
                                       const ir::StructType* type, clang::SourceRange range) {
  std::vector<const clang::Expr*> flat;
  const clang::CXXRecordDecl* record = m_.types.declOf(type);
  for (size_t i = 0; i < inits.size(); ++i) {
    if (i >= record->getNumBases()) {
      flat.push_back(inits[i]);
      continue;
    }
    const clang::CXXBaseSpecifier& base = *(record->bases_begin() + i);
    if (base.getType()->getAsCXXRecordDecl()->isEmpty())
      continue;
    const auto* list = llvm::dyn_cast<clang::InitListExpr>(inits[i]->IgnoreParens());
    if (!list || base.getType()->getAsCXXRecordDecl()->getNumBases() != 0)
      return refuse(range, DiagId::NotSupportedYet, "this initialisation of a base class");
    flat.insert(flat.end(), list->inits().begin(), list->inits().end());
  }
  if (flat.empty())
    return zero(type, range.getBegin());
  if (flat.size() == type->fields().size() && llvm::any_of(flat, readsMembers))
    return initInPlace(flat, type, range);
  Operands operands(*this, /*isUnsequenced=*/false);
  for (const clang::Expr* init : flat)
    if (!operands.addValue(init))
      return nullptr;
  std::vector<ir::Expr*> args;
  for (size_t i = 0; i < operands.size(); ++i)
    args.push_back(operands.value(i));
  if (args.size() != type->fields().size())
    return refuse(range, DiagId::NotSupportedYet, "this initialisation");
  for (size_t i = 0; i < args.size(); ++i)
    if (args[i]->type() != type->fields()[i].type)
      return refuse(range, DiagId::NotSupportedYet, "this initialisation");
  return make<ir::ConstructExpr>(type, std::move(args), at(range.getBegin()));
}

ir::Expr* FunctionLowering::construct(const clang::CXXConstructExpr* e) {
  const clang::CXXConstructorDecl* constructor = e->getConstructor();
  const ir::Type* made = type(e->getType(), e->getSourceRange());
  if (!made)
    return nullptr;
  if (constructor->isCopyOrMoveConstructor() && e->getNumArgs() == 1)
    return value(e->getArg(0)); // every struct of the IR is trivially copyable
  if (const auto* structure = llvm::dyn_cast<ir::StructType>(made))
    return constructWith(e, structure);
  const auto* array = llvm::dyn_cast<ir::ArrayType>(made);
  if (array && constructor->isTrivial())
    return zero(made, e->getExprLoc());
  const auto* element = array ? llvm::dyn_cast<ir::StructType>(array->element()) : nullptr;
  if (!element || constructor->isUserProvided() || array->count() > maxSpelledElements)
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                  "an array whose elements have a constructor");
  std::vector<ir::Expr*> args;
  for (uint64_t i = 0; i < array->count(); ++i) {
    args.push_back(defaultFields(constructor, element, e->getSourceRange()));
    if (!args.back())
      return nullptr;
  }
  return make<ir::ConstructExpr>(array, std::move(args), at(e->getExprLoc()));
}

ir::Expr* FunctionLowering::constructWith(const clang::CXXConstructExpr* e,
                                          const ir::StructType* type) {
  const clang::CXXConstructorDecl* constructor = e->getConstructor();
  if (constructor->isTrivial())
    return zero(type, e->getExprLoc());
  if (constructor->isDefaultConstructor() && !constructor->isUserProvided())
    return defaultFields(constructor, type, e->getSourceRange());
  const clang::FunctionDecl* definition = nullptr;
  if (!constructor->hasBody(definition) || constructor->isInheritingConstructor())
    return refuse(e->getSourceRange(), DiagId::RefusedBodyNotVisible,
                  names().function(*constructor));
  const auto* body = llvm::dyn_cast<clang::CompoundStmt>(definition->getBody());
  if (body && body->body_empty())
    if (ir::Expr* made =
            constructInline(e, llvm::cast<clang::CXXConstructorDecl>(definition), type))
      return made;
  ir::Local* object = makeResult("object", type, e->getExprLoc());
  object->isConst = false;
  emit<ir::DeclStmt>(object, zero(type, e->getExprLoc()), at(e->getExprLoc()));
  std::vector<const clang::Expr*> args(e->getArgs(), e->getArgs() + e->getNumArgs());
  const CallResult called =
      callDevice(definition, makePlace(object), args, e->getSourceRange(), nullptr, false);
  return called.ok ? loadLocal(object, e->getExprLoc()) : nullptr;
}

/// A constructor that only initialises each field once from values, as an expression. Null, with
/// nothing emitted, where it does more.
ir::Expr* FunctionLowering::constructInline(const clang::CXXConstructExpr* e,
                                            const clang::CXXConstructorDecl* definition,
                                            const ir::StructType* type) {
  llvm::DenseMap<const clang::FieldDecl*, const clang::Expr*> inits;
  for (const clang::CXXCtorInitializer* init : definition->inits()) {
    if (!init->isMemberInitializer() || init->getInit()->HasSideEffects(m_.ast) ||
        mentionsThis(init->getInit()))
      return nullptr;
    inits[init->getMember()] = init->getInit();
  }
  for (const clang::ParmVarDecl* param : definition->parameters()) {
    unsigned uses = 0;
    for (const auto& [field, init] : inits)
      uses += countUses(*param, init) + (isOnlyRead(*param, *init) ? 0 : 2);
    if (uses > 1 || !param->getType()->isArithmeticType())
      return nullptr;
  }
  for (const clang::FieldDecl* field : m_.types.fieldsOf(type))
    if (!inits.contains(field))
      return nullptr;
  Operands operands(*this, /*isUnsequenced=*/true);
  for (unsigned i = 0; i < e->getNumArgs(); ++i) {
    if (!operands.addValue(e->getArg(i)))
      return nullptr;
  }
  for (unsigned i = 0; i < e->getNumArgs(); ++i)
    bind(definition->getParamDecl(i), Binding::of(operands.value(i)));
  std::vector<ir::Expr*> args;
  for (const clang::FieldDecl* field : m_.types.fieldsOf(type)) {
    args.push_back(value(inits[field]));
    if (!args.back() || args.back()->type() != type->fields()[args.size() - 1].type)
      return nullptr;
  }
  return make<ir::ConstructExpr>(type, std::move(args), at(e->getExprLoc()));
}

/// What a constructor without a body of its own does: default member initialisers, zero elsewhere.
ir::Expr* FunctionLowering::defaultFields(const clang::CXXConstructorDecl* constructor,
                                          const ir::StructType* type, clang::SourceRange range) {
  llvm::DenseMap<const clang::FieldDecl*, const clang::Expr*> inits;
  for (const clang::CXXCtorInitializer* init : constructor->inits())
    if (init->isMemberInitializer())
      inits[init->getMember()] = init->getInit();
  std::vector<const clang::Expr*> ordered;
  for (const clang::FieldDecl* field : m_.types.fieldsOf(type))
    if (const clang::Expr* init = inits.lookup(field))
      ordered.push_back(init);
  if (ordered.size() == type->fields().size() && llvm::any_of(ordered, readsMembers))
    return initInPlace(ordered, type, range);
  std::vector<ir::Expr*> args;
  for (const clang::FieldDecl* field : m_.types.fieldsOf(type)) {
    const clang::Expr* init = inits.lookup(field);
    if (mentionsThis(init))
      return refuse(range, DiagId::NotSupportedYet, "this initialisation");
    const ir::Type* fieldType = type->fields()[args.size()].type;
    args.push_back(init ? value(init) : zero(fieldType, range.getBegin()));
    if (!args.back())
      return nullptr;
    if (args.back()->type() != fieldType)
      return refuse(range, DiagId::NotSupportedYet, "this initialisation");
  }
  if (args.empty())
    return zero(type, range.getBegin());
  return make<ir::ConstructExpr>(type, std::move(args), at(range.getBegin()));
}

/// Initialisers in order of the fields, then the body.
void FunctionLowering::lowerConstructor(const clang::CXXConstructorDecl& definition) {
  const clang::SourceLocation loc = definition.getLocation();
  block_ = entry_ = make<ir::Block>(at(loc));
  function_.body = entry_;
  ownParameters(definition);
  for (const clang::CXXCtorInitializer* init : definition.inits()) {
    if (init->isMemberInitializer()) {
      ir::Expr* made = value(init->getInit());
      if (made && made->type()->size() != 0)
        store(fieldPlace(copy(this_), init->getMember(), init->getInit()), made,
              init->getSourceLocation().isValid() ? init->getSourceLocation() : loc);
    } else if (init->isDelegatingInitializer()) {
      if (ir::Expr* made = value(init->getInit()))
        store(copy(this_), made, loc);
    } else if (!init->isBaseInitializer() ||
               !init->getBaseClass()->getAsCXXRecordDecl()->isEmpty()) {
      refuse(init->getSourceRange(), DiagId::NotSupportedYet,
             "this initialisation of a base class");
    }
  }
  if (const clang::Stmt* body = definition.getBody())
    unscoped(body);
}

} // namespace ringc
