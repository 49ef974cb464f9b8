// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that appear together or not at all.
#ifndef RINGC_LIB_DRIVER_OUTPUTFILES_H
#define RINGC_LIB_DRIVER_OUTPUTFILES_H

#include "ringc/Support/Diagnostics.h"

namespace ringc {

/// Collects outputs in memory. `write` puts each into a temporary file beside its destination and
/// renames them when all are complete; on an error nothing new is left behind.
class OutputFiles {
public:
  /// `path` `-` is standard output.
  void add(std::string path, std::string contents);
  /// False where something could not be written, which is reported.
  bool write(llvm::raw_fd_ostream& standardOutput, DiagnosticEngine& diagnostics) const;

private:
  struct Output {
    std::string path;
    std::string contents;
  };
  std::vector<Output> outputs_;
};

} // namespace ringc

#endif
