// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MSL's pass list.

#include "ringc/Target/MSL/MSL.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::msl {

void legalize(ir::Module& module, const Options& options) {
  using namespace transforms;
  if (options.contract)
    contractFma(module);
  inlineIndexCalls(module);
  fixBlockSize(module);  // after inlineIndexCalls: kernels hold all that asks
  narrowIndices(module); // after fixBlockSize: ranges of constants are known
  inlineParallelCalls(module);
  serializeParallel(module); // before lowerFail, which leaves regions alone
  lowerFail(module);         // before lowerParallel, which makes its returns uniform
  lowerParallel(module);
  specializeSpaces(module); // after lowerParallel, which moves locals to threadgroup memory
  dropUnusedFunctions(module);
}

} // namespace ringc::msl
