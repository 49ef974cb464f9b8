// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adds up the cells that a function and its callees touch. A callee's cell parameter is the
// caller's cell, so offsets need no shifting.

#include "ringc/Analysis/Footprint.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseMap.h"

namespace ringc::analysis {

using namespace ir;

namespace {

using Cells = llvm::DenseMap<const Local*, CellFootprint>;

void widen(CellFootprint& footprint, const std::array<int32_t, 3>& min,
           const std::array<int32_t, 3>& max) {
  for (size_t axis = 0; axis < 3; ++axis) {
    footprint.min[axis] = std::min(footprint.min[axis], min[axis]);
    footprint.max[axis] = std::max(footprint.max[axis], max[axis]);
  }
}

const CellPlace* cellOf(const Place& place) {
  const Place* current = &place;
  for (;;) {
    if (const auto* field = llvm::dyn_cast<FieldPlace>(current))
      current = field->base;
    else if (const auto* index = llvm::dyn_cast<IndexPlace>(current))
      current = index->base;
    else
      return llvm::dyn_cast<CellPlace>(current);
  }
}

void addPlace(const Place& place, bool isRead, bool isWritten, Cells& cells) {
  const CellPlace* cell = cellOf(place);
  if (!cell)
    return;
  CellFootprint& footprint = cells[cell->cell];
  const std::array<int32_t, 3> offset = {cell->dx, cell->dy, cell->dz};
  widen(footprint, offset, offset);
  footprint.isRead |= isRead;
  footprint.isWritten |= isWritten;
}

void addCall(const CallStmt& call, Cells& cells) {
  for (size_t i = 0; i < call.args.size(); ++i) {
    const auto* place = std::get_if<Place*>(&call.args[i]);
    if (!place)
      continue;
    const Local* param = call.callee->params[i];
    if (param->isReference()) {
      addPlace(**place, true, !param->isConst, cells);
    } else if (llvm::isa<CellType>(param->type)) {
      const CellFootprint inner = cells.lookup(param);
      CellFootprint& outer = cells[rootOf(**place)];
      widen(outer, inner.min, inner.max);
      outer.isRead |= inner.isRead;
      outer.isWritten |= inner.isWritten;
    }
  }
}

void addFunction(const Function& function, Cells& cells) {
  walkPlaces(*function.body, [&](const Place& place, PlaceUse use) {
    if (use != PlaceUse::Bind)
      addPlace(place, use != PlaceUse::Write, use != PlaceUse::Read, cells);
  });
  walkStmts(*function.body, [&](const Stmt& stmt) {
    if (const auto* ref = llvm::dyn_cast<RefStmt>(&stmt))
      addPlace(*ref->place, true, !ref->local->isConst, cells);
    else if (const auto* call = llvm::dyn_cast<CallStmt>(&stmt))
      addCall(*call, cells);
  });
}

} // namespace

Footprint footprint(const Function& function) {
  Cells cells;
  for (const Function* one : reachable(function))
    addFunction(*one, cells);
  Footprint result;
  for (const Local* param : function.params) {
    if (!llvm::isa<CellType>(param->type))
      continue;
    CellFootprint one = cells.lookup(param);
    one.cell = param;
    for (size_t axis = 0; axis < 3; ++axis) {
      // An offset may be INT32_MIN, whose negation needs more bits.
      const auto low = static_cast<uint32_t>(-static_cast<int64_t>(one.min[axis]));
      result.low[axis] = std::max(result.low[axis], low);
      result.high[axis] = std::max(result.high[axis], static_cast<uint32_t>(one.max[axis]));
    }
    result.cells.push_back(one);
  }
  return result;
}

} // namespace ringc::analysis
