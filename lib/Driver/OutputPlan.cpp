// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of ringc's outputs: names, how many, and which options go together. Reads and writes no
// file.

#include "OutputPlan.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ringc {

namespace {

/// Text that a person asked to look at goes to standard output unless told otherwise; what another
/// program reads goes to a file, as with every compiler.
bool defaultsToStandardOutput(EmitKind emit) {
  switch (emit) {
  case EmitKind::Ir:
  case EmitKind::Ast:
  case EmitKind::Reflection:
  case EmitKind::Effects:
  case EmitKind::Abi:
    return true;
  case EmitKind::Source:
  case EmitKind::Ptx:
  case EmitKind::Cubin:
    return false;
  }
  RINGC_UNREACHABLE("emit kind");
}

std::string suffixOf(const DriverOptions& options, const PlannedOutput& output) {
  switch (options.emit) {
  case EmitKind::Ir:
    return options.targetsGiven ? ("." + targetName(output.target) + ".ir").str() : ".ir";
  case EmitKind::Ast:
    return ".ast";
  case EmitKind::Reflection:
    return ".reflection.json";
  case EmitKind::Effects:
    return ".effects";
  case EmitKind::Abi:
  case EmitKind::Source:
    switch (output.target) {
    case TargetKind::Cuda:
      return ".cu";
    case TargetKind::Msl:
      return ".metal";
    case TargetKind::Wgsl:
      return ".wgsl";
    case TargetKind::Host:
      return output.isHostHeader ? ".ring.gen.h" : ".ring.gen.cpp";
    }
    break;
  case EmitKind::Ptx:
    return "." + output.arch + ".ptx";
  case EmitKind::Cubin:
    return "." + output.arch + ".cubin";
  }
  RINGC_UNREACHABLE("output without a suffix");
}

std::string listOf(llvm::ArrayRef<TargetKind> targets) {
  return llvm::join(llvm::map_range(targets, targetName), ", ");
}

/// One entry for each output, without paths.
std::vector<PlannedOutput> listOutputs(const DriverOptions& options) {
  std::vector<PlannedOutput> outputs;
  switch (options.emit) {
  case EmitKind::Source:
    for (TargetKind target : options.targets) {
      if (target == TargetKind::Host)
        outputs.push_back({"", target, "", /*isHostHeader=*/true});
      outputs.push_back({"", target, "", false});
    }
    break;
  case EmitKind::Ptx:
  case EmitKind::Cubin:
    for (const std::string& arch : options.archs)
      outputs.push_back({"", TargetKind::Cuda, arch, false});
    break;
  case EmitKind::Ir:
  case EmitKind::Abi:
    outputs.push_back({"", options.targets.front(), "", false});
    break;
  case EmitKind::Ast:
  case EmitKind::Reflection:
  case EmitKind::Effects:
    outputs.push_back({"", TargetKind::Host, "", false});
    break;
  }
  return outputs;
}

bool checkTargets(const DriverOptions& options, DiagnosticEngine& diagnostics) {
  const llvm::StringRef emit = emitName(options.emit);
  switch (options.emit) {
  case EmitKind::Ptx:
  case EmitKind::Cubin:
    if (options.targetsGiven && options.targets != std::vector{TargetKind::Cuda}) {
      diagnostics.report(DiagId::EmitNeedsTarget, {}, emit, "cuda",
                         ", not '" + listOf(options.targets) + "'");
      return false;
    }
    return true;
  case EmitKind::Abi:
    if (!options.targetsGiven || options.targets.front() == TargetKind::Host) {
      diagnostics.report(DiagId::EmitNeedsTarget, {}, emit, "cuda|msl|wgsl", "");
      return false;
    }
    [[fallthrough]];
  case EmitKind::Ir:
    if (options.targetsGiven && options.targets.size() > 1) {
      diagnostics.report(DiagId::OneTargetOnly, {}, emit, options.targets.size(),
                         listOf(options.targets));
      return false;
    }
    return true;
  case EmitKind::Source:
  case EmitKind::Ast:
  case EmitKind::Reflection:
  case EmitKind::Effects:
    return true;
  }
  RINGC_UNREACHABLE("emit kind");
}

bool checkInputs(const DriverOptions& options, DiagnosticEngine& diagnostics) {
  const bool wantsInput = options.emit != EmitKind::Abi;
  if (!wantsInput && !options.inputs.empty()) {
    diagnostics.report(DiagId::InputNotWanted, {}, emitName(options.emit), options.inputs.front());
    return false;
  }
  if (wantsInput && options.inputs.empty()) {
    diagnostics.report(DiagId::NoInput, {});
    return false;
  }
  const char* single = options.verifyDiagnostics       ? "--verify-diagnostics"
                       : options.emit == EmitKind::Ast ? "--emit=ast"
                                                       : nullptr;
  if (single && options.inputs.size() > 1) {
    diagnostics.report(DiagId::OneInputOnly, {}, single, options.inputs.size());
    return false;
  }
  if (options.emit == EmitKind::Source && llvm::is_contained(options.inputs, "-") &&
      llvm::is_contained(options.targets, TargetKind::Host)) {
    diagnostics.report(DiagId::HostFromStdin, {});
    return false;
  }
  return true;
}

bool checkModuleName(const DriverOptions& options, DiagnosticEngine& diagnostics) {
  auto isAllowed = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.'; };
  const std::string& name = options.moduleName;
  if (!name.empty() && llvm::all_of(name, isAllowed) && name[0] != '-' && name[0] != '.')
    return true;
  diagnostics.report(DiagId::BadModuleName, {}, name);
  return false;
}

} // namespace

/// Nothing that is read may be replaced, nor anything written twice.
static bool checkPaths(const DriverOptions& options, const std::vector<PlannedOutput>& outputs,
                       DiagnosticEngine& diagnostics) {
  std::vector<std::string> paths;
  for (const PlannedOutput& output : outputs)
    paths.push_back(output.path);
  if (options.depfile && llvm::is_contained(paths, *options.depfile)) {
    diagnostics.report(DiagId::OutputGivenTwice, {}, *options.depfile);
    return false;
  }
  if (options.depfile)
    paths.push_back(*options.depfile);
  for (const std::string& path : paths)
    for (const std::string& input : options.inputs)
      if (path != "-" && llvm::sys::fs::equivalent(path, input)) {
        diagnostics.report(DiagId::OutputIsInput, {}, path, input);
        return false;
      }
  return true;
}

std::optional<std::vector<PlannedOutput>> planOutputs(const DriverOptions& options,
                                                      DiagnosticEngine& diagnostics) {
  if (!checkTargets(options, diagnostics) || !checkInputs(options, diagnostics) ||
      !checkModuleName(options, diagnostics))
    return std::nullopt;
  std::vector<PlannedOutput> outputs = listOutputs(options);
  for (PlannedOutput& output : outputs) {
    const std::string name = options.moduleName + suffixOf(options, output);
    llvm::SmallString<128> path(options.outDir.value_or(""));
    llvm::sys::path::append(path, name);
    output.path = path.str();
    if (!options.outDir && defaultsToStandardOutput(options.emit))
      output.path = "-";
  }
  if (options.outputFile && outputs.size() > 1) {
    diagnostics.report(
        DiagId::OneOutputOnly, {}, outputs.size(),
        llvm::join(llvm::map_range(outputs, [](const PlannedOutput& o) { return o.path; }), ", "));
    return std::nullopt;
  }
  if (options.outputFile)
    outputs.front().path = *options.outputFile;
  if (!checkPaths(options, outputs, diagnostics))
    return std::nullopt;
  return outputs;
}

} // namespace ringc
