// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Effects.h.

#include "Effects.h"
#include "ringc/IR/Walk.h"

namespace ringc {

const ir::Local* EffectMap::root(const ir::Place& place) const {
  const ir::Local* local = ir::rootOf(place);
  for (auto it = referents_.find(local); it != referents_.end(); it = referents_.find(local))
    local = it->second;
  return local;
}

void EffectMap::addReads(const ir::Expr& expr, Effects& effects) const {
  ir::walkExprs(expr, [&](const ir::Expr& e) {
    if (const auto* load = llvm::dyn_cast<ir::LoadExpr>(&e))
      effects.reads.insert(root(*load->place));
  });
}

void EffectMap::addIndexReads(const ir::Place& place, Effects& effects) const {
  for (ir::Expr** index : ir::operandSlots(const_cast<ir::Place&>(place)))
    addReads(**index, effects);
}

void EffectMap::addCall(const ir::CallStmt& call, Effects& effects) const {
  const auto it = functions_.find(call.callee);
  if (it == functions_.end())
    return;
  const Effects& callee = it->second;
  effects.isOrdered |= callee.isOrdered;
  for (size_t i = 0; i < call.args.size() && i < call.callee->params.size(); ++i) {
    const auto* place = std::get_if<ir::Place*>(&call.args[i]);
    if (!place)
      continue;
    if (callee.writes.contains(call.callee->params[i]))
      effects.writes.insert(root(**place));
    if (callee.reads.contains(call.callee->params[i]))
      effects.reads.insert(root(**place));
  }
}

void EffectMap::addStmt(const ir::Stmt& stmt, Effects& effects) const {
  ir::walkPlaces(stmt, [&](const ir::Place& place, ir::PlaceUse use) {
    if (use == ir::PlaceUse::Read || use == ir::PlaceUse::ReadWrite)
      effects.reads.insert(root(place));
    if (use == ir::PlaceUse::Write || use == ir::PlaceUse::ReadWrite)
      effects.writes.insert(root(place));
  });
  ir::walkStmts(stmt, [&](const ir::Stmt& inner) {
    switch (inner.kind()) {
    case ir::StmtKind::Call:
      addCall(llvm::cast<ir::CallStmt>(inner), effects);
      break;
    case ir::StmtKind::Barrier:
    case ir::StmtKind::UniformLoad:
    case ir::StmtKind::Atomic:
    case ir::StmtKind::Send:
    case ir::StmtKind::Fail:
    case ir::StmtKind::Stop:
      effects.isOrdered = true;
      break;
    case ir::StmtKind::Block:
    case ir::StmtKind::Decl:
    case ir::StmtKind::Ref:
    case ir::StmtKind::Store:
    case ir::StmtKind::If:
    case ir::StmtKind::Loop:
    case ir::StmtKind::Switch:
    case ir::StmtKind::Break:
    case ir::StmtKind::Continue:
    case ir::StmtKind::Return:
    case ir::StmtKind::ParallelFor:
    case ir::StmtKind::Reduce:
      break;
    }
  });
}

void EffectMap::add(const ir::Function& function) {
  Effects effects;
  if (function.body)
    addStmt(*function.body, effects);
  functions_[&function] = std::move(effects);
}

Effects EffectMap::of(const ir::Block& block, size_t from, size_t to) const {
  Effects effects;
  for (size_t i = from; i < to; ++i)
    addStmt(*block.stmts[i], effects);
  return effects;
}

/// Two references in one address space, or two spans, may be one object.
static bool mayAlias(const ir::Local& a, const ir::Local& b) {
  if (&a == &b)
    return true;
  if (llvm::isa<ir::SpanType>(a.type) && llvm::isa<ir::SpanType>(b.type))
    return true;
  return a.isReference() && b.isReference() && a.space == b.space;
}

bool mayChange(const Effects& writer, const Effects& reader) {
  for (const ir::Local* written : writer.writes)
    for (const ir::Local* read : reader.reads)
      if (mayAlias(*written, *read))
        return true;
  // What an atomic or a barrier lets in is not in the list of writes.
  if (writer.isOrdered)
    for (const ir::Local* read : reader.reads)
      if (llvm::isa<ir::SpanType>(read->type) || read->kind == ir::LocalKind::Shared)
        return true;
  return false;
}

bool conflict(const Effects& a, const Effects& b) {
  if (a.isOrdered && b.isOrdered)
    return true;
  for (const ir::Local* written : a.writes)
    if (b.writes.contains(written) || b.reads.contains(written))
      return true;
  for (const ir::Local* written : b.writes)
    if (a.reads.contains(written))
      return true;
  return false;
}

} // namespace ringc
