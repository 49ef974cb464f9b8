// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlopen and dlsym for CUDA. Looks up every function before it says yes, so that no call can meet a
// null pointer. Never closes a library: the driver has threads and static state of its own.

#include "runtime/backend/cuda/Loader.h"

#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <vector>

namespace ring::runtime::cuda {

namespace {

/// The file that `variable` names, else the first of `names` that loads.
Result<void*> open(const char* variable, const std::vector<std::string>& names, const char* what) {
  if (const char* named = std::getenv(variable); named && *named) {
    if (void* library = dlopen(named, RTLD_NOW | RTLD_LOCAL))
      return library;
    return Status(StatusCode::NotFound, std::string("cannot load ") + what + " `" + named +
                                            "`, which `" + variable + "` names: " + dlerror());
  }
  std::string tried;
  for (const std::string& name : names) {
    if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL))
      return library;
    tried += (tried.empty() ? "`" : ", `") + name + "`";
  }
  return Status(StatusCode::NotFound, std::string("no ") + what + ": none of " + tried +
                                          " is installed; name one in `" + variable + "`");
}

Status missingFunctions(const char* what, const std::string& missing) {
  if (missing.empty())
    return Status::ok();
  return {StatusCode::Unsupported,
          std::string(what) + " lacks " + missing + "; install CUDA 12.0 or newer"};
}

void lookUp(void* library, const char* name, void*& function, std::string& missing) {
  function = dlsym(library, name);
  if (!function)
    missing += std::string(missing.empty() ? "`" : ", `") + name + "`";
}

} // namespace

Status startDriver(const DriverApi& api) {
  if (CuResult result = api.Init(0); result != CuResult::Success)
    return {result == CuResult::NoDevice ? StatusCode::NotFound : StatusCode::Unsupported,
            describe(api, "cannot start the CUDA driver", result)};
  int version = 0;
  if (CuResult result = api.DriverGetVersion(&version); result != CuResult::Success)
    return {StatusCode::NotFound, describe(api, "cannot ask the CUDA driver's version", result)};
  if (version < kMinDriverVersion)
    return {StatusCode::Unsupported,
            "the CUDA driver is for CUDA " + std::to_string(version / 1000) + "." +
                std::to_string(version % 1000 / 10) + "; 12.0 or newer is needed: update it"};
  int count = 0;
  if (CuResult result = api.DeviceGetCount(&count); result != CuResult::Success)
    return {StatusCode::NotFound, describe(api, "cannot count the CUDA devices", result)};
  if (count == 0)
    return {StatusCode::NotFound, "the CUDA driver sees no GPU"};
  return Status::ok();
}

std::string fileOf(const void* function) {
  Dl_info info{};
  return dladdr(function, &info) && info.dli_fname ? info.dli_fname : "";
}

std::string describe(const DriverApi& api, const char* what, CuResult result) {
  const char* name = nullptr;
  const char* text = nullptr;
  api.GetErrorName(result, &name);
  api.GetErrorString(result, &text);
  return std::string(what) + ": " + (name ? name : "unknown error") + " (" +
         std::to_string(static_cast<int>(result)) + "): " + (text ? text : "no description");
}

Result<Loaded<DriverApi>> findDriver() {
  Result<void*> library = open(kDriverVariable, {"libcuda.so.1", "libcuda.so"}, "CUDA driver");
  if (!library)
    return library.status();
  DriverApi api;
  std::string missing;
  void* function = nullptr;
#define RINGKERNEL_CUDA_LOOKUP(Name, Exported, Params)                                             \
  lookUp(*library, #Exported, function, missing);                                                  \
  api.Name.bind(reinterpret_cast<decltype(api.Name)::Here>(function));
  RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_LOOKUP)
#undef RINGKERNEL_CUDA_LOOKUP
  if (Status status = missingFunctions("the CUDA driver", missing); !status)
    return status;
  return Loaded<DriverApi>{api, fileOf(function)};
}

Result<DriverApi> loadDriver() {
  const Result<Loaded<DriverApi>> driver = findDriver();
  if (!driver)
    return driver.status();
  if (Status status = startDriver(driver->api); !status)
    return status;
  return driver->api;
}

Result<Loaded<NvrtcApi>> findNvrtc() {
  std::vector<std::string> names{"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"};
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"})
    if (const char* root = std::getenv(variable); root && *root)
      names.push_back(std::string(root) + "/lib64/libnvrtc.so");
  names.emplace_back("/usr/local/cuda/lib64/libnvrtc.so");
  Result<void*> library = open(kNvrtcVariable, names, "NVRTC library");
  if (!library)
    return library.status();
  NvrtcApi api;
  std::string missing;
  void* function = nullptr;
#define RINGKERNEL_NVRTC_LOOKUP(Name, Exported, Params)                                            \
  lookUp(*library, #Exported, function, missing);                                                  \
  api.Name = reinterpret_cast<decltype(api.Name)>(function);
  RINGKERNEL_NVRTC_FUNCTIONS(RINGKERNEL_NVRTC_LOOKUP)
#undef RINGKERNEL_NVRTC_LOOKUP
  if (Status status = missingFunctions("NVRTC", missing); !status)
    return status;
  return Loaded<NvrtcApi>{api, fileOf(function)};
}

Status checkNvrtcVersion(int major, int minor) {
  if (major * 1000 + minor * 10 >= kMinNvrtcVersion)
    return Status::ok();
  return {StatusCode::Unsupported,
          "NVRTC is that of CUDA " + std::to_string(major) + "." + std::to_string(minor) +
              "; 12.4 or newer is needed: install it, or name one in `" + kNvrtcVariable + "`"};
}

Result<NvrtcApi> loadNvrtc() {
  const Result<Loaded<NvrtcApi>> nvrtc = findNvrtc();
  if (!nvrtc)
    return nvrtc.status();
  int major = 0, minor = 0;
  if (nvrtc->api.Version(&major, &minor) != NvrtcResult::Success)
    return Status(StatusCode::Unsupported,
                  "NVRTC (`" + nvrtc->path + "`) does not tell its version");
  if (Status status = checkNvrtcVersion(major, minor); !status)
    return status;
  return nvrtc->api;
}

} // namespace ring::runtime::cuda
