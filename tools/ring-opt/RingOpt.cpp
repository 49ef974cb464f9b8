// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses, verifies, runs passes with a verification after each, and prints. IR that a pass leaves
// broken is an error of ours and ends the program; IR that the user wrote is refused.

#include "RingOpt.h"
#include "ringc/Analysis/Effects.h"
#include "ringc/IR/Parser.h"
#include "ringc/IR/Printer.h"
#include "ringc/IR/Verifier.h"
#include "ringc/Support/Check.h"
#include "ringc/Transforms/Passes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

namespace ringc {

namespace {

/// Prints what `diagnostics` holds and says whether the work may go on.
bool finish(const DiagnosticEngine& diagnostics) {
  const bool color = llvm::WithColor::defaultAutoDetectFunction()(llvm::errs());
  printDiagnostics(diagnostics, llvm::errs(), color);
  return !diagnostics.hasErrors();
}

OptExit misuse(const std::string& message) {
  llvm::errs() << "ring-opt: " << message << '\n';
  return OptExit::Misuse;
}

void verifyAfter(const ir::Module& module, llvm::StringRef what) {
  DiagnosticEngine diagnostics;
  if (ir::verify(module, diagnostics))
    return;
  finish(diagnostics);
  RINGC_UNREACHABLE("the IR does not verify after pass '" + what + "'");
}

/// Printing and parsing must give the same text; null only after an abort.
std::unique_ptr<ir::Module> roundtrip(const ir::Module& module) {
  const std::string first = ir::toString(module);
  DiagnosticEngine diagnostics;
  std::unique_ptr<ir::Module> again = ir::parse(first, "<printed>", diagnostics);
  if (!again) {
    finish(diagnostics);
    RINGC_UNREACHABLE("printed IR does not parse:\n" + first);
  }
  const std::string second = ir::toString(*again);
  RINGC_CHECK(first == second,
              "IR changes when it is printed and parsed:\n" + first + "\nbecomes\n" + second);
  return again;
}

OptExit write(const std::string& text, const std::string& path) {
  std::error_code failure;
  llvm::ToolOutputFile file(path, failure, llvm::sys::fs::OF_None);
  if (!failure) {
    file.os() << text;
    file.os().flush();
    failure = file.os().error();
    file.os().clear_error();
  }
  if (failure) {
    DiagnosticEngine diagnostics;
    diagnostics.report(DiagId::OptCannotWrite, {"ring-opt", 0, 0}, path, failure.message());
    finish(diagnostics);
    return OptExit::Refused;
  }
  file.keep();
  return OptExit::Fine;
}

OptExit listPasses() {
  for (const transforms::PassInfo& pass : transforms::passes())
    llvm::outs() << pass.name
                 << std::string(std::max<size_t>(24, pass.name.size() + 1) - pass.name.size(), ' ')
                 << pass.description << '\n';
  return OptExit::Fine;
}

/// Null where the file cannot be read or its text is refused, which has been printed.
std::unique_ptr<ir::Module> read(const std::string& path) {
  DiagnosticEngine diagnostics;
  std::unique_ptr<ir::Module> module;
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    diagnostics.report(DiagId::OptCannotRead, {"ring-opt", 0, 0}, path,
                       buffer.getError().message());
  else
    module = ir::parse((*buffer)->getBuffer(), path == "-" ? "<stdin>" : path, diagnostics);
  if (module)
    ir::verify(*module, diagnostics);
  return finish(diagnostics) ? std::move(module) : nullptr;
}

} // namespace

OptExit runOpt(const OptOptions& options) {
  if (options.listPasses)
    return listPasses();
  if (!options.analysis.empty() && options.analysis != "effects")
    return misuse("unknown analysis '" + options.analysis + "'; there is 'effects'");
  for (const std::string& name : options.passes)
    if (!transforms::findPass(name))
      return misuse("unknown pass '" + name + "'; '--list-passes' lists them");

  std::unique_ptr<ir::Module> module = read(options.input);
  if (!module)
    return OptExit::Refused;
  if (options.verifyRoundtrip)
    module = roundtrip(*module);
  for (const std::string& name : options.passes) {
    transforms::findPass(name)->run(*module);
    verifyAfter(*module, name);
    if (options.verifyRoundtrip)
      module = roundtrip(*module);
  }
  return write(options.analysis.empty() ? ir::toString(*module) : analysis::effectsText(*module),
               options.output);
}

} // namespace ringc
