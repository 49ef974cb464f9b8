// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upper bounds of unsigned values.
#ifndef RINGC_LIB_TRANSFORMS_RANGES_H
#define RINGC_LIB_TRANSFORMS_RANGES_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace ringc::transforms {

class Ranges {
public:
  explicit Ranges(const ir::Function& function) : function_(function) {}
  /// The highest value of an unsigned integer or bool expression; nothing where it may be any of
  /// its type's, or is signed and may be negative.
  std::optional<uint64_t> highest(const ir::Expr& expr) const;
  /// From here on `local` never holds more than `highest`.
  void bound(const ir::Local* local, uint64_t highest) { locals_[local] = highest; }

private:
  std::optional<uint64_t> ofBinary(const ir::BinaryExpr& binary) const;
  std::optional<uint64_t> ofBuiltin(const ir::BuiltinExpr& builtin) const;
  const ir::Function& function_;
  llvm::DenseMap<const ir::Local*, uint64_t> locals_;
};

} // namespace ringc::transforms

#endif
