// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes room for checks in what handlers run. A check fails the actor, and only a function with a
// context can; kernels and stencils have no actor, so what they call stays as it is.
#ifndef RINGC_LIB_TRANSFORMS_HANDLERCODE_H
#define RINGC_LIB_TRANSFORMS_HANDLERCODE_H

#include "ringc/IR/Module.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"

namespace ringc::transforms {

using HandlerCode = llvm::SetVector<const ir::Function*>;

/// The handlers and device functions that `wanted` takes or that call one, callees first. Device
/// functions among them are given a context by their callers if they have none, and are copies of
/// their own where kernels or stencils call them too.
HandlerCode separateHandlerCode(ir::Module& module,
                                llvm::function_ref<bool(const ir::Function&)> wanted);

/// The function's context parameter, or null.
ir::Local* contextOf(const ir::Function& function);

} // namespace ringc::transforms

#endif
