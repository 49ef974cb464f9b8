// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compute device that runs MSL on the CPU: the execute shim makes a library of the source,
// threadgroups run on a few threads, lanes as fibers where the source synchronises them. For tests:
// it computes what a Metal device would, slowly.

#ifndef RINGKERNEL_TEST_EXECUTION_MSLDEVICE_H
#define RINGKERNEL_TEST_EXECUTION_MSLDEVICE_H

#include <ringkernel/device.h>

#include <memory>

namespace ring::test {

/// Runs dispatches on `threads` threads; 0 is one a processor. Submissions complete before `submit`
/// returns.
std::unique_ptr<ComputeDevice> makeMslDevice(unsigned threads = 0);

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_MSLDEVICE_H
