// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A CUDA driver, an NVRTC and an NVML without a GPU: device memory is the host's, and launching the
// resident kernel starts a thread that plays it (FakeDevice.h). Any call can be told to fail. One
// library stands for all; it counts what it hands out. Kernels that are no resident ones do
// nothing. Streams, events and graphs are in FakeStreams.cpp.
#include "test/shims/cuda/FakeState.h"

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

#include <unistd.h>

using namespace ring::test;

struct ring::runtime::cuda::ProgramImpl {
  std::string source;
};

namespace {

constexpr int kFirstFault = 700;
constexpr CuResult kKill = static_cast<CuResult>(-9);

/// What a capture of CaptureMode::ThreadLocal leaves to its thread.
bool isAllowedInCapture(const std::string& function) {
  static const std::set<std::string> allowed{
      "cuCtxSetCurrent",        "cuLaunchKernel",    "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
      "cuEventRecordWithFlags", "cuStreamWaitEvent", "cuMemsetD8Async"};
  return allowed.contains(function);
}

/// With the mutex.
void noteDisturbance(const char* function) {
  if (FakeDevice::running() != 0 && !state.disturbance)
    state.disturbance = function;
}

CuResult allocate(void** to, std::size_t bytes) {
  std::lock_guard lock(state.mutex);
  if (state.allocatedBytes + bytes > state.gpu.memoryBytes)
    return CuResult::OutOfMemory;
  *to = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  state.allocated[*to] = bytes;
  state.allocatedBytes += bytes;
  return CuResult::Success;
}

CuResult release(void* memory) {
  std::lock_guard lock(state.mutex);
  const auto found = state.allocated.find(memory);
  if (found == state.allocated.end())
    return CuResult::InvalidValue;
  state.allocatedBytes -= found->second;
  state.allocated.erase(found);
  std::free(memory);
  return CuResult::Success;
}

void* hostOf(DevicePointer address) { return reinterpret_cast<void*>(address); }

} // namespace

namespace ring::test {

FakeGpu gpuOfEnvironment() {
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
                 {"stuckShard", made.stuckShard},
                 {"staysStuck", made.staysStuck},
                 {"failAt", made.failAt},
                 {"failWith", made.failWith}};
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

FakeState state;
thread_local StreamImpl* capturing = nullptr;

/// Whether a failure that the environment asks for is to happen: RINGKERNEL_FAKE_TOKENS names a
/// file for each that is left, followed by .0, .1, ...; every process takes one.
bool takeToken() {
  const char* path = std::getenv("RINGKERNEL_FAKE_TOKENS");
  if (!path)
    return true;
  for (int i = 0; i < 64; ++i)
    if (unlink((path + std::string(".") + std::to_string(i)).c_str()) == 0)
      return true;
  return false;
}

CuResult enter(const char* function, Waits waits) {
  std::lock_guard lock(state.mutex);
  ++state.calls;
  if (waits == Waits::MayWait)
    noteDisturbance(function);
  const bool isFault = static_cast<int>(state.failure) >= kFirstFault;
  if (state.failedCall && isFault)
    return state.failure;
  if (state.calls == state.failAt && takeToken()) {
    if (state.failure == kKill)
      std::raise(SIGKILL);
    state.failedCall = function;
    for (StreamImpl* stream : state.streams)
      if (isFault)
        stream->kernel.reset(); // the fault has ended it
    return state.failure;
  }
  return capturing && !isAllowedInCapture(function) && std::string(function) != "cuStreamEndCapture"
             ? CuResult::CaptureUnsupported
             : CuResult::Success;
}

void noteLaunch(const char* function, const void* what) {
  std::lock_guard lock(state.mutex);
  if (state.launched.insert(what).second)
    noteDisturbance(function);
}

} // namespace ring::test

// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
#define EXPORT __attribute__((visibility("default")))
EXPORT void fakeReset(const FakeGpu* made, unsigned at, int result) {
  std::lock_guard lock(state.mutex);
  state.gpu = *made;
  state.failAt = at;
  state.failure = static_cast<CuResult>(result);
  state.calls = 0;
  state.failedCall = state.disturbance = nullptr;
  // What a lost context took with it.
  const auto dropAll = [](auto& all) {
    for (auto* one : all)
      delete one;
    all.clear();
  };
  dropAll(state.streams);
  dropAll(state.events);
  dropAll(state.graphs);
  dropAll(state.execs);
  dropAll(state.modules);
  for (const auto& [memory, bytes] : state.allocated)
    std::free(memory);
  state.allocated.clear();
  state.registered.clear();
  state.launched.clear();
  state.allocatedBytes = 0;
  state.contexts = 0;
}
EXPORT void fakeRelease() {
  std::lock_guard lock(state.mutex);
  state.gpu.stuckShard = -1;
  for (StreamImpl* stream : state.streams)
    if (stream->kernel)
      stream->kernel->release();
}
EXPORT bool fakeIsAwaited() {
  std::lock_guard lock(state.mutex);
  return std::ranges::any_of(state.streams, [](const StreamImpl* stream) {
    return stream->kernel && stream->kernel->isAwaited();
  });
}
EXPORT void fakeFault() {
  std::lock_guard lock(state.mutex);
  state.failure = static_cast<CuResult>(kFirstFault);
  state.failedCall = "the test";
  for (StreamImpl* stream : state.streams)
    stream->kernel.reset();
}
EXPORT bool fakeHasFailed() {
  std::lock_guard lock(state.mutex);
  return state.failedCall != nullptr;
}
EXPORT const char* fakeFailedCall() {
  std::lock_guard lock(state.mutex);
  return state.failedCall ? state.failedCall : "";
}
EXPORT const char* fakeDisturbance() {
  std::lock_guard lock(state.mutex);
  return state.disturbance ? state.disturbance : "";
}
EXPORT int fakeLive() {
  std::lock_guard lock(state.mutex);
  return state.contexts +
         static_cast<int>(state.streams.size() + state.events.size() + state.graphs.size() +
                          state.execs.size() + state.modules.size() + state.allocated.size() +
                          state.registered.size());
}
}

FAKE(cuInit, unsigned) {
  ENTER();
  return static_cast<CuResult>(state.gpu.initResult);
}
FAKE(cuDriverGetVersion, int* version) {
  ENTER();
  *version = state.gpu.driverVersion;
  return CuResult::Success;
}
FAKE(cuDeviceGetCount, int* devices) {
  ENTER();
  *devices = state.gpu.devices;
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
    *value = state.gpu.capability / 10;
    break;
  case DeviceAttribute::ComputeCapabilityMinor:
    *value = state.gpu.capability % 10;
    break;
  case DeviceAttribute::MultiprocessorCount:
    *value = state.gpu.multiprocessors;
    break;
  case DeviceAttribute::MaxSharedMemoryPerBlockOptin:
    *value = state.gpu.sharedBytesOfBlock;
    break;
  case DeviceAttribute::CooperativeLaunch:
    *value = state.gpu.cooperativeLaunch;
    break;
  case DeviceAttribute::ComputeMode:
    *value = state.gpu.computeMode;
    break;
  case DeviceAttribute::MpsEnabled:
    *value = state.gpu.mps;
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
  *bytes = state.gpu.memoryBytes;
  return CuResult::Success;
}
FAKE(cuDevicePrimaryCtxRetain, ContextImpl** context, Device) {
  ENTER();
  if (state.gpu.crashes)
    std::raise(SIGKILL);
  *context = reinterpret_cast<ContextImpl*>(&state.gpu);
  std::lock_guard lock(state.mutex);
  ++state.contexts;
  return CuResult::Success;
}
FAKE(cuDevicePrimaryCtxRelease_v2, Device) {
  { // gives back even where it fails, as all that follows
    std::lock_guard lock(state.mutex);
    --state.contexts;
  }
  ENTER();
  return CuResult::Success;
}
FAKE(cuCtxSetCurrent, ContextImpl*) {
  ENTER();
  return CuResult::Success;
}
FAKE(cuMemAlloc_v2, DevicePointer* memory, std::size_t bytes) {
  ENTER_QUIET();
  void* made = nullptr;
  const CuResult result = allocate(&made, bytes);
  *memory = reinterpret_cast<DevicePointer>(made);
  return result;
}
FAKE(cuMemFree_v2, DevicePointer memory) {
  const CuResult result = release(hostOf(memory));
  ENTER_QUIET();
  return result;
}
FAKE(cuMemHostAlloc, void** memory, std::size_t bytes, unsigned) {
  ENTER_QUIET();
  return allocate(memory, bytes);
}
FAKE(cuMemFreeHost, void* memory) {
  const CuResult result = release(memory);
  ENTER_QUIET();
  return result;
}
FAKE(cuMemHostRegister_v2, void* memory, std::size_t, unsigned) {
  ENTER_QUIET();
  std::lock_guard lock(state.mutex);
  state.registered.insert(memory);
  return CuResult::Success;
}
FAKE(cuMemHostUnregister, void* memory) {
  {
    std::lock_guard lock(state.mutex);
    state.registered.erase(memory);
  }
  ENTER_QUIET();
  return CuResult::Success;
}
FAKE(cuMemHostGetDevicePointer_v2, DevicePointer* device, void* memory, unsigned) {
  ENTER();
  *device = reinterpret_cast<DevicePointer>(memory);
  return CuResult::Success;
}
FAKE(cuMemsetD8_v2, DevicePointer to, unsigned char value, std::size_t bytes) {
  ENTER_QUIET();
  std::memset(hostOf(to), value, bytes);
  return CuResult::Success;
}
FAKE(cuMemsetD8Async, DevicePointer to, unsigned char value, std::size_t bytes,
     StreamImpl* stream) {
  ENTER();
  return give(stream, [=] { std::memset(hostOf(to), value, bytes); });
}
FAKE(cuMemcpyHtoDAsync_v2, DevicePointer to, const void* from, std::size_t bytes,
     StreamImpl* stream) {
  ENTER();
  return give(stream, [=] { std::memcpy(hostOf(to), from, bytes); });
}
FAKE(cuMemcpyDtoHAsync_v2, void* to, DevicePointer from, std::size_t bytes, StreamImpl* stream) {
  ENTER();
  return give(stream, [=] { std::memcpy(to, hostOf(from), bytes); });
}
FAKE(cuModuleLoadData, ModuleImpl** module, const void* image) {
  ENTER_QUIET();
  *module = keep(state.modules, new ModuleImpl{static_cast<const char*>(image)});
  return CuResult::Success;
}
FAKE(cuModuleUnload, ModuleImpl* module) {
  drop(state.modules, module);
  ENTER_QUIET();
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
FAKE(cuLaunchKernel, FunctionImpl* function, unsigned, unsigned, unsigned, unsigned, unsigned,
     unsigned, unsigned, StreamImpl* stream, void** arguments, void**) {
  ENTER();
  if (stream && stream->capture)
    return give(stream, [] {});
  noteLaunch(__func__, function);
  if (state.gpu.tears) {
    auto* words = static_cast<std::uint32_t*>(hostOf(*static_cast<DevicePointer*>(arguments[0])));
    words[0] = 1;
    words[3] = 2;
  }
  return CuResult::Success;
}
FAKE(cuLaunchKernelEx, const LaunchConfig* config, FunctionImpl* function, void**, void**) {
  ENTER();
  if (config->gridX >
      static_cast<unsigned>(state.gpu.multiprocessors * state.gpu.blocksPerMultiprocessor))
    return CuResult::CooperativeLaunchTooLarge;
  const auto& module = *reinterpret_cast<const ModuleImpl*>(function);
  FakeGpu played = state.gpu;
  if (played.stuckShard >= 0 && !takeToken())
    played.stuckShard = -1;
  config->stream->kernel = std::make_unique<FakeDevice>(module.source, module.table, played);
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
  *blocks = state.gpu.blocksPerMultiprocessor;
  return CuResult::Success;
}
FAKE(cuOccupancyMaxActiveClusters, int* clusters, FunctionImpl*, const LaunchConfig* config) {
  ENTER();
  *clusters = state.gpu.multiprocessors * state.gpu.blocksPerMultiprocessor /
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
  *major = state.gpu.nvrtcMajor;
  *minor = state.gpu.nvrtcMinor;
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
  *device = &state.gpu;
  return std::string(busId) == "0000:17:00.0" ? 0 : kNotFound;
}
FAKE_NVML(nvmlDeviceGetMigMode, void*, unsigned* current, unsigned* pending) {
  *current = *pending = static_cast<unsigned>(state.gpu.mig);
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
  *value = static_cast<unsigned>(state.gpu.pcieWidth);
  return 0;
}
FAKE_NVML(nvmlDeviceGetMaxPcieLinkWidth, void*, unsigned* value) {
  *value = 16;
  return 0;
}
// NOLINTEND(readability-identifier-naming)
