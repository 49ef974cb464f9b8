// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlopen and dlsym for webgpu.h. Looks up every function before it says yes, so that no call can
// meet a null pointer. Never closes a library: Dawn has threads and static state of its own.

#include "runtime/backend/webgpu/Loader.h"

#include <cstdlib>
#include <dlfcn.h>

namespace ring::runtime::webgpu {

namespace {

Status lookUp(void* library, const std::string& path, Api& api) {
  std::string missing;
#define RINGKERNEL_WEBGPU_LOOKUP(Name, Res, Params)                                                \
  api.Name = reinterpret_cast<decltype(api.Name)>(dlsym(library, "wgpu" #Name));                   \
  if (!api.Name)                                                                                   \
    missing += missing.empty() ? "`wgpu" #Name "`" : ", `wgpu" #Name "`";
  RINGKERNEL_WEBGPU_FUNCTIONS(RINGKERNEL_WEBGPU_LOOKUP)
#undef RINGKERNEL_WEBGPU_LOOKUP
  if (missing.empty())
    return Status::ok();
  return {StatusCode::Unsupported, "`" + path + "` is not a library this runtime knows: it lacks " +
                                       missing + "; use Dawn as bundled in npm " +
                                       "`bun-webgpu-linux-x64` 0.1.7 or newer"};
}

} // namespace

Result<LoadedApi> loadApi(const std::string& path) {
  LoadedApi loaded{{}, path};
  const char* fromEnvironment = std::getenv(kLibraryVariable);
  if (loaded.path.empty() && fromEnvironment)
    loaded.path = fromEnvironment;

  void* library = nullptr;
  if (!loaded.path.empty()) {
    library = dlopen(loaded.path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      return Status(StatusCode::NotFound,
                    "cannot load the WebGPU library `" + loaded.path + "`: " + dlerror());
  }
  for (const char* name : kWellKnownNames) {
    if (library)
      break;
    loaded.path = name;
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (!library)
    return Status(StatusCode::NotFound, std::string("no WebGPU library: neither `") +
                                            kWellKnownNames[0] + "` nor `" + kWellKnownNames[1] +
                                            "` is installed; name one in `" + kLibraryVariable +
                                            "`");
  if (Status status = lookUp(library, loaded.path, loaded.api); !status)
    return status;
  return loaded;
}

} // namespace ring::runtime::webgpu
