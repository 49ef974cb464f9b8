// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The most messages that one run of a function can send. Private to the analysis library.
#ifndef RINGC_LIB_ANALYSIS_SENDBOUND_H
#define RINGC_LIB_ANALYSIS_SENDBOUND_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>

namespace ringc::analysis {

/// Sends and replies on the path that sends most; null where there is no constant bound. Each loop
/// that has none but sends is given to `onUnbounded`, the loops of callees too.
std::optional<uint64_t> maxSends(const ir::Function& function,
                                 llvm::function_ref<void(const ir::LoopStmt&)> onUnbounded);

} // namespace ringc::analysis

#endif
