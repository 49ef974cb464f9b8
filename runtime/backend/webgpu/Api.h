// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of webgpu.h that the runtime uses, declared by us, so that it builds with no WebGPU
// header anywhere and loads any implementation with dlopen. Names are those of webgpu.h without the
// prefix `WGPU` or `wgpu`.
//
// Only layouts and functions that are the same in the pinned Dawn (npm bun-webgpu-linux-x64 0.1.7)
// and in the newer webgpu.h of npm react-native-webgpu 0.10.2 are used; test/Unit/WebGpuApiTest.cpp
// compares them with a real header. Two places differ and are kept out of harm's way:
//   - `Limits` has grown and shrunk at its end: ours carries a tail of undefined limits.
//   - the callback of wgpuQueueOnSubmittedWorkDone gained a parameter: we wait by mapping a buffer
//   instead.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_API_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_API_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ring::runtime::webgpu {

using Bool = std::uint32_t;
using Flags = std::uint64_t;

struct InstanceImpl;
struct AdapterImpl;
struct DeviceImpl;
struct QueueImpl;
struct BufferImpl;
struct ShaderModuleImpl;
struct BindGroupLayoutImpl;
struct BindGroupImpl;
struct PipelineLayoutImpl;
struct ComputePipelineImpl;
struct CommandEncoderImpl;
struct ComputePassEncoderImpl;
struct CommandBufferImpl;

enum class BackendType : std::uint32_t { Undefined = 0, Null = 1 };
enum class PowerPreference : std::uint32_t { Undefined = 0, LowPower = 1, HighPerformance = 2 };
enum class CallbackMode : std::uint32_t {
  WaitAnyOnly = 1,
  AllowProcessEvents = 2,
  AllowSpontaneous = 3
};
enum class RequestStatus : std::uint32_t { Success = 1 }; ///< of an adapter or a device
enum class MapStatus : std::uint32_t { Success = 1 };
enum class PopErrorScopeStatus : std::uint32_t { Success = 1 };
enum class CallStatus : std::uint32_t { Success = 1 };
enum class ErrorFilter : std::uint32_t { Validation = 1, OutOfMemory = 2, Internal = 3 };
enum class ErrorType : std::uint32_t { NoError = 1, Validation = 2, OutOfMemory = 3 };
enum class DeviceLostReason : std::uint32_t { Unknown = 1, Destroyed = 2 };
enum class BufferBindingType : std::uint32_t { NotUsed = 0, Storage = 3, ReadOnlyStorage = 4 };
enum class SType : std::uint32_t { None = 0, ShaderSourceWgsl = 2 };

inline constexpr Flags kBufferMapRead = 0x1;
inline constexpr Flags kBufferCopySrc = 0x4;
inline constexpr Flags kBufferCopyDst = 0x8;
inline constexpr Flags kBufferStorage = 0x80;
inline constexpr Flags kMapRead = 0x1;
inline constexpr Flags kStageCompute = 0x4;
inline constexpr std::size_t kStringLength = SIZE_MAX; ///< StringView::length: up to the NUL
inline constexpr std::uint32_t kLimitUndefined = UINT32_MAX;
inline constexpr std::uint64_t kLimitUndefined64 = UINT64_MAX;

struct StringView {
  const char* data = nullptr;
  std::size_t length = kStringLength;

  StringView() = default;
  StringView(std::string_view s) : data(s.data()), length(s.size()) {}
  std::string_view view() const {
    if (!data)
      return {};
    return length == kStringLength ? std::string_view(data) : std::string_view(data, length);
  }
};

struct ChainedStruct {
  ChainedStruct* next = nullptr;
  SType sType = SType::None;
};

struct Future {
  std::uint64_t id;
};

using RequestAdapterCallback = void (*)(RequestStatus, AdapterImpl*, StringView, void*, void*);
using RequestDeviceCallback = void (*)(RequestStatus, DeviceImpl*, StringView, void*, void*);
using BufferMapCallback = void (*)(MapStatus, StringView, void*, void*);
using PopErrorScopeCallback = void (*)(PopErrorScopeStatus, ErrorType, StringView, void*, void*);
using DeviceLostCallback = void (*)(DeviceImpl* const*, DeviceLostReason, StringView, void*, void*);
using UncapturedErrorCallback = void (*)(DeviceImpl* const*, ErrorType, StringView, void*, void*);

template <class Callback> struct CallbackInfo {
  ChainedStruct* nextInChain = nullptr;
  CallbackMode mode = CallbackMode::AllowSpontaneous;
  Callback callback = nullptr;
  void* userdata1 = nullptr;
  void* userdata2 = nullptr;
};

struct UncapturedErrorCallbackInfo {
  ChainedStruct* nextInChain = nullptr;
  UncapturedErrorCallback callback = nullptr;
  void* userdata1 = nullptr;
  void* userdata2 = nullptr;
};

struct InstanceDescriptor; ///< always passed as null

struct RequestAdapterOptions {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t featureLevel = 0; ///< undefined
  PowerPreference powerPreference = PowerPreference::Undefined;
  Bool forceFallbackAdapter = 0;
  BackendType backendType = BackendType::Undefined;
  void* compatibleSurface = nullptr;
};

struct AdapterInfo {
  ChainedStruct* nextInChain = nullptr;
  StringView vendor;
  StringView architecture;
  StringView device;
  StringView description;
  BackendType backendType = BackendType::Undefined;
  std::uint32_t adapterType = 0;
  std::uint32_t vendorId = 0;
  std::uint32_t deviceId = 0;
  std::uint32_t subgroupMinSize = 0;
  std::uint32_t subgroupMaxSize = 0;
};

/// As output: what is supported. As input: what is asked for; undefined is the default of the
/// standard.
struct Limits {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t unused1[11] = {kLimitUndefined, kLimitUndefined, kLimitUndefined, kLimitUndefined,
                               kLimitUndefined, kLimitUndefined, kLimitUndefined, kLimitUndefined,
                               kLimitUndefined, kLimitUndefined, kLimitUndefined};
  std::uint32_t maxStorageBuffersPerShaderStage = kLimitUndefined;
  std::uint32_t unused2[2] = {kLimitUndefined, kLimitUndefined};
  std::uint64_t maxUniformBufferBindingSize = kLimitUndefined64;
  std::uint64_t maxStorageBufferBindingSize = kLimitUndefined64;
  std::uint32_t minUniformBufferOffsetAlignment = kLimitUndefined;
  std::uint32_t minStorageBufferOffsetAlignment = kLimitUndefined;
  std::uint32_t maxVertexBuffers = kLimitUndefined;
  std::uint64_t maxBufferSize = kLimitUndefined64;
  std::uint32_t unused3[5] = {kLimitUndefined, kLimitUndefined, kLimitUndefined, kLimitUndefined,
                              kLimitUndefined};
  std::uint32_t maxComputeWorkgroupStorageSize = kLimitUndefined;
  std::uint32_t maxComputeInvocationsPerWorkgroup = kLimitUndefined;
  std::uint32_t maxComputeWorkgroupSize[3] = {kLimitUndefined, kLimitUndefined, kLimitUndefined};
  std::uint32_t maxComputeWorkgroupsPerDimension = kLimitUndefined;
  std::uint32_t tail[9] = {kLimitUndefined, kLimitUndefined, kLimitUndefined,
                           kLimitUndefined, kLimitUndefined, kLimitUndefined,
                           kLimitUndefined, kLimitUndefined, kLimitUndefined};
};

struct QueueDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
};

struct DeviceDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  std::size_t requiredFeatureCount = 0;
  const std::uint32_t* requiredFeatures = nullptr;
  const Limits* requiredLimits = nullptr;
  QueueDescriptor defaultQueue;
  CallbackInfo<DeviceLostCallback> deviceLostCallbackInfo;
  UncapturedErrorCallbackInfo uncapturedErrorCallbackInfo;
};

struct ShaderSourceWgsl {
  ChainedStruct chain{nullptr, SType::ShaderSourceWgsl};
  StringView code;
};

struct ShaderModuleDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
};

struct BufferBindingLayout {
  ChainedStruct* nextInChain = nullptr;
  BufferBindingType type = BufferBindingType::NotUsed;
  Bool hasDynamicOffset = 0;
  std::uint64_t minBindingSize = 0;
};
/// Samplers, textures and storage textures of a layout entry: not used, all zero.
struct SamplerBindingLayout {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t type = 0;
};
struct TextureBindingLayout {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t sampleType = 0;
  std::uint32_t viewDimension = 0;
  Bool multisampled = 0;
};
struct StorageTextureBindingLayout {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t access = 0;
  std::uint32_t format = 0;
  std::uint32_t viewDimension = 0;
};

struct BindGroupLayoutEntry {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t binding = 0;
  Flags visibility = kStageCompute;
  std::uint32_t bindingArraySize = 0;
  BufferBindingLayout buffer;
  SamplerBindingLayout sampler;
  TextureBindingLayout texture;
  StorageTextureBindingLayout storageTexture;
};

struct BindGroupLayoutDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  std::size_t entryCount = 0;
  const BindGroupLayoutEntry* entries = nullptr;
};

struct BindGroupEntry {
  ChainedStruct* nextInChain = nullptr;
  std::uint32_t binding = 0;
  BufferImpl* buffer = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  void* sampler = nullptr;
  void* textureView = nullptr;
};

struct BindGroupDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  BindGroupLayoutImpl* layout = nullptr;
  std::size_t entryCount = 0;
  const BindGroupEntry* entries = nullptr;
};

struct PipelineLayoutDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  std::size_t bindGroupLayoutCount = 0;
  BindGroupLayoutImpl* const* bindGroupLayouts = nullptr;
  std::uint32_t immediateSize = 0;
};

struct ComputeState {
  ChainedStruct* nextInChain = nullptr;
  ShaderModuleImpl* module = nullptr;
  StringView entryPoint;
  std::size_t constantCount = 0;
  const void* constants = nullptr;
};

struct ComputePipelineDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  PipelineLayoutImpl* layout = nullptr;
  ComputeState compute;
};

struct BufferDescriptor {
  ChainedStruct* nextInChain = nullptr;
  StringView label;
  Flags usage = 0;
  std::uint64_t size = 0;
  Bool mappedAtCreation = 0;
};

struct CommandEncoderDescriptor; ///< always passed as null
struct ComputePassDescriptor;    ///< always passed as null
struct CommandBufferDescriptor;  ///< always passed as null

// X(name without `wgpu`, result, parameters)
#define RINGKERNEL_WEBGPU_FUNCTIONS(X)                                                             \
  X(CreateInstance, InstanceImpl*, (const InstanceDescriptor*))                                    \
  X(InstanceProcessEvents, void, (InstanceImpl*))                                                  \
  X(InstanceRequestAdapter, Future,                                                                \
    (InstanceImpl*, const RequestAdapterOptions*, CallbackInfo<RequestAdapterCallback>))           \
  X(InstanceRelease, void, (InstanceImpl*))                                                        \
  X(AdapterGetInfo, CallStatus, (AdapterImpl*, AdapterInfo*))                                      \
  X(AdapterInfoFreeMembers, void, (AdapterInfo))                                                   \
  X(AdapterGetLimits, CallStatus, (AdapterImpl*, Limits*))                                         \
  X(AdapterRequestDevice, Future,                                                                  \
    (AdapterImpl*, const DeviceDescriptor*, CallbackInfo<RequestDeviceCallback>))                  \
  X(AdapterRelease, void, (AdapterImpl*))                                                          \
  X(DeviceGetLimits, CallStatus, (DeviceImpl*, Limits*))                                           \
  X(DeviceGetQueue, QueueImpl*, (DeviceImpl*))                                                     \
  X(DevicePushErrorScope, void, (DeviceImpl*, ErrorFilter))                                        \
  X(DevicePopErrorScope, Future, (DeviceImpl*, CallbackInfo<PopErrorScopeCallback>))               \
  X(DeviceCreateShaderModule, ShaderModuleImpl*, (DeviceImpl*, const ShaderModuleDescriptor*))     \
  X(DeviceCreateBindGroupLayout, BindGroupLayoutImpl*,                                             \
    (DeviceImpl*, const BindGroupLayoutDescriptor*))                                               \
  X(DeviceCreatePipelineLayout, PipelineLayoutImpl*,                                               \
    (DeviceImpl*, const PipelineLayoutDescriptor*))                                                \
  X(DeviceCreateComputePipeline, ComputePipelineImpl*,                                             \
    (DeviceImpl*, const ComputePipelineDescriptor*))                                               \
  X(DeviceCreateBindGroup, BindGroupImpl*, (DeviceImpl*, const BindGroupDescriptor*))              \
  X(DeviceCreateBuffer, BufferImpl*, (DeviceImpl*, const BufferDescriptor*))                       \
  X(DeviceCreateCommandEncoder, CommandEncoderImpl*,                                               \
    (DeviceImpl*, const CommandEncoderDescriptor*))                                                \
  X(DeviceRelease, void, (DeviceImpl*))                                                            \
  X(QueueWriteBuffer, void, (QueueImpl*, BufferImpl*, std::uint64_t, const void*, std::size_t))    \
  X(QueueSubmit, void, (QueueImpl*, std::size_t, CommandBufferImpl* const*))                       \
  X(QueueRelease, void, (QueueImpl*))                                                              \
  X(BufferMapAsync, Future,                                                                        \
    (BufferImpl*, Flags, std::size_t, std::size_t, CallbackInfo<BufferMapCallback>))               \
  X(BufferGetConstMappedRange, const void*, (BufferImpl*, std::size_t, std::size_t))               \
  X(BufferUnmap, void, (BufferImpl*))                                                              \
  X(BufferRelease, void, (BufferImpl*))                                                            \
  X(ShaderModuleRelease, void, (ShaderModuleImpl*))                                                \
  X(BindGroupLayoutRelease, void, (BindGroupLayoutImpl*))                                          \
  X(BindGroupRelease, void, (BindGroupImpl*))                                                      \
  X(PipelineLayoutRelease, void, (PipelineLayoutImpl*))                                            \
  X(ComputePipelineRelease, void, (ComputePipelineImpl*))                                          \
  X(CommandEncoderBeginComputePass, ComputePassEncoderImpl*,                                       \
    (CommandEncoderImpl*, const ComputePassDescriptor*))                                           \
  X(CommandEncoderCopyBufferToBuffer, void,                                                        \
    (CommandEncoderImpl*, BufferImpl*, std::uint64_t, BufferImpl*, std::uint64_t, std::uint64_t))  \
  X(CommandEncoderFinish, CommandBufferImpl*,                                                      \
    (CommandEncoderImpl*, const CommandBufferDescriptor*))                                         \
  X(CommandEncoderRelease, void, (CommandEncoderImpl*))                                            \
  X(CommandBufferRelease, void, (CommandBufferImpl*))                                              \
  X(ComputePassEncoderSetPipeline, void, (ComputePassEncoderImpl*, ComputePipelineImpl*))          \
  X(ComputePassEncoderSetBindGroup, void,                                                          \
    (ComputePassEncoderImpl*, std::uint32_t, BindGroupImpl*, std::size_t, const std::uint32_t*))   \
  X(ComputePassEncoderDispatchWorkgroups, void,                                                    \
    (ComputePassEncoderImpl*, std::uint32_t, std::uint32_t, std::uint32_t))                        \
  X(ComputePassEncoderEnd, void, (ComputePassEncoderImpl*))                                        \
  X(ComputePassEncoderRelease, void, (ComputePassEncoderImpl*))

/// The functions of one loaded implementation, under their own names; none is null.
// NOLINTBEGIN(readability-identifier-naming)
struct Api {
#define RINGKERNEL_WEBGPU_MEMBER(Name, Res, Params) Res(*Name) Params = nullptr;
  RINGKERNEL_WEBGPU_FUNCTIONS(RINGKERNEL_WEBGPU_MEMBER)
#undef RINGKERNEL_WEBGPU_MEMBER
};
// NOLINTEND(readability-identifier-naming)

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_API_H
