// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Rules.h.

#include "Rules.h"
#include "ringkernel/abi/Message.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Basic/SourceManager.h"

namespace ringc {

namespace {

/// Looks for pointers and references in a type and in what it holds.
class PointerSearch {
public:
  PointerSearch(const Names& names, Reporter& reporter, std::string owner)
      : names_(names), reporter_(reporter), owner_(std::move(owner)) {}

  bool check(const clang::CXXRecordDecl& record) {
    if (record.isDependentType() || names_.known(record) == KnownRecord::StdSpan)
      return true;
    bool isFine = true;
    for (const clang::CXXBaseSpecifier& base : record.bases())
      if (const clang::CXXRecordDecl* decl = base.getType()->getAsCXXRecordDecl())
        isFine &= !decl->hasDefinition() || check(*decl->getDefinition());
    for (const clang::FieldDecl* field : record.fields()) {
      chain_.push_back(field);
      isFine &= checkField(*field);
      chain_.pop_back();
    }
    return isFine;
  }

private:
  bool checkField(const clang::FieldDecl& field) {
    clang::QualType type = field.getType().getCanonicalType();
    while (const auto* array = type->getAsArrayTypeUnsafe())
      type = array->getElementType().getCanonicalType();
    if (type->isAnyPointerType() || type->isReferenceType() || type->isMemberPointerType() ||
        type->isNullPtrType())
      return report(type->isReferenceType() ? "a reference" : "a pointer");
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record || !record->hasDefinition())
      return true;
    if (names_.known(*record) == KnownRecord::StdSpan)
      return report("a pointer");
    return chain_.size() > maxChain || check(*record->getDefinition());
  }

  /// At the field of the message or state itself; the way down as notes.
  bool report(const char* what) {
    const clang::FieldDecl* outer = chain_.front();
    std::string path;
    for (const clang::FieldDecl* field : chain_)
      path += (path.empty() ? "" : ".") + field->getName().str();
    reporter_.report(outer->getLocation(), DiagId::PointerField, path, owner_, what)
        << outer->getSourceRange();
    for (const clang::FieldDecl* field : llvm::ArrayRef(chain_).drop_front())
      reporter_.report(field->getLocation(), DiagId::NoteThroughField, field->getName().str(),
                       names_.type(field->getType()));
    return false;
  }

  static constexpr size_t maxChain = 64;
  const Names& names_;
  Reporter& reporter_;
  std::string owner_;
  std::vector<const clang::FieldDecl*> chain_;
};

bool checkPlainData(const clang::CXXRecordDecl& record, const char* kind, const Names& names,
                    Reporter& reporter) {
  const std::string owner = std::string(kind) + " '" + names.record(record) + "'";
  const clang::SourceLocation loc = record.getLocation();
  if (inAnonymousNamespace(record))
    return reporter.report(loc, DiagId::RefusedAnonymous, names.record(record)), false;
  if (!PointerSearch(names, reporter, owner).check(record))
    return false;
  if (record.isUnion())
    return reporter.report(loc, DiagId::TypeNotSupportedYet, "union " + names.record(record)),
           false;
  if (!record.isTriviallyCopyable())
    return reporter.report(loc, DiagId::NotTriviallyCopyable, owner), false;
  if (!record.isStandardLayout())
    return reporter.report(loc, DiagId::NotStandardLayout, owner), false;
  return true;
}

bool isContextReference(clang::QualType type, const Names& names) {
  return type->isLValueReferenceType() && !type.getNonReferenceType().isConstQualified() &&
         names.known(type) == KnownRecord::RingContext;
}

/// `on` of a handler's shape, whatever its attributes; messages without the attribute count.
bool looksLikeHandler(const clang::CXXMethodDecl& method, const Names& names) {
  return method.getDeclName().isIdentifier() && method.getName() == "on" &&
         method.getNumParams() == 2 && isContextReference(method.getParamDecl(1)->getType(), names);
}

} // namespace

const clang::CXXRecordDecl* handledMessage(const clang::CXXMethodDecl& method, const Names& names) {
  if (!looksLikeHandler(method, names) || !method.getReturnType()->isVoidType() ||
      method.isStatic() || method.isVirtual())
    return nullptr;
  const clang::QualType type = method.getParamDecl(0)->getType();
  if (!type->isLValueReferenceType() || !type.getNonReferenceType().isConstQualified())
    return nullptr;
  return type.getNonReferenceType()->getAsCXXRecordDecl();
}

bool checkMessage(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter) {
  if (!checkPlainData(record, "message", names, reporter))
    return false;
  const int64_t bytes = record.getASTContext().getASTRecordLayout(&record).getSize().getQuantity();
  if (bytes > ring::abi::kMaxMessageBytes)
    return reporter.report(record.getLocation(), DiagId::MessageTooLarge, names.record(record),
                           bytes, ring::abi::kMaxMessageBytes),
           false;
  return true;
}

/// One handler's declaration; a message type is taken once (`handled`).
static bool checkHandler(const clang::CXXMethodDecl& method, const Names& names, Reporter& reporter,
                         llvm::DenseMap<const clang::Decl*, const clang::Decl*>& handled) {
  const clang::SourceLocation loc = method.getLocation();
  const std::string name = names.function(method);
  const clang::CXXRecordDecl* message = handledMessage(method, names);
  if (!message)
    return reporter.report(loc, DiagId::HandlerShape, name, names.signature(method)), false;
  if (method.getAccess() != clang::AS_public && method.getAccess() != clang::AS_none)
    return reporter.report(loc, DiagId::HandlerNotPublic, name), false;
  const clang::CXXRecordDecl* definition = message->getDefinition();
  if (!definition || !findAttribute(*definition, RingAttribute::Message)) {
    reporter.report(method.getParamDecl(0)->getLocation(), DiagId::NotAMessage,
                    names.record(*message));
    return false;
  }
  const auto [it, isNew] = handled.try_emplace(message->getCanonicalDecl(), &method);
  if (!isNew) {
    reporter.report(loc, DiagId::HandlerTwice, names.record(*message));
    reporter.report(it->second->getLocation(), DiagId::NotePrevious);
    return false;
  }
  return true;
}

bool checkActor(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter,
                std::vector<const clang::CXXMethodDecl*>& handlers) {
  if (!checkPlainData(record, "the state of actor", names, reporter))
    return false;
  llvm::DenseMap<const clang::Decl*, const clang::Decl*> handled;
  bool isFine = true;
  for (const clang::Decl* decl : record.decls()) {
    if (const auto* pattern = llvm::dyn_cast<clang::FunctionTemplateDecl>(decl)) {
      if (findAttribute(*pattern->getTemplatedDecl(), RingAttribute::Handler)) {
        reporter.report(pattern->getLocation(), DiagId::HandlerTemplate);
        isFine = false;
      }
      continue;
    }
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(decl);
    if (!method || method->isImplicit())
      continue;
    if (findAttribute(*method, RingAttribute::Handler)) {
      if (checkHandler(*method, names, reporter, handled))
        handlers.push_back(method);
      else
        isFine = false;
    } else if (looksLikeHandler(*method, names)) {
      reporter.report(method->getLocation(), DiagId::HandlerWithoutAttribute,
                      names.function(*method))
          << clang::FixItHint::CreateInsertion(method->getBeginLoc(), "[[ring::handler]] ");
      isFine = false;
    }
  }
  if (isFine && handlers.empty())
    reporter.report(record.getLocation(), DiagId::ActorWithoutHandlers, names.record(record));
  return isFine;
}

void checkNoHandlers(const clang::CXXRecordDecl& record, const Names& names, Reporter& reporter) {
  for (const clang::CXXMethodDecl* method : record.methods())
    if (findAttribute(*method, RingAttribute::Handler))
      reporter.report(method->getLocation(), DiagId::HandlerOutsideActor, names.function(*method))
          << clang::FixItHint::CreateInsertion(record.getLocation(), "[[ring::actor]] ");
}

bool checkRoot(const clang::FunctionDecl& function, const Names& names, Reporter& reporter) {
  const bool isStencil = findAttribute(function, RingAttribute::Stencil);
  const char* kind = isStencil ? "stencil" : "kernel";
  const clang::SourceLocation loc = function.getLocation();
  const std::string name = names.function(function);
  if (isStencil && findAttribute(function, RingAttribute::Kernel))
    return reporter.report(loc, DiagId::StencilAndKernel, name), false;
  if (!function.getReturnType()->isVoidType())
    return reporter.report(loc, DiagId::RootReturns, kind, name,
                           names.type(function.getReturnType())),
           false;
  if (function.isVariadic())
    return reporter.report(loc, DiagId::RefusedVariadic), false;
  if (inAnonymousNamespace(function))
    return reporter.report(loc, DiagId::RefusedAnonymous, name), false;
  if (function.getStorageClass() == clang::SC_Static)
    return reporter.report(loc, DiagId::RootStatic, kind, name), false;
  return true;
}

void checkInlineInHeader(const clang::FunctionDecl& function, const clang::SourceManager& sources,
                         const Names& names, Reporter& reporter) {
  const clang::SourceLocation loc = sources.getExpansionLoc(function.getLocation());
  const clang::PresumedLoc presumed = sources.getPresumedLoc(loc);
  if (presumed.isInvalid() || !llvm::StringRef(presumed.getFilename()).ends_with(".ring.h"))
    return;
  if (function.isInlined() || !function.isExternallyVisible() || function.isTemplated() ||
      function.isTemplateInstantiation() || function.isMain())
    return;
  reporter.report(function.getLocation(), DiagId::NotInlineInHeader, names.function(function))
      << clang::FixItHint::CreateInsertion(function.getBeginLoc(), "inline ");
}

} // namespace ringc
