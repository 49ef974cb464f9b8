// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening the first GPU, and what its errors mean.
#include "runtime/backend/cuda/Gpu.h"

#include "runtime/backend/cuda/Loader.h"

namespace ring::runtime::cuda {

namespace {

constexpr int kMinCapability = 75;
/// All errors from here on that a running context gives end it.
constexpr int kFirstFault = 700;

std::string version(int value, int base) {
  return std::to_string(value / base) + "." + std::to_string(value % base);
}

} // namespace

Result<std::shared_ptr<Gpu>> Gpu::open() {
  Result<DriverApi> api = loadDriver();
  if (!api)
    return api.status();
  std::shared_ptr<Gpu> gpu(new Gpu(*api));
  if (Status status = gpu->openFirst(); !status)
    return status;
  return gpu;
}

Status Gpu::openFirst() {
  if (Status status = check("cannot open the GPU", api_.DeviceGet(&device_, 0)); !status)
    return status;
  capability_ = attribute(DeviceAttribute::ComputeCapabilityMajor) * 10 +
                attribute(DeviceAttribute::ComputeCapabilityMinor);
  if (capability_ < kMinCapability)
    return {StatusCode::Unsupported,
            "the GPU has compute capability " + version(capability_, 10) + "; 7.5 is needed"};
  if (Status status =
          check("cannot make a CUDA context", api_.DevicePrimaryCtxRetain(&context_, device_));
      !status)
    return status;
  return enter();
}

Gpu::~Gpu() {
  if (context_)
    api_.DevicePrimaryCtxRelease(device_);
}

int Gpu::attribute(DeviceAttribute which) const {
  int value = 0;
  return api_.DeviceGetAttribute(&value, which, device_) == CuResult::Success ? value : 0;
}

std::uint64_t Gpu::memoryBytes() const {
  std::size_t bytes = 0;
  return api_.DeviceTotalMem(&bytes, device_) == CuResult::Success ? bytes : 0;
}

std::string Gpu::description() const {
  char name[256] = {};
  int driver = 0;
  api_.DeviceGetName(name, sizeof(name) - 1, device_);
  api_.DriverGetVersion(&driver);
  return std::string(name) + ", sm_" + std::to_string(capability_) + ", driver for CUDA " +
         version(driver / 10, 100);
}

Status Gpu::check(const std::string& what, CuResult result) {
  if (result == CuResult::Success)
    return Status::ok();
  std::string message = describe(api_, what.c_str(), result);
  if (result == CuResult::OutOfMemory)
    return {StatusCode::Exhausted, std::move(message)};
  if (result == CuResult::InvalidValue)
    return {StatusCode::InvalidArgument, std::move(message)};
  if (static_cast<int>(result) < kFirstFault || result == CuResult::CooperativeLaunchTooLarge)
    return {StatusCode::Internal, std::move(message)};
  std::lock_guard lock(mutex_);
  lost_ = Status(StatusCode::DeviceLost, message + "; restart the process");
  return lost_;
}

Status Gpu::enter() {
  {
    std::lock_guard lock(mutex_);
    if (!lost_.isOk())
      return lost_;
  }
  return check("cannot use the CUDA context", api_.CtxSetCurrent(context_));
}

} // namespace ring::runtime::cuda
