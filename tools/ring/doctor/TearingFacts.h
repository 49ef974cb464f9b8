// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The 16-byte tearing test (runtime/backend/cuda/Tearing.h) as JSON.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_TEARINGFACTS_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_TEARINGFACTS_H

#include "Json.h"

namespace ring::tool {

/// {state, problem, threads: {reads, changes, torn}}: between two threads. `state` is works,
/// inconclusive or broken; unsupported where the processor has no such access.
Json tearingOfThreads();

/// The same with hostToGpu and gpuToHost.
Json tearingWithGpu();

} // namespace ring::tool

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_TEARINGFACTS_H
