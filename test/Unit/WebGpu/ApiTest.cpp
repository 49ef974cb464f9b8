// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Our declarations of webgpu.h against a real one (npm react-native-webgpu 0.10.2, folder
// package/cpp/webgpu): sizes, offsets, enum values, and the shape of every function. All at compile
// time; the test says that it happened.

#include "runtime/backend/webgpu/Api.h"

#include <gtest/gtest.h>

#ifdef RINGKERNEL_HAVE_WEBGPU_HEADER
#include <webgpu.h>

#include <tuple>
#include <type_traits>

namespace ring::runtime::webgpu {
namespace {

#define SAME_SIZE(Ours) static_assert(sizeof(Ours) == sizeof(WGPU##Ours))
#define SAME_FIELD(Ours, Field, Theirs)                                                            \
  static_assert(offsetof(Ours, Field) == offsetof(WGPU##Ours, Theirs));                            \
  static_assert(sizeof(Ours::Field) == sizeof(WGPU##Ours::Theirs))
#define SAME_VALUE(Ours, Theirs) static_assert(static_cast<unsigned long>(Ours) == Theirs)

SAME_SIZE(StringView);
SAME_SIZE(ChainedStruct);
SAME_SIZE(RequestAdapterOptions);
SAME_FIELD(RequestAdapterOptions, powerPreference, powerPreference);
SAME_FIELD(RequestAdapterOptions, backendType, backendType);
SAME_SIZE(AdapterInfo);
SAME_FIELD(RequestAdapterOptions, forceFallbackAdapter, forceFallbackAdapter);
SAME_FIELD(AdapterInfo, device, device);
SAME_FIELD(AdapterInfo, description, description);
SAME_FIELD(AdapterInfo, backendType, backendType);
SAME_FIELD(Limits, maxStorageBuffersPerShaderStage, maxStorageBuffersPerShaderStage);
SAME_FIELD(Limits, maxStorageBufferBindingSize, maxStorageBufferBindingSize);
SAME_FIELD(Limits, minStorageBufferOffsetAlignment, minStorageBufferOffsetAlignment);
SAME_FIELD(Limits, maxBufferSize, maxBufferSize);
SAME_FIELD(Limits, maxComputeWorkgroupStorageSize, maxComputeWorkgroupStorageSize);
SAME_FIELD(Limits, maxComputeInvocationsPerWorkgroup, maxComputeInvocationsPerWorkgroup);
SAME_FIELD(Limits, maxComputeWorkgroupsPerDimension, maxComputeWorkgroupsPerDimension);
static_assert(offsetof(Limits, maxComputeWorkgroupSize) ==
              offsetof(WGPULimits, maxComputeWorkgroupSizeX));
static_assert(offsetof(Limits, tail) == offsetof(WGPULimits, maxImmediateSize));
static_assert(sizeof(Limits) >= sizeof(WGPULimits), "the library writes into it");
SAME_SIZE(DeviceDescriptor);
SAME_FIELD(DeviceDescriptor, requiredLimits, requiredLimits);
SAME_FIELD(DeviceDescriptor, deviceLostCallbackInfo, deviceLostCallbackInfo);
SAME_FIELD(DeviceDescriptor, uncapturedErrorCallbackInfo, uncapturedErrorCallbackInfo);
static_assert(sizeof(ShaderSourceWgsl) == sizeof(WGPUShaderSourceWGSL));
static_assert(offsetof(ShaderSourceWgsl, code) == offsetof(WGPUShaderSourceWGSL, code));
SAME_SIZE(ShaderModuleDescriptor);
SAME_SIZE(BindGroupLayoutEntry);
SAME_FIELD(BindGroupLayoutEntry, visibility, visibility);
SAME_FIELD(BindGroupLayoutEntry, buffer, buffer);
SAME_FIELD(BindGroupLayoutEntry, storageTexture, storageTexture);
SAME_FIELD(BufferBindingLayout, minBindingSize, minBindingSize);
SAME_SIZE(BindGroupLayoutDescriptor);
SAME_SIZE(BindGroupEntry);
SAME_FIELD(BindGroupEntry, buffer, buffer);
SAME_FIELD(BindGroupEntry, offset, offset);
SAME_FIELD(BindGroupEntry, size, size);
SAME_SIZE(BindGroupDescriptor);
SAME_FIELD(BindGroupDescriptor, entries, entries);
SAME_SIZE(PipelineLayoutDescriptor);
SAME_FIELD(PipelineLayoutDescriptor, bindGroupLayouts, bindGroupLayouts);
SAME_SIZE(ComputePipelineDescriptor);
SAME_FIELD(ComputePipelineDescriptor, layout, layout);
SAME_FIELD(ComputePipelineDescriptor, compute, compute);
SAME_FIELD(ComputeState, entryPoint, entryPoint);
SAME_SIZE(BufferDescriptor);
SAME_FIELD(BufferDescriptor, usage, usage);
SAME_FIELD(BufferDescriptor, size, size);
static_assert(sizeof(CallbackInfo<BufferMapCallback>) == sizeof(WGPUBufferMapCallbackInfo));
static_assert(offsetof(CallbackInfo<BufferMapCallback>, userdata1) ==
              offsetof(WGPUBufferMapCallbackInfo, userdata1));

SAME_VALUE(BackendType::Null, WGPUBackendType_Null);
SAME_VALUE(PowerPreference::LowPower, WGPUPowerPreference_LowPower);
SAME_VALUE(PowerPreference::HighPerformance, WGPUPowerPreference_HighPerformance);
SAME_VALUE(CallbackMode::AllowProcessEvents, WGPUCallbackMode_AllowProcessEvents);
SAME_VALUE(CallbackMode::AllowSpontaneous, WGPUCallbackMode_AllowSpontaneous);
SAME_VALUE(RequestStatus::Success, WGPURequestAdapterStatus_Success);
SAME_VALUE(RequestStatus::Success, WGPURequestDeviceStatus_Success);
SAME_VALUE(MapStatus::Success, WGPUMapAsyncStatus_Success);
SAME_VALUE(PopErrorScopeStatus::Success, WGPUPopErrorScopeStatus_Success);
SAME_VALUE(CallStatus::Success, WGPUStatus_Success);
SAME_VALUE(ErrorFilter::Validation, WGPUErrorFilter_Validation);
SAME_VALUE(ErrorFilter::OutOfMemory, WGPUErrorFilter_OutOfMemory);
SAME_VALUE(ErrorFilter::Internal, WGPUErrorFilter_Internal);
SAME_VALUE(ErrorType::NoError, WGPUErrorType_NoError);
SAME_VALUE(DeviceLostReason::Destroyed, WGPUDeviceLostReason_Destroyed);
SAME_VALUE(BufferBindingType::NotUsed, WGPUBufferBindingType_BindingNotUsed);
SAME_VALUE(BufferBindingType::Storage, WGPUBufferBindingType_Storage);
SAME_VALUE(BufferBindingType::ReadOnlyStorage, WGPUBufferBindingType_ReadOnlyStorage);
SAME_VALUE(SType::ShaderSourceWgsl, WGPUSType_ShaderSourceWGSL);
SAME_VALUE(kBufferMapRead, WGPUBufferUsage_MapRead);
SAME_VALUE(kBufferCopySrc, WGPUBufferUsage_CopySrc);
SAME_VALUE(kBufferCopyDst, WGPUBufferUsage_CopyDst);
SAME_VALUE(kBufferStorage, WGPUBufferUsage_Storage);
SAME_VALUE(kMapRead, WGPUMapMode_Read);
SAME_VALUE(kStageCompute, WGPUShaderStage_Compute);

/// How a value travels in a call: that of two C declarations must agree, their names need not.
template <class Ours, class Theirs>
constexpr bool kSameShape =
    sizeof(Ours) == sizeof(Theirs) && std::is_pointer_v<Ours> == std::is_pointer_v<Theirs> &&
    std::is_class_v<Ours> == std::is_class_v<Theirs>;
template <> constexpr bool kSameShape<void, void> = true;

template <class Ours, class Theirs> struct SameCall : std::false_type {};
template <class OurResult, class... Ours, class TheirResult, class... Theirs>
  requires(sizeof...(Ours) == sizeof...(Theirs))
struct SameCall<OurResult (*)(Ours...), TheirResult (*)(Theirs...)>
    : std::bool_constant<kSameShape<OurResult, TheirResult> && (kSameShape<Ours, Theirs> && ...)> {
};

// A function that the header lacks fails to compile here.
#define SAME_CALL(Name, Res, Params)                                                               \
  static_assert(SameCall<decltype(Api::Name), decltype(&wgpu##Name)>::value, "wgpu" #Name);
RINGKERNEL_WEBGPU_FUNCTIONS(SAME_CALL)

static_assert(SameCall<RequestAdapterCallback, WGPURequestAdapterCallback>::value);
static_assert(SameCall<RequestDeviceCallback, WGPURequestDeviceCallback>::value);
static_assert(SameCall<BufferMapCallback, WGPUBufferMapCallback>::value);
static_assert(SameCall<PopErrorScopeCallback, WGPUPopErrorScopeCallback>::value);
static_assert(SameCall<DeviceLostCallback, WGPUDeviceLostCallback>::value);
static_assert(SameCall<UncapturedErrorCallback, WGPUUncapturedErrorCallback>::value);

} // namespace
} // namespace ring::runtime::webgpu

TEST(WebGpuApi, AgreesWithTheRealHeader) { SUCCEED() << "checked when this file was compiled"; }
#else
TEST(WebGpuApi, AgreesWithTheRealHeader) {
  GTEST_SKIP() << "no webgpu.h: configure with RINGKERNEL_WEBGPU_HEADER_DIR";
}
#endif
