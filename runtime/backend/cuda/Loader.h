// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and loads the CUDA driver and NVRTC at run time. Nothing else here opens a library.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H

#include "runtime/backend/cuda/Api.h"

#include <ringkernel/status.h>

namespace ring::runtime::cuda {

/// The file to load as the driver or as NVRTC is the value of these, where they are set.
inline constexpr const char* kDriverVariable = "RINGKERNEL_CUDA_LIBRARY";
inline constexpr const char* kNvrtcVariable = "RINGKERNEL_NVRTC_LIBRARY";

/// The driver, initialised. It stays loaded until the process ends. NotFound: no library or no GPU.
/// Unsupported: it is older than kMinDriverVersion or lacks a function.
Result<DriverApi> loadDriver();

/// NVRTC. NotFound: none is installed. Unsupported: it lacks a function.
Result<NvrtcApi> loadNvrtc();

/// `what: NAME: text` for a failed driver call.
std::string describe(const DriverApi& api, const char* what, CuResult result);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H
