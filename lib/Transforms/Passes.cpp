// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table that `ring-opt --pass=` reads.

#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

static constexpr PassInfo kPasses[] = {
    {"bind-references", "replace reference locals by their places", bindReferences},
    {"check-bounds", "an index out of its array fails the handler", checkBounds},
    {"contract-fma", "a * b + c becomes fma(a, b, c)", contractFma},
    {"drop-unused-functions", "drop device functions that nothing calls", dropUnusedFunctions},
    {"fix-block-size", "in kernels, the size of the block becomes a constant", fixBlockSize},
    {"fold-constants", "fold operations on constants", foldConstants},
    {"inline-index-calls", "inline calls that read the place of a thread or have a barrier",
     inlineIndexCalls},
    {"inline-parallel-calls", "inline callees with regions into Warp and Block handlers",
     inlineParallelCalls},
    {"inline-reference-calls", "inline calls that pass references, spans or cells",
     inlineReferenceCalls},
    {"limit-loops", "loops without a bound have a budget of 1000 turns",
     [](ir::Module& module) { limitLoops(module, 1000); }},
    {"lower-fail", "return after fail()", lowerFail},
    {"lower-parallel", "leader form of Warp and Block handlers", lowerParallel},
    {"narrow-indices", "64-bit arithmetic in 32 bits where the result is the same", narrowIndices},
    {"serialize-parallel", "parallel regions of Thread actors become loops", serializeParallel},
    {"specialize-spaces", "one address space for each reference parameter", specializeSpaces},
};

llvm::ArrayRef<PassInfo> passes() { return kPasses; }

const PassInfo* findPass(llvm::StringRef name) {
  for (const PassInfo& pass : kPasses)
    if (pass.name == name)
      return &pass;
  return nullptr;
}

} // namespace ringc::transforms
