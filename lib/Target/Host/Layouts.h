// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layout checks of generated host code.
#ifndef RINGC_LIB_TARGET_HOST_LAYOUTS_H
#define RINGC_LIB_TARGET_HOST_LAYOUTS_H

#include "ringc/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc::host {

/// Prints one check for each message, each actor's state and each struct inside them: size,
/// alignment and every field's offset. Stands in a namespace; private members are reached.
void printLayoutChecks(const ir::Module& module, llvm::raw_ostream& os);

} // namespace ringc::host

#endif
