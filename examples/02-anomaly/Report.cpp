// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The benchmark's scoring in one sweep over the scores, highest first: each row adds its fine, or
// lifts its window's reward. Follows nab/sweeper.py of NAB 1.1.
#include "Report.h"

#include <algorithm>
#include <cmath>

namespace anomaly {

namespace {

constexpr std::size_t kNoWindow = std::size_t(-1);

struct Row {
  double score;       ///< the detector's
  double worth;       ///< what an alert here counts, weighted
  std::size_t window; ///< over all series, or kNoWindow
};

/// 1 well before the right end of a window (position -1 is its left end), 0 at its right end, down
/// to -1 far behind it.
double scaledSigmoid(double position) {
  return position > 3 ? -1 : 2 / (1 + std::exp(5 * position)) - 1;
}

/// What an alert at `row` counts outside of windows; `before` is the last window that is over.
double fine(std::size_t row, const Window* before) {
  if (!before)
    return -1;
  const double width = double(before->last - before->first);
  return scaledSigmoid(double(row - before->last) / width);
}

double reward(std::size_t row, const Window& window) {
  const double width = double(window.last - window.first + 1);
  return scaledSigmoid(-double(window.last - row + 1) / width) / scaledSigmoid(-1);
}

void addRows(const Series& series, const std::vector<double>& scores, const Profile& profile,
             std::size_t firstWindow, std::vector<Row>& rows) {
  std::size_t next = 0; // the window that the row is in or that comes
  for (std::size_t row = 0; row < scores.size(); ++row) {
    if (next < series.windows.size() && row > series.windows[next].last)
      ++next;
    const bool inside = next < series.windows.size() && row >= series.windows[next].first;
    if (row < probationRows(scores.size()))
      continue;
    if (inside)
      rows.push_back(
          {scores[row], profile.hit * reward(row, series.windows[next]), firstWindow + next});
    else
      rows.push_back({scores[row],
                      profile.falseAlert * fine(row, next ? &series.windows[next - 1] : nullptr),
                      kNoWindow});
  }
}

} // namespace

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = {{"standard", 1, 0.11, 1},
                                           {"reward_low_FP_rate", 1, 0.22, 1},
                                           {"reward_low_FN_rate", 1, 0.11, 2}};
  return all;
}

std::size_t probationRows(std::size_t rows) {
  return std::min(rows * 15 / 100, std::size_t(5000 * 15 / 100));
}

std::size_t windowCount(const DataSet& data) {
  std::size_t count = 0;
  for (const Series& series : data.series)
    count += series.windows.size();
  return count;
}

Detection bestDetection(const DataSet& data, const Scores& scores, const Profile& profile) {
  std::vector<Row> rows;
  std::size_t windows = 0;
  for (std::size_t i = 0; i < data.series.size(); ++i) {
    addRows(data.series[i], scores[i], profile, windows, rows);
    windows += data.series[i].windows.size();
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.score > b.score; });

  std::vector<double> worth(windows, -profile.miss);
  std::vector<bool> isHit(windows);
  // Above all scores there is no alert.
  Detection current{1.1, -profile.miss * double(windows), 0, 0};
  Detection best = current;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (row.window == kNoWindow) {
      current.score += row.worth;
      ++current.falseAlerts;
    } else {
      const double better = std::max(worth[row.window], row.worth);
      current.score += better - worth[row.window];
      worth[row.window] = better;
      current.windowsHit += !isHit[row.window];
      isHit[row.window] = true;
    }
    current.threshold = row.score;
    const bool isLast = i + 1 == rows.size() || rows[i + 1].score < row.score;
    if (isLast && current.score > best.score)
      best = current;
  }
  return best;
}

double normalised(const DataSet& data, const Detection& detection, const Profile& profile) {
  const double windows = double(windowCount(data));
  const double none = -profile.miss * windows, perfect = profile.hit * windows;
  return 100 * (detection.score - none) / (perfect - none);
}

Difference difference(const Scores& a, const Scores& b) {
  Difference found;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t row = 0; row < a[i].size(); ++row)
      if (const double d = std::abs(a[i][row] - b[i][row]); d > found.largest)
        found = {d, i, row};
  return found;
}

} // namespace anomaly
