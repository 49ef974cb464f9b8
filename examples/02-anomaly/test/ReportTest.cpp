// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The benchmark's scoring on cases small enough to work out by hand.
#include "02-anomaly/Report.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace anomaly;

namespace {

/// 100 rows, the first 15 of them probation, a window at [40, 59].
DataSet oneWindow() {
  DataSet data;
  data.series.emplace_back();
  data.series[0].values.resize(100);
  data.series[0].windows = {{40, 59}};
  return data;
}

Scores quietScores() { return {std::vector<double>(100, 0.25)}; }

double sigmoid(double position) { return 2 / (1 + std::exp(5 * position)) - 1; }

TEST(Report, AnAlertAtTheWindowsStartIsPerfect) {
  Scores scores = quietScores();
  scores[0][40] = 0.9;
  const DataSet data = oneWindow();
  const Detection best = bestDetection(data, scores, profiles()[0]);
  EXPECT_EQ(best.threshold, 0.9);
  EXPECT_EQ(best.windowsHit, 1u);
  EXPECT_EQ(best.falseAlerts, 0u);
  EXPECT_DOUBLE_EQ(best.score, 1);
  EXPECT_DOUBLE_EQ(normalised(data, best, profiles()[0]), 100);
}

TEST(Report, ALateAlertCountsLess) {
  Scores scores = quietScores();
  scores[0][55] = 0.9; // 5 of 20 rows from the right end, its own included
  const Detection best = bestDetection(oneWindow(), scores, profiles()[0]);
  EXPECT_DOUBLE_EQ(best.score, sigmoid(-0.25) / sigmoid(-1));
}

TEST(Report, TheEarliestAlertOfAWindowCountsOnce) {
  Scores scores = quietScores();
  scores[0][50] = scores[0][40] = scores[0][58] = 0.9;
  EXPECT_DOUBLE_EQ(bestDetection(oneWindow(), scores, profiles()[0]).score, 1);
}

TEST(Report, FalseAlertsAreFinedByTheirDistance) {
  Scores scores = quietScores();
  scores[0][40] = scores[0][20] = 0.9; // before any window: the full fine
  EXPECT_DOUBLE_EQ(bestDetection(oneWindow(), scores, profiles()[0]).score, 1 - 0.11);
  scores[0][20] = 0.25;
  scores[0][62] = 0.9; // 3 rows behind a window of 20
  const Detection best = bestDetection(oneWindow(), scores, profiles()[1]);
  EXPECT_DOUBLE_EQ(best.score, 1 + 0.22 * sigmoid(3.0 / 19));
  EXPECT_EQ(best.falseAlerts, 1u);
}

TEST(Report, ProbationDoesNotCount) {
  Scores scores = quietScores();
  scores[0][40] = scores[0][14] = 0.9;
  EXPECT_DOUBLE_EQ(bestDetection(oneWindow(), scores, profiles()[0]).score, 1);
  EXPECT_EQ(probationRows(100), 15u);
  EXPECT_EQ(probationRows(22695), 750u);
}

TEST(Report, WhereNoAlertPaysThereIsNone) {
  const DataSet data = oneWindow();
  const Scores scores = {std::vector<double>(100, 0.5)};
  const Detection best = bestDetection(data, scores, {"harsh", 1, 10, 1});
  EXPECT_GT(best.threshold, 1);
  EXPECT_EQ(best.score, -1);
  EXPECT_EQ(normalised(data, best, {"harsh", 1, 10, 1}), 0);
}

} // namespace
