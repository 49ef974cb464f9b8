// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and loads the CUDA driver and NVRTC at run time. Nothing else here opens a library.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H

#include "runtime/backend/cuda/Api.h"

#include <ringkernel/status.h>

#include <string>

namespace ring::runtime::cuda {

/// The file to load as the driver or as NVRTC is the value of these, where they are set.
inline constexpr const char* kDriverVariable = "RINGKERNEL_CUDA_LIBRARY";
inline constexpr const char* kNvrtcVariable = "RINGKERNEL_NVRTC_LIBRARY";

/// A library with all its functions, and the file that it is. It stays loaded until the process
/// ends.
template <class Api> struct Loaded {
  Api api;
  std::string path;
};

/// The driver, asked nothing yet. NotFound: no library. Unsupported: it lacks a function.
Result<Loaded<DriverApi>> findDriver();
/// Initialises it. NotFound: there is no GPU. Unsupported: it does not start or is older than
/// kMinDriverVersion.
Status startDriver(const DriverApi& api);
/// Both.
Result<DriverApi> loadDriver();

/// NVRTC. NotFound: none is installed. Unsupported: it lacks a function.
Result<Loaded<NvrtcApi>> findNvrtc();
/// Ok where that version of NVRTC can compile the resident kernel, else Unsupported.
Status checkNvrtcVersion(int major, int minor);
/// Both.
Result<NvrtcApi> loadNvrtc();

/// The file in which `function` lies, as the system's loader names it.
std::string fileOf(const void* function);

/// `what: NAME: text` for a failed driver call.
std::string describe(const DriverApi& api, const char* what, CuResult result);

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_LOADER_H
