// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening the places that tests run at.
#include "test/Execution/OnDevice.h"

#include "runtime/backend/cuda/Device.h"
#include "test/Execution/TestDevices.h"

#include <cstdlib>

namespace ring::test {
namespace {

Result<std::unique_ptr<ComputeDevice>> open(Place place) {
  switch (place) {
  case Place::Msl:
    return openTestDevice(TestDevice::Msl);
  case Place::WebGpu:
    return openTestDevice(TestDevice::WebGpu);
  case Place::Cuda:
    return runtime::cuda::openDevice();
  }
  std::abort();
}

ShaderLanguage languageOf(Place place) {
  switch (place) {
  case Place::Msl:
    return ShaderLanguage::Msl;
  case Place::WebGpu:
    return ShaderLanguage::Wgsl;
  case Place::Cuda:
    return ShaderLanguage::Cuda;
  }
  std::abort();
}

} // namespace

void OnDevice::SetUp() {
  Result<std::unique_ptr<ComputeDevice>> opened = open(GetParam());
  if (!opened) {
    // A GPU is never promised.
    if (GetParam() != Place::Cuda && absenceIsFailure())
      FAIL() << opened.status().message();
    GTEST_SKIP() << opened.status().message();
  }
  RuntimeOptions options;
  options.backend = Backend::Cpu;
  options.workers = 2;
  options.pinWorkers = false;
  Result<Runtime> cpu = Runtime::create(options);
  ASSERT_TRUE(cpu) << cpu.status().message();
  cpu_.emplace(*std::move(cpu));
  Result<Runtime> device = Runtime::create(options, std::move(*opened), languageOf(GetParam()));
  ASSERT_TRUE(device) << device.status().message();
  device_.emplace(*std::move(device));
}

std::uint32_t ulpsApart(float a, float b) {
  // Bits of floats, made to count through zero.
  const auto ordered = [](float value) {
    std::int32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits < 0 ? std::int64_t(INT32_MIN) - bits : std::int64_t(bits);
  };
  return static_cast<std::uint32_t>(std::llabs(ordered(a) - ordered(b)));
}

INSTANTIATE_TEST_SUITE_P(, OnDevice, testing::Values(Place::Msl, Place::WebGpu, Place::Cuda),
                         [](const auto& place) {
                           switch (place.param) {
                           case Place::Msl:
                             return "Msl";
                           case Place::WebGpu:
                             return "WebGpu";
                           case Place::Cuda:
                             return "Cuda";
                           }
                           std::abort();
                         });

} // namespace ring::test
