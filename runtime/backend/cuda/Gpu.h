// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPU that a process uses, with its primary context: opened once for the compute device and the
// resident kernel, closed when the last of them goes. After a fault of the context every call says
// DeviceLost. Any thread may use it.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H

#include "runtime/backend/cuda/Api.h"

#include <ringkernel/status.h>

#include <memory>
#include <mutex>
#include <string>

namespace ring::runtime::cuda {

class Gpu {
public:
  /// The first device. NotFound without driver or GPU, Unsupported where one of them is too old.
  static Result<std::shared_ptr<Gpu>> open();
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const DriverApi& api() const { return api_; }
  /// 90 for sm_90.
  int capability() const { return capability_; }
  std::uint32_t multiprocessors() const { return multiprocessors_; }
  bool hasCooperativeLaunch() const { return hasCooperativeLaunch_; }
  std::uint64_t memoryBytes() const { return memoryBytes_; }
  Status ask(DeviceAttribute which, std::uint32_t& value);
  /// Name, architecture, driver.
  std::string description() const;

  /// Makes the context current for the calling thread, unless the device is lost.
  Status enter();
  /// The same for who gives back: false where the context is gone, and all in it.
  bool enterToFree() { return enter().code() != StatusCode::DeviceLost; }
  /// Ok, or what went wrong with the driver's words; a fault that ends the context is kept.
  Status check(const std::string& what, CuResult result);

private:
  explicit Gpu(const DriverApi& api) : api_(api) {}
  Status openFirst();
  Status askDevice();

  const DriverApi api_;
  Device device_ = 0;
  int capability_ = 0;
  std::uint32_t multiprocessors_ = 1;
  bool hasCooperativeLaunch_ = false;
  std::size_t memoryBytes_ = 0;
  ContextImpl* context_ = nullptr;
  std::mutex mutex_; // lost_
  Status lost_ = Status::ok();
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H
