// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The flags of a compile_commands.json entry, usable from any folder.
#ifndef RINGC_LIB_DRIVER_COMPILEFLAGS_H
#define RINGC_LIB_DRIVER_COMPILEFLAGS_H

#include "ringc/Frontend/Frontend.h"

namespace ringc {

/// The flags with each path made absolute. An entry's paths start from its own folder, the user's
/// file from the current one: clang has only one of the two.
std::vector<std::string> absoluteFlags(const CompileCommand& command);

} // namespace ringc

#endif
