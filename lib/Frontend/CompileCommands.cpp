// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the flags of a file in compile_commands.json. See Frontend.h.

#include "Invocation.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ringc {

using Database = clang::tooling::CompilationDatabase;

static std::unique_ptr<Database> loadDatabase(llvm::StringRef file,
                                              llvm::StringRef buildDirectory) {
  std::string ignored;
  if (!buildDirectory.empty())
    return clang::tooling::JSONCompilationDatabase::loadFromFile(
        (buildDirectory + "/compile_commands.json").str(), ignored,
        clang::tooling::JSONCommandLineSyntax::AutoDetect);
  llvm::SmallString<256> folder(file);
  if (llvm::sys::fs::make_absolute(folder))
    return nullptr;
  for (llvm::sys::path::remove_filename(folder); !folder.empty();
       llvm::sys::path::remove_filename(folder)) {
    const std::string candidate = (folder + "/compile_commands.json").str();
    if (llvm::sys::fs::exists(candidate))
      return clang::tooling::JSONCompilationDatabase::loadFromFile(
          candidate, ignored, clang::tooling::JSONCommandLineSyntax::AutoDetect);
    if (folder == "/")
      break;
  }
  return nullptr;
}

std::optional<CompileCommand> findCompileCommand(llvm::StringRef file,
                                                 llvm::StringRef buildDirectory) {
  std::unique_ptr<Database> database = loadDatabase(file, buildDirectory);
  if (!database)
    return std::nullopt;
  llvm::SmallString<256> absolute(file);
  if (llvm::sys::fs::make_absolute(absolute))
    return std::nullopt;
  database = clang::tooling::inferMissingCompileCommands(std::move(database));
  const std::vector<clang::tooling::CompileCommand> commands =
      database->getCompileCommands(absolute);
  if (commands.empty() || commands.front().CommandLine.empty())
    return std::nullopt;
  const std::vector<std::string>& line = commands.front().CommandLine;
  return CompileCommand{commands.front().Directory, filterFlags(llvm::ArrayRef(line).drop_front())};
}

} // namespace ringc
