// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What lowerParallel must know of a Warp or Block handler before it changes it.
#ifndef RINGC_LIB_TRANSFORMS_GROUPANALYSIS_H
#define RINGC_LIB_TRANSFORMS_GROUPANALYSIS_H

#include "Locals.h"

namespace ringc::transforms {

class GroupAnalysis {
public:
  explicit GroupAnalysis(const ir::Function& handler);

  /// All lanes must pass the statement together: it holds a parallel region or a way out of code
  /// that does. Everything else is the leader's.
  bool isUniform(const ir::Stmt& stmt) const { return uniform_.contains(&stmt); }
  /// Every lane may compute it by itself and gets the same: constants, the message
  /// and locals made of them.
  bool isReplicable(const ir::Expr& expr) const;
  bool isReplicated(const ir::Local& local) const { return replicated_.contains(&local); }
  /// For locals that lowering adds.
  void addReplicated(const ir::Local& local) { replicated_.insert(&local); }
  /// Says that `local` is used beyond the piece of code that declares it.
  void keepOutside(const ir::Local& local) { uses_[&local] = ~0u; }
  /// Variables of the sequential code that regions name: they must live where all lanes see them.
  const std::vector<ir::Local*>& captured() const { return captured_; }
  unsigned uses(const ir::Local& local) const { return uses_.lookup(&local); }

private:
  void findReplicated(const ir::Function& handler);
  void findCaptured(const ir::Function& handler);
  void mark(const ir::Block& block, bool breakIsUniform, bool continueIsUniform);

  llvm::DenseSet<const ir::Stmt*> uniform_;
  llvm::DenseSet<const ir::Local*> replicated_;
  llvm::DenseMap<const ir::Local*, unsigned> uses_;
  std::vector<ir::Local*> captured_;
};

/// Whether a break (continue) below `stmt` goes out of it.
bool breaksOut(const ir::Stmt& stmt);
bool continuesOut(const ir::Stmt& stmt);

} // namespace ringc::transforms

#endif
