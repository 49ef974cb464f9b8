// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Knows the spelling of the flags that name files, nothing of their meaning.

#include "CompileFlags.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ringc {

/// Each takes its path joined or as the next argument.
static constexpr llvm::StringLiteral pathFlags[] = {
    "-I",       "-isystem",  "-iquote",    "-idirafter", "-include",
    "-imacros", "-isysroot", "--sysroot=", "--sysroot",  "-cxx-isystem"};

static std::string absolutePath(llvm::StringRef folder, llvm::StringRef path) {
  llvm::SmallString<256> absolute(folder);
  llvm::sys::path::append(absolute, path);
  return std::string(absolute);
}

std::vector<std::string> absoluteFlags(const CompileCommand& command) {
  std::vector<std::string> flags = command.args;
  auto isRelative = [](llvm::StringRef path) {
    return !path.empty() && !path.starts_with("=") && !llvm::sys::path::is_absolute(path);
  };
  for (size_t i = 0; i < flags.size(); ++i)
    for (llvm::StringRef flag : pathFlags) {
      llvm::StringRef path = flags[i];
      if (!path.consume_front(flag))
        continue;
      if (path.empty() && i + 1 < flags.size()) {
        std::string& next = flags[++i];
        const std::string absolute = absolutePath(command.directory, next);
        // What -include names may also lie on the include path.
        const bool isSearched = flag == "-include" || flag == "-imacros";
        if (isRelative(next) && (!isSearched || llvm::sys::fs::exists(absolute)))
          next = absolute;
      } else if (isRelative(path)) {
        flags[i] = flag.str() + absolutePath(command.directory, path);
      }
      break;
    }
  return flags;
}

} // namespace ringc
