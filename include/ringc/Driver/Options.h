// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of ringc as data. Parsing reports every misuse; nothing here touches a file
// except response files.
#ifndef RINGC_DRIVER_OPTIONS_H
#define RINGC_DRIVER_OPTIONS_H

#include "ringc/Support/Diagnostics.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>
#include <vector>

namespace ringc {

/// In the order in which outputs are made and listed.
enum class TargetKind : uint8_t { Cuda, Msl, Wgsl, Host };

/// What is written.
enum class EmitKind : uint8_t { Source, Ir, Ast, Ptx, Cubin, Reflection, Effects, Abi };

/// Some 0.1 s on a GPU, where a turn takes a few nanoseconds.
inline constexpr uint32_t kDefaultLoopBudget = 1u << 24;

enum class DriverAction : uint8_t { Compile, Help, Version };

struct DriverOptions {
  DriverAction action = DriverAction::Compile;
  /// Without duplicates, in the order of TargetKind. All of them where none was given.
  std::vector<TargetKind> targets;
  bool targetsGiven = false;
  EmitKind emit = EmitKind::Source;
  std::vector<std::string> archs;        ///< as given, e.g. `sm_90`
  std::optional<std::string> outputFile; ///< `-` is standard output
  std::optional<std::string> outDir;
  bool fastMath = false;
  bool checksBounds = true;
  uint32_t loopBudget = kDefaultLoopBudget; ///< turns; 0: loops are not counted
  std::optional<std::string> depfile;
  std::string moduleName; ///< as given, else from the first input
  bool verifyDiagnostics = false;
  std::vector<std::string> inputs; ///< `-` is standard input
  bool clangArgsGiven = false;     ///< there was a `--`
  std::vector<std::string> clangArgs;
};

/// Parses what follows the program's name. Nothing on misuse, which is reported.
std::optional<DriverOptions> parseOptions(llvm::ArrayRef<const char*> args,
                                          DiagnosticEngine& diagnostics);

void printHelp(llvm::raw_ostream& os);
void printVersion(llvm::raw_ostream& os);

llvm::StringRef targetName(TargetKind target); ///< `cuda`
llvm::StringRef emitName(EmitKind emit);       ///< `source`

} // namespace ringc

#endif
