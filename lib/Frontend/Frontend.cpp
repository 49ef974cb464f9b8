// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs clang once over a file, in this process, and lowers what it finds. See Frontend.h.

#include "ringc/Frontend/Frontend.h"
#include "DiagnosticFilter.h"
#include "Discovery.h"
#include "Invocation.h"
#include "ModuleLowering.h"
#include "ringc/Support/Check.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Frontend/Utils.h"

namespace ringc {

namespace {

/// What is done with a parsed file.
using UseAst = llvm::function_ref<void(clang::ASTContext&, Reporter&)>;

class Consumer final : public clang::ASTConsumer {
public:
  Consumer(DiagnosticFilter& filter, UseAst use) : filter_(filter), use_(use) {}

  void Initialize(clang::ASTContext& ast) override { ast_ = &ast; }

  void HandleTranslationUnit(clang::ASTContext& ast) override {
    Reporter reporter(ast.getDiagnostics());
    filter_.reportUnknownAttributes(reporter);
    if (!ast.getDiagnostics().hasErrorOccurred())
      use_(ast, reporter);
  }

  /// Bodies of the standard library are never looked at: clang need not parse them.
  bool shouldSkipFunctionBody(clang::Decl* decl) override {
    const clang::SourceManager& sources = ast_->getSourceManager();
    if (!sources.isInSystemHeader(sources.getExpansionLoc(decl->getLocation())))
      return false;
    const llvm::StringRef space = outermostNamespace(*decl);
    return space == "std" || space.starts_with("__");
  }

private:
  DiagnosticFilter& filter_;
  UseAst use_;
  clang::ASTContext* ast_ = nullptr;
};

class Action final : public clang::ASTFrontendAction {
public:
  Action(DiagnosticFilter& filter, UseAst use) : filter_(filter), use_(use) {}

protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&,
                                                        llvm::StringRef) override {
    return std::make_unique<Consumer>(filter_, use_);
  }

private:
  DiagnosticFilter& filter_;
  UseAst use_;
};

/// Every file of the disk that was read; what ringc carries is no dependency.
class Dependencies final : public clang::DependencyCollector {
public:
  bool needSystemDependencies() override { return true; }
  bool sawDependency(llvm::StringRef path, bool, bool, bool isModule, bool isMissing) override {
    return !isModule && !isMissing && !path.starts_with(embeddedRoot) && !path.starts_with("<");
  }
};

/// Parses the file and hands its AST to `use` where clang found no error.
FrontendResult run(const FrontendOptions& options, llvm::raw_ostream& os, UseAst use) {
  registerAttributes();
  FrontendResult result;
  const auto fileSystem = makeFileSystem(options.workingDirectory);

  // Messages about the flags come before the options of the real engine are known.
  auto early = llvm::makeIntrusiveRefCnt<clang::DiagnosticOptions>();
  early->ShowColors = options.color;
  const auto flagDiagnostics = clang::CompilerInstance::createDiagnostics(
      early.get(), new clang::TextDiagnosticPrinter(os, early.get()));
  std::shared_ptr<clang::CompilerInvocation> invocation =
      makeInvocation(options, fileSystem, flagDiagnostics);
  if (!invocation)
    return result;

  clang::CompilerInstance compiler;
  compiler.setInvocation(invocation);
  compiler.createDiagnostics(
      new clang::TextDiagnosticPrinter(os, &invocation->getDiagnosticOpts()));
  compiler.setVerboseOutputStream(os);
  auto* filter = new DiagnosticFilter(compiler.getDiagnostics().takeClient());
  compiler.getDiagnostics().setClient(filter, /*ShouldOwnClient=*/true);
  compiler.createFileManager(fileSystem);
  const auto dependencies = std::make_shared<Dependencies>();
  compiler.addDependencyCollector(dependencies);
  if (options.contents) {
    auto& inputs = invocation->getFrontendOpts().Inputs;
    inputs = {clang::FrontendInputFile(llvm::MemoryBufferRef(*options.contents, options.file),
                                       clang::InputKind(clang::Language::CXX))};
  }
  Action action(*filter, use);
  const bool ran = compiler.ExecuteAction(action);
  result.ok = options.verify ? filter->errorCount() == 0
                             : ran && !compiler.getDiagnostics().hasErrorOccurred();
  for (const std::string& path : dependencies->getDependencies())
    result.dependencies.push_back(path);
  return result;
}

} // namespace

FrontendResult compile(const FrontendOptions& options, llvm::raw_ostream& diagnostics) {
  std::unique_ptr<ir::Module> made;
  FrontendResult result =
      run(options, diagnostics, [&](clang::ASTContext& ast, Reporter& reporter) {
        auto module = std::make_unique<ir::Module>(options.moduleName);
        const Names names(ast);
        SourceMap sources(ast.getSourceManager(), *module, options.file);
        Unsupported unsupported(reporter);
        ModuleLowering lowering(ast, reporter, names, unsupported, sources, *module);
        lowering.lower(discover(ast, names, reporter));
        if (ast.getDiagnostics().hasErrorOccurred())
          return;
        if (options.laterStages) {
          DiagnosticEngine later;
          options.laterStages(*module, later);
          for (const Diagnostic& diagnostic : later.all())
            reporter.forward(sources.fromPlace(diagnostic.place), diagnostic);
        }
        made = std::move(module);
      });
  if (result.ok && !options.verify)
    result.module = std::move(made);
  return result;
}

FrontendResult dumpAst(const FrontendOptions& options, llvm::raw_ostream& out,
                       llvm::raw_ostream& diagnostics) {
  return run(options, diagnostics, [&](clang::ASTContext& ast, Reporter&) {
    const clang::SourceManager& sources = ast.getSourceManager();
    for (const clang::Decl* decl : ast.getTranslationUnitDecl()->decls())
      if (!decl->isImplicit() &&
          !sources.isInSystemHeader(sources.getExpansionLoc(decl->getLocation())))
        decl->dump(out);
  });
}

} // namespace ringc
