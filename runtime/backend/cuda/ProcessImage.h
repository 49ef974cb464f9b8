// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program of the GPU's process (runtime/process), as the build has put it into this library.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_PROCESSIMAGE_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_PROCESSIMAGE_H

#include <cstddef>
#include <span>

namespace ring::runtime::cuda {

std::span<const std::byte> processImage();

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_PROCESSIMAGE_H
