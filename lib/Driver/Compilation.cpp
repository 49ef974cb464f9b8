// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assembles the pipeline. Everything behind the frontend runs inside its last call, so that all
// messages come in one stream and point into sources that are still loaded.

#include "Compilation.h"
#include "ringc/IR/Linker.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Verifier.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

namespace ringc {

namespace {

/// Ends the program where `module` breaks a constraint: whoever made it is wrong, not the user.
void verifyOrAbort(const ir::Module& module, llvm::StringRef madeBy) {
  DiagnosticEngine broken;
  if (ir::verify(module, broken))
    return;
  printDiagnostics(broken, llvm::errs(), /*color=*/false);
  RINGC_UNREACHABLE("the IR is not valid after " + madeBy);
}

} // namespace

Compilation::Compilation(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
                         llvm::raw_ostream& err)
    : options_(options), planned_(planned), err_(err), color_(err.has_colors()),
      linked_(options.moduleName) {}

bool Compilation::run() {
  for (size_t i = 0; i < options_.inputs.size(); ++i)
    refused_ |= !compileFile(i);
  return !refused_;
}

bool Compilation::compileFile(size_t index) {
  std::optional<FrontendOptions> frontend = frontendOptions(options_.inputs[index]);
  if (!frontend)
    return false;
  if (options_.emit == EmitKind::Ast) {
    std::string text;
    llvm::raw_string_ostream os(text);
    FrontendResult result = dumpAst(*frontend, os, err_);
    addDependencies(result.dependencies);
    texts_.push_back(std::move(text));
    return result.ok;
  }
  frontend->laterStages = [this, index](ir::Module& module, DiagnosticEngine& diagnostics) {
    laterStages(index, module, diagnostics);
  };
  FrontendResult result = compile(*frontend, err_);
  addDependencies(result.dependencies);
  return result.ok;
}

/// Nothing where the input cannot be read, which is reported.
std::optional<FrontendOptions> Compilation::frontendOptions(const std::string& input) {
  FrontendOptions frontend;
  frontend.moduleName = options_.moduleName;
  frontend.color = color_;
  frontend.verify = options_.verifyDiagnostics;
  frontend.clangArgs = options_.clangArgs;
  frontend.file = input;

  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(input, /*IsText=*/false);
  if (!buffer) {
    DiagnosticEngine diagnostics;
    diagnostics.report(DiagId::InputUnreadable, {input}, buffer.getError().message());
    printDiagnostics(diagnostics, err_, color_);
    return std::nullopt;
  }
  if (input == "-") {
    frontend.file = "<stdin>";
    frontend.contents = (*buffer)->getBuffer().str();
  } else if (!options_.clangArgsGiven) {
    if (std::optional<CompileCommand> command = findCompileCommand(input, "")) {
      frontend.clangArgs = std::move(command->args);
      frontend.workingDirectory = std::move(command->directory);
    }
  }
  return frontend;
}

void Compilation::laterStages(size_t index, ir::Module& module, DiagnosticEngine& diagnostics) {
  verifyOrAbort(module, "the frontend");
  if (!ir::link(linked_, module, diagnostics)) {
    refused_ = true;
    return;
  }
  if (index + 1 < options_.inputs.size() || refused_)
    return;
  verifyOrAbort(linked_, "the linker");
  makeOutputs(diagnostics);
  refused_ |= diagnostics.hasErrors();
}

void Compilation::makeOutputs(DiagnosticEngine&) {
  for ([[maybe_unused]] const PlannedOutput& output : planned_)
    if (options_.emit == EmitKind::Ir)
      texts_.push_back(ir::toString(linked_));
}

void Compilation::addDependencies(const std::vector<std::string>& files) {
  for (const std::string& file : files)
    if (!llvm::is_contained(dependencies_, file))
      dependencies_.push_back(file);
}

} // namespace ringc
