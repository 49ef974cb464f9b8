// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Order of evaluation. Operands are lowered in C++ order, each emitting its statements; a value
// that a later operand's statements may change is first put into a temporary.

#include "FunctionLowering.h"
#include "ringc/IR/Walk.h"

namespace ringc {

ir::Expr* FunctionLowering::keep(ir::Expr* value, Block* block, size_t& position) {
  ir::Local* kept = makeVariable("kept", value->type(), {}, true);
  kept->loc = value->loc();
  block->stmts.insert(block->stmts.begin() + static_cast<ptrdiff_t>(position++),
                      make<ir::DeclStmt>(kept, value, value->loc()));
  return make<ir::LoadExpr>(make<ir::LocalPlace>(kept, value->loc()), value->loc());
}

ir::Place* FunctionLowering::keep(ir::Place* place, Block* block, size_t& position) {
  for (ir::Expr** index : ir::operandSlots(*place))
    if (!llvm::isa<ir::ConstantExpr>(**index))
      *index = keep(*index, block, position);
  return place;
}

/// The indices of a place become constants or locals that nobody stores to.
ir::Place* FunctionLowering::freeze(ir::Place* place) {
  for (ir::Expr** index : ir::operandSlots(*place)) {
    Effects effects;
    m_.effects.addReads(**index, effects);
    const bool isFixed =
        llvm::all_of(effects.reads, [](const Access& read) { return read.root->isConst; });
    if (!isFixed) {
      size_t position = block_->stmts.size();
      *index = keep(*index, block_, position);
    }
  }
  return place;
}

ModuleLowering& Operands::m() const { return function_.m_; }

void Operands::keepEarlier(ir::Block* block, size_t& position, const Effects& effects) {
  for (Item& item : items_) {
    Effects reads;
    if (item.value) {
      m().effects.addReads(*item.value, reads);
      if (mayChange(effects, reads))
        item.value = function_.keep(item.value, block, position);
    } else {
      m().effects.addIndexReads(*item.place, reads);
      if (mayChange(effects, reads))
        item.place = function_.keep(item.place, block, position);
    }
  }
}

bool Operands::add(const clang::Expr* expr,
                   llvm::function_ref<bool(ir::Expr*&, ir::Place*&)> lower) {
  ir::Block* block = function_.block_;
  size_t position = block->stmts.size();
  Item item{nullptr, nullptr, expr->getSourceRange(), {}};
  if (!lower(item.value, item.place))
    return false;
  item.effects = m().effects.of(*block, position, block->stmts.size());
  keepEarlier(block, position, item.effects);
  if (item.value)
    m().effects.addReads(*item.value, item.effects);
  else
    m().effects.addIndexReads(*item.place, item.effects);
  if (isUnsequenced_)
    for (const Item& earlier : items_)
      if (conflict(item.effects, earlier.effects)) {
        m().unsupported.refuse(item.range, DiagId::ConflictingEffects);
        return false;
      }
  items_.push_back(std::move(item));
  return true;
}

bool Operands::addValue(const clang::Expr* expr) {
  return add(expr, [&](ir::Expr*& value, ir::Place*&) {
    value = function_.value(expr);
    return value != nullptr;
  });
}

bool Operands::addPlace(const clang::Expr* expr) {
  return add(expr, [&](ir::Expr*&, ir::Place*& place) {
    place = function_.place(expr);
    return place != nullptr;
  });
}

} // namespace ringc
