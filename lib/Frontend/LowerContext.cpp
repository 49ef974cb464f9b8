// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members of ring::Context: messages, life, and the parallel regions.

#include "FunctionLowering.h"
#include "llvm/Support/SaveAndRestore.h"

namespace ringc {

FunctionLowering::CallResult FunctionLowering::contextCall(const clang::CallExpr* e,
                                                           llvm::StringRef method) {
  const clang::SourceLocation loc = e->getExprLoc();
  if (method == "reply")
    return sendCall(e, ir::SendKind::Reply);
  if (method == "send")
    return sendCall(e, ir::SendKind::Send);
  if (method == "trySend")
    return sendCall(e, ir::SendKind::TrySend);
  if (method == "self" || method == "sender") {
    const ir::Type* id = type(e->getType(), e->getSourceRange());
    if (!id)
      return failure();
    return result(make<ir::ContextInfoExpr>(
        method == "self" ? ir::ContextInfo::Self : ir::ContextInfo::Sender, id, at(loc)));
  }
  if (method == "stop") {
    emit<ir::StopStmt>(at(loc));
    return done();
  }
  if (method == "fail") {
    ir::Expr* code = value(e->getArg(0));
    if (!code)
      return failure();
    emit<ir::FailStmt>(code, at(loc));
    return done();
  }
  if (method == "parallelFor")
    return parallelFor(e);
  if (method == "reduce" || method == "scan" || method == "exclusiveScan")
    return reduce(e, method);
  return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                "'ring::Context::" + method.str() + "'"),
         failure();
}

FunctionLowering::CallResult FunctionLowering::sendCall(const clang::CallExpr* e,
                                                        ir::SendKind kind) {
  const clang::SourceLocation loc = e->getExprLoc();
  const unsigned messageArg = kind == ir::SendKind::Reply ? 0 : 1;
  const clang::Expr* sent = e->getArg(messageArg);
  const clang::CXXRecordDecl* record = sent->getType()->getAsCXXRecordDecl();
  if (!record || !findAttribute(*record->getCanonicalDecl(), RingAttribute::Message)) {
    refuse(sent->getSourceRange(), DiagId::NotAMessage, names().shown(sent->getType()));
    return failure();
  }
  if (!m_.message(*record, sent->getSourceRange()))
    return failure();
  Operands operands(*this, /*isUnsequenced=*/true);
  if (messageArg == 1 && !operands.addValue(e->getArg(0)))
    return failure();
  if (!operands.addValue(sent))
    return failure();
  ir::Expr* target = nullptr;
  if (messageArg == 1) {
    target = operands.value(0);
    const auto* reference = llvm::dyn_cast<ir::StructType>(target->type());
    if (reference && reference->fields().size() == 1 &&
        llvm::isa<ir::StructType>(reference->fields()[0].type)) // ring::ActorRef<A>
      target = extract(target, 0, loc);
  }
  ir::Local* sentLocal =
      kind == ir::SendKind::TrySend ? makeResult("sent", types().boolType(), loc) : nullptr;
  emit<ir::SendStmt>(kind, sentLocal, target, operands.value(messageArg), at(loc));
  return sentLocal ? result(loadLocal(sentLocal, loc)) : done();
}

bool FunctionLowering::isCount(const ir::Type* type) const {
  const auto* integer = llvm::dyn_cast<ir::IntType>(type);
  return integer && (integer->bits() == 32 || (integer->bits() == 64 && !integer->isSigned()));
}

/// The body of a region, with its parameters bound to the region's own variables. The value is that
/// of the lambda's return; for a void lambda null without an error.
ir::Expr* FunctionLowering::regionValue(const Closure& closure, llvm::ArrayRef<ir::Local*> params,
                                        llvm::ArrayRef<clang::QualType> types, Block*& body,
                                        const clang::Expr* use) {
  const clang::FunctionDecl* callee = callOperator(closure, types);
  const clang::FunctionDecl* definition = nullptr;
  if (!callee || !callee->hasBody(definition))
    return refuse(use->getSourceRange(), DiagId::RegionFunction), nullptr;
  ir::Expr* returned = nullptr;
  body = inBlock(use->getBeginLoc(), [&] {
    for (unsigned i = 0; i < params.size(); ++i) {
      const clang::ParmVarDecl* param = definition->getParamDecl(i);
      const ir::Type* wanted =
          type(param->getType().getNonReferenceType(), param->getSourceRange());
      bind(param, Binding::failed());
      if (!wanted)
        return;
      const bool isSame = wanted == params[i]->type && isOnlyRead(*param, *definition->getBody());
      if (isSame) {
        bind(param, Binding::of(makePlace(params[i])));
        continue;
      }
      if (wanted != params[i]->type && (!wanted->isScalar() || !params[i]->type->isScalar())) {
        refuse(use->getSourceRange(), DiagId::RegionFunction);
        return;
      }
      ir::Local* own = makeVariable(param->getName(), wanted, param->getLocation(), false);
      emit<ir::DeclStmt>(
          own, convert(loadLocal(params[i], param->getLocation()), wanted, param->getLocation()),
          at(param->getLocation()));
      bind(param, Binding::of(makePlace(own)));
    }
    llvm::SaveAndRestore outside(breakDepth_, 0U);
    const CallResult called = inlineBody(definition, &closure, nullptr, use->getSourceRange());
    if (called.place)
      returned = load(called.place, use->getExprLoc());
    else
      returned = called.value;
  });
  return returned;
}

static std::string paramName(const clang::FunctionDecl* function, unsigned index,
                             llvm::StringRef otherwise) {
  if (!function || index >= function->getNumParams() ||
      function->getParamDecl(index)->getName().empty())
    return otherwise.str();
  return function->getParamDecl(index)->getName().str();
}

FunctionLowering::CallResult FunctionLowering::parallelFor(const clang::CallExpr* e) {
  const clang::SourceLocation loc = e->getExprLoc();
  const clang::Expr* countExpr = e->getArg(0);
  ir::Expr* count = value(countExpr);
  const Closure* closure = count ? closureOf(e->getArg(1)) : nullptr;
  if (!closure)
    return failure();
  if (!isCount(count->type()))
    return refuse(countExpr->getSourceRange(), DiagId::RegionCount,
                  names().shown(countExpr->getType())),
           failure();
  const clang::QualType countType = countExpr->getType().getUnqualifiedType();
  const clang::FunctionDecl* function = callOperator(*closure, countType);
  ir::Local* index = makeVariable(paramName(function, 0, "index"), count->type(), loc, true);
  Block* body = nullptr;
  regionValue(*closure, index, countType, body, e->getArg(1));
  if (!body)
    return failure();
  emit<ir::ParallelForStmt>(index, count, body, at(loc));
  return done();
}

/// reduce(n, init, op, f), or scan or exclusiveScan(n, init, op, f, each).
FunctionLowering::CallResult FunctionLowering::reduce(const clang::CallExpr* e,
                                                      llvm::StringRef method) {
  const bool isScan = method != "reduce";
  const clang::SourceLocation loc = e->getExprLoc();
  const clang::Expr* countExpr = e->getArg(0);
  Operands operands(*this, /*isUnsequenced=*/true);
  if (!operands.addValue(countExpr) || !operands.addValue(e->getArg(1)))
    return failure();
  const Closure* op = closureOf(e->getArg(2));
  const Closure* f = op ? closureOf(e->getArg(3)) : nullptr;
  const Closure* each = f && isScan ? closureOf(e->getArg(4)) : nullptr;
  if (!f || (isScan && !each))
    return failure();
  ir::Expr* count = operands.value(0);
  ir::Expr* init = operands.value(1);
  if (!isCount(count->type()))
    return refuse(countExpr->getSourceRange(), DiagId::RegionCount,
                  names().shown(countExpr->getType())),
           failure();
  const clang::QualType countType = countExpr->getType().getUnqualifiedType();
  const clang::QualType type = e->getType().getUnqualifiedType();
  auto* region = make<ir::ReduceStmt>(at(loc));
  region->count = count;
  region->init = init;
  region->result = makeResult(isScan ? "total" : "reduced", init->type(), loc);
  region->index =
      makeVariable(paramName(callOperator(*f, countType), 0, "index"), count->type(), loc, true);
  const clang::FunctionDecl* combine = callOperator(*op, {type, type});
  region->left = makeVariable(paramName(combine, 0, "left"), init->type(), loc, true);
  region->right = makeVariable(paramName(combine, 1, "right"), init->type(), loc, true);
  ir::Expr* one = regionValue(*f, region->index, countType, region->body, e->getArg(3));
  ir::Expr* both = one ? regionValue(*op, {region->left, region->right}, {type, type},
                                     region->combineBody, e->getArg(2))
                       : nullptr;
  if (!one || !both)
    return failure();
  if (!one->type()->isScalar() || !both->type()->isScalar() || !init->type()->isScalar())
    return refuse(e->getSourceRange(), DiagId::NotSupportedYet,
                  "a reduction of other than numbers"),
           failure();
  region->value = convert(one, init->type(), loc);
  region->combined = convert(both, init->type(), loc);
  if (isScan) {
    const clang::FunctionDecl* take = callOperator(*each, {countType, type});
    region->isExclusive = method == "exclusiveScan";
    region->scanned = makeVariable(paramName(take, 1, "scanned"), init->type(), loc, true);
    regionValue(*each, {region->index, region->scanned}, {countType, type}, region->eachBody,
                e->getArg(4));
    if (!region->eachBody)
      return failure();
  }
  block_->stmts.push_back(region);
  return result(loadLocal(region->result, loc));
}

} // namespace ringc
