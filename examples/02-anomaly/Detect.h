// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A data set through the actors: every value a message, every score a reply.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_DETECT_H
#define RINGKERNEL_EXAMPLES_ANOMALY_DETECT_H

#include "Series.h"

#include <ringkernel/runtime.h>

#include <functional>

namespace anomaly {

/// A score in [0, 1] for each value, by series.
using Scores = std::vector<std::vector<double>>;

/// Told how many values were scored so far.
using Watcher = std::function<void(std::uint64_t)>;

/// What the pools of a runtime must hold for `data` at that precision.
template <class Real> ring::RuntimeOptions runtimeOptions(const DataSet& data);

/// Scores `data` with one Gaussian<Real> a series, which see their values in order; the series take
/// turns. Real is float or double. Throws Failure where the runtime does, or loses a message.
template <class Real>
Scores detect(ring::Runtime& runtime, const DataSet& data, const Watcher& watcher);

} // namespace anomaly

#endif
