// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the outputs depend on, for make and ninja.
#ifndef RINGC_LIB_DRIVER_DEPFILE_H
#define RINGC_LIB_DRIVER_DEPFILE_H

#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace ringc {

/// `output output: dependency \n ...`, with make's quoting.
std::string depfileText(llvm::ArrayRef<std::string> outputs,
                        llvm::ArrayRef<std::string> dependencies);

} // namespace ringc

#endif
