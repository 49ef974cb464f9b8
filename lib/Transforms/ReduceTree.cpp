// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies of the combine body.

#include "ReduceTree.h"

namespace ringc::transforms {

using namespace ir;

/// The place that `expr` reads, or null.
static Place* loaded(Expr* expr) {
  auto* load = llvm::dyn_cast<LoadExpr>(expr);
  return load ? load->place : nullptr;
}

void appendCombine(const Build& at, const ReduceStmt& reduce, Place* into, Expr* left, Expr* right,
                   std::vector<Stmt*>& out) {
  Cloner cloner(at.module);
  // A pure `a op b` reads its operands where they are.
  if (reduce.combineBody->stmts.empty() && loaded(left) && loaded(right)) {
    cloner.mapToPlace(reduce.left, loaded(left));
    cloner.mapToPlace(reduce.right, loaded(right));
    out.push_back(at.store(into, cloner.expr(reduce.combined)));
    return;
  }
  const auto operand = [&](Local* from, Expr* value) {
    Local* copy = at.variable(from->name, from->type);
    copy->isConst = from->isConst;
    cloner.map(from, copy);
    return at.declare(copy, value);
  };
  Block* block = at.block();
  block->stmts = {operand(reduce.left, left), operand(reduce.right, right)};
  Block* body = cloner.block(reduce.combineBody);
  block->stmts.insert(block->stmts.end(), body->stmts.begin(), body->stmts.end());
  block->stmts.push_back(at.store(into, cloner.expr(reduce.combined)));
  out.push_back(block);
}

Expr* constantLike(const Build& at, const Expr* like, uint64_t value) {
  return at.constant(like->type(), value);
}

} // namespace ringc::transforms
