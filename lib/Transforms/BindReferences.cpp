// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reference local is another name for a place. Its indices are frozen where it is bound, then
// every use is rebuilt on the place itself.

#include "Inliner.h"
#include "Locals.h"
#include "ringc/IR/Walk.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

namespace {

/// Freezes the indices of every reference below `block` and takes the RefStmts out, in source
/// order.
void takeReferences(Module& module, Block& block, std::vector<RefStmt*>& taken) {
  std::vector<Stmt*> out;
  for (Stmt* stmt : block.stmts) {
    if (auto* ref = llvm::dyn_cast<RefStmt>(stmt)) {
      freezeIndices(module, *ref->place, out);
      taken.push_back(ref);
      continue;
    }
    if (auto* inner = llvm::dyn_cast<Block>(stmt))
      takeReferences(module, *inner, taken);
    for (Block* child : childBlocks(*stmt))
      takeReferences(module, *child, taken);
    out.push_back(stmt);
  }
  block.stmts = std::move(out);
}

} // namespace

void bindReferences(Module& module, Function& function) {
  std::vector<RefStmt*> references;
  takeReferences(module, *function.body, references);
  if (references.empty())
    return;
  Cloner cloner(module);
  for (Local* local : declaredBelow(*function.body))
    cloner.map(local, local);
  for (const RefStmt* ref : references)
    cloner.mapToPlace(ref->local, cloner.place(ref->place));
  function.body = cloner.block(function.body);
}

void bindReferences(Module& module) {
  for (Function* function : module.functions)
    bindReferences(module, *function);
}

} // namespace ringc::transforms
