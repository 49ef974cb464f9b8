// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector in float, for every target.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_ANOMALY32_H
#define RINGKERNEL_EXAMPLES_ANOMALY_ANOMALY32_H

#include "gaussian.h"

template struct anomaly::Sample<float>;
template struct anomaly::Score<float>;
template class anomaly::Gaussian<float>;

#endif
