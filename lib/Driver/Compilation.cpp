// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assembles the pipeline. Everything behind the frontend runs inside its last call, so that all
// messages come in one stream and point into sources that are still loaded.

#include "Compilation.h"
#include "CompileFlags.h"
#include "HostOutput.h"
#include "Reflection.h"
#include "TargetTable.h"
#include "ringc/Analysis/Effects.h"
#include "ringc/Analysis/Rules.h"
#include "ringc/IR/Cloner.h"
#include "ringc/IR/Linker.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Verifier.h"
#include "ringc/Support/Check.h"
#include "ringc/Target/Host/Host.h"
#include "ringc/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

namespace ringc {

namespace {

/// A .ring.cpp is seen by the generated .cpp only; everything else is a header.
bool isTranslationUnit(llvm::StringRef input) { return input.ends_with(".cpp"); }

/// The GPU targets whose source is needed.
std::vector<TargetKind> targetsToPrint(const DriverOptions& options) {
  switch (options.emit) {
  case EmitKind::Ptx:
  case EmitKind::Cubin:
    return {TargetKind::Cuda};
  case EmitKind::Ir:
  case EmitKind::Source: {
    // The IR, and what a test expects of a file, are the same for all targets unless one is named.
    if (!options.targetsGiven && (options.emit == EmitKind::Ir || options.verifyDiagnostics))
      return {};
    std::vector<TargetKind> targets = options.targets;
    llvm::erase(targets, TargetKind::Host);
    return targets;
  }
  case EmitKind::Ast:
  case EmitKind::Reflection:
  case EmitKind::Effects:
  case EmitKind::Abi:
    return {};
  }
  RINGC_UNREACHABLE("emit kind");
}

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
  if (options_.emit == EmitKind::Abi)
    return compileAbi();
  bool ok = true;
  for (size_t i = 0; i < options_.inputs.size(); ++i)
    ok &= compileFile(i);
  // Where refusals are expected, the frontend says whether they were those that were.
  return ok && (options_.verifyDiagnostics || !refused_);
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

/// The layouts of ringkernel/abi are read like any user's: from the header that includes them all.
bool Compilation::compileAbi() {
  FrontendOptions frontend;
  frontend.file = "<abi>";
  frontend.contents = "#include <ringkernel/ring.h>\n";
  frontend.clangArgs = options_.clangArgs;
  frontend.moduleName = options_.moduleName;
  frontend.color = color_;
  frontend.laterStages = [this](ir::Module& module, DiagnosticEngine&) {
    llvm::raw_string_ostream os(texts_.emplace_back());
    targetFunctions(planned_.front().target).printAbi(module, os);
  };
  FrontendResult result = compile(frontend, err_);
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
  std::string reason;
  if (!buffer)
    reason = buffer.getError().message();
  else if (const size_t nul = (*buffer)->getBuffer().find('\0'); nul != llvm::StringRef::npos)
    reason = ("it is no text, its byte " + llvm::Twine(nul) + " is 0").str(); // clang would go on
  if (!reason.empty()) {
    DiagnosticEngine diagnostics;
    diagnostics.report(DiagId::InputUnreadable, {input}, reason);
    printDiagnostics(diagnostics, err_, color_);
    return std::nullopt;
  }
  if (input == "-") {
    frontend.file = "<stdin>";
    frontend.contents = (*buffer)->getBuffer().str();
  } else if (!options_.clangArgsGiven) {
    if (std::optional<CompileCommand> command = findCompileCommand(input, ""))
      frontend.clangArgs = absoluteFlags(*command);
  }
  return frontend;
}

void Compilation::laterStages(size_t index, ir::Module& module, DiagnosticEngine& diagnostics) {
  if (!analysis::checkRules(module, diagnostics)) {
    refused_ = true;
    return;
  }
  if (!isTranslationUnit(options_.inputs[index]))
    host::addIdentities(module, inHeaders_);
  // A conflict has a place in another input too, which this call of the frontend cannot show.
  DiagnosticEngine conflicts;
  refused_ |= !ir::link(linked_, module, conflicts);
  printDiagnostics(conflicts, err_, color_);
  if (refused_ || index + 1 < options_.inputs.size())
    return;
  verifyOrAbort(linked_, "the linker");
  refused_ = !analysis::checkSends(linked_, diagnostics);
  if (!refused_)
    contain();
  refused_ = refused_ || !makeSources(diagnostics);
  if (refused_ || options_.verifyDiagnostics)
    return;
  for (const PlannedOutput& output : planned_)
    texts_.push_back(textOf(output));
}

/// What handlers check of themselves, on every GPU alike. The IR without a target is the
/// frontend's.
void Compilation::contain() {
  if (options_.emit == EmitKind::Ir && !options_.targetsGiven)
    return;
  if (options_.loopBudget != 0)
    transforms::limitLoops(linked_, options_.loopBudget);
  if (options_.checksBounds)
    transforms::checkBounds(linked_);
  verifyOrAbort(linked_, "the checks of handlers");
}

/// What each GPU target asked for makes of the module; false where one refuses it. All targets are
/// asked first, so that one run shows every refusal.
bool Compilation::makeSources(DiagnosticEngine& diagnostics) {
  const std::vector<TargetKind> targets = targetsToPrint(options_);
  bool canEmit = true;
  for (TargetKind target : targets)
    canEmit &= targetFunctions(target).canEmit(linked_, diagnostics);
  if (!canEmit)
    return false;
  bool canPrint = true;
  for (TargetKind target : targets) {
    legalized_ = ir::clone(linked_);
    targetFunctions(target).legalize(*legalized_, options_.fastMath);
    verifyOrAbort(*legalized_, "legalisation for " + targetName(target).str());
    canPrint &= targetFunctions(target).canPrint(*legalized_, diagnostics);
    if (!canPrint)
      continue; // the others' refusals are shown too
    llvm::raw_string_ostream os(sources_[target]);
    targetFunctions(target).print(*legalized_, os);
  }
  return canPrint;
}

std::string Compilation::textOf(const PlannedOutput& output) const {
  switch (options_.emit) {
  case EmitKind::Source:
    if (output.target == TargetKind::Host)
      return hostText(output, options_, linked_, inHeaders_, sources_);
    return sources_.at(output.target);
  case EmitKind::Ptx:
  case EmitKind::Cubin:
    return sources_.at(TargetKind::Cuda);
  case EmitKind::Ir:
    return ir::toString(legalized_ ? *legalized_ : linked_);
  case EmitKind::Reflection:
    return reflectionText(linked_);
  case EmitKind::Effects:
    return analysis::effectsText(linked_);
  case EmitKind::Ast:
  case EmitKind::Abi:
    break;
  }
  RINGC_UNREACHABLE("an output that is not made from the linked module");
}

void Compilation::addDependencies(const std::vector<std::string>& files) {
  for (const std::string& file : files)
    if (!llvm::is_contained(dependencies_, file))
      dependencies_.push_back(file);
}

} // namespace ringc
