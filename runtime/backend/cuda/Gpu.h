// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GPU that a process uses, with its primary context: opened once for the compute device and the
// resident kernel, closed when the last of them goes. The context is this process's, or that of a
// process apart (GpuProcess.h), which ends with it. After a fault of the context every call says
// DeviceLost. Any thread may use it.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H

#include "runtime/backend/cuda/Api.h"
#include "runtime/backend/cuda/GpuProcess.h"

#include <ringkernel/status.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ring::runtime::cuda {

class Gpu {
public:
  /// The first device. NotFound without driver or GPU, Unsupported where one of them is too old.
  static Result<std::shared_ptr<Gpu>> open();
  /// The same in a process of its own; `ended` is called when that is gone, by a thread of its own.
  static Result<std::shared_ptr<Gpu>> openApart(std::function<void()> ended);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const DriverApi& api() const { return api_; }
  /// 90 for sm_90.
  int capability() const { return capability_; }
  std::uint32_t multiprocessors() const { return multiprocessors_; }
  /// Shared memory that a block may have at most, where its kernel asks for it.
  std::uint32_t sharedBytesOfBlock() const { return sharedBytesOfBlock_; }
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
  /// The process that has the context; null where that is this one.
  GpuProcess* process() const { return process_.get(); }
  /// Why the device is lost, or Ok.
  Status lost();

private:
  explicit Gpu(const DriverApi& api) : api_(api) {}
  explicit Gpu(std::unique_ptr<GpuProcess> process)
      : process_(std::move(process)), api_(process_->api()) {}
  Status openFirst();
  Status askDevice();

  const std::unique_ptr<GpuProcess> process_;
  const DriverApi api_;
  Device device_ = 0;
  int capability_ = 0;
  std::uint32_t multiprocessors_ = 1, sharedBytesOfBlock_ = 0;
  bool hasCooperativeLaunch_ = false;
  std::size_t memoryBytes_ = 0;
  ContextImpl* context_ = nullptr;
  std::mutex mutex_; // lost_
  Status lost_ = Status::ok();
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_GPU_H
