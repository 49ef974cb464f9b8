// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report as a person reads it.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_TABLE_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_TABLE_H

#include "Json.h"

#include <string>

namespace ring::tool {

/// Text from drivers and file names is printed without control characters.
std::string tableOf(const Json& report);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_TABLE_H
