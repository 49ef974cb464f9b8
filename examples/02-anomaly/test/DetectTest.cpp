// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The actors' scores against the plain detector's, and against themselves on another number of
// workers.
#include "02-anomaly/Detect.h"
#include "02-anomaly/Report.h"
#include "PlainDetector.h"

#include "common/Program.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace anomaly;

namespace {

template <class Real> Scores detectOn(unsigned workers, const DataSet& data) {
  example::BackendOptions backend;
  backend.workers = workers;
  ring::Runtime runtime = example::startRuntime(backend, runtimeOptions<Real>(data));
  return detect<Real>(runtime, data, [](std::uint64_t) {});
}

std::vector<double> plainScores(const Series& series) {
  PlainDetector detector;
  std::vector<double> scores;
  for (double value : series.values)
    scores.push_back(detector.score(value));
  return scores;
}

Scores plainScores(const DataSet& data) {
  Scores scores;
  for (const Series& series : data.series)
    scores.push_back(plainScores(series));
  return scores;
}

TEST(Detect, GeneratedSeriesScoreAsThePlainDetectorSays) {
  const DataSet data = generateDataSet();
  const Scores scores = detectOn<double>(1, data);
  EXPECT_LE(difference(scores, plainScores(data)).largest, 1e-9);
}

TEST(Detect, TheFirstValueScoresZeroAndASteadySeriesToo) {
  DataSet data;
  data.series.emplace_back();
  data.series.back().values = {3.25, 3.25, 3.25, 4.25};
  const Scores scores = detectOn<double>(1, data);
  EXPECT_EQ(scores[0][0], 0.0);
  EXPECT_EQ(scores[0][1], 0.5); // z is 0, and Q(0) is a half
  EXPECT_EQ(scores[0][2], 0.5);
  EXPECT_EQ(scores[0][3], 1.0); // a million standard deviations of 1e-6
}

TEST(Detect, WorkersDoNotChangeABit) {
  const DataSet data = generateDataSet();
  EXPECT_EQ(detectOn<double>(1, data), detectOn<double>(3, data));
  EXPECT_EQ(detectOn<float>(1, data), detectOn<float>(3, data));
}

TEST(Detect, FloatIsNearDouble) {
  const DataSet data = generateDataSet();
  const double largest = difference(detectOn<double>(1, data), detectOn<float>(1, data)).largest;
  EXPECT_GT(largest, 0);
  EXPECT_LE(largest, 1e-4);
}

TEST(Detect, NycTaxiScoresAsThePlainDetectorSays) {
  const std::filesystem::path folder = RINGKERNEL_TEST_DATA;
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "SKIPPED: no Numenta Anomaly Benchmark in '" << folder.string()
                 << "'; -DRINGKERNEL_DATA_DIR names the folder above nab/";
  DataSet data;
  for (Series& series : readDataSet(folder).series)
    if (series.name == "realKnownCause/nyc_taxi.csv")
      data.series.push_back(std::move(series));
  ASSERT_EQ(data.rows(), 10320u);
  const Scores plain = plainScores(data);
  EXPECT_LE(difference(detectOn<double>(1, data), plain).largest, 1e-9);
  EXPECT_LE(difference(detectOn<float>(1, data), plain).largest, 1e-4);
}

} // namespace
