// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pieces of a reduce that the sequential and the leader form share. The tree is that of
// ring::Context::reduce, to the bit: virtual lane v of 32 folds f(v), f(v + 32), ... from the left;
// then lane v takes lane v + 16, 8, 4, 2, 1 in turn as its right operand; init comes last, on the
// left.
#ifndef RINGC_LIB_TRANSFORMS_REDUCETREE_H
#define RINGC_LIB_TRANSFORMS_REDUCETREE_H

#include "Build.h"
#include "ringc/IR/Cloner.h"

namespace ringc::transforms {

inline constexpr uint32_t kVirtualLanes = 32;

/// `into` = left op right, as statements; the combine body is copied anew.
void appendCombine(const Build& at, const ir::ReduceStmt& reduce, ir::Place* into, ir::Expr* left,
                   ir::Expr* right, std::vector<ir::Stmt*>& out);

/// A constant of the type of `like`, an integer.
ir::Expr* constantLike(const Build& at, const ir::Expr* like, uint64_t value);

} // namespace ringc::transforms

#endif
