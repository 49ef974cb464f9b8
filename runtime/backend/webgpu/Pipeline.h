// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compute pipeline from WGSL, with a bind group layout that holds just the buffers its entry
// point can reach.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PIPELINE_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PIPELINE_H

#include "runtime/backend/webgpu/Session.h"
#include "runtime/backend/webgpu/WgslInterface.h"

#include <array>
#include <string_view>

namespace ring::runtime::webgpu {

struct Pipeline {
  Owned<ComputePipelineImpl> handle;
  Owned<BindGroupLayoutImpl> layout;
  EntryPoint entry;
};

/// The contract is that of ComputeDevice::createPipeline.
Result<Pipeline> createPipeline(Session& session, std::string_view source,
                                std::string_view entryPoint,
                                std::array<std::uint32_t, 3> workgroupSize);

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PIPELINE_H
