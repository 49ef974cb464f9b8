// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The peers of 02-anomaly: the same detector as straight loops on one thread, without actors or
// messages. One sums from the first value to the last, the others in the tree of
// ring::Context::reduce, as one would write it and with its loops tuned.
#ifndef RINGKERNEL_BENCH_ANOMALY_PLAINLOOPS_H
#define RINGKERNEL_BENCH_ANOMALY_PLAINLOOPS_H

#include "02-anomaly/Detect.h"

namespace bench {

anomaly::Scores sequentialScores(const anomaly::DataSet& data);
anomaly::Scores treeScores(const anomaly::DataSet& data);
anomaly::Scores blockedTreeScores(const anomaly::DataSet& data);

} // namespace bench

#endif
