// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory comes zeroed, whichever kind it is.
#include "runtime/backend/cuda/GpuMemory.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace ring::runtime::cuda {

Result<GpuMemory> GpuMemory::allocate(const std::shared_ptr<Gpu>& gpu, Kind kind,
                                      std::uint64_t bytes, const char* what) {
  if (Status status = gpu->enter(); !status)
    return status;
  const DriverApi& api = gpu->api();
  GpuMemory made;
  made.gpu_ = gpu;
  made.bytes_ = std::max<std::uint64_t>(bytes, 16);
  const std::string words = "cannot allocate " + std::to_string(made.bytes_) + " bytes for " + what;
  if (kind == Kind::Device) {
    if (Status status = gpu->check(words, api.MemAlloc(&made.device_, made.bytes_)); !status)
      return status;
    if (Status status = gpu->check(words, api.MemsetD8(made.device_, 0, made.bytes_)); !status)
      return status;
    // It may be under way yet, and our own streams do not wait for it.
    if (Status status = gpu->check(words, api.StreamSynchronize(nullptr)); !status)
      return status;
    return made;
  }
  if (Status status = gpu->check(
          words, api.MemHostAlloc(&made.host_, made.bytes_, kHostPortable | kHostDeviceMap));
      !status)
    return status;
  std::memset(made.host_, 0, made.bytes_);
  if (Status status = gpu->check(words, api.MemHostGetDevicePointer(&made.device_, made.host_, 0));
      !status)
    return status;
  return made;
}

GpuMemory::~GpuMemory() {
  if (!gpu_)
    return;
  const bool isThere = gpu_->enterToFree();
  if (host_ && (isThere || gpu_->process())) // what a process apart shared is ours to give back
    gpu_->api().MemFreeHost(host_);
  else if (device_ && isThere)
    gpu_->api().MemFree(device_);
}

void GpuMemory::swap(GpuMemory& other) noexcept {
  std::swap(gpu_, other.gpu_);
  std::swap(host_, other.host_);
  std::swap(device_, other.device_);
  std::swap(bytes_, other.bytes_);
}

} // namespace ring::runtime::cuda
