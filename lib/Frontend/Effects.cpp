// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Effects.h.

#include "Effects.h"
#include "ringc/IR/Walk.h"

namespace ringc {

Access EffectMap::access(const ir::Place& place) const {
  int field = -1;
  const ir::Place* at = &place;
  while (true) {
    if (const auto* member = llvm::dyn_cast<ir::FieldPlace>(at)) {
      field = static_cast<int>(member->field);
      at = member->base;
    } else if (const auto* element = llvm::dyn_cast<ir::IndexPlace>(at)) {
      field = -1;
      at = element->base;
    } else {
      break;
    }
  }
  const ir::Local* root = ir::rootOf(*at);
  const auto it = referents_.find(root);
  if (it == referents_.end())
    return {root, field};
  return it->second; // references are bound to parts: the part as a whole
}

void EffectMap::addReads(const ir::Expr& expr, Effects& effects) const {
  ir::walkExprs(expr, [&](const ir::Expr& e) {
    if (const auto* load = llvm::dyn_cast<ir::LoadExpr>(&e))
      effects.reads.insert(access(*load->place));
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
  const auto translate = [&](const std::set<Access>& from, std::set<Access>& to) {
    for (const Access& inner : from)
      for (size_t i = 0; i < call.args.size() && i < call.callee->params.size(); ++i) {
        const auto* place = std::get_if<ir::Place*>(&call.args[i]);
        if (!place || call.callee->params[i] != inner.root)
          continue;
        Access outer = access(**place);
        if (outer.field == -1 && llvm::isa<ir::LocalPlace>(*place))
          outer.field = inner.field;
        to.insert(outer);
      }
  };
  translate(callee.reads, effects.reads);
  translate(callee.writes, effects.writes);
}

void EffectMap::addStmt(const ir::Stmt& stmt, Effects& effects) const {
  ir::walkPlaces(stmt, [&](const ir::Place& place, ir::PlaceUse use) {
    if (use == ir::PlaceUse::Read || use == ir::PlaceUse::ReadWrite)
      effects.reads.insert(access(place));
    if (use == ir::PlaceUse::Write || use == ir::PlaceUse::ReadWrite)
      effects.writes.insert(access(place));
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

static bool overlap(const Access& a, const Access& b) {
  return a.root == b.root && (a.field == b.field || a.field == -1 || b.field == -1);
}

/// Two references in one address space, or two spans, may be one object.
static bool mayAlias(const Access& a, const Access& b) {
  if (a.root == b.root)
    return overlap(a, b);
  if (llvm::isa<ir::SpanType>(a.root->type) && llvm::isa<ir::SpanType>(b.root->type))
    return true;
  return a.root->isReference() && b.root->isReference() && a.root->space == b.root->space;
}

bool mayChange(const Effects& writer, const Effects& reader) {
  for (const Access& written : writer.writes)
    for (const Access& read : reader.reads)
      if (mayAlias(written, read))
        return true;
  // What an atomic or a barrier lets in is not in the list of writes.
  if (writer.isOrdered)
    for (const Access& read : reader.reads)
      if (llvm::isa<ir::SpanType>(read.root->type) || read.root->kind == ir::LocalKind::Shared)
        return true;
  return false;
}

static bool overlapAny(const std::set<Access>& a, const std::set<Access>& b) {
  return llvm::any_of(a, [&](const Access& x) {
    return llvm::any_of(b, [&](const Access& y) { return overlap(x, y); });
  });
}

bool conflict(const Effects& a, const Effects& b) {
  return (a.isOrdered && b.isOrdered) || overlapAny(a.writes, b.writes) ||
         overlapAny(a.writes, b.reads) || overlapAny(b.writes, a.reads);
}

} // namespace ringc
