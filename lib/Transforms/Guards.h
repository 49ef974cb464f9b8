// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What conditions and loops say about the values of places.
#ifndef RINGC_LIB_TRANSFORMS_GUARDS_H
#define RINGC_LIB_TRANSFORMS_GUARDS_H

#include "Ranges.h"
#include "llvm/ADT/DenseSet.h"

namespace ringc::transforms {

/// Locals that code stores to, where what is said is to hold.
using Changed = llvm::DenseSet<const ir::Local*>;

/// `condition` is `holds` as long as nothing in `changed` is stored to.
void assume(Ranges& ranges, const ir::Expr& condition, bool holds, const Changed& changed);

/// What holds in the body of `loop`, whose body stores to `changed`.
void assumeInBody(Ranges& ranges, const ir::LoopStmt& loop, const Changed& changed);

/// The most turns that `loop` can take, where its counter and the bounds of its limit show it.
std::optional<uint64_t> turnsOf(const Ranges& ranges, const ir::LoopStmt& loop);

/// What holds of the index in a region of `count` calls.
void assumeIndex(Ranges& ranges, ir::Local& index, const ir::Expr& count);

} // namespace ringc::transforms

#endif
