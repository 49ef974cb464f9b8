// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the body of a parallel region reads and writes outside of itself, calls followed, each
// access by the elements that it can reach. Private to the analysis library.
#ifndef RINGC_LIB_ANALYSIS_REGIONACCESSES_H
#define RINGC_LIB_ANALYSIS_REGIONACCESSES_H

#include "SharedIndex.h"
#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::analysis {

/// A field, or an element of an array.
struct PathStep {
  std::optional<uint32_t> field;
  IndexValue index;
};

/// A place as seen from outside of the region.
struct Path {
  const ir::Local* root = nullptr;
  std::vector<PathStep> steps;
  std::string text;       ///< for messages
  bool isPrivate = false; ///< a local of the region: every `i` has its own
};

struct RegionAccess {
  Path path;
  bool isWrite = false;
  ir::Location loc;
  /// The calls that led there from the region's body, innermost last: where, and whom.
  std::vector<std::pair<ir::Location, const ir::Function*>> calls;
};

/// The references that `function` binds outside of regions, resolved to what they refer to.
using References = llvm::DenseMap<const ir::Local*, Path>;
References referencesOf(const ir::Function& function);

/// Accesses of `region`, a ParallelForStmt or a ReduceStmt, to what is not its own. Empty where the
/// region is too large to be followed: `isComplete` is then false.
std::vector<RegionAccess> regionAccesses(const ir::Stmt& region, const References& references,
                                         bool& isComplete);

} // namespace ringc::analysis

#endif
