// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every question may fail, on old drivers or in containers: then the answer is not known.
#include "runtime/backend/cuda/Nvml.h"

#include "runtime/backend/cuda/Loader.h"

#include <cstdlib>
#include <dlfcn.h>
#include <utility>

namespace ring::runtime::cuda {

namespace {

constexpr int kSuccess = 0; // NVML_SUCCESS

template <class Function>
void find(void* library, const char* name, Function*& function, std::string& missing) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (!function)
    missing += std::string(missing.empty() ? "`" : ", `") + name + "`";
}

} // namespace

Result<Nvml> Nvml::open() {
  const char* named = std::getenv(kNvmlVariable);
  const std::string name = named && *named ? named : "libnvidia-ml.so.1";
  void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return Status(StatusCode::NotFound, "cannot load NVML `" + name + "`: " + dlerror());
  Nvml nvml;
  if (Status status = nvml.lookUp(library); !status)
    return status;
  if (const int result = nvml.functions_.init(); result != kSuccess)
    return Status(StatusCode::Unsupported,
                  "NVML (`" + nvml.path_ + "`) does not start: error " + std::to_string(result));
  nvml.isOpen_ = true;
  return nvml;
}

Status Nvml::lookUp(void* library) {
  std::string missing;
  Functions& f = functions_;
  find(library, "nvmlInit_v2", f.init, missing);
  find(library, "nvmlShutdown", f.shutdown, missing);
  find(library, "nvmlSystemGetDriverVersion", f.systemGetDriverVersion, missing);
  find(library, "nvmlDeviceGetHandleByPciBusId_v2", f.deviceGetHandleByPciBusId, missing);
  find(library, "nvmlDeviceGetMigMode", f.deviceGetMigMode, missing);
  find(library, "nvmlDeviceGetCurrPcieLinkGeneration", f.deviceGetCurrPcieLinkGeneration, missing);
  find(library, "nvmlDeviceGetMaxPcieLinkGeneration", f.deviceGetMaxPcieLinkGeneration, missing);
  find(library, "nvmlDeviceGetCurrPcieLinkWidth", f.deviceGetCurrPcieLinkWidth, missing);
  find(library, "nvmlDeviceGetMaxPcieLinkWidth", f.deviceGetMaxPcieLinkWidth, missing);
  if (!missing.empty())
    return {StatusCode::Unsupported, "NVML lacks " + missing + "; update the NVIDIA driver"};
  path_ = fileOf(reinterpret_cast<const void*>(f.init));
  return Status::ok();
}

Nvml::Nvml(Nvml&& other) noexcept
    : functions_(other.functions_), path_(std::move(other.path_)),
      isOpen_(std::exchange(other.isOpen_, false)) {}

Nvml::~Nvml() {
  if (isOpen_)
    functions_.shutdown();
}

std::string Nvml::driverVersion() const {
  char version[96] = {};
  return functions_.systemGetDriverVersion(version, sizeof(version) - 1) == kSuccess ? version : "";
}

Nvml::DeviceImpl* Nvml::device(const std::string& pciBusId) const {
  DeviceImpl* device = nullptr;
  return functions_.deviceGetHandleByPciBusId(pciBusId.c_str(), &device) == kSuccess ? device
                                                                                     : nullptr;
}

std::optional<bool> Nvml::migMode(const std::string& pciBusId) const {
  DeviceImpl* gpu = device(pciBusId);
  unsigned current = 0, pending = 0;
  if (!gpu || functions_.deviceGetMigMode(gpu, &current, &pending) != kSuccess)
    return std::nullopt;
  return current != 0;
}

PcieLink Nvml::pcieLink(const std::string& pciBusId) const {
  DeviceImpl* gpu = device(pciBusId);
  PcieLink link;
  if (!gpu)
    return link;
  const auto ask = [gpu](int (*question)(DeviceImpl*, unsigned*), unsigned& to) {
    unsigned value = 0;
    if (question(gpu, &value) == kSuccess)
      to = value;
  };
  ask(functions_.deviceGetCurrPcieLinkGeneration, link.generation);
  ask(functions_.deviceGetMaxPcieLinkGeneration, link.maxGeneration);
  ask(functions_.deviceGetCurrPcieLinkWidth, link.width);
  ask(functions_.deviceGetMaxPcieLinkWidth, link.maxWidth);
  return link;
}

} // namespace ring::runtime::cuda
