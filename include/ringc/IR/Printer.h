// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text form of the IR (docs/IR.md). Printing, parsing and printing again gives the same bytes.
#ifndef RINGC_IR_PRINTER_H
#define RINGC_IR_PRINTER_H

#include "ringc/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

namespace ringc::ir {

/// Prints a whole module, locations included.
void print(const Module& module, llvm::raw_ostream& os);
std::string toString(const Module& module);
/// For messages: one statement, expression or type, without locations.
std::string toString(const Stmt& stmt);
std::string toString(const Expr& expr);
std::string toString(const Type& type);

} // namespace ringc::ir

#endif
