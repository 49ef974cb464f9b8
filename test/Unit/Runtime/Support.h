// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A runtime on the CPU for a test, and waiting with a bound.
#ifndef RINGKERNEL_TEST_UNIT_RUNTIME_SUPPORT_H
#define RINGKERNEL_TEST_UNIT_RUNTIME_SUPPORT_H

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <functional>

namespace test {

/// Tests share their cores with others, so workers are not pinned.
inline ring::RuntimeOptions cpuOptions(std::uint32_t workers = 2) {
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cpu;
  options.workers = workers;
  options.pinWorkers = false;
  return options;
}

/// Ends the test program with what went wrong where there is no runtime.
inline ring::Runtime makeRuntime(const ring::RuntimeOptions& options = cpuOptions()) {
  ring::Result<ring::Runtime> made = ring::Runtime::create(options);
  if (!made) {
    ADD_FAILURE() << made.status().message();
    std::abort();
  }
  return *std::move(made);
}

/// Polls until done() or half a minute.
inline bool pollUntil(ring::Runtime& runtime, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    runtime.poll();
  }
  return true;
}

/// While one lives and is not opened, Workers that are ordered to wait do. One at a time.
class ClosedGate {
public:
  ClosedGate();
  ClosedGate(const ClosedGate&) = delete;
  ClosedGate& operator=(const ClosedGate&) = delete;
  ~ClosedGate();
  void open();
};

} // namespace test

#define EXPECT_OK(expression)                                                                      \
  do {                                                                                             \
    const ring::Status status_ = (expression);                                                     \
    EXPECT_TRUE(status_.isOk()) << status_.message();                                              \
  } while (false)

#endif
