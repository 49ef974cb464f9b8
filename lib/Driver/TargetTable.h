// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPU targets behind one face. The host is none of them: it prints no handler.
#ifndef RINGC_LIB_DRIVER_TARGETTABLE_H
#define RINGC_LIB_DRIVER_TARGETTABLE_H

#include "ringc/Driver/Options.h"
#include "ringc/IR/Module.h"

namespace ringc {

/// In the order of use: canEmit on the module as the frontend made it, legalize on a copy,
/// canPrint on that, print.
struct TargetFunctions {
  bool (*canEmit)(const ir::Module&, DiagnosticEngine&);
  void (*legalize)(ir::Module&, bool contract);
  bool (*canPrint)(const ir::Module&, DiagnosticEngine&);
  void (*print)(const ir::Module&, llvm::raw_ostream&);
  void (*printAbi)(const ir::Module&, llvm::raw_ostream&);
};

/// `target` must not be Host.
const TargetFunctions& targetFunctions(TargetKind target);

} // namespace ringc

#endif
