// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What CUDA refuses. Shared memory is what a block gets without asking the driver for more.

#include "../Common/Checks.h"
#include "ringc/IR/Cloner.h"
#include "ringc/Target/CUDA/CUDA.h"

namespace ringc::cuda {

bool canEmit(const ir::Module& module, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::checkCommon(module, diagnostics);
  if (diagnostics.errorCount() != before)
    return false;
  const std::unique_ptr<ir::Module> legalised = ir::clone(module);
  legalize(*legalised, {});
  target::checkShared(*legalised, "cuda", 48 * 1024, diagnostics);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::cuda
