// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a call may do, callees included.
#ifndef RINGC_LIB_TRANSFORMS_EFFECTS_H
#define RINGC_LIB_TRANSFORMS_EFFECTS_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ringc::transforms {

class CallEffects {
public:
  explicit CallEffects(const ir::Module& module);
  bool mayFail(const ir::Function& function) const { return failing_.contains(&function); }
  /// It holds a parallelFor or reduce.
  bool hasRegion(const ir::Function& function) const { return parallel_.contains(&function); }

private:
  llvm::DenseSet<const ir::Function*> failing_;
  llvm::DenseSet<const ir::Function*> parallel_;
};

/// Whether a call that `wanted` takes stands below `stmt`.
bool hasCall(const ir::Stmt& stmt, llvm::function_ref<bool(const ir::CallStmt&)> wanted);

} // namespace ringc::transforms

#endif
