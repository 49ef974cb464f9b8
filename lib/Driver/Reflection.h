// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module as JSON: all that a host in another language needs to run it.
// docs/reflection.schema.json is the contract.
#ifndef RINGC_LIB_DRIVER_REFLECTION_H
#define RINGC_LIB_DRIVER_REFLECTION_H

#include "ringc/IR/Module.h"

namespace ringc {

/// Of a module as the frontend made it.
std::string reflectionText(const ir::Module& module);

} // namespace ringc

#endif
