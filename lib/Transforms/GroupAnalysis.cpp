// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which statements all lanes pass, which values each lane has anyway, which variables regions
// share.

#include "GroupAnalysis.h"
#include "ringc/IR/Walk.h"

namespace ringc::transforms {

using namespace ir;

namespace {

bool holdsRegionOrReturn(const Stmt& stmt) {
  bool found = false;
  walkStmts(stmt, [&](const Stmt& inner) {
    found |= llvm::isa<ParallelForStmt, ReduceStmt, ReturnStmt, BarrierStmt>(inner);
  });
  return found;
}

void visitUses(const Stmt& stmt, llvm::function_ref<void(Local*)> visit) {
  walkPlaces(stmt, [&](const Place& place, PlaceUse) { visit(rootOf(place)); });
}

} // namespace

bool breaksOut(const Stmt& stmt) {
  if (llvm::isa<BreakStmt>(stmt))
    return true;
  if (const auto* block = llvm::dyn_cast<Block>(&stmt))
    return llvm::any_of(block->stmts, [](const Stmt* inner) { return breaksOut(*inner); });
  const auto* branch = llvm::dyn_cast<IfStmt>(&stmt);
  return branch &&
         (breaksOut(*branch->thenBlock) || (branch->elseBlock && breaksOut(*branch->elseBlock)));
}

bool continuesOut(const Stmt& stmt) {
  if (llvm::isa<ContinueStmt>(stmt))
    return true;
  if (llvm::isa<LoopStmt, ParallelForStmt, ReduceStmt>(stmt))
    return false;
  if (const auto* block = llvm::dyn_cast<Block>(&stmt))
    return llvm::any_of(block->stmts, [](const Stmt* inner) { return continuesOut(*inner); });
  return llvm::any_of(childBlocks(stmt), [](const Block* inner) { return continuesOut(*inner); });
}

GroupAnalysis::GroupAnalysis(const Function& handler) : uses_(countUses(*handler.body)) {
  findReplicated(handler);
  findCaptured(handler);
  mark(*handler.body, false, false);
}

bool GroupAnalysis::isReplicable(const Expr& expr) const {
  bool same = true;
  walkExprs(expr, [&](const Expr& inner) {
    if (const auto* load = llvm::dyn_cast<LoadExpr>(&inner)) {
      const Local* root = rootOf(*load->place);
      same &= replicated_.contains(root) ||
              (root->isReference() && root->space == AddressSpace::Message);
    } else if (llvm::isa<ContextInfoExpr>(inner)) {
      same = false; // known to the leader alone
    } else if (const auto* builtin = llvm::dyn_cast<BuiltinExpr>(&inner)) {
      same &= builtin->builtin != Builtin::GroupLane;
    }
  });
  return same;
}

void GroupAnalysis::findReplicated(const Function& handler) {
  const llvm::DenseSet<const Local*> changed = changedLocals(*handler.body);
  walkStmts(*handler.body, [&](const Stmt& stmt) {
    const auto* decl = llvm::dyn_cast<DeclStmt>(&stmt);
    if (decl && decl->init && !changed.contains(decl->local) && isReplicable(*decl->init))
      replicated_.insert(decl->local);
  });
}

void GroupAnalysis::findCaptured(const Function& handler) {
  llvm::DenseSet<const Local*> seen;
  walkStmts(*handler.body, [&](const Stmt& stmt) {
    if (!llvm::isa<ParallelForStmt, ReduceStmt>(stmt))
      return;
    llvm::DenseSet<const Local*> own;
    for (Local* local : declaredBelow(stmt))
      own.insert(local);
    if (const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt))
      own.erase(reduce->result);
    const auto visit = [&](Local* local) {
      if (local->kind == LocalKind::Variable && !own.contains(local) &&
          !replicated_.contains(local) && seen.insert(local).second)
        captured_.push_back(local);
    };
    for (const Block* block : childBlocks(stmt))
      visitUses(*block, visit);
    if (const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt))
      for (const Expr* expr : {reduce->value, reduce->combined})
        walkExprs(*expr, [&](const Expr& inner) {
          if (const auto* load = llvm::dyn_cast<LoadExpr>(&inner))
            visit(rootOf(*load->place));
        });
  });
}

void GroupAnalysis::mark(const Block& block, bool breakIsUniform, bool continueIsUniform) {
  for (const Stmt* stmt : block.stmts) {
    if (!holdsRegionOrReturn(*stmt) && !(breakIsUniform && breaksOut(*stmt)) &&
        !(continueIsUniform && continuesOut(*stmt)))
      continue;
    uniform_.insert(stmt);
    if (const auto* inner = llvm::dyn_cast<Block>(stmt))
      mark(*inner, breakIsUniform, continueIsUniform);
    else if (const auto* loop = llvm::dyn_cast<LoopStmt>(stmt))
      mark(*loop->body, true, true);
    else if (llvm::isa<SwitchStmt>(stmt))
      for (const Block* child : childBlocks(*stmt))
        mark(*child, true, continueIsUniform);
    else if (llvm::isa<IfStmt>(stmt))
      for (const Block* child : childBlocks(*stmt))
        mark(*child, breakIsUniform, continueIsUniform);
  }
}

} // namespace ringc::transforms
