// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A CUDA driver, an NVRTC and an NVML without a GPU: device memory is the host's, and launching the
// resident kernel starts a thread that plays it (FakeDevice.h). Any call can be told to fail. One
// library stands for all; it counts what it hands out. Kernels that are no resident ones do
// nothing.
#include "test/shims/cuda/FakeDriver.h"

#include "runtime/backend/cuda/Api.h"
#include "test/shims/cuda/FakeDevice.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>

using namespace ring::runtime::cuda;
using ring::test::FakeDevice;
using ring::test::FakeGpu;

struct ring::runtime::cuda::ModuleImpl {
  std::string source;
  alignas(16) ring::abi::ResidentTable table{};
};
struct ring::runtime::cuda::StreamImpl {
  std::unique_ptr<FakeDevice> kernel;
};
struct ring::runtime::cuda::ProgramImpl {
  std::string source;
};

namespace {

/// The defaults, changed by the environment; ends the process over what it does not know.
FakeGpu fromEnvironment() {
  FakeGpu made;
  const struct {
    const char* name;
    int& member;
  } members[] = {{"driverVersion", made.driverVersion},
                 {"devices", made.devices},
                 {"capability", made.capability},
                 {"cooperativeLaunch", made.cooperativeLaunch},
                 {"computeMode", made.computeMode},
                 {"initResult", made.initResult},
                 {"nvrtcMajor", made.nvrtcMajor},
                 {"nvrtcMinor", made.nvrtcMinor},
                 {"mps", made.mps},
                 {"mig", made.mig},
                 {"pcieWidth", made.pcieWidth},
                 {"crashes", made.crashes},
                 {"tears", made.tears},
                 {"isMute", made.isMute},
                 {"fails", made.fails},
                 {"stuckShard", made.stuckShard}};
  const char* given = std::getenv("RINGKERNEL_FAKE_GPU");
  std::istringstream words(given ? given : "");
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const auto member = std::ranges::find_if(
        members, [&](const auto& one) { return word.substr(0, equals) == one.name; });
    if (equals == std::string::npos || member == std::end(members))
      std::abort();
    member->member = std::stoi(word.substr(equals + 1));
  }
  return made;
}

std::mutex mutex; // all that follows
FakeGpu gpu = fromEnvironment();
unsigned calls, failAt;
CuResult failure;
const char* failedCall;
std::map<void*, std::size_t> allocated;
std::uint64_t allocatedBytes;
std::set<StreamImpl*> streams;
std::set<ModuleImpl*> modules;
int contexts;

constexpr int kFirstFault = 700;

/// Counts a call; gives what it is to fail with.
CuResult enter(const char* function) {
  std::lock_guard lock(mutex);
  ++calls;
  if (failedCall && static_cast<int>(failure) >= kFirstFault)
    return failure;
  if (calls != failAt)
    return CuResult::Success;
  failedCall = function;
  if (static_cast<int>(failure) >= kFirstFault)
    for (StreamImpl* stream : streams)
      stream->kernel.reset(); // the fault has ended it
  return failure;
}

CuResult allocate(void** to, std::size_t bytes) {
  std::lock_guard lock(mutex);
  if (allocatedBytes + bytes > gpu.memoryBytes)
    return CuResult::OutOfMemory;
  *to = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  allocated[*to] = bytes;
  allocatedBytes += bytes;
  return CuResult::Success;
}

CuResult release(void* memory) {
  std::lock_guard lock(mutex);
  const auto found = allocated.find(memory);
  if (found == allocated.end())
    return CuResult::InvalidValue;
  allocatedBytes -= found->second;
  allocated.erase(found);
  std::free(memory);
  return CuResult::Success;
}

template <class Impl> Impl* keep(std::set<Impl*>& all, Impl* made) {
  std::lock_guard lock(mutex);
  all.insert(made);
  return made;
}
template <class Impl> void drop(std::set<Impl*>& all, Impl* gone) {
  {
    std::lock_guard lock(mutex);
    all.erase(gone);
  }
  delete gone;
}

void* hostOf(DevicePointer address) { return reinterpret_cast<void*>(address); }

} // namespace

// Exported under the driver's names.
// NOLINTBEGIN(readability-identifier-naming)
#define FAKE(Name, ...) extern "C" __attribute__((visibility("default"))) CuResult Name(__VA_ARGS__)
#define ENTER()                                                                                    \
  if (const CuResult failed = enter(__func__); failed != CuResult::Success)                        \
  return failed

extern "C" {
#define EXPORT __attribute__((visibility("default")))
EXPORT void fakeReset(const FakeGpu* made, unsigned at, int result) {
  std::lock_guard lock(mutex);
  gpu = *made;
  failAt = at;
  failure = static_cast<CuResult>(result);
  calls = 0;
  failedCall = nullptr;
  // What a lost context took with it.
  for (StreamImpl* stream : streams)
    delete stream;
  for (ModuleImpl* module : modules)
    delete module;
  for (const auto& [memory, bytes] : allocated)
    std::free(memory);
  streams.clear();
  modules.clear();
  allocated.clear();
  allocatedBytes = 0;
  contexts = 0;
}
EXPORT bool fakeHasFailed() {
  std::lock_guard lock(mutex);
  return failedCall != nullptr;
}
EXPORT const char* fakeFailedCall() {
  std::lock_guard lock(mutex);
  return failedCall ? failedCall : "";
}
EXPORT int fakeLive() {
  std::lock_guard lock(mutex);
  return contexts + static_cast<int>(streams.size() + modules.size() + allocated.size());
}
}

FAKE(cuInit, unsigned) {
  ENTER();
  return static_cast<CuResult>(gpu.initResult);
}
FAKE(cuDriverGetVersion, int* version) {
  ENTER();
  *version = gpu.driverVersion;
  return CuResult::Success;
}
FAKE(cuDeviceGetCount, int* devices) {
  ENTER();
  *devices = gpu.devices;
  return CuResult::Success;
}
FAKE(cuDeviceGet, Device* device, int ordinal) {
  ENTER();
  *device = ordinal;
  return CuResult::Success;
}
FAKE(cuDeviceGetName, char* name, int length, Device) {
  ENTER();
  std::strncpy(name, "fake GPU", static_cast<std::size_t>(length));
  return CuResult::Success;
}
FAKE(cuDeviceGetAttribute, int* value, DeviceAttribute which, Device) {
  ENTER();
  switch (which) {
  case DeviceAttribute::ComputeCapabilityMajor:
    *value = gpu.capability / 10;
    break;
  case DeviceAttribute::ComputeCapabilityMinor:
    *value = gpu.capability % 10;
    break;
  case DeviceAttribute::MultiprocessorCount:
    *value = gpu.multiprocessors;
    break;
  case DeviceAttribute::CooperativeLaunch:
    *value = gpu.cooperativeLaunch;
    break;
  case DeviceAttribute::ComputeMode:
    *value = gpu.computeMode;
    break;
  case DeviceAttribute::MpsEnabled:
    *value = gpu.mps;
    break;
  case DeviceAttribute::PciDomain:
    *value = 0;
    break;
  case DeviceAttribute::PciBus:
    *value = 0x17;
    break;
  case DeviceAttribute::PciDevice:
    *value = 0;
    break;
  default:
    *value = 1024;
  }
  return CuResult::Success;
}
FAKE(cuDeviceTotalMem_v2, std::size_t* bytes, Device) {
  ENTER();
  *bytes = gpu.memoryBytes;
  return CuResult::Success;
}
FAKE(cuDevicePrimaryCtxRetain, ContextImpl** context, Device) {
  ENTER();
  if (gpu.crashes)
    std::raise(SIGKILL);
  *context = reinterpret_cast<ContextImpl*>(&gpu);
  std::lock_guard lock(mutex);
  ++contexts;
  return CuResult::Success;
}
FAKE(cuDevicePrimaryCtxRelease_v2, Device) {
  { // gives back even where it fails, as all that follows
    std::lock_guard lock(mutex);
    --contexts;
  }
  ENTER();
  return CuResult::Success;
}
FAKE(cuCtxSetCurrent, ContextImpl*) {
  ENTER();
  return CuResult::Success;
}
FAKE(cuStreamCreate, StreamImpl** stream, unsigned) {
  ENTER();
  *stream = keep(streams, new StreamImpl);
  return CuResult::Success;
}
FAKE(cuStreamSynchronize, StreamImpl* stream) {
  ENTER();
  if (stream && stream->kernel) {
    stream->kernel->join();
    stream->kernel.reset();
  }
  return CuResult::Success;
}
FAKE(cuStreamQuery, StreamImpl* stream) {
  ENTER();
  return stream->kernel && stream->kernel->isRunning() ? CuResult::NotReady : CuResult::Success;
}
FAKE(cuStreamDestroy_v2, StreamImpl* stream) {
  drop(streams, stream);
  ENTER();
  return CuResult::Success;
}
FAKE(cuMemAlloc_v2, DevicePointer* memory, std::size_t bytes) {
  ENTER();
  void* made = nullptr;
  const CuResult result = allocate(&made, bytes);
  *memory = reinterpret_cast<DevicePointer>(made);
  return result;
}
FAKE(cuMemFree_v2, DevicePointer memory) {
  const CuResult result = release(hostOf(memory));
  ENTER();
  return result;
}
FAKE(cuMemHostAlloc, void** memory, std::size_t bytes, unsigned) {
  ENTER();
  return allocate(memory, bytes);
}
FAKE(cuMemFreeHost, void* memory) {
  const CuResult result = release(memory);
  ENTER();
  return result;
}
FAKE(cuMemHostGetDevicePointer_v2, DevicePointer* device, void* memory, unsigned) {
  ENTER();
  *device = reinterpret_cast<DevicePointer>(memory);
  return CuResult::Success;
}
FAKE(cuMemsetD8_v2, DevicePointer to, unsigned char value, std::size_t bytes) {
  ENTER();
  std::memset(hostOf(to), value, bytes);
  return CuResult::Success;
}
FAKE(cuMemsetD8Async, DevicePointer to, unsigned char value, std::size_t bytes, StreamImpl*) {
  ENTER();
  std::memset(hostOf(to), value, bytes);
  return CuResult::Success;
}
FAKE(cuMemcpyHtoDAsync_v2, DevicePointer to, const void* from, std::size_t bytes, StreamImpl*) {
  ENTER();
  std::memcpy(hostOf(to), from, bytes);
  return CuResult::Success;
}
FAKE(cuMemcpyDtoHAsync_v2, void* to, DevicePointer from, std::size_t bytes, StreamImpl*) {
  ENTER();
  std::memcpy(to, hostOf(from), bytes);
  return CuResult::Success;
}
FAKE(cuModuleLoadData, ModuleImpl** module, const void* image) {
  ENTER();
  *module = keep(modules, new ModuleImpl{static_cast<const char*>(image)});
  return CuResult::Success;
}
FAKE(cuModuleUnload, ModuleImpl* module) {
  drop(modules, module);
  ENTER();
  return CuResult::Success;
}
FAKE(cuModuleGetFunction, FunctionImpl** function, ModuleImpl* module, const char*) {
  ENTER();
  *function = reinterpret_cast<FunctionImpl*>(module);
  return CuResult::Success;
}
FAKE(cuModuleGetGlobal_v2, DevicePointer* address, std::size_t* bytes, ModuleImpl* module,
     const char*) {
  ENTER();
  *address = reinterpret_cast<DevicePointer>(&module->table);
  *bytes = sizeof(module->table);
  return CuResult::Success;
}
FAKE(cuLaunchKernel, FunctionImpl*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
     unsigned, StreamImpl*, void** arguments, void**) {
  ENTER();
  if (gpu.tears) {
    auto* words = static_cast<std::uint32_t*>(hostOf(*static_cast<DevicePointer*>(arguments[0])));
    words[0] = 1;
    words[3] = 2;
  }
  return CuResult::Success;
}
FAKE(cuLaunchKernelEx, const LaunchConfig* config, FunctionImpl* function, void**, void**) {
  ENTER();
  if (config->gridX > static_cast<unsigned>(gpu.multiprocessors * gpu.blocksPerMultiprocessor))
    return CuResult::CooperativeLaunchTooLarge;
  const auto& module = *reinterpret_cast<const ModuleImpl*>(function);
  config->stream->kernel = std::make_unique<FakeDevice>(module.source, module.table, gpu);
  return CuResult::Success;
}
FAKE(cuFuncGetAttribute, int* value, FunctionAttribute, FunctionImpl*) {
  ENTER();
  *value = 64;
  return CuResult::Success;
}
FAKE(cuFuncSetAttribute, FunctionImpl*, FunctionAttribute, int) {
  ENTER();
  return CuResult::Success;
}
FAKE(cuOccupancyMaxActiveBlocksPerMultiprocessor, int* blocks, FunctionImpl*, int, std::size_t) {
  ENTER();
  *blocks = gpu.blocksPerMultiprocessor;
  return CuResult::Success;
}
FAKE(cuOccupancyMaxActiveClusters, int* clusters, FunctionImpl*, const LaunchConfig* config) {
  ENTER();
  *clusters = gpu.multiprocessors * gpu.blocksPerMultiprocessor /
              static_cast<int>(config->attributes[1].cluster[0]);
  return CuResult::Success;
}
FAKE(cuGetErrorName, CuResult, const char** name) {
  *name = "CUDA_ERROR_FAKED";
  return CuResult::Success;
}
FAKE(cuGetErrorString, CuResult, const char** text) {
  *text = "as the test told it";
  return CuResult::Success;
}

// NVRTC: what it makes of a source is the source.
#define FAKE_NVRTC(Name, ...)                                                                      \
  extern "C" __attribute__((visibility("default"))) NvrtcResult Name(__VA_ARGS__)
FAKE_NVRTC(nvrtcVersion, int* major, int* minor) {
  *major = gpu.nvrtcMajor;
  *minor = gpu.nvrtcMinor;
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcCreateProgram, ProgramImpl** program, const char* source, const char*, int,
           const char* const*, const char* const*) {
  *program = new ProgramImpl{source};
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcCompileProgram, ProgramImpl*, int, const char* const*) {
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcGetCUBINSize, ProgramImpl* program, std::size_t* bytes) {
  *bytes = program->source.size() + 1;
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcGetCUBIN, ProgramImpl* program, char* image) {
  std::memcpy(image, program->source.c_str(), program->source.size() + 1);
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcGetProgramLogSize, ProgramImpl*, std::size_t* bytes) {
  *bytes = 0;
  return NvrtcResult::Success;
}
FAKE_NVRTC(nvrtcGetProgramLog, ProgramImpl*, char*) { return NvrtcResult::Success; }
FAKE_NVRTC(nvrtcDestroyProgram, ProgramImpl** program) {
  delete *program;
  return NvrtcResult::Success;
}

// NVML: one GPU, at the place where the driver says it is.
#define FAKE_NVML(Name, ...) extern "C" __attribute__((visibility("default"))) int Name(__VA_ARGS__)
FAKE_NVML(nvmlInit_v2) { return 0; }
FAKE_NVML(nvmlShutdown) { return 0; }
FAKE_NVML(nvmlSystemGetDriverVersion, char* version, unsigned bytes) {
  std::strncpy(version, "580.65.06", bytes);
  return 0;
}
FAKE_NVML(nvmlDeviceGetHandleByPciBusId_v2, const char* busId, void** device) {
  constexpr int kNotFound = 6;
  *device = &gpu;
  return std::string(busId) == "0000:17:00.0" ? 0 : kNotFound;
}
FAKE_NVML(nvmlDeviceGetMigMode, void*, unsigned* current, unsigned* pending) {
  *current = *pending = static_cast<unsigned>(gpu.mig);
  return 0;
}
FAKE_NVML(nvmlDeviceGetCurrPcieLinkGeneration, void*, unsigned* value) {
  *value = 5;
  return 0;
}
FAKE_NVML(nvmlDeviceGetMaxPcieLinkGeneration, void*, unsigned* value) {
  *value = 5;
  return 0;
}
FAKE_NVML(nvmlDeviceGetCurrPcieLinkWidth, void*, unsigned* value) {
  *value = static_cast<unsigned>(gpu.pcieWidth);
  return 0;
}
FAKE_NVML(nvmlDeviceGetMaxPcieLinkWidth, void*, unsigned* value) {
  *value = 16;
  return 0;
}
// NOLINTEND(readability-identifier-naming)
