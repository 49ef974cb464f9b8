// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What CUDA refuses. Shared memory is what a block gets without asking the driver for more.

#include "../Common/Checks.h"
#include "ringc/Target/CUDA/CUDA.h"

namespace ringc::cuda {

bool canEmit(const ir::Module& module, DiagnosticEngine&) {
  target::requireAbi(module);
  return true; // what the language has, CUDA has
}

bool canPrint(const ir::Module& legalised, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::checkShared(legalised, "cuda", 48 * 1024, diagnostics);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::cuda
