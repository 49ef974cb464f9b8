// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upper bounds of values that are not negative.
#ifndef RINGC_LIB_TRANSFORMS_RANGES_H
#define RINGC_LIB_TRANSFORMS_RANGES_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/SmallVector.h"
#include <map>
#include <optional>
#include <set>

namespace ringc::transforms {

/// A copy is a scope: what is bound in it ends with it.
class Ranges {
public:
  explicit Ranges(const ir::Function& function) : function_(&function) {}
  /// The highest value of an unsigned integer or bool expression; nothing where it may be any of
  /// its type's, or is signed and may be negative.
  std::optional<uint64_t> highest(const ir::Expr& expr) const;
  /// From here on `local` is not negative and never holds more than `highest`.
  void bound(const ir::Local* local, uint64_t highest) {
    if (!aliased_.contains(local))
      places_[{local, {}}] = highest;
  }
  /// The same of a place that `canBound` takes. An earlier bound that is tighter stays.
  void tighten(const ir::Place& place, uint64_t highest);
  /// Nothing is to be known of `local`: it has a second name, through which it may change.
  void giveUp(const ir::Local* local) { aliased_.insert(local); }
  /// Nothing is known of `local` and its fields any longer.
  void forget(const ir::Local* local);
  /// A local, or a field of one or of a message: nobody else stores there.
  static bool canBound(const ir::Place& place);

private:
  using Fields = llvm::SmallVector<uint32_t, 2>;
  using Key = std::pair<const ir::Local*, Fields>;
  static std::optional<Key> keyOf(const ir::Place& place);
  std::optional<uint64_t> ofPlace(const ir::Place& place) const;
  std::optional<uint64_t> ofBinary(const ir::BinaryExpr& binary) const;
  std::optional<uint64_t> ofBuiltin(const ir::BuiltinExpr& builtin) const;
  const ir::Function* function_;
  std::map<Key, uint64_t> places_;
  std::set<const ir::Local*> aliased_;
};

} // namespace ringc::transforms

#endif
