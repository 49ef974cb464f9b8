// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A piece of memory that the GPU sees, with an owner. Allocating and freeing may wait for the whole
// device, so neither happens while a kernel is resident.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUMEMORY_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUMEMORY_H

#include "runtime/backend/cuda/Gpu.h"

namespace ring::runtime::cuda {

/// Memory of the device or pinned memory of the host that the device sees; freed with its owner.
class GpuMemory {
public:
  enum class Kind { Device, Pinned };

  GpuMemory() = default;
  static Result<GpuMemory> allocate(const std::shared_ptr<Gpu>& gpu, Kind kind, std::uint64_t bytes,
                                    const char* what);
  GpuMemory(GpuMemory&& other) noexcept { swap(other); }
  GpuMemory& operator=(GpuMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~GpuMemory();

  template <class T> T* host() const { return static_cast<T*>(host_); }
  template <class T> T* device() const { return reinterpret_cast<T*>(device_); }
  DevicePointer address() const { return device_; }
  std::uint64_t bytes() const { return bytes_; }

private:
  void swap(GpuMemory& other) noexcept;

  std::shared_ptr<Gpu> gpu_;
  void* host_ = nullptr; ///< of pinned memory
  DevicePointer device_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUMEMORY_H
