// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choosing a backend: the one place that knows them all.
#include "runtime/backend/cpu/CpuBackend.h"

#include <ringkernel/runtime.h>

#include <memory>

namespace ring {

using runtime::cpu::CpuBackend;

Result<Runtime> Runtime::create(const RuntimeOptions& options) {
  if (Status status = runtime::checkOptions(options); !status)
    return status;
  switch (options.backend) {
  case Backend::Cuda:
    return Status(StatusCode::Unsupported, "this build has no CUDA backend");
  case Backend::Metal:
    return Status(StatusCode::Unsupported, "this build has no Metal backend");
  case Backend::WebGpu:
    return Status(StatusCode::Unsupported, "this build has no WebGPU backend");
  case Backend::Auto:
  case Backend::Cpu:
    return Runtime(std::make_shared<CpuBackend>(options));
  }
  return Status(StatusCode::InvalidArgument, "`RuntimeOptions::backend` is no backend");
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
