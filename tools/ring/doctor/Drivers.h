// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What drivers and caches say, as JSON. The drivers may crash or hang who asks: Doctor.cpp asks
// from a process of its own.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_DRIVERS_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_DRIVERS_H

#include "Json.h"

namespace ring::tool {

// `state` is one of works, missing, unsupported (nothing to repair), broken; the other members are
// those of runtime/backend/cuda/Probe.h, runtime/backend/webgpu/Probe.h and
// runtime/backend/cuda/Cache.h.

Json cudaFacts();
Json webgpuFacts();
Json cacheFacts();

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_DRIVERS_H
