// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How often a loop runs, where that is a constant that can be seen: `for (i = a; i < b; i += c)`
// with constants, and a body that leaves `i` alone.
#ifndef RINGC_ANALYSIS_TRIPCOUNT_H
#define RINGC_ANALYSIS_TRIPCOUNT_H

#include "ringc/IR/Stmt.h"
#include <optional>

namespace ringc::analysis {

/// The most times that the body can run; an early exit may make it fewer. Null where it is unknown.
std::optional<uint64_t> maxTripCount(const ir::LoopStmt& loop);

} // namespace ringc::analysis

#endif
