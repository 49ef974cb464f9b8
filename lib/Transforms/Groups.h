// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which functions all lanes of a warp or block run together.
#ifndef RINGC_LIB_TRANSFORMS_GROUPS_H
#define RINGC_LIB_TRANSFORMS_GROUPS_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::transforms {

/// The handlers of Warp and Block actors.
inline llvm::DenseMap<const ir::Function*, ir::Scope> groupHandlers(const ir::Module& module) {
  llvm::DenseMap<const ir::Function*, ir::Scope> handlers;
  for (const ir::Actor& actor : module.actors)
    if (actor.scope != ir::Scope::Thread)
      for (const ir::Handler& handler : actor.handlers)
        handlers[handler.function] = actor.scope;
  return handlers;
}

} // namespace ringc::transforms

#endif
