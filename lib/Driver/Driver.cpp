// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One run of ringc from the command line to files and exit code. Holds no knowledge of targets or
// options: it only puts the steps in order.

#include "ringc/Driver/Driver.h"
#include "Compilation.h"
#include "Depfile.h"
#include "Nvrtc.h"
#include "OutputFiles.h"
#include "OutputPlan.h"
#include "llvm/Support/FileSystem.h"

namespace ringc {

namespace {

ExitCode finish(const DiagnosticEngine& diagnostics, llvm::raw_ostream& err, ExitCode code) {
  printDiagnostics(diagnostics, err, err.has_colors());
  return code;
}

/// Replaces CUDA source by what NVRTC makes of it, for each planned architecture.
bool assemble(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
              std::vector<std::string>& texts, DiagnosticEngine& diagnostics) {
  std::unique_ptr<Nvrtc> nvrtc = Nvrtc::load(diagnostics);
  if (!nvrtc)
    return false;
  const Nvrtc::Output kind =
      options.emit == EmitKind::Ptx ? Nvrtc::Output::Ptx : Nvrtc::Output::Cubin;
  for (size_t i = 0; i < planned.size(); ++i) {
    std::optional<std::string> result =
        nvrtc->compile(texts[i], options.moduleName + ".cu", planned[i].arch, kind, diagnostics);
    if (!result)
      return false;
    texts[i] = std::move(*result);
  }
  return true;
}

bool writeOutputs(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
                  std::vector<std::string> texts, const std::vector<std::string>& dependencies,
                  llvm::raw_fd_ostream& out, DiagnosticEngine& diagnostics) {
  OutputFiles files;
  std::vector<std::string> paths;
  for (size_t i = 0; i < planned.size(); ++i) {
    paths.push_back(planned[i].path);
    files.add(planned[i].path, std::move(texts[i]));
  }
  if (options.depfile)
    files.add(*options.depfile, depfileText(paths, dependencies));
  if (options.outDir)
    if (std::error_code error = llvm::sys::fs::create_directories(*options.outDir)) {
      diagnostics.report(DiagId::OutputUnwritable, {}, *options.outDir, error.message());
      return false;
    }
  return files.write(out, diagnostics);
}

ExitCode compileInputs(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
                       llvm::raw_fd_ostream& out, llvm::raw_ostream& err) {
  Compilation compilation(options, planned, err);
  if (!compilation.run())
    return ExitCode::Refused;
  if (options.verifyDiagnostics)
    return ExitCode::Fine;

  DiagnosticEngine diagnostics;
  std::vector<std::string> texts = compilation.takeTexts();
  const bool needsNvrtc = options.emit == EmitKind::Ptx || options.emit == EmitKind::Cubin;
  const bool ok = (!needsNvrtc || assemble(options, planned, texts, diagnostics)) &&
                  writeOutputs(options, planned, std::move(texts), compilation.dependencies(), out,
                               diagnostics);
  return finish(diagnostics, err, ok ? ExitCode::Fine : ExitCode::Refused);
}

} // namespace

ExitCode runDriver(llvm::ArrayRef<const char*> args, llvm::raw_fd_ostream& out,
                   llvm::raw_ostream& err) {
  DiagnosticEngine diagnostics;
  std::optional<DriverOptions> options = parseOptions(args, diagnostics);
  if (!options)
    return finish(diagnostics, err, ExitCode::Misuse);
  switch (options->action) {
  case DriverAction::Help:
    printHelp(out);
    return ExitCode::Fine;
  case DriverAction::Version:
    printVersion(out);
    return ExitCode::Fine;
  case DriverAction::Compile:
    break;
  }
  std::optional<std::vector<PlannedOutput>> planned = planOutputs(*options, diagnostics);
  if (!planned)
    return finish(diagnostics, err, ExitCode::Misuse);
  return compileInputs(*options, *planned, out, err);
}

} // namespace ringc
