// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects sends, those of callees included. The receiver is a run-time value and is not looked at.

#include "ringc/Analysis/MessageFlow.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"
#include <set>

namespace ringc::analysis {

using namespace ir;

std::vector<MessageEdge> messageFlow(const Module& module) {
  std::vector<MessageEdge> edges;
  for (const Actor& actor : module.actors) {
    for (const Handler& handler : actor.handlers) {
      std::set<std::pair<SendKind, const Type*>> seen;
      for (const Function* function : reachable(*handler.function))
        walkStmts(*function->body, [&](const Stmt& stmt) {
          const auto* send = llvm::dyn_cast<SendStmt>(&stmt);
          if (send && seen.insert({send->sendKind, send->message->type()}).second)
            edges.push_back(
                {&actor, &handler, send->sendKind, llvm::cast<StructType>(send->message->type())});
        });
    }
  }
  return edges;
}

} // namespace ringc::analysis
