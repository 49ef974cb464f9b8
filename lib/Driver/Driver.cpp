// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One run of ringc from the command line to files and exit code. Holds no knowledge of targets or
// options: it only puts the steps in order.

#include "ringc/Driver/Driver.h"
#include "Compilation.h"
#include "Depfile.h"
#include "OutputFiles.h"
#include "OutputPlan.h"

namespace ringc {

namespace {

ExitCode finish(const DiagnosticEngine& diagnostics, llvm::raw_ostream& err, ExitCode code) {
  printDiagnostics(diagnostics, err, err.has_colors());
  return code;
}

ExitCode compileInputs(const DriverOptions& options, const std::vector<PlannedOutput>& planned,
                       llvm::raw_ostream& out, llvm::raw_ostream& err) {
  Compilation compilation(options, planned, err);
  if (!compilation.run())
    return ExitCode::Refused;
  if (options.verifyDiagnostics)
    return ExitCode::Fine;

  DiagnosticEngine diagnostics;
  OutputFiles files;
  std::vector<std::string> paths;
  for (size_t i = 0; i < planned.size(); ++i) {
    paths.push_back(planned[i].path);
    files.add(planned[i].path, compilation.texts()[i]);
  }
  if (options.depfile)
    files.add(*options.depfile, depfileText(paths, compilation.dependencies()));
  const bool written = files.write(out, diagnostics);
  return finish(diagnostics, err, written ? ExitCode::Fine : ExitCode::Refused);
}

} // namespace

ExitCode runDriver(llvm::ArrayRef<const char*> args, llvm::raw_ostream& out,
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
