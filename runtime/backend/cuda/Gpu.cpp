// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening the first GPU, and what its errors mean.
#include "runtime/backend/cuda/Gpu.h"

#include "runtime/backend/cuda/Loader.h"

namespace ring::runtime::cuda {

namespace {

std::string version(int value, int base) {
  return std::to_string(value / base) + "." + std::to_string(value % base);
}

StatusCode codeOf(CuResult result) {
  switch (result) {
  case CuResult::OutOfMemory:
    return StatusCode::Exhausted;
  case CuResult::InvalidValue:
    return StatusCode::InvalidArgument;
  case CuResult::NoDevice:
    return StatusCode::NotFound;
  case CuResult::NotPermitted:
  case CuResult::NotSupported:
    return StatusCode::Unsupported;
  default:
    return endsContext(result) ? StatusCode::DeviceLost : StatusCode::Internal;
  }
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

Result<std::shared_ptr<Gpu>> Gpu::openApart(std::function<void()> ended) {
  Result<std::unique_ptr<GpuProcess>> process = GpuProcess::start(std::move(ended));
  if (!process)
    return process.status();
  std::shared_ptr<Gpu> gpu(new Gpu(std::move(*process)));
  if (Status status = gpu->openFirst(); !status)
    return status;
  return gpu;
}

Status Gpu::openFirst() {
  if (Status status = check("cannot open the GPU", api_.DeviceGet(&device_, 0)); !status)
    return status;
  if (Status status = askDevice(); !status)
    return status;
  if (capability_ < kMinCapability)
    return {StatusCode::Unsupported,
            "the GPU has compute capability " + version(capability_, 10) + "; 7.5 is needed"};
  if (Status status =
          check("cannot make a CUDA context", api_.DevicePrimaryCtxRetain(&context_, device_));
      !status)
    return status;
  return enter();
}

Status Gpu::ask(DeviceAttribute which, std::uint32_t& value) {
  int given = 0;
  if (Status status =
          check("cannot ask what the GPU is", api_.DeviceGetAttribute(&given, which, device_));
      !status)
    return status;
  value = static_cast<std::uint32_t>(given);
  return Status::ok();
}

Status Gpu::askDevice() {
  std::uint32_t major = 0, minor = 0, cooperative = 0;
  const struct {
    DeviceAttribute which;
    std::uint32_t& value;
  } questions[] = {{DeviceAttribute::ComputeCapabilityMajor, major},
                   {DeviceAttribute::ComputeCapabilityMinor, minor},
                   {DeviceAttribute::MultiprocessorCount, multiprocessors_},
                   {DeviceAttribute::MaxSharedMemoryPerBlockOptin, sharedBytesOfBlock_},
                   {DeviceAttribute::CooperativeLaunch, cooperative}};
  for (const auto& question : questions)
    if (Status status = ask(question.which, question.value); !status)
      return status;
  capability_ = static_cast<int>(major * 10 + minor);
  hasCooperativeLaunch_ = cooperative != 0;
  return check("cannot ask for the GPU's memory", api_.DeviceTotalMem(&memoryBytes_, device_));
}

Gpu::~Gpu() {
  if (context_ && !process_) // else the context ends with its process
    api_.DevicePrimaryCtxRelease(device_);
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
  const StatusCode code = codeOf(result);
  if (code != StatusCode::DeviceLost)
    return {code, std::move(message)};
  if (process_)
    process_->kill(message); // the driver gives nothing in it any more
  std::lock_guard lock(mutex_);
  if (lost_) // what came first is the cause
    lost_ = Status(code, process_ ? message : message + "; restart the process");
  return lost_;
}

Status Gpu::lost() {
  if (process_ && !process_->isAlive())
    return check("the GPU is lost", CuResult::ProcessLost);
  std::lock_guard lock(mutex_);
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
