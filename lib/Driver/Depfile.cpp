// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints a dependency file as gcc and clang do with -MD. Knows the quoting that make and ninja
// agree on; a name with a line break cannot be written in either.

#include "Depfile.h"
#include "llvm/ADT/StringRef.h"

namespace ringc {

static std::string quoted(llvm::StringRef path) {
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '$')
      text += '$';
    else if (path[i] == '#')
      text += '\\';
    else if (path[i] == ' ') {
      // Backslashes before a space are read as escapes, so they are doubled.
      for (size_t j = i; j > 0 && path[j - 1] == '\\'; --j)
        text += '\\';
      text += '\\';
    }
    text += path[i];
  }
  return text;
}

std::string depfileText(llvm::ArrayRef<std::string> outputs,
                        llvm::ArrayRef<std::string> dependencies) {
  std::string text;
  for (const std::string& output : outputs)
    text += (text.empty() ? "" : " ") + quoted(output);
  text += ':';
  for (const std::string& dependency : dependencies)
    text += " \\\n  " + quoted(dependency);
  text += '\n';
  return text;
}

} // namespace ringc
