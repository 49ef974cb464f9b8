// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the numbered constraints of docs/IR.md. What verifies never crashes a pass or an emitter.
#ifndef RINGC_IR_VERIFIER_H
#define RINGC_IR_VERIFIER_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::ir {

/// Reports every violated constraint with its number (`store.c2`), the printed statement and the
/// user's place; true where there is none.
bool verify(const Module& module, DiagnosticEngine& diagnostics);

} // namespace ringc::ir

#endif
