// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls: whose business one is, and calls of the user's own functions.

#include "FunctionLowering.h"

namespace ringc {

static bool isTrivialAssignment(const clang::FunctionDecl& callee) {
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  return method && (method->isCopyAssignmentOperator() || method->isMoveAssignmentOperator()) &&
         method->isTrivial();
}

FunctionLowering::CallResult FunctionLowering::call(const clang::CallExpr* e) {
  if (llvm::isa<clang::CXXPseudoDestructorExpr>(e->getCallee()->IgnoreParens()))
    return done();
  const clang::FunctionDecl* callee = e->getDirectCallee();
  if (!callee)
    return refuse(e->getSourceRange(), DiagId::RefusedFunctionPointer), failure();

  // The object: of a member call, or of an operator that is a member.
  const clang::Expr* object = nullptr;
  bool isArrow = false;
  llvm::ArrayRef<const clang::Expr*> args(e->getArgs(), e->getNumArgs());
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(e->getCallee()->IgnoreParenImpCasts());
      member && method) {
    object = method->isStatic() ? nullptr : member->getBase();
    isArrow = member->isArrow();
  } else if (llvm::isa<clang::CXXOperatorCallExpr>(e) && method && !method->isStatic()) {
    object = args.front();
    args = args.drop_front();
  }

  if (object) {
    const KnownRecord known = names().known(*method->getParent());
    const std::string name = method->getDeclName().getAsString();
    std::optional<CallResult> result;
    if (known == KnownRecord::RingContext)
      return contextCall(e, name);
    if (known == KnownRecord::RingCell)
      result = cellCall(e, object, name);
    else if (known == KnownRecord::RingShared)
      result = sharedCall(e, object);
    else if (known == KnownRecord::StdArray || known == KnownRecord::StdSpan)
      result = sequenceCall(e, object, isArrow, name);
    if (result)
      return *result;
    if (const clang::CXXRecordDecl* record = method->getParent(); record->isLambda()) {
      const Closure* closure = closureOf(object);
      return closure ? callInline(callee, closure, nullptr, false, args, e->getSourceRange())
                     : failure();
    }
    if (isTrivialAssignment(*callee)) {
      Operands operands(*this, /*isUnsequenced=*/false);
      if (!operands.addValue(args.front()) ||
          !operands.add(object, [&](ir::Expr*&, ir::Place*& to) {
            to = objectPlace(object, isArrow);
            return to != nullptr;
          }))
        return failure();
      if (operands.value(0)->type() != operands.place(1)->type())
        return m_.unsupported.refuseStmt(*e), failure();
      store(operands.place(1), operands.value(0), e->getExprLoc());
      return this->result(copy(operands.place(1)));
    }
  }
  return callFunction(e, callee, object, isArrow, args);
}

bool FunctionLowering::canCall(const clang::FunctionDecl* callee, const clang::CallExpr* e) {
  const clang::SourceRange range = e->getSourceRange();
  const std::string name = names().function(*callee);
  if (callee->isVariadic()) {
    refuse(range, DiagId::RefusedVariadic);
  } else if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
             method && method->isVirtual()) {
    refuse(range, DiagId::RefusedVirtual, name);
  } else if (inAnonymousNamespace(*callee)) {
    refuse(range, DiagId::RefusedAnonymous, name);
  } else if (!callee->hasBody() && !callee->isDefaulted()) {
    refuse(range, DiagId::RefusedBodyNotVisible, name);
  } else {
    return true;
  }
  return false;
}

FunctionLowering::CallResult
FunctionLowering::callFunction(const clang::CallExpr* e, const clang::FunctionDecl* callee,
                               const clang::Expr* object, bool isArrow,
                               llvm::ArrayRef<const clang::Expr*> args) {
  const std::string name = names().plain(*callee);
  const bool isLibrary = names().isStandardLibrary(*callee) || callee->getBuiltinID() != 0;
  if (isLibrary || callee->isExternC() || name.starts_with("ring::")) {
    if (const auto known = mathCall(e, callee, name))
      return *known;
    if (const auto known = stdCall(e, callee, name))
      return *known;
    if (const auto known = kernelCall(e, callee, name))
      return *known;
    if (isLibrary)
      return refuse(e->getSourceRange(), DiagId::LibraryFunctionUnknown, name), failure();
  }
  if (!canCall(callee, e))
    return failure();
  const clang::FunctionDecl* definition = nullptr;
  if (!callee->hasBody(definition))
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                  "the defaulted function '" + name + "'"),
           failure();
  bool isInline = definition->getReturnType()->isReferenceType();
  for (const clang::ParmVarDecl* param : definition->parameters())
    isInline |= m_.paramKind(*definition, *param) == ParamKind::Inline;
  if (isInline)
    return callInline(definition, nullptr, object, isArrow, args, e->getSourceRange());
  return callDevice(definition, nullptr, args, e->getSourceRange(), object, isArrow);
}

/// `object`, or where that is null `objectExpr`, is what a member function is called on.
FunctionLowering::CallResult
FunctionLowering::callDevice(const clang::FunctionDecl* definition, ir::Place* object,
                             llvm::ArrayRef<const clang::Expr*> args, clang::SourceRange range,
                             const clang::Expr* objectExpr, bool isArrow) {
  Operands operands(*this, /*isUnsequenced=*/true);
  InstanceKey key{definition, nullptr, {}};
  std::vector<ir::Argument> lowered;
  if (objectExpr) {
    if (!operands.add(objectExpr, [&](ir::Expr*&, ir::Place*& to) {
          to = objectPlace(objectExpr, isArrow);
          return to != nullptr;
        }))
      return failure();
    object = nullptr;
  }
  const size_t first = operands.size();
  const size_t count = definition->getNumParams();
  for (size_t i = 0; i < count && i < args.size(); ++i) {
    const clang::ParmVarDecl* param = definition->getParamDecl(static_cast<unsigned>(i));
    const ir::Type* paramType =
        type(param->getType().getNonReferenceType(), args[i]->getSourceRange());
    if (!paramType)
      return failure();
    const bool isPlace =
        m_.paramKind(*definition, *param) == ParamKind::Reference || paramType->size() == 0;
    if (!(isPlace ? operands.addPlace(args[i]) : operands.addValue(args[i])))
      return failure();
  }
  if (operands.size() - first != count)
    return refuse(range, DiagId::NotSupportedYet, "this call"), failure();
  if (first == 1)
    object = operands.place(0);
  if (object) {
    key.thisType = llvm::dyn_cast<ir::StructType>(object->type());
    if (!key.thisType)
      return refuse(range, DiagId::NotSupportedYet, "this member call"), failure();
    key.spaces.push_back(spaceOf(*object));
    lowered.push_back(object);
  }
  for (size_t i = 0; i < count; ++i) {
    ir::Place* place = operands.place(first + i);
    if (!place) {
      lowered.push_back(operands.value(first + i));
      continue;
    }
    if (place->type()->size() != 0)
      key.spaces.push_back(spaceOf(*place));
    if (llvm::isa<ir::CellType>(ir::rootOf(*place)->type) && !llvm::isa<ir::LocalPlace>(place))
      return refuse(args[i]->getSourceRange(), DiagId::ReferenceToCell,
                    definition->getParamDecl(static_cast<unsigned>(i))->getName().str()),
             failure();
    lowered.push_back(place);
  }
  ir::Function* callee = m_.device(key, range.getBegin());
  if (!callee)
    return failure();
  for (size_t i = 0; i < lowered.size(); ++i) {
    const auto* v = std::get_if<ir::Expr*>(&lowered[i]);
    const ir::Type* given = v ? (*v)->type() : std::get<ir::Place*>(lowered[i])->type();
    if (i >= callee->params.size() || given != callee->params[i]->type)
      return refuse(range, DiagId::NotSupportedYet, "this call"), failure();
  }
  if (const KernelOnlyUse* use = m_.kernelOnly(callee))
    useKernelOnly(use->loc, use->what);
  ir::Local* result = nullptr;
  if (callee->returnType != types().voidType())
    result = makeResult(definition->getDeclName().isIdentifier() ? definition->getName() : "result",
                        callee->returnType, range.getBegin());
  emit<ir::CallStmt>(result, callee, std::move(lowered), at(range.getBegin()));
  return result ? this->result(loadLocal(result, range.getBegin())) : done();
}

} // namespace ringc
