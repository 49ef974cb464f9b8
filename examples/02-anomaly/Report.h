// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How good the scores are: the scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015),
// which rewards an alert early in a labelled window and fines alerts outside of one.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_REPORT_H
#define RINGKERNEL_EXAMPLES_ANOMALY_REPORT_H

#include "Detect.h"

#include <string>
#include <vector>

namespace anomaly {

/// The weights of an application profile.
struct Profile {
  std::string name;
  double hit, falseAlert, miss;
};

/// The benchmark's three profiles.
const std::vector<Profile>& profiles();

/// What alerting at scores >= `threshold` gives.
struct Detection {
  double threshold;
  double score;            ///< the benchmark's raw score
  std::size_t windowsHit;  ///< with at least one alert
  std::size_t falseAlerts; ///< rows with an alert outside of all windows
};

/// The first rows of a series, in which the benchmark counts no alerts.
std::size_t probationRows(std::size_t rows);

/// The labelled windows of all series.
std::size_t windowCount(const DataSet& data);

/// The threshold with the best score of `profile` over all series. `data` is labelled.
Detection bestDetection(const DataSet& data, const Scores& scores, const Profile& profile);

/// The score on the benchmark's scale: 0 for no alert at all, 100 for a perfect detector.
double normalised(const DataSet& data, const Detection& detection, const Profile& profile);

/// The largest |a - b| and the row where it is.
struct Difference {
  double largest = 0;
  std::size_t series = 0, row = 0;
};
Difference difference(const Scores& a, const Scores& b);

} // namespace anomaly

#endif
