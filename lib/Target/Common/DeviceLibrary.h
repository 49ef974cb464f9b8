// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which files of runtime/device a printed module needs. A file names what it needs itself in lines
// `// uses: PATH` of its opening comment.
#ifndef RINGC_LIB_TARGET_COMMON_DEVICELIBRARY_H
#define RINGC_LIB_TARGET_COMMON_DEVICELIBRARY_H

#include "llvm/ADT/StringRef.h"
#include <set>
#include <string>
#include <vector>

namespace ringc::target {

class DeviceLibrary {
public:
  /// `path` is relative to runtime/device; it must be there.
  void need(llvm::StringRef path);
  /// As need, for a file that is printed elsewhere.
  void assume(llvm::StringRef path) {
    assumed_.insert(path.str());
    need(path);
  }
  /// All that is needed, each once, what is used before what uses it; text without its opening
  /// comment.
  std::string text() const;
  /// Names of ours in the needed files (`ring_...`): locals must not hide them.
  std::vector<std::string> identifiers() const;
  /// The same of every file below a folder, needed or not.
  static std::vector<std::string> allIdentifiers(llvm::StringRef folder);

private:
  std::set<std::string> needed_;
  std::set<std::string> assumed_;
  std::vector<std::string> order_;
};

/// The contents of one file, with its opening comment.
llvm::StringRef deviceFile(llvm::StringRef path);

} // namespace ringc::target

#endif
