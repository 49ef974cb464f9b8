// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Discovery.h.

#include "Discovery.h"
#include "Rules.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

namespace ringc {

namespace {

class Walker {
public:
  Walker(clang::ASTContext& ast, const Names& names, Reporter& reporter)
      : ast_(ast), sources_(ast.getSourceManager()), names_(names), reporter_(reporter) {}

  void context(const clang::DeclContext& context) {
    for (const clang::Decl* decl : context.decls())
      if (!decl->isImplicit() && !decl->isInvalidDecl())
        this->decl(*decl);
  }

  Entities entities;

private:
  void decl(const clang::Decl& decl) {
    if (sources_.isInSystemHeader(sources_.getExpansionLoc(decl.getLocation())))
      return;
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(&decl)) {
      const bool isOurs = space->getParent()->getRedeclContext()->isTranslationUnit() &&
                          (space->getName() == "ring" || space->getName() == "std");
      if (!isOurs)
        context(*space);
    } else if (llvm::isa<clang::LinkageSpecDecl, clang::ExportDecl>(decl)) {
      context(*llvm::cast<clang::DeclContext>(&decl));
    } else if (const auto* pattern = llvm::dyn_cast<clang::ClassTemplateDecl>(&decl)) {
      classTemplate(*pattern);
    } else if (const auto* pattern = llvm::dyn_cast<clang::FunctionTemplateDecl>(&decl)) {
      functionTemplate(*pattern);
    } else if (llvm::isa<clang::ClassTemplateSpecializationDecl>(decl)) {
      return; // found from its template
    } else if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(&decl)) {
      if (record->isThisDeclarationADefinition())
        this->record(*record);
    } else if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(&decl)) {
      this->function(*function);
    }
  }

  void record(const clang::CXXRecordDecl& record) {
    if (findAttribute(record, RingAttribute::Message) && checkMessage(record, names_, reporter_))
      entities.messages.push_back(&record);
    if (const clang::AnnotateAttr* attribute = findAttribute(record, RingAttribute::Actor)) {
      ActorEntity actor{&record, actorScope(*attribute, ast_), {}};
      if (checkActor(record, names_, reporter_, actor.handlers))
        entities.actors.push_back(std::move(actor));
    } else {
      checkNoHandlers(record, names_, reporter_);
    }
    context(record);
  }

  void function(const clang::FunctionDecl& function) {
    if (!function.isThisDeclarationADefinition()) {
      if (isRoot(function) && !function.hasBody() && function.isFirstDecl())
        reporter_.report(function.getLocation(), DiagId::RefusedBodyNotVisible,
                         names_.function(function));
      return;
    }
    checkInlineInHeader(function, sources_, names_, reporter_);
    root(function);
  }

  static bool isRoot(const clang::FunctionDecl& function) {
    return findAttribute(function, RingAttribute::Stencil) ||
           findAttribute(function, RingAttribute::Kernel);
  }

  void root(const clang::FunctionDecl& function) {
    if (!isRoot(function) || !checkRoot(function, names_, reporter_))
      return;
    if (findAttribute(function, RingAttribute::Stencil))
      entities.stencils.push_back(&function);
    else
      entities.kernels.push_back(&function);
  }

  void classTemplate(const clang::ClassTemplateDecl& pattern) {
    const clang::CXXRecordDecl* described = pattern.getTemplatedDecl();
    if (!described->isThisDeclarationADefinition())
      return;
    const bool isActor = findAttribute(*described, RingAttribute::Actor);
    const bool isMessage = findAttribute(*described, RingAttribute::Message);
    if (!isActor)
      checkNoHandlers(*described, names_, reporter_);
    bool isUsed = false;
    for (clang::ClassTemplateSpecializationDecl* instance : pattern.specializations()) {
      const clang::TemplateSpecializationKind kind = instance->getSpecializationKind();
      const bool isExplicit = kind == clang::TSK_ExplicitInstantiationDefinition ||
                              kind == clang::TSK_ExplicitSpecialization;
      isUsed |= isExplicit || (isMessage && !isActor);
      const clang::CXXRecordDecl* definition = instance->getDefinition();
      if (isExplicit && definition && !definition->isInvalidDecl())
        record(*definition);
    }
    if ((isActor || isMessage) && !isUsed)
      reporter_.report(described->getLocation(), DiagId::TemplateNotInstantiated,
                       isActor ? "actor" : "message", described->getName().str(),
                       "template class " + described->getName().str() + "<...>;");
  }

  void functionTemplate(const clang::FunctionTemplateDecl& pattern) {
    const clang::FunctionDecl* described = pattern.getTemplatedDecl();
    if (!isRoot(*described) || !described->isThisDeclarationADefinition())
      return;
    bool isUsed = false;
    for (clang::FunctionDecl* instance : pattern.specializations()) {
      const clang::TemplateSpecializationKind kind = instance->getTemplateSpecializationKind();
      if (kind != clang::TSK_ExplicitInstantiationDefinition &&
          kind != clang::TSK_ExplicitSpecialization)
        continue;
      isUsed = true;
      const clang::FunctionDecl* definition = nullptr;
      if (instance->hasBody(definition) && !definition->isInvalidDecl())
        root(*definition);
    }
    if (!isUsed)
      reporter_.report(described->getLocation(), DiagId::TemplateNotInstantiated,
                       findAttribute(*described, RingAttribute::Stencil) ? "stencil" : "kernel",
                       described->getName().str(),
                       "template void " + described->getName().str() + "<...>(...);");
  }

  clang::ASTContext& ast_;
  const clang::SourceManager& sources_;
  const Names& names_;
  Reporter& reporter_;
};

} // namespace

Entities discover(clang::ASTContext& ast, const Names& names, Reporter& reporter) {
  Walker walker(ast, names, reporter);
  walker.context(*ast.getTranslationUnitDecl());
  return std::move(walker.entities);
}

} // namespace ringc
