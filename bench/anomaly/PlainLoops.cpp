// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Straight loops, as one would write them by hand; the window is the same ring as the actor's.
#include "PlainLoops.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bench {

namespace {

constexpr std::size_t kWindow = 6400, kStep = 100;

struct SequentialSums {
  static double sum(const double* values, std::size_t count) {
    double total = 0;
    for (std::size_t i = 0; i < count; ++i)
      total += values[i];
    return total;
  }
  static double squares(const double* values, std::size_t count, double mean) {
    double total = 0;
    for (std::size_t i = 0; i < count; ++i)
      total += (values[i] - mean) * (values[i] - mean);
    return total;
  }
};

/// 32 running sums, added pairwise at the end.
struct TreeSums {
  static constexpr std::size_t kLanes = 32;
  template <class Term> static double reduce(std::size_t count, Term term) {
    std::array<double, kLanes> lanes{};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] += term(i + lane);
    for (std::size_t lane = 0; i + lane < count; ++lane)
      lanes[lane] += term(i + lane);
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
      for (std::size_t lane = 0; lane < half; ++lane)
        lanes[lane] += lanes[lane + half];
    return lanes[0];
  }
  static double sum(const double* values, std::size_t count) {
    return reduce(count, [=](std::size_t i) { return values[i]; });
  }
  static double squares(const double* values, std::size_t count, double mean) {
    return reduce(count, [=](std::size_t i) { return (values[i] - mean) * (values[i] - mean); });
  }
};

/// The same sums, sixteen lanes at a time through all values, which compilers keep in registers: as
/// the runtime's own reduce does it.
struct BlockedTreeSums {
  static constexpr std::size_t kLanes = 32, kBlock = 16;
  template <class Term> static double reduce(std::size_t count, Term term) {
    std::array<double, kLanes> lanes{};
    const std::size_t whole = count - count % kLanes;
    for (std::size_t first = 0; first < kLanes; first += kBlock) {
      double part[kBlock] = {};
      for (std::size_t i = first; i < whole; i += kLanes)
#pragma GCC unroll 16
        for (std::size_t lane = 0; lane < kBlock; ++lane)
          part[lane] += term(i + lane);
      for (std::size_t lane = 0; lane < kBlock; ++lane)
        lanes[first + lane] = part[lane];
    }
    for (std::size_t lane = 0; whole + lane < count; ++lane)
      lanes[lane] += term(whole + lane);
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
      for (std::size_t lane = 0; lane < half; ++lane)
        lanes[lane] += lanes[lane + half];
    return lanes[0];
  }
  static double sum(const double* values, std::size_t count) {
    return reduce(count, [=](std::size_t i) { return values[i]; });
  }
  static double squares(const double* values, std::size_t count, double mean) {
    return reduce(count, [=](std::size_t i) { return (values[i] - mean) * (values[i] - mean); });
  }
};

template <class Sums> class Detector {
public:
  double score(double value) {
    const double z = std::abs(value - mean_) / deviation_;
    const double result = count_ == 0 ? 0 : 1 - 0.5 * std::erfc(z * 0.70710678118654752440);
    if (count_ < kWindow) {
      window_[count_++] = value;
      fit();
    } else {
      step_[waiting_++] = value;
      if (waiting_ == kStep) {
        std::copy(step_.begin(), step_.end(), window_.begin() + std::ptrdiff_t(oldest_));
        oldest_ = (oldest_ + kStep) % kWindow;
        waiting_ = 0;
        fit();
      }
    }
    return result;
  }

private:
  void fit() {
    mean_ = Sums::sum(window_.data(), count_) / double(count_);
    deviation_ = std::sqrt(Sums::squares(window_.data(), count_, mean_) / double(count_));
    if (deviation_ == 0)
      deviation_ = 1e-6;
  }

  std::array<double, kWindow> window_{};
  std::array<double, kStep> step_{};
  std::size_t count_ = 0, oldest_ = 0, waiting_ = 0;
  double mean_ = 0, deviation_ = 1;
};

template <class Sums> anomaly::Scores scoresOf(const anomaly::DataSet& data) {
  anomaly::Scores scores;
  for (const anomaly::Series& series : data.series) {
    Detector<Sums> detector;
    std::vector<double>& row = scores.emplace_back();
    row.reserve(series.values.size());
    for (double value : series.values)
      row.push_back(detector.score(value));
  }
  return scores;
}

} // namespace

anomaly::Scores sequentialScores(const anomaly::DataSet& data) {
  return scoresOf<SequentialSums>(data);
}
anomaly::Scores treeScores(const anomaly::DataSet& data) { return scoresOf<TreeSums>(data); }
anomaly::Scores blockedTreeScores(const anomaly::DataSet& data) {
  return scoresOf<BlockedTreeSums>(data);
}

} // namespace bench
