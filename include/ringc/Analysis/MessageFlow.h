// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which actors may send which messages. The receiver is a run-time value and not part of it.
#ifndef RINGC_ANALYSIS_MESSAGEFLOW_H
#define RINGC_ANALYSIS_MESSAGEFLOW_H

#include "ringc/IR/Module.h"

namespace ringc::analysis {

struct MessageEdge {
  const ir::Actor* actor;
  const ir::Handler* handler;
  ir::SendKind kind;
  const ir::StructType* message;
};

/// Each kind and message of each handler once, in the order of actors, handlers and first sends
/// (callees before callers).
std::vector<MessageEdge> messageFlow(const ir::Module& module);

} // namespace ringc::analysis

#endif
