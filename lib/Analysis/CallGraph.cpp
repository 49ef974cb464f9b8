// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks calls. A module that verifies has no recursion, so every walk ends.

#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/SetVector.h"

namespace ringc::analysis {

using namespace ir;

std::vector<const Function*> callees(const Function& function) {
  llvm::SmallSetVector<const Function*, 8> result;
  walkStmts(*function.body, [&](const Stmt& stmt) {
    if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
      result.insert(call->callee);
  });
  return {result.begin(), result.end()};
}

namespace {

void addReachable(const Function& function, llvm::DenseSet<const Function*>& seen,
                  std::vector<const Function*>& order) {
  if (!seen.insert(&function).second)
    return;
  for (const Function* callee : callees(function))
    addReachable(*callee, seen, order);
  order.push_back(&function);
}

} // namespace

std::vector<const Function*> reachable(const Function& function) {
  llvm::DenseSet<const Function*> seen;
  std::vector<const Function*> order;
  addReachable(function, seen, order);
  return order;
}

} // namespace ringc::analysis
