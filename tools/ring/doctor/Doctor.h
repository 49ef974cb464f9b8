// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the report together from its parts.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H

#include "Json.h"
#include "Parts.h"

namespace ring::tool {

struct DoctorOptions {
  /// Facts only: neither tearing tests nor self-tests.
  bool isQuick = false;
  /// That a self-test takes.
  unsigned seconds = 10;
  /// After which a part is ended; a self-test gets its own seconds besides.
  unsigned limitSeconds = 60;
};

/// {version, ringkernel, system, processor, memory, compilers, cuda, webgpu, cache, backends,
/// findings, exitCode} and, unless quick, {tearing: {threads, cuda}, selfTests: {cpu, cuda,
/// webgpu}}, each where there is something to test. `version` counts changes of this structure.
/// `tell` is called before what takes long.
Json examine(const DoctorOptions& options, const TellStep& tell);

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_H
