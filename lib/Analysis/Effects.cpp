// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Effects of handlers, and what a kernel asks of its block.

#include "ringc/Analysis/Effects.h"
#include "SendBound.h"
#include "StateUse.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

namespace ringc::analysis {

using namespace ir;

HandlerEffects handlerEffects(const Function& handler) {
  HandlerEffects effects;
  effects.fields = parameterUses(handler).lookup(handler.params.front());
  for (const Access& field : effects.fields) {
    effects.readsState |= field.isRead;
    effects.writesState |= field.isWritten;
  }
  effects.maxSends = maxSends(handler, [](const LoopStmt&) {});
  for (const Function* function : reachable(handler))
    walkStmts(*function->body, [&](const Stmt& stmt) {
      const auto* send = llvm::dyn_cast<SendStmt>(&stmt);
      effects.usesTrySend |= send && send->sendKind == SendKind::TrySend;
      effects.mayFail |= llvm::isa<FailStmt>(stmt);
      effects.mayStop |= llvm::isa<StopStmt>(stmt);
    });
  return effects;
}

bool checkSends(const Module& module, DiagnosticEngine& diagnostics) {
  llvm::DenseSet<const LoopStmt*> reported; // once, though several handlers may reach it
  bool isBounded = true;
  for (const Actor& actor : module.actors)
    for (const Handler& handler : actor.handlers) {
      bool isLoopSeen = false;
      const auto most = maxSends(*handler.function, [&](const LoopStmt& loop) {
        isLoopSeen = true;
        if (reported.insert(&loop).second)
          diagnostics.report(DiagId::UnboundedSends, module.sourcePlace(loop.loc()),
                             handler.function->name);
      });
      // Bounded loops within each other may still multiply to more than an outbox counts.
      const bool isCounted = most && *most <= std::numeric_limits<uint32_t>::max();
      if (!isCounted && !isLoopSeen)
        diagnostics.report(DiagId::UnboundedSends, module.sourcePlace(handler.function->loc),
                           handler.function->name);
      isBounded &= isCounted;
    }
  return isBounded;
}

bool usesBarrier(const Function& function) {
  bool isUsed = false;
  for (const Function* one : reachable(function))
    walkStmts(*one->body,
              [&](const Stmt& stmt) { isUsed |= llvm::isa<BarrierStmt, UniformLoadStmt>(stmt); });
  return isUsed;
}

uint64_t sharedBytes(const Function& function) {
  uint64_t bytes = 0;
  for (const Function* one : reachable(function))
    for (const Local* shared : one->shared)
      bytes = llvm::alignTo(bytes, shared->type->align()) + shared->type->size();
  return bytes;
}

} // namespace ringc::analysis
