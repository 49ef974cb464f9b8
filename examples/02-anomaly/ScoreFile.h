// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scores as CSV.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_SCOREFILE_H
#define RINGKERNEL_EXAMPLES_ANOMALY_SCOREFILE_H

#include "Detect.h"

#include <string>

namespace anomaly {

/// `series,timestamp,value,score`, a line for each row of `data` in its order; numbers in the
/// shortest form that reads back to the same double.
std::string formatScores(const DataSet& data, const Scores& scores);

} // namespace anomaly

#endif
