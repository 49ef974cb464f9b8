// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What MSL refuses. 32 KiB of threadgroup memory is what every Metal 3 device has.

#include "../Common/Checks.h"
#include "ringc/Target/MSL/MSL.h"

namespace ringc::msl {

bool canEmit(const ir::Module& module, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::requireAbi(module);
  target::checkNoDouble(module, "msl", diagnostics);
  target::checkRelaxed(module, "msl", diagnostics);
  return diagnostics.errorCount() == before;
}

bool canPrint(const ir::Module& legalised, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::checkShared(legalised, "msl", 32 * 1024, diagnostics);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::msl
