// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refusals that several targets share. Each reports at the user's place and changes nothing.
#ifndef RINGC_LIB_TARGET_COMMON_CHECKS_H
#define RINGC_LIB_TARGET_COMMON_CHECKS_H

#include "ringc/IR/Module.h"
#include "ringc/Support/Diagnostics.h"

namespace ringc::target {

SourcePlace placeOf(const ir::Module& module, ir::Location loc);

/// Aborts where a layout of ring::abi is missing: the frontend takes them from ring.h, without
/// which there is no actor and no stencil.
void requireAbi(const ir::Module& module);
/// Every use of a double.
void checkNoDouble(const ir::Module& module, llvm::StringRef target, DiagnosticEngine& diagnostics);
/// Atomics other than relaxed.
void checkRelaxed(const ir::Module& module, llvm::StringRef target, DiagnosticEngine& diagnostics);
void checkBlockSize(const ir::Module& module, llvm::StringRef target, uint32_t limit,
                    DiagnosticEngine& diagnostics);
/// `legalised` is a legalised clone of `module`; `limit` in bytes.
void checkShared(const ir::Module& legalised, llvm::StringRef target, uint64_t limit,
                 DiagnosticEngine& diagnostics);

} // namespace ringc::target

#endif
