// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From one annotated C++ file to one IR module. The only door to clang: no header here names it,
// and no other library may include it. What a user wrote wrong is printed, never thrown or
// returned.
#ifndef RINGC_FRONTEND_FRONTEND_H
#define RINGC_FRONTEND_FRONTEND_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringc {

struct FrontendOptions {
  /// The handler file as the user named it: shown in messages, file 0 of the module. Relative paths
  /// are taken from `workingDirectory`.
  std::string file;
  /// Used in place of what lies on disk under `file` (standard input: `file` is then `<stdin>`).
  std::optional<std::string> contents;
  /// Compiler flags as given to g++ or clang++, without program name, input and output. What clang
  /// does not know is dropped. `-x c++ -std=c++20` come first, so a `-std=` here wins.
  std::vector<std::string> clangArgs;
  /// Directory that relative paths in `file` and `clangArgs` start from; empty: the current one.
  std::string workingDirectory;
  /// Name of the module made.
  std::string moduleName;
  bool color = false;
  /// Compare what is reported with the file's `expected-error {{...}}` comments instead of printing
  /// it; `FrontendResult::ok` then says whether they agree.
  bool verify = false;
  /// Runs on the module, where there is one, before messages are closed. What it reports is printed
  /// in the same stream at the user's place and counts for `verify`.
  std::function<void(ir::Module&, DiagnosticEngine&)> laterStages;
};

struct FrontendResult {
  /// No error was reported (with `verify`: exactly what was expected was reported).
  bool ok = false;
  /// Null where an error was reported, in verify mode, and in dumpAst.
  std::unique_ptr<ir::Module> module;
  /// Every file on disk that was read, the input first; in order of first use.
  std::vector<std::string> dependencies;
};

/// Parses, checks and lowers one file. Clang's messages and ours go to `diagnostics` in clang's
/// form: `file:line:col: error: message [id]`, source line, caret, fix-it.
FrontendResult compile(const FrontendOptions& options, llvm::raw_ostream& diagnostics);

/// Parses one file and writes clang's AST of the user's own declarations to `out`.
FrontendResult dumpAst(const FrontendOptions& options, llvm::raw_ostream& out,
                       llvm::raw_ostream& diagnostics);

/// A `compile_commands.json` entry for one file.
struct CompileCommand {
  std::string directory;
  std::vector<std::string> args; ///< flags only: no program name, input, output or -c
};

/// Looks for `compile_commands.json` in `buildDirectory`, or, where that is empty, in the folder of
/// `file` and those above it. A file without an entry of its own (a header) gets the flags of the
/// most similar one. Nothing where there is no database, or it cannot be read.
std::optional<CompileCommand> findCompileCommand(llvm::StringRef file,
                                                 llvm::StringRef buildDirectory);

} // namespace ringc

#endif
