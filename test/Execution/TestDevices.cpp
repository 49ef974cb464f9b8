// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opens devices for tests. What the environment names wins over what CMake found.

#include "test/Execution/TestDevices.h"

#include "runtime/backend/webgpu/Device.h"
#if RINGKERNEL_HAVE_MSL_SHIM
#include "test/Execution/MslDevice.h"
#endif

#include <cstdlib>
#include <string_view>

// SwiftShader and Dawn synchronise in ways that ThreadSanitizer does not see; our own code is what
// it is to judge.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libvk_swiftshader.so\nrace:libwebgpu_wrapper.so\n";
}

namespace ring::test {

const char* toString(TestDevice device) { return device == TestDevice::Msl ? "msl" : "webgpu"; }

Result<std::unique_ptr<ComputeDevice>> openTestDevice(TestDevice device) {
  if (device == TestDevice::Msl) {
#if RINGKERNEL_HAVE_MSL_SHIM
    return makeMslDevice();
#else
    return Status(StatusCode::NotFound, "no MSL shim: it needs clang++-19 and Boost.Context");
#endif
  }
  if (std::string_view(RINGKERNEL_WEBGPU_LIBRARY) != "")
    setenv("RINGKERNEL_WEBGPU_LIBRARY", RINGKERNEL_WEBGPU_LIBRARY, 0);
  if (std::string_view(RINGKERNEL_VK_ICD) != "")
    setenv("VK_ICD_FILENAMES", RINGKERNEL_VK_ICD, 0);
  return runtime::webgpu::openDevice();
}

bool absenceIsFailure() {
  const char* ci = std::getenv("CI");
  return ci && (std::string_view(ci) == "true" || std::string_view(ci) == "1");
}

} // namespace ring::test
