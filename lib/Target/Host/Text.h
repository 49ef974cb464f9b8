// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device sources as C++ string literals.
#ifndef RINGC_LIB_TARGET_HOST_TEXT_H
#define RINGC_LIB_TARGET_HOST_TEXT_H

#include "llvm/Support/raw_ostream.h"

namespace ringc::host {

/// Prints `constexpr char NAME[] = ...;` with exactly `text`; nothing where it is empty.
void printText(llvm::StringRef name, llvm::StringRef text, llvm::raw_ostream& os);

} // namespace ringc::host

#endif
