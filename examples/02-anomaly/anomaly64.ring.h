// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector in double, for targets that have it: the host and CUDA.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_ANOMALY64_H
#define RINGKERNEL_EXAMPLES_ANOMALY_ANOMALY64_H

#include "gaussian.h"

template struct anomaly::Sample<double>;
template struct anomaly::Score<double>;
template class anomaly::Gaussian<double>;

#endif
