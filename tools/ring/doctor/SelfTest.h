// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uses a backend as a program would, through the public API, for some seconds: starts it, spawns
// actors, asks, sends, checks order, loss and content, lets actors fail and stop, drains, stops,
// and all of it again. May crash or hang with the driver: Parts.h runs it in a process of its own.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_SELFTEST_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_SELFTEST_H

#include "Json.h"
#include "Parts.h"

#include <ringkernel/runtime.h>

namespace ring::tool {

/// {state: works | broken, problem, backend, starts, roundTrips, roundTripP50Us, roundTripP99Us,
/// messagesChecked, seconds}. Runs for about `seconds`, and at least two starts.
Json selfTest(Backend backend, unsigned seconds, const TellStep& tell);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_SELFTEST_H
