// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of the CUDA driver API and of NVRTC that the runtime uses, declared by us, so that it
// builds with no CUDA toolkit and loads what the machine has with dlopen. Names are those of cuda.h
// and nvrtc.h without their prefix. test/Unit/CudaApiTest.cpp compares with the real headers.

#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_API_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_API_H

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace ring::runtime::cuda {

struct ContextImpl;
struct ModuleImpl;
struct FunctionImpl;
struct StreamImpl;
struct EventImpl;
struct GraphImpl;
struct GraphExecImpl;
struct ProgramImpl;
class GpuProcess;

using Device = int;
using DevicePointer = unsigned long long;

enum class CuResult : int {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  NoDevice = 100,
  EccUncorrectable = 214,
  NvlinkUncorrectable = 220,
  Contained = 226, ///< by the GPU; all further work of the process gives the same
  NotReady = 600,
  LaunchOutOfResources = 701,
  CooperativeLaunchTooLarge = 720,
  NotPermitted = 800,
  NotSupported = 801,
  CaptureUnsupported = 900, ///< the first of those about captures
  CaptureWrongThread = 908, ///< the last
  /// Not the driver's: the process that has the context is gone (GpuProcess.h).
  ProcessLost = 100000,
};
/// Whether nothing works in the context any more: faults of kernels, and what takes the context
/// away. Other results from 700 on refuse one call. Of those that are not known the worse is taken.
constexpr bool endsContext(CuResult result) {
  constexpr int kFirstFault = 700;
  const int code = static_cast<int>(result);
  if (code < kFirstFault)
    return result == CuResult::EccUncorrectable || result == CuResult::NvlinkUncorrectable ||
           result == CuResult::Contained;
  if (result >= CuResult::CaptureUnsupported && result <= CuResult::CaptureWrongThread)
    return false; // the capture is void
  // Resources of a launch, textures, peers, an active primary context, registered memory, a
  // cooperative launch, permission and support, the system's state, MPS, dynamic parallelism.
  for (const int refusal : {701, 703, 704, 705, 708, 711, 712, 713, 720, 800,
                            801, 802, 803, 804, 805, 807, 808, 809, 811, 812})
    if (code == refusal)
      return false;
  return true;
}
enum class NvrtcResult : int { Success = 0 };

enum class DeviceAttribute : int {
  MaxThreadsPerBlock = 1,
  MaxBlockDimX = 2,
  MaxBlockDimY = 3,
  MaxBlockDimZ = 4,
  MaxGridDimX = 5,
  MaxGridDimY = 6,
  MaxSharedMemoryPerBlock = 8,
  MultiprocessorCount = 16,
  ComputeMode = 20,
  PciBus = 33,
  PciDevice = 34,
  PciDomain = 50,
  ComputeCapabilityMajor = 75,
  ComputeCapabilityMinor = 76,
  CooperativeLaunch = 95,
  MaxSharedMemoryPerBlockOptin = 97,
  MpsEnabled = 133, ///< old drivers do not know it
};
enum class ComputeMode : int { Default = 0, Prohibited = 2, ExclusiveProcess = 3 };
enum class FunctionAttribute : int {
  SharedBytes = 1,
  LocalBytes = 3,
  Registers = 4,
  MaxDynamicSharedBytes = 8,
};

enum class LaunchAttributeId : int { Cooperative = 2, ClusterDimension = 4 };
struct LaunchAttribute {
  LaunchAttributeId id;
  unsigned padding;
  union {
    char size[64];
    unsigned cluster[3];
    int cooperative;
  };
};
struct LaunchConfig {
  unsigned gridX, gridY, gridZ, blockX, blockY, blockZ;
  unsigned sharedBytes;
  StreamImpl* stream;
  LaunchAttribute* attributes;
  unsigned count;
};
/// What a capture forbids: what may wait for the device, to the thread that captures alone; or
/// nothing, and any thread may end it.
enum class CaptureMode : int { ThreadLocal = 1, Relaxed = 2 };

inline constexpr unsigned kStreamNonBlocking = 1;
/// Of EventRecordWithFlags and StreamWaitEvent in a capture: a node that records or waits when the
/// graph runs.
inline constexpr unsigned kEventRecordExternal = 1, kEventWaitExternal = 1;
/// Flags of HostAlloc: seen from every context, at an address of the device.
inline constexpr unsigned kHostPortable = 1, kHostDeviceMap = 2;
/// The oldest driver that is taken: CUDA 12.0, as cuDriverGetVersion gives it.
inline constexpr int kMinDriverVersion = 12000;
/// The oldest NVRTC, written likewise: PTX 8.4 is the first with 16-byte accesses at system scope.
inline constexpr int kMinNvrtcVersion = 12040;
/// The oldest GPU: sm_75.
inline constexpr int kMinCapability = 75;

/// The arguments of a launch: pointers to values, of which the driver reads as many as the function
/// has. Behind them come a null pointer and each value's size, for a driver in another process.
/// KernelArguments.h makes them. Passed as the `void**` of cuda.h is.
struct ArgumentList {
  void** pointers = nullptr;
};

// RINGKERNEL_CUDA_FUNCTION(name without prefix, exported name, parameters)
#define RINGKERNEL_CUDA_FUNCTIONS(F)                                                               \
  F(Init, cuInit, (unsigned flags))                                                                \
  F(DriverGetVersion, cuDriverGetVersion, (int* version))                                          \
  F(DeviceGetCount, cuDeviceGetCount, (int* count))                                                \
  F(DeviceGet, cuDeviceGet, (Device * device, int ordinal))                                        \
  F(DeviceGetName, cuDeviceGetName, (char* name, int length, Device device))                       \
  F(DeviceGetAttribute, cuDeviceGetAttribute, (int* value, DeviceAttribute which, Device device))  \
  F(DeviceTotalMem, cuDeviceTotalMem_v2, (std::size_t* bytes, Device device))                      \
  F(DevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, (ContextImpl * *context, Device device))     \
  F(DevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, (Device device))                        \
  F(CtxSetCurrent, cuCtxSetCurrent, (ContextImpl * context))                                       \
  F(StreamCreate, cuStreamCreate, (StreamImpl * *stream, unsigned flags))                          \
  F(StreamSynchronize, cuStreamSynchronize, (StreamImpl * stream))                                 \
  F(StreamQuery, cuStreamQuery, (StreamImpl * stream))                                             \
  F(StreamDestroy, cuStreamDestroy_v2, (StreamImpl * stream))                                      \
  F(StreamWaitEvent, cuStreamWaitEvent, (StreamImpl * stream, EventImpl * event, unsigned flags))  \
  F(StreamBeginCapture, cuStreamBeginCapture_v2, (StreamImpl * stream, CaptureMode mode))          \
  F(StreamEndCapture, cuStreamEndCapture, (StreamImpl * stream, GraphImpl * *graph))               \
  F(EventCreate, cuEventCreate, (EventImpl * *event, unsigned flags))                              \
  F(EventRecord, cuEventRecord, (EventImpl * event, StreamImpl * stream))                          \
  F(EventRecordWithFlags, cuEventRecordWithFlags,                                                  \
    (EventImpl * event, StreamImpl * stream, unsigned flags))                                      \
  F(EventQuery, cuEventQuery, (EventImpl * event))                                                 \
  F(EventElapsedTime, cuEventElapsedTime, (float* milliseconds, EventImpl* start, EventImpl* end)) \
  F(EventDestroy, cuEventDestroy_v2, (EventImpl * event))                                          \
  F(GraphInstantiate, cuGraphInstantiateWithFlags,                                                 \
    (GraphExecImpl * *exec, GraphImpl * graph, unsigned long long flags))                          \
  F(GraphUpload, cuGraphUpload, (GraphExecImpl * exec, StreamImpl * stream))                       \
  F(GraphLaunch, cuGraphLaunch, (GraphExecImpl * exec, StreamImpl * stream))                       \
  F(GraphExecDestroy, cuGraphExecDestroy, (GraphExecImpl * exec))                                  \
  F(GraphDestroy, cuGraphDestroy, (GraphImpl * graph))                                             \
  F(MemAlloc, cuMemAlloc_v2, (DevicePointer * memory, std::size_t bytes))                          \
  F(MemFree, cuMemFree_v2, (DevicePointer memory))                                                 \
  F(MemHostAlloc, cuMemHostAlloc, (void** memory, std::size_t bytes, unsigned flags))              \
  F(MemFreeHost, cuMemFreeHost, (void* memory))                                                    \
  F(MemHostRegister, cuMemHostRegister_v2, (void* memory, std::size_t bytes, unsigned flags))      \
  F(MemHostUnregister, cuMemHostUnregister, (void* memory))                                        \
  F(MemHostGetDevicePointer, cuMemHostGetDevicePointer_v2,                                         \
    (DevicePointer * device, void* memory, unsigned flags))                                        \
  F(MemsetD8, cuMemsetD8_v2, (DevicePointer to, unsigned char value, std::size_t bytes))           \
  F(MemsetD8Async, cuMemsetD8Async,                                                                \
    (DevicePointer to, unsigned char value, std::size_t bytes, StreamImpl* stream))                \
  F(MemcpyHtoDAsync, cuMemcpyHtoDAsync_v2,                                                         \
    (DevicePointer to, const void* from, std::size_t bytes, StreamImpl* stream))                   \
  F(MemcpyDtoHAsync, cuMemcpyDtoHAsync_v2,                                                         \
    (void* to, DevicePointer from, std::size_t bytes, StreamImpl* stream))                         \
  F(ModuleLoadData, cuModuleLoadData, (ModuleImpl * *module, const void* image))                   \
  F(ModuleUnload, cuModuleUnload, (ModuleImpl * module))                                           \
  F(ModuleGetFunction, cuModuleGetFunction,                                                        \
    (FunctionImpl * *function, ModuleImpl * module, const char* name))                             \
  F(ModuleGetGlobal, cuModuleGetGlobal_v2,                                                         \
    (DevicePointer * address, std::size_t* bytes, ModuleImpl* module, const char* name))           \
  F(LaunchKernel, cuLaunchKernel,                                                                  \
    (FunctionImpl * function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,     \
     unsigned blockY, unsigned blockZ, unsigned sharedBytes, StreamImpl* stream,                   \
     ArgumentList arguments, void** extra))                                                        \
  F(LaunchKernelEx, cuLaunchKernelEx,                                                              \
    (const LaunchConfig* config, FunctionImpl* function, ArgumentList arguments, void** extra))    \
  F(FuncGetAttribute, cuFuncGetAttribute,                                                          \
    (int* value, FunctionAttribute which, FunctionImpl* function))                                 \
  F(FuncSetAttribute, cuFuncSetAttribute,                                                          \
    (FunctionImpl * function, FunctionAttribute which, int value))                                 \
  F(OccupancyMaxActiveBlocks, cuOccupancyMaxActiveBlocksPerMultiprocessor,                         \
    (int* blocks, FunctionImpl* function, int blockSize, std::size_t sharedBytes))                 \
  F(OccupancyMaxActiveClusters, cuOccupancyMaxActiveClusters,                                      \
    (int* clusters, FunctionImpl* function, const LaunchConfig* config))                           \
  F(GetErrorName, cuGetErrorName, (CuResult result, const char** name))                            \
  F(GetErrorString, cuGetErrorString, (CuResult result, const char** text))

#define RINGKERNEL_NVRTC_FUNCTIONS(F)                                                              \
  F(Version, nvrtcVersion, (int* major, int* minor))                                               \
  F(CreateProgram, nvrtcCreateProgram,                                                             \
    (ProgramImpl * *program, const char* source, const char* name, int headers,                    \
     const char* const* headerSources, const char* const* headerNames))                            \
  F(CompileProgram, nvrtcCompileProgram,                                                           \
    (ProgramImpl * program, int options, const char* const* optionTexts))                          \
  F(GetCubinSize, nvrtcGetCUBINSize, (ProgramImpl * program, std::size_t* bytes))                  \
  F(GetCubin, nvrtcGetCUBIN, (ProgramImpl * program, char* image))                                 \
  F(GetLogSize, nvrtcGetProgramLogSize, (ProgramImpl * program, std::size_t* bytes))               \
  F(GetLog, nvrtcGetProgramLog, (ProgramImpl * program, char* log))                                \
  F(DestroyProgram, nvrtcDestroyProgram, (ProgramImpl * *program))

/// A function of the driver: of this process, or of one that is called (GpuProcess.h).
template <class Signature> class DriverFunction;
template <class... P> class DriverFunction<CuResult(P...)> {
public:
  using Here = CuResult (*)(P...);
  using Apart = CuResult (*)(GpuProcess& process, P...);

  void bind(Here here) { here_ = here; }
  void bind(GpuProcess& process, Apart apart) {
    process_ = &process;
    apart_ = apart;
  }
  /// Null where it is in another process.
  Here here() const { return here_; }
  CuResult operator()(P... parameters) const {
    return process_ ? apart_(*process_, parameters...) : here_(parameters...);
  }

private:
  Here here_ = nullptr;
  Apart apart_ = nullptr;
  GpuProcess* process_ = nullptr;
};

// The members carry the names of the functions behind them.
// NOLINTBEGIN(readability-identifier-naming)
enum class FunctionId : std::uint32_t {
#define RINGKERNEL_CUDA_ID(Name, Exported, Params) Name,
  RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_ID)
#undef RINGKERNEL_CUDA_ID
};

struct DriverApi {
#define RINGKERNEL_CUDA_MEMBER(Name, Exported, Params) DriverFunction<CuResult Params> Name;
  RINGKERNEL_CUDA_FUNCTIONS(RINGKERNEL_CUDA_MEMBER)
#undef RINGKERNEL_CUDA_MEMBER
};

struct NvrtcApi {
#define RINGKERNEL_NVRTC_MEMBER(Name, Exported, Params) NvrtcResult(*Name) Params = nullptr;
  RINGKERNEL_NVRTC_FUNCTIONS(RINGKERNEL_NVRTC_MEMBER)
#undef RINGKERNEL_NVRTC_MEMBER
};
// NOLINTEND(readability-identifier-naming)

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_API_H
