// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the report together from its parts.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H

#include "Json.h"

namespace ring::tool {

struct DoctorOptions {
  bool json = false;
  /// Seconds after which a part is ended.
  unsigned limitSeconds = 60;
};

/// {version, ringkernel, system, processor, memory, compilers, cuda, webgpu, cache, backends,
/// findings, exitCode}. `version` counts changes of this structure.
Json examine(const DoctorOptions& options);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H
