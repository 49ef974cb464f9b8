// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector as its definition reads, in plain C++: a window that is a vector, sums from its
// first value to its last. Shares nothing with the handlers.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_TEST_PLAINDETECTOR_H
#define RINGKERNEL_EXAMPLES_ANOMALY_TEST_PLAINDETECTOR_H

#include <cmath>
#include <cstddef>
#include <vector>

class PlainDetector {
public:
  double score(double value) {
    double result = 0;
    if (!window_.empty()) {
      const double z = std::fabs(value - mean_) / deviation_;
      result = 1 - 0.5 * std::erfc(z / std::sqrt(2.0));
    }
    if (window_.size() < 6400) {
      window_.push_back(value);
      fit();
    } else {
      step_.push_back(value);
      if (step_.size() == 100) {
        window_.erase(window_.begin(), window_.begin() + 100);
        window_.insert(window_.end(), step_.begin(), step_.end());
        step_.clear();
        fit();
      }
    }
    return result;
  }

private:
  void fit() {
    const double n = double(window_.size());
    double sum = 0;
    for (double x : window_)
      sum += x;
    mean_ = sum / n;
    double squares = 0;
    for (double x : window_)
      squares += (x - mean_) * (x - mean_);
    deviation_ = std::sqrt(squares / n);
    if (deviation_ == 0)
      deviation_ = 1e-6;
  }

  std::vector<double> window_, step_;
  double mean_ = 0, deviation_ = 1;
};

#endif
