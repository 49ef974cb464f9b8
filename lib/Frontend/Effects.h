// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What statements that were just lowered read and write: the local at the root of each place, and
// which of its fields. The frontend needs it to keep C++'s order of evaluation: a value read early
// must not see a later write.
#ifndef RINGC_LIB_FRONTEND_EFFECTS_H
#define RINGC_LIB_FRONTEND_EFFECTS_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include <set>
#include <tuple>

namespace ringc {

/// An object, or one field of it.
struct Access {
  const ir::Local* root;
  int field; ///< -1: the whole, or an element
  bool operator<(const Access& other) const {
    return std::tie(root, field) < std::tie(other.root, other.field);
  }
};

struct Effects {
  std::set<Access> reads;
  std::set<Access> writes;
  /// Sends, stops, fails, barriers, atomics: their order among each other can be seen.
  bool isOrdered = false;
};

/// Answers for one module while it is made.
class EffectMap {
public:
  /// `reference` was bound to `place`.
  void bind(const ir::Local* reference, const ir::Place& place) {
    referents_[reference] = access(place);
  }
  /// Call once a function is complete, before the first call to it is asked about.
  void add(const ir::Function& function);

  /// Effects of stmts[from, to) of a block.
  Effects of(const ir::Block& block, size_t from, size_t to) const;
  void addReads(const ir::Expr& expr, Effects& effects) const;
  /// Of the indices of a place.
  void addIndexReads(const ir::Place& place, Effects& effects) const;

private:
  Access access(const ir::Place& place) const;
  void addStmt(const ir::Stmt& stmt, Effects& effects) const;
  void addCall(const ir::CallStmt& call, Effects& effects) const;

  llvm::DenseMap<const ir::Local*, Access> referents_;
  llvm::DenseMap<const ir::Function*, Effects> functions_;
};

/// A write of `writer` may change what `reader` reads; locals that may be one object count.
bool mayChange(const Effects& writer, const Effects& reader);
/// Both write, or one writes what the other reads, of the very same object; or both are ordered.
bool conflict(const Effects& a, const Effects& b);

} // namespace ringc

#endif
