// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening the places that tests run at.
#include "test/Execution/OnDevice.h"

#include "runtime/backend/cuda/Device.h"
#include "test/Execution/TestDevices.h"

#include <cstdlib>

namespace ring::test {
namespace {

bool isGpu(Place place) { return place == Place::Cuda || place == Place::Resident; }

Result<std::unique_ptr<ComputeDevice>> openDevice(Place place) {
  switch (place) {
  case Place::Msl:
    return openTestDevice(TestDevice::Msl);
  case Place::WebGpu:
    return openTestDevice(TestDevice::WebGpu);
  case Place::Cuda:
    return runtime::cuda::openDevice();
  case Place::Resident:
    break; // no compute device
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
  case Place::Resident:
    return ShaderLanguage::Cuda;
  }
  std::abort();
}

Result<Runtime> open(Place place, RuntimeOptions options) {
  if (place == Place::Resident) {
    options.backend = Backend::Cuda;
    return Runtime::create(options);
  }
  Result<std::unique_ptr<ComputeDevice>> device = openDevice(place);
  if (!device)
    return device.status();
  return Runtime::create(options, std::move(*device), languageOf(place));
}

} // namespace

void OnDevice::SetUp() {
  RuntimeOptions options;
  options.backend = Backend::Cpu;
  options.workers = 2;
  options.pinWorkers = false;
  options.orderTimeout = std::chrono::minutes(2); // under a sanitizer; a watchdog ends what hangs
  Result<Runtime> device = open(GetParam(), options);
  if (!device) {
    // A GPU is never promised.
    if (!isGpu(GetParam()) && absenceIsFailure())
      FAIL() << device.status().message();
    GTEST_SKIP() << device.status().message();
  }
  device_.emplace(*std::move(device));
  Result<Runtime> cpu = Runtime::create(options);
  ASSERT_TRUE(cpu) << cpu.status().message();
  cpu_.emplace(*std::move(cpu));
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

INSTANTIATE_TEST_SUITE_P(, OnDevice,
                         testing::Values(Place::Msl, Place::WebGpu, Place::Cuda, Place::Resident),
                         [](const auto& place) {
                           switch (place.param) {
                           case Place::Msl:
                             return "Msl";
                           case Place::WebGpu:
                             return "WebGpu";
                           case Place::Cuda:
                             return "Cuda";
                           case Place::Resident:
                             return "Resident";
                           }
                           std::abort();
                         });

} // namespace ring::test
