// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA source to a cubin through NVRTC.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H

#include <ringkernel/status.h>

#include <string>
#include <string_view>
#include <vector>

namespace ring::runtime::cuda {

/// Ok where NVRTC can be loaded; else NotFound or Unsupported, as loadNvrtc() says.
Status compilerStatus();

/// Compiles for compute capability `capability` (90 for 9.0), without contraction of a * b + c:
/// ringc decides that. NotFound: no NVRTC. InvalidArgument: the compiler's log.
Result<std::vector<char>> compile(std::string_view source, int capability);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_COMPILER_H
