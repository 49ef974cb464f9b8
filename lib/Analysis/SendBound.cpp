// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adds up sends along paths: sequences add, branches take the larger side, loops multiply by their
// trip count. A path that leaves early does not pay for what stands behind it.

#include "SendBound.h"
#include "ringc/Analysis/CallGraph.h"
#include "ringc/Analysis/TripCount.h"
#include "ringc/Support/Check.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/MathExtras.h"

namespace ringc::analysis {

using namespace ir;

namespace {

constexpr uint64_t unbounded = UINT64_MAX; ///< also what a sum that overflows becomes

/// Most sends on the paths through a piece of code.
struct Paths {
  std::optional<uint64_t> through; ///< to its end; null where no path gets there
  uint64_t leaving = 0;            ///< by return, break, continue or fail
  uint64_t most() const { return std::max(through.value_or(0), leaving); }
};

class SendCounter {
public:
  explicit SendCounter(llvm::function_ref<void(const LoopStmt&)> onUnbounded)
      : onUnbounded_(onUnbounded) {}

  uint64_t of(const Function& function) {
    uint64_t most = 0;
    for (const Function* one : reachable(function))
      sends_[one] = most = block(*one->body).most();
    return most;
  }

private:
  Paths block(const Block& block) {
    Paths sum{0, 0};
    for (const Stmt* one : block.stmts) {
      const Paths next = stmt(*one);
      sum.leaving = std::max(sum.leaving, llvm::SaturatingAdd(*sum.through, next.leaving));
      if (!next.through)
        return {std::nullopt, sum.leaving};
      sum.through = llvm::SaturatingAdd(*sum.through, *next.through);
    }
    return sum;
  }

  static Paths either(const Paths& a, const Paths& b) {
    Paths result{std::nullopt, std::max(a.leaving, b.leaving)};
    if (a.through || b.through)
      result.through = std::max(a.through.value_or(0), b.through.value_or(0));
    return result;
  }

  Paths loop(const LoopStmt& loop) {
    const Paths body = block(*loop.body);
    const uint64_t step = loop.step ? block(*loop.step).most() : 0;
    const uint64_t once = llvm::SaturatingAdd(body.most(), step);
    if (once == 0)
      return {0, 0};
    const std::optional<uint64_t> trips = maxTripCount(loop);
    if (!trips)
      onUnbounded_(loop);
    const uint64_t all = trips ? llvm::SaturatingMultiply(once, *trips) : unbounded;
    return {all, all};
  }

  Paths switchStmt(const SwitchStmt& select) {
    Paths result{0, 0}; // no case taken, or a `break` out of one
    for (const SwitchCase& one : select.cases) {
      const Paths body = block(*one.body);
      result = either(result, {body.most(), body.leaving});
    }
    return result;
  }

  Paths stmt(const Stmt& stmt) {
    switch (stmt.kind()) {
    case StmtKind::Block:
      return block(llvm::cast<Block>(stmt));
    case StmtKind::Call:
      return {sends_.lookup(llvm::cast<CallStmt>(stmt).callee), 0};
    case StmtKind::If: {
      const auto& branch = llvm::cast<IfStmt>(stmt);
      const Paths otherwise = branch.elseBlock ? block(*branch.elseBlock) : Paths{0, 0};
      return either(block(*branch.thenBlock), otherwise);
    }
    case StmtKind::Loop:
      return loop(llvm::cast<LoopStmt>(stmt));
    case StmtKind::Switch:
      return switchStmt(llvm::cast<SwitchStmt>(stmt));
    case StmtKind::Send:
      return {llvm::cast<SendStmt>(stmt).sendKind == SendKind::TrySend ? 0 : 1, 0};
    case StmtKind::Break:
    case StmtKind::Continue:
    case StmtKind::Return:
    case StmtKind::Fail:
      return {std::nullopt, 0};
    case StmtKind::Decl:
    case StmtKind::Ref:
    case StmtKind::Store:
    case StmtKind::Barrier:
    case StmtKind::UniformLoad:
    case StmtKind::Atomic:
    case StmtKind::Stop:
    case StmtKind::ParallelFor: // no sends in regions: parallel.c3
    case StmtKind::Reduce:
      return {0, 0};
    }
    RINGC_UNREACHABLE("unknown statement kind");
  }

  llvm::function_ref<void(const LoopStmt&)> onUnbounded_;
  llvm::DenseMap<const Function*, uint64_t> sends_;
};

} // namespace

std::optional<uint64_t> maxSends(const Function& function,
                                 llvm::function_ref<void(const LoopStmt&)> onUnbounded) {
  const uint64_t most = SendCounter(onUnbounded).of(function);
  return most == unbounded ? std::nullopt : std::optional(most);
}

} // namespace ringc::analysis
