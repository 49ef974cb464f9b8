// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// webgpu.h lists no adapters: it answers wishes. Each wish that may give another adapter is asked.
#include "runtime/backend/webgpu/Probe.h"

#include "runtime/backend/webgpu/Device.h"
#include "runtime/backend/webgpu/Session.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <optional>

namespace ring::runtime::webgpu {

namespace {

const char* nameOf(BackendType type) {
  static constexpr const char* kNames[] = {"undefined",   "Null",        "WebGPU",
                                           "Direct3D 11", "Direct3D 12", "Metal",
                                           "Vulkan",      "OpenGL",      "OpenGL ES"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

AdapterProbe describe(const Api& api, AdapterImpl* adapter) {
  AdapterInfo info;
  api.AdapterGetInfo(adapter, &info);
  AdapterProbe probe;
  probe.name = describe(info);
  probe.driver = nameOf(info.backendType);
  probe.isNull = info.backendType == BackendType::Null;
  probe.isSoftware = isSoftware(probe.name);
  api.AdapterInfoFreeMembers(info);
  return probe;
}

LibraryProbe probeLibrary(const LoadedApi& loaded) {
  LibraryProbe probe;
  Dl_info file{};
  const bool isKnown =
      dladdr(reinterpret_cast<const void*>(loaded.api.CreateInstance), &file) && file.dli_fname;
  probe.path = isKnown ? file.dli_fname : loaded.path;
  const Owned<InstanceImpl> instance(loaded.api.CreateInstance(nullptr),
                                     loaded.api.InstanceRelease);
  if (!instance) {
    probe.status = {StatusCode::Unsupported, "it gives no WebGPU instance"};
    return probe;
  }
  std::string refusal;
  for (const PowerPreference power : {PowerPreference::HighPerformance, PowerPreference::LowPower})
    for (const Bool fallback : {0u, 1u}) {
      RequestAdapterOptions wish;
      wish.powerPreference = power;
      wish.forceFallbackAdapter = fallback;
      const Result<Owned<AdapterImpl>> adapter = requestAdapter(loaded.api, instance.get(), wish);
      if (!adapter) {
        if (refusal.empty())
          refusal = adapter.status().message();
        continue;
      }
      AdapterProbe found = describe(loaded.api, adapter->get());
      const auto isSame = [&](const AdapterProbe& other) {
        return other.name == found.name && other.driver == found.driver;
      };
      if (std::ranges::none_of(probe.adapters, isSame))
        probe.adapters.push_back(std::move(found));
    }
  if (probe.adapters.empty())
    probe.status = {StatusCode::NotFound, refusal};
  else if (probe.adapters.front().isNull)
    probe.status = nullBackendStatus(probe.path);
  return probe;
}

} // namespace

std::vector<LibraryProbe> probe() {
  std::vector<LibraryProbe> libraries;
  const char* named = std::getenv(kLibraryVariable);
  const auto add = [&](const std::string& name, bool isNamed) {
    const Result<LoadedApi> loaded = loadApi(name);
    LibraryProbe probe;
    if (loaded)
      probe = probeLibrary(*loaded);
    else
      probe.status = loaded.status();
    if (!loaded)
      probe.path = name;
    probe.isNamed = isNamed;
    const auto isSame = [&](const LibraryProbe& other) { return other.path == probe.path; };
    const bool isAbsent = !isNamed && probe.status.code() == StatusCode::NotFound && !loaded;
    if (!isAbsent && std::ranges::none_of(libraries, isSame))
      libraries.push_back(std::move(probe));
  };
  if (named && *named)
    add(named, true);
  for (const char* name : kWellKnownNames)
    add(name, false);
  return libraries;
}

} // namespace ring::runtime::webgpu
