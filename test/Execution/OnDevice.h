// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same program on the CPU and on a device that runs what ringc emitted, and comparing what both
// gave. The CPU is the oracle: it runs the C++ itself.
#ifndef RINGKERNEL_TEST_EXECUTION_ONDEVICE_H
#define RINGKERNEL_TEST_EXECUTION_ONDEVICE_H

#include "test/Execution/ExpectOk.h"

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

namespace ring::test {

/// Cuda: in rounds, as on the others. Resident: Backend::Cuda, one kernel that stays.
enum class Place { Msl, WebGpu, Cuda, Resident };

/// A test that runs at one place beside the CPU; skipped, or failing in CI, where that is missing.
class OnDevice : public testing::TestWithParam<Place> {
protected:
  void SetUp() override;

  /// run(Runtime&) on the CPU and on the device. Both give a vector of plain values.
  template <class Run> auto onBoth(Run&& run) {
    auto expected = run(*cpu_);
    auto actual = run(*device_);
    return std::pair(std::move(expected), std::move(actual));
  }
  /// The same, and equal to the bit. `T` has no padding.
  template <class Run> void expectSame(Run&& run) {
    const auto [expected, actual] = onBoth(run);
    ASSERT_FALSE(expected.empty()) << "the case shows nothing";
    ASSERT_EQ(expected.size(), actual.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(std::memcmp(&expected[i], &actual[i], sizeof(expected[i])), 0)
          << "element " << i << ": " << testing::PrintToString(expected[i]) << " on the cpu, "
          << testing::PrintToString(actual[i]) << " on the device";
  }

  std::optional<Runtime> cpu_, device_;
};

/// How far floats are apart, in units in the last place.
std::uint32_t ulpsApart(float a, float b);

} // namespace ring::test

#endif
