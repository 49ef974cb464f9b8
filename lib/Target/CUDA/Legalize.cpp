// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA's pass list.

#include "ringc/Target/CUDA/CUDA.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::cuda {

void legalize(ir::Module& module, const Options& options) {
  using namespace transforms;
  if (options.contract)
    contractFma(module);
  fixBlockSize(module);
  inlineParallelCalls(module);
  serializeParallel(module); // before lowerFail, which leaves regions alone
  lowerFail(module);         // before lowerParallel, which makes its returns uniform
  lowerParallel(module);
  dropUnusedFunctions(module); // after all inlining
}

} // namespace ringc::cuda
