// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares runtime/backend/cuda/Api.h with the CUDA toolkit's own headers where it is installed:
// every function's exported name and parameter sizes, every constant.

#include "runtime/backend/cuda/Api.h"

#include <gtest/gtest.h>

#ifdef RINGKERNEL_HAVE_CUDA_HEADERS
#include <cuda.h>
#include <nvrtc.h>
#endif

namespace {

#ifdef RINGKERNEL_HAVE_CUDA_HEADERS

using namespace ring::runtime::cuda;

/// A struct of one pointer is passed as that pointer is.
template <class T>
constexpr bool isPointer = std::is_pointer_v<T> || std::is_same_v<T, ArgumentList>;
/// Same number of parameters, each of one size, integers as integers and pointers as pointers.
template <class Ours, class Theirs> constexpr bool samePassing = false;
template <class R, class S, class... A, class... B>
constexpr bool samePassing<R (*)(A...), S (*)(B...)> = [] {
  if constexpr (sizeof...(A) == sizeof...(B))
    return sizeof(R) == sizeof(S) && ((sizeof(A) == sizeof(B)) && ...) &&
           ((isPointer<A> == isPointer<B>) && ...);
  else
    return false;
}();

TEST(CudaApi, functionsArePassedWhatTheHeadersSay){
// `#Exported` is not expanded, `&Exported` is: cuda.h maps a plain name to its newest version,
// and we name that version.
#define CHECK_DRIVER(Name, Exported, Params)                                                       \
  EXPECT_TRUE((samePassing<decltype(DriverApi::Name)::Here, decltype(&::Exported)>)) << #Exported;
    RINGKERNEL_CUDA_FUNCTIONS(CHECK_DRIVER)
#define CHECK_NVRTC(Name, Exported, Params)                                                        \
  EXPECT_TRUE((samePassing<decltype(NvrtcApi::Name), decltype(&::Exported)>)) << #Exported;
        RINGKERNEL_NVRTC_FUNCTIONS(CHECK_NVRTC)}

TEST(CudaApi, constantsAreThoseOfTheHeaders) {
  EXPECT_EQ(int(CuResult::InvalidValue), int(CUDA_ERROR_INVALID_VALUE));
  EXPECT_EQ(int(CuResult::OutOfMemory), int(CUDA_ERROR_OUT_OF_MEMORY));
  EXPECT_EQ(int(CuResult::NoDevice), int(CUDA_ERROR_NO_DEVICE));
  EXPECT_EQ(int(CuResult::EccUncorrectable), int(CUDA_ERROR_ECC_UNCORRECTABLE));
  EXPECT_EQ(int(CuResult::NotReady), int(CUDA_ERROR_NOT_READY));
  EXPECT_EQ(int(CuResult::LaunchOutOfResources), int(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES));
  EXPECT_EQ(int(CuResult::NotPermitted), int(CUDA_ERROR_NOT_PERMITTED));
  EXPECT_EQ(int(CuResult::NotSupported), int(CUDA_ERROR_NOT_SUPPORTED));
  EXPECT_EQ(int(CuResult::CooperativeLaunchTooLarge), int(CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE));
  EXPECT_EQ(int(DeviceAttribute::MultiprocessorCount),
            int(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
  EXPECT_EQ(int(DeviceAttribute::CooperativeLaunch), int(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH));
  EXPECT_EQ(int(DeviceAttribute::ComputeMode), int(CU_DEVICE_ATTRIBUTE_COMPUTE_MODE));
  EXPECT_EQ(int(DeviceAttribute::PciBus), int(CU_DEVICE_ATTRIBUTE_PCI_BUS_ID));
  EXPECT_EQ(int(DeviceAttribute::PciDevice), int(CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID));
  EXPECT_EQ(int(DeviceAttribute::PciDomain), int(CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID));
  EXPECT_EQ(int(ComputeMode::Prohibited), int(CU_COMPUTEMODE_PROHIBITED));
  EXPECT_EQ(int(ComputeMode::ExclusiveProcess), int(CU_COMPUTEMODE_EXCLUSIVE_PROCESS));
#if CUDA_VERSION >= 13000
  EXPECT_EQ(int(DeviceAttribute::MpsEnabled), int(CU_DEVICE_ATTRIBUTE_MPS_ENABLED));
#endif
  EXPECT_EQ(int(FunctionAttribute::SharedBytes), int(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES));
  EXPECT_EQ(int(FunctionAttribute::LocalBytes), int(CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES));
  EXPECT_EQ(int(FunctionAttribute::Registers), int(CU_FUNC_ATTRIBUTE_NUM_REGS));
  EXPECT_EQ(int(FunctionAttribute::MaxDynamicSharedBytes),
            int(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES));
  EXPECT_EQ(kHostPortable, unsigned(CU_MEMHOSTALLOC_PORTABLE));
  EXPECT_EQ(kHostDeviceMap, unsigned(CU_MEMHOSTALLOC_DEVICEMAP));
  EXPECT_EQ(int(DeviceAttribute::MaxThreadsPerBlock),
            int(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK));
  EXPECT_EQ(int(DeviceAttribute::MaxBlockDimX), int(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X));
  EXPECT_EQ(int(DeviceAttribute::MaxBlockDimY), int(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y));
  EXPECT_EQ(int(DeviceAttribute::MaxBlockDimZ), int(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z));
  EXPECT_EQ(int(DeviceAttribute::MaxGridDimX), int(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X));
  EXPECT_EQ(int(DeviceAttribute::MaxGridDimY), int(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y));
  EXPECT_EQ(int(DeviceAttribute::MaxSharedMemoryPerBlock),
            int(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK));
  EXPECT_EQ(int(DeviceAttribute::MaxSharedMemoryPerBlockOptin),
            int(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
  EXPECT_EQ(int(DeviceAttribute::ComputeCapabilityMajor),
            int(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR));
  EXPECT_EQ(int(DeviceAttribute::ComputeCapabilityMinor),
            int(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
  EXPECT_EQ(int(CuResult::CaptureUnsupported), int(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
  EXPECT_EQ(int(CuResult::CaptureWrongThread), int(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD));
  EXPECT_EQ(int(CaptureMode::ThreadLocal), int(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
  EXPECT_EQ(kEventRecordExternal, unsigned(CU_EVENT_RECORD_EXTERNAL));
  EXPECT_EQ(kEventWaitExternal, unsigned(CU_EVENT_WAIT_EXTERNAL));
  EXPECT_EQ(kStreamNonBlocking, unsigned(CU_STREAM_NON_BLOCKING));
  EXPECT_EQ(int(LaunchAttributeId::Cooperative), int(CU_LAUNCH_ATTRIBUTE_COOPERATIVE));
  EXPECT_EQ(int(LaunchAttributeId::ClusterDimension), int(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION));
}

TEST(CudaApi, WhatRefusesOneCallDoesNotEndAContext) {
  for (const CUresult fault :
       {CUDA_ERROR_ECC_UNCORRECTABLE, CUDA_ERROR_NVLINK_UNCORRECTABLE,
#if CUDA_VERSION >= 12080
        CUDA_ERROR_CONTAINED,
#endif
        CUDA_ERROR_ILLEGAL_ADDRESS, CUDA_ERROR_LAUNCH_TIMEOUT, CUDA_ERROR_CONTEXT_IS_DESTROYED,
        CUDA_ERROR_ASSERT, CUDA_ERROR_HARDWARE_STACK_ERROR, CUDA_ERROR_ILLEGAL_INSTRUCTION,
        CUDA_ERROR_MISALIGNED_ADDRESS, CUDA_ERROR_INVALID_ADDRESS_SPACE, CUDA_ERROR_INVALID_PC,
        CUDA_ERROR_LAUNCH_FAILED, CUDA_ERROR_MPS_RPC_FAILURE, CUDA_ERROR_MPS_CLIENT_TERMINATED,
        CUDA_ERROR_EXTERNAL_DEVICE, CUDA_ERROR_UNKNOWN})
    EXPECT_TRUE(endsContext(CuResult(fault))) << fault;
  for (const CUresult refusal : {CUDA_SUCCESS,
                                 CUDA_ERROR_INVALID_VALUE,
                                 CUDA_ERROR_OUT_OF_MEMORY,
                                 CUDA_ERROR_NO_DEVICE,
                                 CUDA_ERROR_NOT_READY,
                                 CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                                 CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED,
                                 CUDA_ERROR_PEER_ACCESS_NOT_ENABLED,
                                 CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE,
                                 CUDA_ERROR_TOO_MANY_PEERS,
                                 CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
                                 CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
                                 CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE,
                                 CUDA_ERROR_NOT_PERMITTED,
                                 CUDA_ERROR_NOT_SUPPORTED,
                                 CUDA_ERROR_SYSTEM_NOT_READY,
                                 CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
                                 CUDA_ERROR_MPS_CONNECTION_FAILED,
                                 CUDA_ERROR_MPS_SERVER_NOT_READY,
                                 CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                                 CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD})
    EXPECT_FALSE(endsContext(CuResult(refusal))) << refusal;
}

TEST(CudaApi, aLaunchIsLaidOutAsInTheHeaders) {
  EXPECT_EQ(sizeof(LaunchConfig), sizeof(CUlaunchConfig));
  EXPECT_EQ(offsetof(LaunchConfig, blockX), offsetof(CUlaunchConfig, blockDimX));
  EXPECT_EQ(offsetof(LaunchConfig, sharedBytes), offsetof(CUlaunchConfig, sharedMemBytes));
  EXPECT_EQ(offsetof(LaunchConfig, stream), offsetof(CUlaunchConfig, hStream));
  EXPECT_EQ(offsetof(LaunchConfig, attributes), offsetof(CUlaunchConfig, attrs));
  EXPECT_EQ(offsetof(LaunchConfig, count), offsetof(CUlaunchConfig, numAttrs));
  EXPECT_EQ(sizeof(LaunchAttribute), sizeof(CUlaunchAttribute));
  EXPECT_EQ(offsetof(LaunchAttribute, cluster), offsetof(CUlaunchAttribute, value));
}

#else

TEST(CudaApi, functionsArePassedWhatTheHeadersSay) {
  GTEST_SKIP() << "no CUDA headers; ./bootstrap test --with=cuda installs them";
}

#endif

} // namespace
