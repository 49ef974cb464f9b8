// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that turns the untyped call of HandlerInfo::invoke into a call of a handler.
// Instantiated by generated registration; nothing else includes it.
#ifndef RINGKERNEL_DETAIL_INVOKEHANDLER_H
#define RINGKERNEL_DETAIL_INVOKEHANDLER_H

#include <ringkernel/ring.h>

namespace ring::detail {

/// Runs `A::on(const M&, Context&)`, that overload exactly, on `*state` and `*message`.
template <class A, class M> void invokeHandler(void* state, const void* message, Context& context) {
  constexpr auto handler = static_cast<void (A::*)(const M&, Context&)>(&A::on);
  (static_cast<A*>(state)->*handler)(*static_cast<const M*>(message), context);
}

} // namespace ring::detail

#endif
