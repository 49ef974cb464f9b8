// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The claim of a process's one runtime on its GPU.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_SOLE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_SOLE_H

#include <optional>
#include <utility>

namespace ring::runtime::cuda {

/// One runtime of a process at a time has the GPU: freeing memory waits for the whole device, so
/// each would wait for the resident kernel of the other one.
class Sole {
public:
  /// Nothing where somebody has it.
  static std::optional<Sole> claim();
  Sole(Sole&& other) noexcept : isHeld_(std::exchange(other.isHeld_, false)) {}
  Sole& operator=(Sole&&) = delete;
  ~Sole();

private:
  Sole() = default;
  bool isHeld_ = true;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_SOLE_H
