// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the facts mean: which backend works, what is missing, what is broken, and the way out of
// each. Looks at the report alone.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_FINDINGS_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_FINDINGS_H

#include "Json.h"

namespace ring::tool {

/// [{severity, about, what, wayOut}]. `severity`: broken, missing, warning or note.
Json findingsOf(const Json& report);

/// {cpu: works, cuda: missing, ...}: works, untested, missing, unsupported or broken.
Json backendsOf(const Json& report);

/// 1 where something present is broken, else 0.
int exitCodeOf(const Json& findings);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_FINDINGS_H
