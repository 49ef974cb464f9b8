// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of the report that drivers take part in. Each runs in a process of its own, so that a
// driver that crashes or hangs ends that part alone and is reported with the last step it told.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_PARTS_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_PARTS_H

#include "Json.h"

#include <functional>
#include <string>
#include <vector>

namespace ring::tool {

/// Tells what comes next; where that crashes or hangs the report ends with it.
using TellStep = std::function<void(const std::string&)>;

/// What `--part` takes.
std::vector<std::string> partNames();

/// Runs the part in this process and prints its steps and its result, one a line. `seconds`: how
/// long a self-test takes.
void runPartHere(const std::string& name, unsigned seconds);

/// Runs the part in a process of its own, which is ended after `limitSeconds`. Its result, or
/// {state: broken, problem} where there came none.
Json runPart(const std::string& name, unsigned seconds, unsigned limitSeconds);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_PARTS_H
