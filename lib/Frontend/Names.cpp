// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Names.h.

#include "Names.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringSwitch.h"

namespace ringc {

Names::Names(const clang::ASTContext& ast) : ast_(ast), policy_(ast.getLangOpts()) {
  policy_.SuppressTagKeyword = true;
  policy_.PrintCanonicalTypes = true;
  policy_.FullyQualifiedName = true;
  policy_.Bool = true;
}

std::string Names::type(clang::QualType type) const {
  std::string text = type.getCanonicalType().getAsString(policy_);
  // std::span<T>: clang spells out the default extent.
  constexpr llvm::StringLiteral dynamicExtent = ", 18446744073709551615>";
  for (size_t at = text.find(dynamicExtent); at != std::string::npos; at = text.find(dynamicExtent))
    text.replace(at, dynamicExtent.size(), ">");
  return text;
}

std::string Names::shown(clang::QualType type) const {
  clang::PrintingPolicy policy = policy_;
  policy.PrintCanonicalTypes = false;
  return type.getUnqualifiedType().getAsString(policy);
}

std::string Names::record(const clang::CXXRecordDecl& record) const {
  std::string name = type(ast_.getRecordType(&record));
  // A local class is printed without the function that it is in.
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(record.getDeclContext()))
    return this->function(*function) + "::" + name;
  return name;
}

std::string Names::function(const clang::FunctionDecl& function) const {
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
      method && method->getParent()->isLambda()) {
    const clang::DeclContext* outer = method->getParent()->getDeclContext();
    const auto* around = llvm::dyn_cast<clang::FunctionDecl>(outer);
    return around ? "lambda in " + this->function(*around) : "lambda";
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  function.getNameForDiagnostic(os, policy_, /*Qualified=*/true);
  return text;
}

std::string Names::signature(const clang::FunctionDecl& function) const {
  std::string text = "(";
  for (const clang::ParmVarDecl* param : function.parameters()) {
    if (text.size() > 1)
      text += ", ";
    text += type(param->getType());
  }
  text += ")";
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function))
    if (method->isConst())
      text += " const";
  return text;
}

std::string Names::plain(const clang::NamedDecl& decl) const {
  // Inline namespaces (std::__1, std::__cxx11) are left out: users do not write them.
  std::string name = decl.getDeclName().getAsString();
  for (const clang::DeclContext* context = decl.getDeclContext(); context;
       context = context->getParent()) {
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context)) {
      if (!space->isInline())
        name = space->getName().str() + "::" + name;
    } else if (const auto* record = llvm::dyn_cast<clang::RecordDecl>(context)) {
      name = record->getName().str() + "::" + name;
    }
  }
  return name;
}

llvm::StringRef outermostNamespace(const clang::Decl& decl) {
  llvm::StringRef name;
  for (const clang::DeclContext* context = decl.getDeclContext(); context;
       context = context->getParent())
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context))
      name = space->getName();
  return name;
}

bool Names::isStandardLibrary(const clang::FunctionDecl& function) const {
  const llvm::StringRef space = outermostNamespace(function);
  if (space == "std" || space.starts_with("__"))
    return true;
  return function.isExternC() && ast_.getSourceManager().isInSystemHeader(function.getLocation());
}

KnownRecord Names::known(const clang::CXXRecordDecl& record) const {
  const auto [it, isNew] = known_.try_emplace(record.getCanonicalDecl(), KnownRecord::None);
  if (!isNew)
    return it->second;
  const llvm::StringRef space = outermostNamespace(record);
  if (space != "std" && space != "ring")
    return KnownRecord::None;
  const KnownRecord other = space == "std" ? KnownRecord::StdOther : KnownRecord::None;
  const KnownRecord result =
      llvm::StringSwitch<KnownRecord>(plain(record))
          .Cases("std::array", "ring::Array", KnownRecord::StdArray)
          .Case("std::span", KnownRecord::StdSpan)
          .Cases("ring::Cell1", "ring::Cell2", "ring::Cell3", KnownRecord::RingCell)
          .Case("ring::Shared", KnownRecord::RingShared)
          .Case("ring::Context", KnownRecord::RingContext)
          .Case("ring::GridStride", KnownRecord::RingGridStride)
          .Default(other);
  known_[record.getCanonicalDecl()] = result;
  return result;
}

KnownRecord Names::known(clang::QualType type) const {
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record ? known(*record) : KnownRecord::None;
}

clang::QualType templateTypeArgument(const clang::CXXRecordDecl& record, unsigned index) {
  const auto* instance = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
  if (!instance || index >= instance->getTemplateArgs().size() ||
      instance->getTemplateArgs()[index].getKind() != clang::TemplateArgument::Type)
    return {};
  return instance->getTemplateArgs()[index].getAsType();
}

bool inAnonymousNamespace(const clang::Decl& decl) { return decl.isInAnonymousNamespace(); }

} // namespace ringc
