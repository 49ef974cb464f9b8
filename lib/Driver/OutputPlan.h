// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which outputs a command line asks for, and what they are called. Decided before anything is
// compiled, so that a misuse costs nothing.
#ifndef RINGC_LIB_DRIVER_OUTPUTPLAN_H
#define RINGC_LIB_DRIVER_OUTPUTPLAN_H

#include "ringc/Driver/Options.h"

namespace ringc {

struct PlannedOutput {
  std::string path; ///< `-`: standard output
  TargetKind target = TargetKind::Host;
  std::string arch;          ///< ptx and cubin only
  bool isHostHeader = false; ///< the host's .ring.gen.h, else its .ring.gen.cpp
};

/// The outputs in a fixed order. Nothing where the options contradict themselves, which is
/// reported.
std::optional<std::vector<PlannedOutput>> planOutputs(const DriverOptions& options,
                                                      DiagnosticEngine& diagnostics);

} // namespace ringc

#endif
