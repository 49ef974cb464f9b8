// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compute device of an NVIDIA GPU: buffers in device memory, kernels compiled by NVRTC, a
// non-blocking stream of its own and those that it is told to use. Knows nothing of actors or
// rounds.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H

#include "runtime/backend/cuda/Gpu.h"
#include <ringkernel/device.h>

#include <memory>

namespace ring::runtime::cuda {

/// A device whose work can go to other streams than its own.
class StreamedDevice : public ComputeDevice {
public:
  /// Until the next call writes, reads, submits and wait() are about this stream; null: the
  /// device's own. Memory is cleared and freed as before: both see to it that no stream notices.
  virtual void setStream(StreamImpl* stream) = 0;
  /// Of a byte of a buffer; `offsetBytes` is a multiple of 4 inside it.
  virtual Result<DevicePointer> addressOf(BufferId buffer, std::uint64_t offsetBytes) = 0;
};

/// Opens GPU 0 of those the driver shows (CUDA_VISIBLE_DEVICES chooses). NotFound: no driver, no
/// GPU or no NVRTC. Unsupported: the driver or the GPU is too old (compute capability 7.5 is
/// needed).
Result<std::unique_ptr<ComputeDevice>> openDevice();
/// The same on a GPU that is open. NotFound: no NVRTC.
Result<std::unique_ptr<StreamedDevice>> openDevice(std::shared_ptr<Gpu> gpu);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_DEVICE_H
