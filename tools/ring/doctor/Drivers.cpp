// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the runtime's structures to JSON, and what state they add up to.
#include "Drivers.h"

#include "runtime/backend/cuda/Cache.h"
#include "runtime/backend/cuda/Probe.h"
#include "runtime/backend/webgpu/Probe.h"

#include <fmt/core.h>

namespace ring::tool {

using namespace ring::runtime;

namespace {

template <class Value> Json orNull(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}
Json orNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json orNull(unsigned number) { return number == 0 ? Json() : Json(number); }
Json problemOf(const Status& status) { return orNull(status.message()); }

Json libraryJson(const cuda::LibraryProbe& library) {
  return {{"found", !library.path.empty()},
          {"usable", library.status.isOk()},
          {"path", orNull(library.path)},
          {"version", orNull(library.version)},
          {"problem", problemOf(library.status)}};
}

const char* nameOf(cuda::ComputeMode mode) {
  switch (mode) {
  case cuda::ComputeMode::Default:
    return "default";
  case cuda::ComputeMode::Prohibited:
    return "prohibited";
  case cuda::ComputeMode::ExclusiveProcess:
    return "exclusive process";
  }
  return "unknown";
}

Json gpuJson(const cuda::GpuProbe& gpu) {
  return {{"name", gpu.name},
          {"pciBusId", gpu.pciBusId},
          {"computeCapability", fmt::format("{}.{}", gpu.capability / 10, gpu.capability % 10)},
          {"memoryBytes", gpu.memoryBytes},
          {"multiprocessors", gpu.multiprocessors},
          {"cooperativeLaunch", gpu.hasCooperativeLaunch},
          {"computeMode", nameOf(gpu.computeMode)},
          {"pcie",
           {{"generation", orNull(gpu.link.generation)},
            {"maxGeneration", orNull(gpu.link.maxGeneration)},
            {"width", orNull(gpu.link.width)},
            {"maxWidth", orNull(gpu.link.maxWidth)}}},
          {"mig", orNull(gpu.hasMig)},
          {"migSource", orNull(gpu.migSource)},
          {"mps", orNull(gpu.usesMps)},
          {"usable", gpu.status.isOk()},
          {"problem", problemOf(gpu.status)}};
}

/// A library that the user named and that is not there, or a GPU that cannot be used though it
/// could be, is broken; a machine without either misses something.
const char* stateOf(const cuda::CudaProbe& probe) {
  if (!probe.status) {
    const bool isAbsent = probe.status.code() == StatusCode::NotFound;
    const bool isExpected = (probe.isDriverNamed && !probe.driver.status) || probe.gpusOnBus != 0;
    return isAbsent && !isExpected ? "missing" : "broken";
  }
  const cuda::GpuProbe& first = probe.gpus.front();
  if (!first.status)
    return first.computeMode == cuda::ComputeMode::Prohibited ? "broken" : "unsupported";
  return probe.nvrtc.status ? "works" : "broken";
}

Json problemOf(const cuda::CudaProbe& probe) {
  if (!probe.status)
    return problemOf(probe.status);
  if (const Status& first = probe.gpus.front().status; !first)
    return "the first GPU cannot be used: " + first.message();
  return problemOf(probe.nvrtc.status);
}

} // namespace

Json cudaFacts() {
  const cuda::CudaProbe probe = cuda::probe();
  Json gpus = Json::array();
  for (const cuda::GpuProbe& gpu : probe.gpus)
    gpus.push_back(gpuJson(gpu));
  return {{"state", stateOf(probe)},
          {"problem", problemOf(probe)},
          {"driver", libraryJson(probe.driver)},
          {"nvrtc", libraryJson(probe.nvrtc)},
          {"nvml", libraryJson(probe.nvml)},
          {"gpusOnBus", probe.gpusOnBus},
          {"mps",
           {{"pipeDirectory", probe.mps.pipeDirectory},
            {"named", probe.mps.isNamed},
            {"daemon", probe.mps.hasDaemon}}},
          {"gpus", gpus}};
}

Json webgpuFacts() {
  Json libraries = Json::array();
  for (const webgpu::LibraryProbe& library : webgpu::probe()) {
    Json adapters = Json::array();
    for (const webgpu::AdapterProbe& adapter : library.adapters)
      adapters.push_back({{"name", adapter.name},
                          {"driver", adapter.driver},
                          {"software", adapter.isSoftware},
                          {"null", adapter.isNull}});
    libraries.push_back({{"path", library.path},
                         {"named", library.isNamed},
                         {"usable", library.status.isOk()},
                         {"problem", problemOf(library.status)},
                         {"adapters", adapters}});
  }
  // The runtime takes the first, whatever the others are.
  const bool isMissing = libraries.empty();
  const bool works = !isMissing && libraries.front()["usable"];
  return {{"state", isMissing ? "missing" : (works ? "works" : "broken")},
          {"problem", isMissing ? Json() : libraries.front()["problem"]},
          {"libraries", libraries}};
}

Json cacheFacts() {
  const cuda::CacheState cache = cuda::inspectCache();
  return {{"path", orNull(cache.folder)},
          {"namedBy", orNull(cache.namedBy)},
          {"exists", cache.exists},
          {"private", cache.exists ? Json(cache.isPrivate) : Json()},
          {"readByOthers", cache.exists ? Json(cache.isReadByOthers) : Json()},
          {"writable", !cache.folder.empty() && cache.writeProblem.empty()},
          {"writeProblem", orNull(cache.writeProblem)},
          {"kernels", cache.kernels},
          {"kernelBytes", cache.kernelBytes},
          {"maxBytes", cuda::kMaxCacheBytes},
          {"maxKernels", cuda::kMaxCacheFiles},
          {"garbage", cache.garbage},
          {"garbageBytes", cache.garbageBytes}};
}

} // namespace ring::tool
