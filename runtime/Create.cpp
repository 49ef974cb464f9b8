// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choosing a backend: the one place that knows them all.
#include "runtime/backend/cpu/CpuBackend.h"
#include "runtime/backend/cuda/Resident.h"
#include "runtime/backend/webgpu/Device.h"
#include "runtime/core/Rounds.h"

#include <ringkernel/runtime.h>

#include <memory>
#include <string>

namespace ring {

using runtime::Rounds;
using runtime::cpu::CpuBackend;

namespace {

Status noIsolation(const char* what) {
  return Status(StatusCode::Unsupported,
                std::string("`RuntimeOptions::isolation` is Process, and ") + what +
                    "; take `Backend::Cuda`, or InProcess");
}

} // namespace

Result<Runtime> Runtime::onCpu(const RuntimeOptions& options) {
  Result<std::shared_ptr<detail::RuntimeCore>> core = CpuBackend::open(options);
  if (!core)
    return core.status();
  return Runtime(std::move(*core));
}

Result<Runtime> Runtime::create(const RuntimeOptions& options) {
  if (Status status = runtime::checkOptions(options); !status)
    return status;
  const bool isApart = options.isolation == Isolation::Process;
  if (isApart && options.backend != Backend::Cuda && options.backend != Backend::Auto)
    return noIsolation("this backend has no process apart");
  switch (options.backend) {
  case Backend::Cuda:
    if (Result<std::shared_ptr<detail::RuntimeCore>> core = runtime::cuda::Resident::open(options))
      return Runtime(std::move(*core));
    else
      return core.status();
  case Backend::Metal:
    return Status(StatusCode::Unsupported, "this build has no Metal backend");
  case Backend::WebGpu:
    if (Result<std::unique_ptr<ComputeDevice>> device =
            runtime::webgpu::openDevice(options.webgpuLibrary))
      return create(options, std::move(*device), ShaderLanguage::Wgsl);
    else
      return device.status();
  case Backend::Auto:
    if (Result<std::shared_ptr<detail::RuntimeCore>> core = runtime::cuda::Resident::open(options))
      return Runtime(std::move(*core));
    else if (isApart)
      return noIsolation(("there is no CUDA: " + core.status().message()).c_str());
    if (Result<std::unique_ptr<ComputeDevice>> device =
            runtime::webgpu::openDevice(options.webgpuLibrary);
        // What computes on the CPU is slower there than our own threads.
        device && !runtime::webgpu::isSoftware((*device)->info().description))
      return create(options, std::move(*device), ShaderLanguage::Wgsl);
    return onCpu(options);
  case Backend::Cpu:
    return onCpu(options);
  }
  return Status(StatusCode::InvalidArgument, "`RuntimeOptions::backend` is no backend");
}

Result<Runtime> Runtime::create(const RuntimeOptions& options,
                                std::unique_ptr<ComputeDevice> device, ShaderLanguage language) {
  if (Status status = runtime::checkOptions(options); !status)
    return status;
  if (!device)
    return Status(StatusCode::InvalidArgument, "there is no device");
  if (options.isolation == Isolation::Process)
    return noIsolation("a device of the caller's own is in this process");
  return Runtime(std::make_shared<Rounds>(options, std::move(device), language));
}

Runtime& Runtime::operator=(Runtime&& other) noexcept {
  if (this != &other) {
    Runtime ended(std::move(*this)); // stops what ran here
    core_ = std::move(other.core_);
  }
  return *this;
}

Runtime::~Runtime() {
  if (!core_)
    return;
  // Asks and memory may keep the core; its threads end here.
  if (!stop())
    static_cast<void>(core_->stop(detail::Deadline::max()).isOk());
}

} // namespace ring
