// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arguments of one launch, with the sizes that a driver in another process must be told.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_KERNELARGUMENTS_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_KERNELARGUMENTS_H

#include "runtime/backend/cuda/Api.h"

#include <vector>

namespace ring::runtime::cuda {

class KernelArguments {
public:
  /// `value` must live until the launch.
  void add(const void* value, std::size_t bytes) {
    values_.push_back(const_cast<void*>(value));
    sizes_.push_back(bytes);
  }
  /// As the driver takes them; valid until the next call of this object.
  ArgumentList list() {
    table_ = values_;
    table_.push_back(nullptr);
    for (const std::size_t bytes : sizes_)
      table_.push_back(reinterpret_cast<void*>(bytes));
    return {table_.data()};
  }

private:
  std::vector<void*> values_, table_;
  std::vector<std::size_t> sizes_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_KERNELARGUMENTS_H
