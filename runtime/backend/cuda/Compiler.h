// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA source to a cubin through NVRTC.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H

#include <ringkernel/status.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ring::runtime::cuda {

/// Ok where NVRTC can be loaded; else NotFound or Unsupported, as loadNvrtc() says.
Status compilerStatus();

/// A text that the source may include by `name`.
struct Header {
  std::string name;
  std::string_view text;
};

/// Compiles for compute capability `capability` (90 for 9.0), without contraction of a * b + c:
/// ringc decides that. What was compiled before comes from the disk cache. NotFound: no NVRTC.
/// InvalidArgument: the compiler's log.
Result<std::vector<char>> compile(std::string_view source, int capability,
                                  std::span<const Header> headers = {});

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H
