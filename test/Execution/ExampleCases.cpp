// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the examples do, on every device that runs here, against the CPU.
#include "01-hello/hello.ring.h"
#include "02-anomaly/Detect.h"
#include "02-anomaly/Report.h"
#include "03-wave/Simulation.h"
#include "test/Execution/OnDevice.h"

#include <algorithm>
#include <cmath>

namespace ring::test {
namespace {

TEST_P(OnDevice, HelloAddsUp) {
  expectSame([](Runtime& runtime) {
    const auto adder = runtime.spawn<Adder>().value();
    std::vector<std::uint32_t> totals;
    for (const std::uint32_t value : {1u, 2u, 39u, 0xffffffffu})
      totals.push_back(runtime.ask<Number>(adder, Number{value}).get().value().value);
    return totals;
  });
}

/// Values beyond the window of 6400, so that it moves.
TEST_P(OnDevice, AnomalyScoresAreNear) {
  anomaly::DataSet data = anomaly::generateDataSet();
  data.series.resize(1);
  data.series[0].values.resize(6700);
  const auto [expected, actual] = onBoth([&](Runtime& runtime) {
    return anomaly::detect<float>(runtime, data, [](std::uint64_t) {});
  });
  ASSERT_EQ(actual[0].size(), expected[0].size());
  EXPECT_GT(*std::max_element(expected[0].begin(), expected[0].end()), 0.99);
  // What WGSL allows division and the root to be off by, in float.
  EXPECT_LE(anomaly::difference(expected, actual).largest, 1e-4);
}

TEST_P(OnDevice, WaveStepsAreNear) {
  const wave::Model model{"uniform", 80, 60, 10, std::vector<float>(80 * 60, 2000)};
  const wave::Setup setup = wave::makeSetup(model, {});
  const auto [expected, actual] = onBoth([&](Runtime& runtime) {
    wave::Simulation simulation(runtime, setup);
    simulation.run(100);
    return simulation.pressure();
  });
  ASSERT_EQ(actual.size(), expected.size());
  float largest = 0;
  for (const float value : expected)
    largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0.001f);
  // WGSL may contract a * b + c, whose error of an ulp a step grows with the steps.
  const float bound = GetParam() == Place::WebGpu ? 1e-5f * largest : 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], bound) << "cell " << i;
}

} // namespace
} // namespace ring::test
