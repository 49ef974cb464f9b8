// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The picture of one series: its values, labelled windows, scores and alerts.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_PLOT_H
#define RINGKERNEL_EXAMPLES_ANOMALY_PLOT_H

#include "Series.h"

#include <string>
#include <vector>

namespace anomaly {

/// Draws `series` with `scores` as a PNG file; an alert is a score of at least `threshold` after
/// the probation, no score reaches a threshold above 1. Throws Failure.
std::string drawPlot(const Series& series, const std::vector<double>& scores, double threshold);

} // namespace anomaly

#endif
