// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which WebGPU implementations and adapters this machine has, for reports. Opens no device. A
// broken driver may crash or hang the process that asks.
#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PROBE_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PROBE_H

#include <ringkernel/status.h>

#include <string>
#include <vector>

namespace ring::runtime::webgpu {

struct AdapterProbe {
  std::string name;        ///< as a device of it calls itself (DeviceInfo::description)
  std::string driver;      ///< the interface under it: `Vulkan`, `Metal`, `Null`, ...
  bool isSoftware = false; ///< computes on the CPU: Backend::Auto passes it by
  bool isNull = false;     ///< Dawn's Null backend, which computes nothing
};

struct LibraryProbe {
  /// Ok where it has an adapter that computes.
  Status status = Status::ok();
  std::string path;
  bool isNamed = false;               ///< by RINGKERNEL_WEBGPU_LIBRARY
  std::vector<AdapterProbe> adapters; ///< each once, the one that the runtime takes first
};

/// The library that the environment names, and those of the usual names that are installed. The
/// runtime takes the first.
std::vector<LibraryProbe> probe();

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_PROBE_H
