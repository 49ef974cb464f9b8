// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ends the program on an error of our own. It must not allocate more than a message needs and never
// returns; a user's mistake does not belong here.

#include "ringc/Support/Check.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

void ringc::internalError(const char* file, int line, const llvm::Twine& message) {
  llvm::errs() << "internal error: " << message << " (" << file << ':' << line
               << ")\nthis is a defect of ringc, not of your program; please report it\n";
  llvm::errs().flush();
  std::abort();
}
