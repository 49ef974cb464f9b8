// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a test tells the fake driver (FakeDriver.cpp), through symbols that it looks up in it.
#ifndef RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H
#define RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H

#include <cstdint>

namespace ring::test {

/// The GPU that the fake plays. A process that cannot call it gives members in the environment:
/// RINGKERNEL_FAKE_GPU="driverVersion=11080 devices=2".
struct FakeGpu {
  int driverVersion = 13000, devices = 1, multiprocessors = 4, capability = 90;
  int sharedBytesOfBlock = 227 << 10;
  int cooperativeLaunch = 1, blocksPerMultiprocessor = 1, computeMode = 0;
  int initResult = 0;                   ///< what cuInit gives
  int nvrtcMajor = 13, nvrtcMinor = 0;  ///< NVRTC's version
  int mps = 0, mig = 0, pcieWidth = 16; ///< as the driver and NVML say
  int crashes = 0;                      ///< 1: making a context ends the process
  int tears = 0;       ///< 1: a plain kernel leaves a torn chunk in its first argument
  int isMute = 0;      ///< 1: the resident kernel never answers
  int fails = 0;       ///< 1: every message fails its actor; 2: told after the next command but one
  int echoes = 0;      ///< 1: every message that is no question comes back as a reply
  int stuckShard = -1; ///< whose handler never returns: it takes nothing and tells nothing
  int eventsNeverDone = 0; ///< 1: no event is ever reached
  int staysStuck = 0; ///< 1: a kernel with a stuck shard does not leave when it is told to park
  /// In a process that cannot call fakeReset: the call that fails, and with what; -9: the process
  /// is killed there. RINGKERNEL_FAKE_TOKENS limits how often.
  int failAt = 0, failWith = 0;
  std::uint64_t memoryBytes = std::uint64_t(1) << 40; ///< allocations beyond fail
};

/// Starts anew: `failAt` is the call, counted from 1, that gives `result`; 0: none. A result that
/// ends a context is given by all later calls too.
using FakeReset = void(const FakeGpu* gpu, unsigned failAt, int result);
/// Ends the context with what is in it: every later call says so.
using FakeFault = void();
/// The handler of the stuck shard returns.
using FakeRelease = void();
/// Whether an order lies before a shard that takes none: one that is stuck, or of a mute kernel.
using FakeIsAwaited = bool();
/// Whether that call was reached.
using FakeHasFailed = bool();
/// The function that gave it, as the driver exports it.
using FakeFailedCall = const char*();
/// The function that was called first, of those that may wait for the whole device, while a
/// resident kernel ran: with a true driver it might have waited for ever. Empty: none.
using FakeDisturbance = const char*();
/// Allocations, streams, events, graphs, modules and contexts that nobody has given back.
using FakeLive = int();

} // namespace ring::test

#endif // RINGKERNEL_TEST_SHIMS_CUDA_FAKEDRIVER_H
