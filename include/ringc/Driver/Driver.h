// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ringc as a function: command line in, files and messages out.
#ifndef RINGC_DRIVER_DRIVER_H
#define RINGC_DRIVER_DRIVER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc {

/// Exit codes of ringc.
enum class ExitCode : int {
  Fine = 0,
  Refused = 1, ///< the input was refused, or a file could not be read or written
  Misuse = 2,  ///< the command line makes no sense
};

/// Runs ringc with what follows the program's name. `out` and `err` stand for standard output and
/// standard error. Outputs appear all together or not at all.
ExitCode runDriver(llvm::ArrayRef<const char*> args, llvm::raw_fd_ostream& out,
                   llvm::raw_ostream& err);

} // namespace ringc

#endif
