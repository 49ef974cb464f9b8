// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What MSL refuses. 32 KiB of threadgroup memory is what every Metal 3 device has.

#include "../Common/Checks.h"
#include "ringc/IR/Cloner.h"
#include "ringc/Target/MSL/MSL.h"

namespace ringc::msl {

bool canEmit(const ir::Module& module, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  target::checkCommon(module, diagnostics);
  target::checkNoDouble(module, "msl", diagnostics);
  target::checkRelaxed(module, "msl", diagnostics);
  if (diagnostics.errorCount() != before)
    return false;
  const std::unique_ptr<ir::Module> legalised = ir::clone(module);
  legalize(*legalised, {});
  target::checkShared(*legalised, "msl", 32 * 1024, diagnostics);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::msl
