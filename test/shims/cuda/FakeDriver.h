// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a test tells the fake driver (FakeDriver.cpp), through symbols that it looks up in it.
#ifndef RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H
#define RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H

#include <cstdint>

namespace ring::test {

/// The GPU that the fake plays.
struct FakeGpu {
  int driverVersion = 13000, devices = 1, multiprocessors = 4, capability = 90;
  int cooperativeLaunch = 1, blocksPerMultiprocessor = 1;
  std::uint64_t memoryBytes = std::uint64_t(1) << 40; ///< allocations beyond fail
};

/// Starts anew: `failAt` is the call, counted from 1, that gives `result`; 0: none. A result that
/// ends a context is given by all later calls too.
using FakeReset = void(const FakeGpu* gpu, unsigned failAt, int result);
/// Whether that call was reached.
using FakeHasFailed = bool();
/// The function that gave it, as the driver exports it.
using FakeFailedCall = const char*();
/// Allocations, streams, modules and contexts that nobody has given back.
using FakeLive = int();

} // namespace ring::test

#endif // RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H
