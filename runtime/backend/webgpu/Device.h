// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compute device of a webgpu.h implementation (Dawn): storage buffers, WGSL compute pipelines,
// one queue. Knows nothing of actors or rounds.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_DEVICE_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_DEVICE_H

#include <ringkernel/device.h>

#include <memory>
#include <string>
#include <string_view>

namespace ring::runtime::webgpu {

/// Opens the most powerful adapter of the WebGPU library at `libraryPath` (empty: see loadApi in
/// Loader.h). NotFound: no library or no adapter. Unsupported: the library is not one we know, or
/// its adapter is Dawn's Null backend, which computes nothing and is what Dawn gives where no
/// driver is installed.
Result<std::unique_ptr<ComputeDevice>> openDevice(const std::string& libraryPath = {});

/// By its description: a Vulkan or Direct3D driver that computes on the CPU.
bool isSoftware(std::string_view description);

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_DEVICE_H
