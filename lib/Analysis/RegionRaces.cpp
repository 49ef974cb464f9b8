// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A write is fine where the indices of its path fix the region's index; then no other round has
// that element. Every other access to it must have the same indices where they do so.

#include "RegionRaces.h"
#include "RegionAccesses.h"
#include "ringc/IR/Walk.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <set>

namespace ringc::analysis {

using namespace ir;

namespace {

/// Whether the indices of `path` tell rounds apart.
bool isOwn(const Path& path) {
  llvm::SmallVector<Digit> digits;
  for (const PathStep& step : path.steps)
    if (const auto owner = step.index.owner())
      digits.append(owner->digits.begin(), owner->digits.end());
  return determineIndex(digits);
}

/// Whether the rounds that reach an element by `a` and by `b` are one and the same.
bool isSameRound(const Path& a, const Path& b) {
  llvm::SmallVector<Digit> digits;
  for (size_t i = 0; i < std::min(a.steps.size(), b.steps.size()); ++i) {
    const auto ownerA = a.steps[i].index.owner();
    const auto ownerB = b.steps[i].index.owner();
    if (ownerA && ownerB && ownerA->owner == ownerB->owner)
      digits.append(ownerA->digits.begin(), ownerA->digits.end());
  }
  return determineIndex(digits);
}

bool mayMeet(const Path& a, const Path& b) {
  if (a.root != b.root)
    return false;
  for (size_t i = 0; i < std::min(a.steps.size(), b.steps.size()); ++i) {
    const PathStep& stepA = a.steps[i];
    const PathStep& stepB = b.steps[i];
    if (stepA.field != stepB.field)
      return false;
    const auto constantA = stepA.index.constantValue(), constantB = stepB.index.constantValue();
    if (!stepA.field && constantA && constantB && *constantA != *constantB)
      return false;
  }
  return true;
}

class Races {
public:
  Races(const Module& module, DiagnosticEngine& diagnostics)
      : module_(module), diagnostics_(diagnostics) {}

  void check(const Stmt& region, llvm::StringRef index, const References& references);

private:
  void checkWrite(const RegionAccess& write, llvm::StringRef index);
  void checkPair(const RegionAccess& write, const RegionAccess& other);
  void noteCalls(const RegionAccess& access);
  bool isNew(Location loc) { return reported_.insert({loc.file, loc.line, loc.column}).second; }

  const Module& module_;
  DiagnosticEngine& diagnostics_;
  std::set<std::tuple<FileId, uint32_t, uint32_t>> reported_;
};

void Races::check(const Stmt& region, llvm::StringRef index, const References& references) {
  bool isComplete = true;
  const std::vector<RegionAccess> accesses = regionAccesses(region, references, isComplete);
  if (!isComplete)
    return diagnostics_.report(DiagId::RegionTooLarge, module_.sourcePlace(region.loc()));
  std::vector<const RegionAccess*> own;
  for (const RegionAccess& access : accesses) {
    if (access.isWrite && isOwn(access.path))
      own.push_back(&access);
    else if (access.isWrite)
      checkWrite(access, index);
  }
  for (const RegionAccess* write : own)
    for (const RegionAccess& other : accesses) {
      const bool isSeen = other.isWrite && (&other <= write || !isOwn(other.path));
      if (!isSeen)
        checkPair(*write, other);
    }
}

void Races::checkWrite(const RegionAccess& write, llvm::StringRef index) {
  if (!isNew(write.loc))
    return;
  const bool isOne = llvm::all_of(
      write.path.steps, [](const PathStep& step) { return step.field || step.index.isUniform(); });
  const SourcePlace place = module_.sourcePlace(write.loc);
  if (isOne)
    diagnostics_.report(DiagId::RegionRace, place, write.path.text);
  else
    diagnostics_.report(DiagId::RegionUnclear, place, write.path.text, index);
  noteCalls(write);
}

void Races::checkPair(const RegionAccess& write, const RegionAccess& other) {
  if (!mayMeet(write.path, other.path) || isSameRound(write.path, other.path) || !isNew(other.loc))
    return;
  diagnostics_.report(DiagId::RegionOverlap, module_.sourcePlace(other.loc), other.path.text,
                      other.isWrite ? "written" : "read");
  noteCalls(other);
  diagnostics_.report(DiagId::NoteRegionWrite, module_.sourcePlace(write.loc));
}

void Races::noteCalls(const RegionAccess& access) {
  for (const auto& [loc, callee] : llvm::reverse(access.calls))
    diagnostics_.report(DiagId::NoteCalledHere, module_.sourcePlace(loc), callee->name);
}

} // namespace

void checkRegionRaces(const Module& module, const Function& function,
                      DiagnosticEngine& diagnostics) {
  std::optional<References> references; // most functions have no region
  Races races(module, diagnostics);
  walkStmts(*function.body, [&](const Stmt& stmt) {
    const auto* parallel = llvm::dyn_cast<ParallelForStmt>(&stmt);
    const auto* reduce = llvm::dyn_cast<ReduceStmt>(&stmt);
    if (!parallel && !reduce)
      return;
    if (!references)
      references = referencesOf(function);
    races.check(stmt, (parallel ? parallel->index : reduce->index)->name, *references);
  });
}

} // namespace ringc::analysis
