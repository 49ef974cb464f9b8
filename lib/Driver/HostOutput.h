// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two files of the host's registration.
#ifndef RINGC_LIB_DRIVER_HOSTOUTPUT_H
#define RINGC_LIB_DRIVER_HOSTOUTPUT_H

#include "OutputPlan.h"
#include "ringc/IR/Module.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace ringc {

/// How a file in the folder of `output` includes `input`: by a path relative to it, so that a
/// source tree and its build tree may move together; by the absolute one where they share no
/// folder.
std::string includeFrom(llvm::StringRef output, llvm::StringRef input);

/// The text of `output`, one of the two. `sources` are carried in it.
std::string hostText(const PlannedOutput& output, const DriverOptions& options,
                     const ir::Module& module, const llvm::StringSet<>& inHeaders,
                     const std::map<TargetKind, std::string>& sources);

} // namespace ringc

#endif
