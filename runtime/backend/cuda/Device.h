// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compute device of an NVIDIA GPU: buffers in device memory, kernels compiled by NVRTC, one
// non-blocking stream. Knows nothing of actors or rounds.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H

#include "runtime/backend/cuda/Gpu.h"
#include <ringkernel/device.h>

#include <memory>

namespace ring::runtime::cuda {

/// Opens GPU 0 of those the driver shows (CUDA_VISIBLE_DEVICES chooses). NotFound: no driver, no
/// GPU or no NVRTC. Unsupported: the driver or the GPU is too old (compute capability 7.5 is
/// needed).
Result<std::unique_ptr<ComputeDevice>> openDevice();
/// The same on a GPU that is open. NotFound: no NVRTC.
Result<std::unique_ptr<ComputeDevice>> openDevice(std::shared_ptr<Gpu> gpu);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H
