// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/Unit/Targets/TargetDevices.h"

#include "test/Execution/TestDevices.h"

namespace ring::test {

const char* toString(Target target) {
  switch (target) {
  case Target::Msl:
    return "msl";
  case Target::Wgsl:
    return "wgsl";
  case Target::Cuda:
    return "cuda";
  }
  return "";
}

static Result<Runtime> openTarget(Target target) {
  if (target == Target::Cuda)
    return Runtime::create({.backend = Backend::Cuda});
  const bool isMsl = target == Target::Msl;
  auto device = openTestDevice(isMsl ? TestDevice::Msl : TestDevice::WebGpu);
  if (!device)
    return device.status();
  return Runtime::create({}, std::move(*device),
                         isMsl ? ShaderLanguage::Msl : ShaderLanguage::Wgsl);
}

void TargetTest::SetUp() {
  Result<Runtime> onDevice = openTarget(GetParam());
  const bool mayBeAbsent = GetParam() == Target::Cuda || !absenceIsFailure();
  if (!onDevice && mayBeAbsent)
    GTEST_SKIP() << "no " << toString(GetParam()) << ": " << onDevice.status().message();
  ASSERT_TRUE(onDevice.isOk()) << onDevice.status().message();
  device = std::move(*onDevice);
  Result<Runtime> onHost = Runtime::create({.backend = Backend::Cpu});
  ASSERT_TRUE(onHost.isOk()) << onHost.status().message();
  host = std::move(*onHost);
}

} // namespace ring::test
