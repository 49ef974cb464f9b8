// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and loads a webgpu.h implementation at run time. Nothing else here opens a library.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_LOADER_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_LOADER_H

#include "runtime/backend/webgpu/Api.h"

#include <ringkernel/status.h>

#include <string>

namespace ring::runtime::webgpu {

/// The library to load is the value of this environment variable, where it is set.
inline constexpr const char* kLibraryVariable = "RINGKERNEL_WEBGPU_LIBRARY";

/// What is tried where none is named, in this order.
inline constexpr const char* kWellKnownNames[] = {"libwebgpu_dawn.so", "libwebgpu.so"};

struct LoadedApi {
  Api api;
  std::string path; ///< as given to the loader
};

/// Loads `path`; empty: the value of RINGKERNEL_WEBGPU_LIBRARY, else the names under which Dawn is
/// installed. The library stays loaded until the process ends. NotFound when there is none,
/// Unsupported when it lacks a function.
Result<LoadedApi> loadApi(const std::string& path = {});

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_LOADER_H
