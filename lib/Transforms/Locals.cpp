// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations and uses of locals, found by the walks of the IR.

#include "Locals.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

std::vector<Local*> declaredBy(const Stmt& stmt) {
  std::vector<Local*> locals;
  const auto add = [&](Local* local) {
    if (local)
      locals.push_back(local);
  };
  if (const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt)) {
    add(decl->local);
  } else if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt)) {
    add(ref->local);
  } else if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt)) {
    add(call->result);
  } else if (const auto* load = llvm::dyn_cast<UniformLoadStmt>(&stmt)) {
    add(load->result);
  } else if (const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt)) {
    add(atomic->result);
  } else if (const auto* send = llvm::dyn_cast<SendStmt>(&stmt)) {
    add(send->result);
  } else if (const auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt)) {
    add(parallel->index);
  } else if (const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt)) {
    add(reduce->result);
    add(reduce->index);
    add(reduce->left);
    add(reduce->right);
    add(reduce->scanned);
  }
  return locals;
}

std::vector<Local*> declaredBelow(const Stmt& stmt) {
  std::vector<Local*> locals;
  walkStmts(stmt, [&](const Stmt& inner) {
    std::vector<Local*> own = declaredBy(inner);
    locals.insert(locals.end(), own.begin(), own.end());
  });
  return locals;
}

llvm::DenseMap<const Local*, unsigned> countUses(const Stmt& stmt) {
  llvm::DenseMap<const Local*, unsigned> uses;
  walkPlaces(stmt, [&](const Place& place, PlaceUse) { ++uses[rootOf(place)]; });
  walkExprs(stmt, [&](const Expr& expr) {
    if (const auto* size = llvm::dyn_cast<SpanSizeExpr>(&expr))
      ++uses[size->span];
    else if (const auto* info = llvm::dyn_cast<CellInfoExpr>(&expr))
      ++uses[info->cell];
  });
  return uses;
}

llvm::DenseSet<const Local*> changedLocals(const Stmt& stmt) {
  llvm::DenseSet<const Local*> changed;
  walkPlaces(stmt, [&](const Place& place, PlaceUse use) {
    if (use != PlaceUse::Read)
      changed.insert(rootOf(place));
  });
  return changed;
}

Block* rebuild(Cloner& cloner, const Block& block) {
  for (Local* local : declaredBelow(block))
    cloner.map(local, local);
  return cloner.block(&block);
}

} // namespace ringc::transforms
