// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions that several passes ask about the locals of a function.
#ifndef RINGC_LIB_TRANSFORMS_LOCALS_H
#define RINGC_LIB_TRANSFORMS_LOCALS_H

#include "ringc/IR/Cloner.h"
#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::transforms {

/// Locals that `stmt` itself declares, nested statements apart.
std::vector<ir::Local*> declaredBy(const ir::Stmt& stmt);
/// Locals declared in `stmt` and below, in source order.
std::vector<ir::Local*> declaredBelow(const ir::Stmt& stmt);

/// How often each local is named below `stmt`; declarations do not count.
llvm::DenseMap<const ir::Local*, unsigned> countUses(const ir::Stmt& stmt);
/// Locals that are stored to, bound to a reference or passed by reference below `stmt`; a
/// declaration's init does not count.
llvm::DenseSet<const ir::Local*> changedLocals(const ir::Stmt& stmt);

/// Rebuilds `block` through `cloner`, keeping the locals that it declares as they are.
ir::Block* rebuild(ir::Cloner& cloner, const ir::Block& block);

} // namespace ringc::transforms

#endif
