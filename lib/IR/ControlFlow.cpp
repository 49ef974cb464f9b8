// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where control can go, from the structure alone: conditions other than the constant true are not
// looked into.

#include "FunctionVerifier.h"
#include "ringc/IR/Walk.h"

namespace ringc::ir {

namespace {

/// True where a `break` in `block` leaves the statement that the block belongs to.
bool breaksOut(const Block& block) {
  for (const Stmt* stmt : block.stmts) {
    if (llvm::isa<BreakStmt>(stmt))
      return true;
    if (llvm::isa<LoopStmt>(stmt) || llvm::isa<SwitchStmt>(stmt))
      continue; // a break in there leaves that one
    if (const auto* inner = llvm::dyn_cast<Block>(stmt); inner && breaksOut(*inner))
      return true;
    for (const Block* inner : childBlocks(*stmt))
      if (breaksOut(*inner))
        return true;
  }
  return false;
}

bool isForever(const LoopStmt& loop) {
  const auto* constant = llvm::dyn_cast_or_null<ConstantExpr>(loop.condition);
  return !loop.condition || (constant && constant->bits == 1);
}

bool switchCompletes(const SwitchStmt& select) {
  bool hasDefault = false;
  for (const SwitchCase& one : select.cases) {
    hasDefault |= one.isDefault;
    if (completes(*one.body) || breaksOut(*one.body))
      return true;
  }
  return !hasDefault;
}

bool completes(const Stmt& stmt) {
  switch (stmt.kind()) {
  case StmtKind::Return:
  case StmtKind::Break:
  case StmtKind::Continue:
  case StmtKind::Fail:
    return false;
  case StmtKind::Block:
    return ir::completes(llvm::cast<Block>(stmt));
  case StmtKind::If: {
    const auto& branch = llvm::cast<IfStmt>(stmt);
    return !branch.elseBlock || ir::completes(*branch.thenBlock) ||
           ir::completes(*branch.elseBlock);
  }
  case StmtKind::Loop:
    return !isForever(llvm::cast<LoopStmt>(stmt)) || breaksOut(*llvm::cast<LoopStmt>(stmt).body);
  case StmtKind::Switch:
    return switchCompletes(llvm::cast<SwitchStmt>(stmt));
  case StmtKind::Decl:
  case StmtKind::Ref:
  case StmtKind::Store:
  case StmtKind::Call:
  case StmtKind::Barrier:
  case StmtKind::UniformLoad:
  case StmtKind::Atomic:
  case StmtKind::Send:
  case StmtKind::Stop:
  case StmtKind::ParallelFor:
  case StmtKind::Reduce:
    return true;
  }
  return true;
}

} // namespace

bool completes(const Block& block) {
  for (const Stmt* stmt : block.stmts)
    if (!completes(*stmt))
      return false;
  return true;
}

} // namespace ringc::ir
