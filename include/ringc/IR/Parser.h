// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the text form of the IR. Any input ends in a module or in an error with line and column: no
// input may crash or hang it. What it returns is well-typed only once the verifier has passed it.
#ifndef RINGC_IR_PARSER_H
#define RINGC_IR_PARSER_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::ir {

/// Parses `text`; on an error reports it at its place in `path` and returns null.
std::unique_ptr<Module> parse(llvm::StringRef text, llvm::StringRef path,
                              DiagnosticEngine& diagnostics);

} // namespace ringc::ir

#endif
