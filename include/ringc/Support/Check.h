// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Our own errors: they abort with a message, in release builds too. Never for what a user can
// cause.
#ifndef RINGC_SUPPORT_CHECK_H
#define RINGC_SUPPORT_CHECK_H

#include "llvm/ADT/Twine.h"

namespace ringc {

/// Prints `internal error: message` with the place and aborts.
[[noreturn]] void internalError(const char* file, int line, const llvm::Twine& message);

} // namespace ringc

/// Ends the program where `condition` is false: an error in ringc itself.
#define RINGC_CHECK(condition, message)                                                            \
  do {                                                                                             \
    if (!(condition))                                                                              \
      ::ringc::internalError(__FILE__, __LINE__, message);                                         \
  } while (false)

/// A place that no correct program reaches.
#define RINGC_UNREACHABLE(message) ::ringc::internalError(__FILE__, __LINE__, message)

#endif
