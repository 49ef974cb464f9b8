// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Races in parallel regions. Private to the analysis library: one of the rules of Rules.h.
#ifndef RINGC_LIB_ANALYSIS_REGIONRACES_H
#define RINGC_LIB_ANALYSIS_REGIONRACES_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::analysis {

/// Reports every access in the regions of `function` that may meet another round's: a write goes to
/// what is the round's own, or to an element that no other round touches.
void checkRegionRaces(const ir::Module& module, const ir::Function& function,
                      DiagnosticEngine& diagnostics);

} // namespace ringc::analysis

#endif
