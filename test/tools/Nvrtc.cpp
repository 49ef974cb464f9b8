// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The NVRTC entry points by name. Their signatures have not changed since CUDA 11.

#include "test/tools/Nvrtc.h"

#include <cstdlib>
#include <dlfcn.h>

namespace ring::test {

namespace {

constexpr const char* kNames[] = {"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12",
                                  "/usr/local/cuda/lib64/libnvrtc.so"};

template <class Function> bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

} // namespace

bool Nvrtc::load(const std::string& path) {
  std::vector<std::string> candidates(std::begin(kNames), std::end(kNames));
  if (!path.empty())
    candidates.insert(candidates.begin(), path);
  if (const char* named = std::getenv("RINGKERNEL_NVRTC_LIBRARY"); named && *named)
    candidates = {named};
  void* library = nullptr;
  for (std::size_t i = 0; i < candidates.size() && !library; ++i)
    library = dlopen(candidates[i].c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    message = "no NVRTC: name `libnvrtc.so` in `RINGKERNEL_NVRTC_LIBRARY`";
    return false;
  }
  const bool complete = find(library, "nvrtcVersion", nvrtc.version) &&
                        find(library, "nvrtcCreateProgram", nvrtc.createProgram) &&
                        find(library, "nvrtcCompileProgram", nvrtc.compileProgram) &&
                        find(library, "nvrtcDestroyProgram", nvrtc.destroyProgram) &&
                        find(library, "nvrtcGetProgramLogSize", nvrtc.getProgramLogSize) &&
                        find(library, "nvrtcGetProgramLog", nvrtc.getProgramLog) &&
                        find(library, "nvrtcGetPTXSize", nvrtc.getPtxSize) &&
                        find(library, "nvrtcGetPTX", nvrtc.getPtx) &&
                        find(library, "nvrtcGetCUBINSize", nvrtc.getCubinSize) &&
                        find(library, "nvrtcGetCUBIN", nvrtc.getCubin) &&
                        find(library, "nvrtcGetErrorString", nvrtc.getErrorString);
  if (!complete)
    message = "the NVRTC found is older than CUDA 11.1, which is the first that makes cubins";
  return complete;
}

std::string Nvrtc::version() const {
  int major = 0;
  int minor = 0;
  nvrtc.version(&major, &minor);
  return std::to_string(major) + "." + std::to_string(minor);
}

Nvrtc::Output Nvrtc::compile(const std::string& source, const std::string& name,
                             const std::string& architecture,
                             const std::vector<Header>& headers) const {
  Output output;
  std::vector<const char*> texts, names;
  for (const Header& header : headers) {
    texts.push_back(header.text.c_str());
    names.push_back(header.name.c_str());
  }
  void* program = nullptr;
  int status = nvrtc.createProgram(&program, source.c_str(), name.c_str(),
                                   static_cast<int>(headers.size()), texts.data(), names.data());
  if (status != 0) {
    output.log = std::string("error: NVRTC makes no program: ") + nvrtc.getErrorString(status);
    return output;
  }
  const std::string architectureOption = "--gpu-architecture=" + architecture;
  std::vector<const char*> options{architectureOption.c_str(), "--fmad=false"};
  if (!headers.empty())
    options.insert(options.end(), {"--std=c++17", "--device-as-default-execution-space"});
  status = nvrtc.compileProgram(program, static_cast<int>(options.size()), options.data());
  std::size_t size = 0;
  if (nvrtc.getProgramLogSize(program, &size) == 0 && size > 1) {
    output.log.resize(size);
    nvrtc.getProgramLog(program, output.log.data());
    output.log.pop_back(); // the NUL
  }
  if (status == 0) {
    const bool ptx = architecture.starts_with("compute_");
    status = ptx ? nvrtc.getPtxSize(program, &size) : nvrtc.getCubinSize(program, &size);
    output.code.resize(size);
    if (status == 0)
      status = ptx ? nvrtc.getPtx(program, output.code.data())
                   : nvrtc.getCubin(program, output.code.data());
    if (ptx && !output.code.empty())
      output.code.pop_back(); // the NUL
  }
  output.compiled = status == 0;
  if (status != 0 && output.log.empty())
    output.log = std::string("error: ") + nvrtc.getErrorString(status);
  nvrtc.destroyProgram(&program);
  return output;
}

} // namespace ring::test
