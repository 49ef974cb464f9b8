// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compute devices that tests run on, and whether one may be missing.

#ifndef RINGKERNEL_TEST_EXECUTION_TESTDEVICES_H
#define RINGKERNEL_TEST_EXECUTION_TESTDEVICES_H

#include <ringkernel/device.h>

#include <memory>

namespace ring::test {

enum class TestDevice {
  Msl,    ///< MSL on the CPU, through the execute shim
  WebGpu, ///< the WebGPU library and the Vulkan driver that CMake was given, or those of the
          ///< environment
};

/// `msl` or `webgpu`.
const char* toString(TestDevice device);

/// The device, or why it is missing; to be skipped with that reason, unless absenceIsFailure().
Result<std::unique_ptr<ComputeDevice>> openTestDevice(TestDevice device);

/// In CI (CI=true) no device may be missing.
bool absenceIsFailure();

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_TESTDEVICES_H
