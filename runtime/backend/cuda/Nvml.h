// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only NVML (libnvidia-ml, which comes with the driver) tells of a GPU. Asks and never sets;
// for reports, the backend itself does without it. Declared by us as in Api.h, loaded with dlopen.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_NVML_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_NVML_H

#include <ringkernel/status.h>

#include <optional>
#include <string>

namespace ring::runtime::cuda {

/// The library to load, where this is set.
inline constexpr const char* kNvmlVariable = "RINGKERNEL_NVML_LIBRARY";

/// Generation and lanes of a link; 0: not known. An idle GPU may run below its most.
struct PcieLink {
  unsigned generation = 0, maxGeneration = 0, width = 0, maxWidth = 0;
};

class Nvml {
public:
  /// NotFound: no library. Unsupported: it lacks a function or does not start.
  static Result<Nvml> open();
  ~Nvml();
  Nvml(Nvml&& other) noexcept;
  Nvml& operator=(Nvml&&) = delete;

  const std::string& path() const { return path_; }
  /// As `580.65.06`; empty where it does not say.
  std::string driverVersion() const;
  /// Of the GPU at `pciBusId` (`0000:17:00.0`); nothing where it has no MIG or is not known.
  std::optional<bool> migMode(const std::string& pciBusId) const;
  PcieLink pcieLink(const std::string& pciBusId) const;

private:
  struct DeviceImpl;
  struct Functions {
    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    int (*systemGetDriverVersion)(char* version, unsigned bytes) = nullptr;
    int (*deviceGetHandleByPciBusId)(const char* busId, DeviceImpl** device) = nullptr;
    int (*deviceGetMigMode)(DeviceImpl* device, unsigned* current, unsigned* pending) = nullptr;
    int (*deviceGetCurrPcieLinkGeneration)(DeviceImpl* device, unsigned* value) = nullptr;
    int (*deviceGetMaxPcieLinkGeneration)(DeviceImpl* device, unsigned* value) = nullptr;
    int (*deviceGetCurrPcieLinkWidth)(DeviceImpl* device, unsigned* value) = nullptr;
    int (*deviceGetMaxPcieLinkWidth)(DeviceImpl* device, unsigned* value) = nullptr;
  };

  Nvml() = default;
  Status lookUp(void* library);
  DeviceImpl* device(const std::string& pciBusId) const;

  Functions functions_;
  std::string path_;
  bool isOpen_ = false;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_NVML_H
