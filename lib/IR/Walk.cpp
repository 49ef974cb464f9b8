// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that knows the children of every node. Everything that walks the IR and does not
// care for the kind of a node goes through here, so a new kind is added once.

#include "ringc/IR/Walk.h"
#include "ringc/Support/Check.h"

namespace ringc::ir {

namespace {

using Slots = std::vector<Expr**>;

void addSlot(Expr*& slot, Slots& slots) {
  if (slot)
    slots.push_back(&slot);
}

/// In source order: in `a[i][j]` first i, then j.
void addPlaceSlots(Place& place, Slots& slots) {
  switch (place.kind()) {
  case PlaceKind::Local:
  case PlaceKind::Cell:
    return;
  case PlaceKind::Field:
    return addPlaceSlots(*llvm::cast<FieldPlace>(place).base, slots);
  case PlaceKind::Index:
    addPlaceSlots(*llvm::cast<IndexPlace>(place).base, slots);
    return addSlot(llvm::cast<IndexPlace>(place).index, slots);
  case PlaceKind::SpanElement:
    return addSlot(llvm::cast<SpanElementPlace>(place).index, slots);
  }
}

void addCallSlots(CallStmt& call, Slots& slots) {
  for (Argument& argument : call.args) {
    if (auto* value = std::get_if<Expr*>(&argument))
      addSlot(*value, slots);
    else
      addPlaceSlots(*std::get<Place*>(argument), slots);
  }
}

void addStmtSlots(Stmt& stmt, Slots& slots) {
  switch (stmt.kind()) {
  case StmtKind::Block:
  case StmtKind::Break:
  case StmtKind::Continue:
  case StmtKind::Barrier:
  case StmtKind::Stop:
    return;
  case StmtKind::Decl:
    return addSlot(llvm::cast<DeclStmt>(stmt).init, slots);
  case StmtKind::Ref:
    return addPlaceSlots(*llvm::cast<RefStmt>(stmt).place, slots);
  case StmtKind::Store:
    addPlaceSlots(*llvm::cast<StoreStmt>(stmt).place, slots);
    return addSlot(llvm::cast<StoreStmt>(stmt).value, slots);
  case StmtKind::Call:
    return addCallSlots(llvm::cast<CallStmt>(stmt), slots);
  case StmtKind::If:
    return addSlot(llvm::cast<IfStmt>(stmt).condition, slots);
  case StmtKind::Loop:
    return addSlot(llvm::cast<LoopStmt>(stmt).condition, slots);
  case StmtKind::Switch:
    return addSlot(llvm::cast<SwitchStmt>(stmt).selector, slots);
  case StmtKind::Return:
    return addSlot(llvm::cast<ReturnStmt>(stmt).value, slots);
  case StmtKind::UniformLoad:
    return addPlaceSlots(*llvm::cast<UniformLoadStmt>(stmt).shared, slots);
  case StmtKind::Atomic: {
    auto& atomic = llvm::cast<AtomicStmt>(stmt);
    addPlaceSlots(*atomic.place, slots);
    addSlot(atomic.operand, slots);
    return addSlot(atomic.expected, slots);
  }
  case StmtKind::Send:
    addSlot(llvm::cast<SendStmt>(stmt).message, slots);
    return addSlot(llvm::cast<SendStmt>(stmt).target, slots);
  case StmtKind::Fail:
    return addSlot(llvm::cast<FailStmt>(stmt).code, slots);
  case StmtKind::ParallelFor:
    return addSlot(llvm::cast<ParallelForStmt>(stmt).count, slots);
  case StmtKind::Reduce: {
    auto& reduce = llvm::cast<ReduceStmt>(stmt);
    addSlot(reduce.count, slots);
    addSlot(reduce.init, slots);
    addSlot(reduce.value, slots);
    return addSlot(reduce.combined, slots);
  }
  }
}

void addExprSlots(Expr& expr, Slots& slots) {
  switch (expr.kind()) {
  case ExprKind::Constant:
  case ExprKind::SpanSize:
  case ExprKind::CellInfo:
  case ExprKind::ContextInfo:
    return;
  case ExprKind::Load:
    return addPlaceSlots(*llvm::cast<LoadExpr>(expr).place, slots);
  case ExprKind::Unary:
    return addSlot(llvm::cast<UnaryExpr>(expr).operand, slots);
  case ExprKind::Binary:
    addSlot(llvm::cast<BinaryExpr>(expr).lhs, slots);
    return addSlot(llvm::cast<BinaryExpr>(expr).rhs, slots);
  case ExprKind::Cast:
    return addSlot(llvm::cast<CastExpr>(expr).operand, slots);
  case ExprKind::Select: {
    auto& select = llvm::cast<SelectExpr>(expr);
    addSlot(select.condition, slots);
    addSlot(select.ifTrue, slots);
    return addSlot(select.ifFalse, slots);
  }
  case ExprKind::Builtin:
    for (Expr*& arg : llvm::cast<BuiltinExpr>(expr).args)
      addSlot(arg, slots);
    return;
  case ExprKind::Construct:
    for (Expr*& arg : llvm::cast<ConstructExpr>(expr).args)
      addSlot(arg, slots);
    return;
  case ExprKind::Extract:
    return addSlot(llvm::cast<ExtractExpr>(expr).base, slots);
  }
}

/// The places that `stmt` itself uses, not those inside its operands.
void visitOwnPlaces(const Stmt& stmt, llvm::function_ref<void(const Place&, PlaceUse)> visit) {
  if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt)) {
    visit(*ref->place, PlaceUse::Bind);
  } else if (const auto* store = llvm::dyn_cast<StoreStmt>(&stmt)) {
    visit(*store->place, PlaceUse::Write);
  } else if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt)) {
    for (const Argument& argument : call->args)
      if (const auto* place = std::get_if<Place*>(&argument))
        visit(**place, PlaceUse::Bind);
  } else if (const auto* uniform = llvm::dyn_cast<UniformLoadStmt>(&stmt)) {
    visit(*uniform->shared, PlaceUse::Read);
  } else if (const auto* atomic = llvm::dyn_cast<AtomicStmt>(&stmt)) {
    visit(*atomic->place, atomic->op == AtomicOp::Load    ? PlaceUse::Read
                          : atomic->op == AtomicOp::Store ? PlaceUse::Write
                                                          : PlaceUse::ReadWrite);
  }
}

} // namespace

std::vector<Block*> childBlocks(const Stmt& stmt) {
  std::vector<Block*> blocks;
  const auto add = [&](Block* block) {
    if (block)
      blocks.push_back(block);
  };
  if (const auto* branch = llvm::dyn_cast<IfStmt>(&stmt)) {
    add(branch->thenBlock);
    add(branch->elseBlock);
  } else if (const auto* loop = llvm::dyn_cast<LoopStmt>(&stmt)) {
    add(loop->init);
    add(loop->step);
    add(loop->body);
  } else if (const auto* select = llvm::dyn_cast<SwitchStmt>(&stmt)) {
    for (const SwitchCase& one : select->cases)
      add(one.body);
  } else if (const auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt)) {
    add(parallel->body);
  } else if (const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt)) {
    add(reduce->body);
    add(reduce->combineBody);
    add(reduce->eachBody);
  }
  return blocks;
}

std::vector<Expr**> operandSlots(Stmt& stmt) {
  Slots slots;
  addStmtSlots(stmt, slots);
  return slots;
}

std::vector<Expr**> operandSlots(Expr& expr) {
  Slots slots;
  addExprSlots(expr, slots);
  return slots;
}

std::vector<Expr**> operandSlots(Place& place) {
  Slots slots;
  addPlaceSlots(place, slots);
  return slots;
}

void walkStmts(const Stmt& stmt, llvm::function_ref<void(const Stmt&)> visit) {
  visit(stmt);
  if (const auto* block = llvm::dyn_cast<Block>(&stmt)) {
    for (const Stmt* child : block->stmts)
      walkStmts(*child, visit);
    return;
  }
  for (const Block* child : childBlocks(stmt))
    walkStmts(*child, visit);
}

void walkExprs(const Expr& expr, llvm::function_ref<void(const Expr&)> visit) {
  visit(expr);
  // The slots are only read: a const walk shares the one list of children with the passes.
  for (Expr** slot : operandSlots(const_cast<Expr&>(expr)))
    walkExprs(**slot, visit);
}

void walkExprs(const Stmt& stmt, llvm::function_ref<void(const Expr&)> visit) {
  walkStmts(stmt, [&](const Stmt& inner) {
    for (Expr** slot : operandSlots(const_cast<Stmt&>(inner)))
      walkExprs(**slot, visit);
  });
}

void walkPlaces(const Stmt& stmt, llvm::function_ref<void(const Place&, PlaceUse)> visit) {
  walkStmts(stmt, [&](const Stmt& inner) {
    visitOwnPlaces(inner, visit);
    for (Expr** slot : operandSlots(const_cast<Stmt&>(inner)))
      walkExprs(**slot, [&](const Expr& expr) {
        if (const auto* load = llvm::dyn_cast<LoadExpr>(&expr))
          visit(*load->place, PlaceUse::Read);
      });
  });
}

} // namespace ringc::ir
