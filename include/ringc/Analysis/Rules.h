// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules of the language that are easier seen in the IR than in the AST, because calls are inlined
// into them by nobody yet: what parallel regions, loop steps, stencils and constant indices may not
// do. What breaks one is the user's error; the verifier, which asks the same of every pass, is only
// for ours.
#ifndef RINGC_ANALYSIS_RULES_H
#define RINGC_ANALYSIS_RULES_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::analysis {

/// Reports every broken rule at its place; true where there is none. Takes a module that the
/// verifier has not seen, but whose calls are not recursive.
bool checkRules(const ir::Module& module, DiagnosticEngine& diagnostics);

} // namespace ringc::analysis

#endif
