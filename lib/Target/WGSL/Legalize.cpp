// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WGSL's pass list.

#include "ringc/Target/WGSL/WGSL.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::wgsl {

void legalize(ir::Module& module, const Options& options) {
  using namespace transforms;
  if (options.contract)
    contractFma(module);
  inlineIndexCalls(module);
  fixBlockSize(module); // after inlineIndexCalls: kernels hold all that asks
  inlineParallelCalls(module);
  serializeParallel(module); // before lowerFail, which leaves regions alone
  lowerFail(module);         // before lowerParallel, which makes its returns uniform
  lowerParallel(module);
  inlineReferenceCalls(module); // after lowerFail: an inlined return is no exit of the caller
  bindReferences(module);       // after inlining, which brings the callees' references
  narrowIndices(module);        // late: sees the values that inlined parameters have
  foldConstants(module);        // last: whatever made constants, none is left to WGSL
  dropUnusedFunctions(module);
}

} // namespace ringc::wgsl
