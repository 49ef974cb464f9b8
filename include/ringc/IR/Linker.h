// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Joins the modules of several translation units by qualified name: equal layouts merge, different
// ones are an error at both places; the first body of an inline function is kept.
#ifndef RINGC_IR_LINKER_H
#define RINGC_IR_LINKER_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::ir {

/// Copies `source` into `destination`; false where something of one name differs (reported).
bool link(Module& destination, const Module& source, DiagnosticEngine& diagnostics);

} // namespace ringc::ir

#endif
