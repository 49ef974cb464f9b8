// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes: one file each, over a whole module. A pass may assume that the module verifies and
// leaves it so. Which target runs which pass, and in what order, stands in that target's
// Legalize.cpp.
#ifndef RINGC_TRANSFORMS_PASSES_H
#define RINGC_TRANSFORMS_PASSES_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/ArrayRef.h"

namespace ringc::transforms {

/// Inlines calls of functions that hold a parallel region into Warp and Block handlers, so that
/// lowerParallel sees whole regions.
void inlineParallelCalls(ir::Module& module);
/// Inlines calls that pass anything but values: references, spans, cells.
void inlineReferenceCalls(ir::Module& module);
/// Inlines calls of functions that read the place of their thread or meet at a barrier.
void inlineIndexCalls(ir::Module& module);
/// Replaces references that a RefStmt binds by their places, with frozen indices.
void bindReferences(ir::Module& module);
/// Parallel regions outside Warp and Block handlers become sequential loops. Before lowerFail.
void serializeParallel(ir::Module& module);
/// Gives fail() its effect: return after it, and after each call that may have failed.
void lowerFail(ir::Module& module);
/// Warp and Block handlers get the leader form: sequential code in one lane, regions in all. After
/// inlineParallelCalls and lowerFail.
void lowerParallel(ir::Module& module);
/// Computes 64-bit integers in 32 bits where the result is the same.
void narrowIndices(ir::Module& module);
/// a * b + c becomes fma(a, b, c).
void contractFma(ir::Module& module);
/// Folds operations on integer constants, and on float constants where the result is exact.
void foldConstants(ir::Module& module);
/// Gives each reference parameter one address space, by copies of functions that are called with
/// several.
void specializeSpaces(ir::Module& module);
/// In kernels, the size of the block becomes a constant.
void fixBlockSize(ir::Module& module);
/// Drops device functions that nothing calls.
void dropUnusedFunctions(ir::Module& module);

/// In what handlers run, an index that may be out of its array fails the actor (ring::kFailBounds).
void checkBounds(ir::Module& module);
/// In what handlers run, loops that cannot be shown to end within `budget` turns share that many in
/// each call of a handler; one more fails the actor (ring::kFailBudget). `budget` is not 0.
void limitLoops(ir::Module& module, uint32_t budget);

/// Lanes that run one message of an actor: 1, 32 or 256, as ring::abi fixes them.
uint32_t lanesOf(ir::Scope scope);

struct PassInfo {
  llvm::StringRef name; ///< kebab-case, as `ring-opt --pass=` takes it
  llvm::StringRef description;
  void (*run)(ir::Module&);
};

/// Every pass, sorted by name.
llvm::ArrayRef<PassInfo> passes();
/// Null where there is none.
const PassInfo* findPass(llvm::StringRef name);

} // namespace ringc::transforms

#endif
