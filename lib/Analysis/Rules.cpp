// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk over each function, with where it stands (in a region, in a loop's step) carried down;
// what a callee does is looked up in everything that it reaches.

#include "ringc/Analysis/Rules.h"

#include "RegionRaces.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/Analysis/Footprint.h"
#include "ringc/Analysis/Uniformity.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::analysis {

using namespace ir;

namespace {

/// What a statement does that is not allowed everywhere; empty where it is harmless.
struct Deed {
  llvm::StringRef region; ///< `parallelFor`, `reduce`, ...
  llvm::StringRef effect; ///< `reply`, `send`, `trySend` or `stop`
  bool fails = false;
};

llvm::StringRef nameOf(SendKind kind) {
  switch (kind) {
  case SendKind::Reply:
    return "reply";
  case SendKind::Send:
    return "send";
  case SendKind::TrySend:
    return "trySend";
  }
  return "send";
}

void add(Deed& deed, const Stmt& stmt) {
  if (llvm::isa<ParallelForStmt>(stmt))
    deed.region = "parallelFor";
  if (const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt))
    deed.region = !reduce->scanned ? "reduce" : reduce->isExclusive ? "exclusiveScan" : "scan";
  if (const auto* send = llvm::dyn_cast<SendStmt>(&stmt))
    deed.effect = nameOf(send->sendKind);
  if (llvm::isa<StopStmt>(stmt))
    deed.effect = "stop";
  deed.fails |= llvm::isa<FailStmt>(stmt);
}

/// Of the statement itself or, for a call, of all that the callee reaches.
Deed deedOf(const Stmt& stmt) {
  Deed deed;
  add(deed, stmt);
  const auto* call = llvm::dyn_cast<CallStmt>(&stmt);
  if (!call)
    return deed;
  const auto addBody = [&](const Function& function) {
    if (function.body)
      walkStmts(*function.body, [&](const Stmt& inner) { add(deed, inner); });
  };
  addBody(*call->callee);
  for (const Function* function : reachable(*call->callee))
    addBody(*function);
  return deed;
}

class Rules {
public:
  Rules(const Module& module, DiagnosticEngine& diagnostics)
      : module_(module), diagnostics_(diagnostics) {}

  void check(const Function& function);

private:
  struct Standing {
    bool isInRegion = false;
    bool isInStep = false;
  };

  void walk(const Block* block, Standing standing);
  void statement(const Stmt& stmt, Standing standing);
  void children(const Stmt& stmt, Standing standing);
  void stencil(const Function& function);
  void index(const Place& place);
  void barriers(const Function& kernel);

  const Module& module_;
  DiagnosticEngine& diagnostics_;
  llvm::DenseSet<const Stmt*> reported_;
};

void Rules::check(const Function& function) {
  if (!function.body)
    return;
  walk(function.body, {});
  walkPlaces(*function.body, [&](const Place& place, PlaceUse) { index(place); });
  if (function.kind == FunctionKind::Stencil)
    stencil(function);
  if (function.kind == FunctionKind::Kernel)
    barriers(function);
  checkRegionRaces(module_, function, diagnostics_);
}

void Rules::walk(const Block* block, Standing standing) {
  if (!block)
    return;
  for (const Stmt* stmt : block->stmts)
    statement(*stmt, standing);
}

void Rules::statement(const Stmt& stmt, Standing standing) {
  const Deed deed = deedOf(stmt);
  const SourcePlace place = module_.sourcePlace(stmt.loc());
  if (standing.isInRegion && !deed.region.empty())
    diagnostics_.report(DiagId::RegionNested, place, deed.region);
  else if (standing.isInRegion && !deed.effect.empty())
    diagnostics_.report(DiagId::RegionEffect, place, deed.effect);
  else if (standing.isInStep && deed.fails)
    diagnostics_.report(DiagId::StepFails, place);
  children(stmt, standing);
}

void Rules::children(const Stmt& stmt, Standing standing) {
  if (const auto* block = llvm::dyn_cast<Block>(&stmt))
    return walk(block, standing);
  if (const auto* loop = llvm::dyn_cast<LoopStmt>(&stmt)) {
    walk(loop->init, standing);
    walk(loop->body, standing);
    standing.isInStep = true;
    return walk(loop->step, standing);
  }
  standing.isInRegion |= llvm::isa<ParallelForStmt>(stmt) || llvm::isa<ReduceStmt>(stmt);
  for (const Block* block : childBlocks(stmt))
    walk(block, standing);
}

void Rules::stencil(const Function& function) {
  for (const CellFootprint& cell : footprint(function).cells) {
    const bool isAtOffset =
        cell.min != std::array<int32_t, 3>{} || cell.max != std::array<int32_t, 3>{};
    if (cell.isWritten && isAtOffset)
      diagnostics_.report(DiagId::StencilReadsWhatItWrites, module_.sourcePlace(cell.cell->loc),
                          cell.cell->name);
  }
}

void Rules::barriers(const Function& kernel) {
  for (const BarrierControl& control : barrierControls(kernel)) {
    if (!reported_.insert(control.barrier).second)
      continue; // another kernel calls the function too
    const bool isSure = control.agreement == Agreement::Some;
    diagnostics_.report(isSure ? DiagId::BarrierDivergent : DiagId::BarrierUnclear,
                        module_.sourcePlace(control.barrier->loc()));
    diagnostics_.report(DiagId::NoteDivergence, module_.sourcePlace(control.cause));
  }
}

void Rules::index(const Place& place) {
  switch (place.kind()) {
  case PlaceKind::Local:
  case PlaceKind::SpanElement:
  case PlaceKind::Cell:
    return;
  case PlaceKind::Field:
    return index(*llvm::cast<FieldPlace>(place).base);
  case PlaceKind::Index: {
    const auto& element = llvm::cast<IndexPlace>(place);
    const auto* constant = llvm::dyn_cast<ConstantExpr>(element.index);
    const auto* array = llvm::dyn_cast<ArrayType>(element.base->type());
    if (constant && array && constant->bits >= array->count())
      diagnostics_.report(DiagId::IndexOutOfBounds, module_.sourcePlace(place.loc()),
                          constant->bits, array->count());
    return index(*element.base);
  }
  }
}

} // namespace

bool checkRules(const Module& module, DiagnosticEngine& diagnostics) {
  const unsigned before = diagnostics.errorCount();
  Rules rules(module, diagnostics);
  for (const Function* function : module.functions)
    rules.check(*function);
  return diagnostics.errorCount() == before;
}

} // namespace ringc::analysis
