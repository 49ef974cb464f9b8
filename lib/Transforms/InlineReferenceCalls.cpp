// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WGSL passes values only: a pointer to storage cannot be a parameter in core WGSL, and two
// pointers to one variable are refused. A context is the exception, it is no value at all there.

#include "Inliner.h"
#include "ringc/Transforms/Passes.h"

namespace ringc::transforms {

using namespace ir;

static bool passesReference(const CallStmt& call) {
  return llvm::any_of(call.callee->params, [](const Local* param) {
    return param->isReference() || llvm::isa<SpanType, CellType>(param->type);
  });
}

void inlineReferenceCalls(Module& module) {
  for (Function* function : module.functions) // callees first
    inlineCalls(module, *function, passesReference);
}

} // namespace ringc::transforms
