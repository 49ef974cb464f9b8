// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handler of a Warp or Block actor must hold its parallel regions itself: lowerParallel shares
// values between the handler's lanes and puts barriers where all of them pass. Calls that may fail
// are inlined too, so that a region sees where it fails.

#include "Effects.h"
#include "Groups.h"
#include "Inliner.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

void inlineParallelCalls(Module& module) {
  const CallEffects effects(module);
  const auto wanted = [&](const CallStmt& call) { return effects.hasRegion(*call.callee); };
  const llvm::DenseMap<const Function*, Scope> groups = groupHandlers(module);
  // Callees keep their calls for Thread actors; what a handler gets inlined is expanded until none
  // is left, which ends because there is no recursion.
  for (Function* function : module.functions)
    if (groups.contains(function))
      while (hasCall(*function->body, wanted))
        inlineCalls(module, *function, wanted);
}

} // namespace ringc::transforms
