// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector: how unlikely is a value under a normal distribution fitted to the series' recent
// past? One actor a series; its window lives on the device between messages. Instantiated by
// anomaly64.ring.h and anomaly32.ring.h; knows nothing of files, labels or plots.
#ifndef RINGKERNEL_EXAMPLES_ANOMALY_GAUSSIAN_H
#define RINGKERNEL_EXAMPLES_ANOMALY_GAUSSIAN_H

#include <ringkernel/ring.h>

namespace anomaly {

inline constexpr std::uint32_t kWindow = 6400; ///< values that mean and deviation are taken of
inline constexpr std::uint32_t kStep = 100;    ///< a full window moves on by so many at a time

/// The next value of a series; `series` and `index` are given back with the score. The actor does
/// not know which series it has: all begin alike, so that the runtime keeps their first state once.
template <class Real> struct [[ring::message]] Sample {
  std::uint32_t series;
  std::uint32_t index;
  Real value;
};

/// How unusual the value was, in [0, 1].
template <class Real> struct [[ring::message]] Score {
  std::uint32_t series;
  std::uint32_t index;
  Real score;
};

/// Windowed Gaussian, the baseline of the Numenta Anomaly Benchmark: 1 - Q(|x - mean| / std), 0 for
/// the first value. A value enters the window after it is scored. Until the window is full, mean
/// and population std are taken anew with every value; then whenever kStep more have come. The
/// window is a ring that moves a whole step at a time, so that no value is ever shifted, and kStep
/// divides kWindow, so that a step never wraps. Its order does not matter: only sums are taken of
/// it.
template <class Real> class [[ring::actor(ring::Scope::Warp)]] Gaussian {
public:
  [[ring::handler]] void on(const Sample<Real>& sample, ring::Context& ctx) {
    ctx.reply(Score<Real>{sample.series, sample.index, count == 0 ? Real(0) : score(sample.value)});
    if (count < kWindow) {
      window[count] = sample.value;
      count += 1;
    } else {
      waiting[waitingCount] = sample.value;
      waitingCount += 1;
      if (waitingCount < kStep)
        return;
      ctx.parallelFor(kStep, [&](std::uint32_t i) { window[oldest + i] = waiting[i]; });
      oldest = (oldest + kStep) % kWindow;
      waitingCount = 0;
    }
    refit(ctx);
  }

private:
  Real score(Real value) const {
    const Real z = ring::abs(value - mean) / deviation;
    return Real(1) - Real(0.5) * ring::erfc(z * Real(0.70710678118654752440)); // z / sqrt 2
  }

  void refit(ring::Context& ctx) {
    const Real n = Real(count);
    mean = ctx.reduce(count, Real(0), ring::Plus{}, [&](std::uint32_t i) { return window[i]; }) / n;
    const Real squares = ctx.reduce(count, Real(0), ring::Plus{}, [&](std::uint32_t i) {
      const Real difference = window[i] - mean;
      return difference * difference;
    });
    deviation = ring::sqrt(squares / n);
    if (deviation == Real(0))
      deviation = Real(0.000001);
  }

  std::uint32_t count = 0;        ///< values in the window
  std::uint32_t oldest = 0;       ///< where the next step goes
  std::uint32_t waitingCount = 0; ///< values since the last step
  Real mean = 0;
  Real deviation = 1;
  Real waiting[kStep] = {};
  Real window[kWindow] = {};
};

} // namespace anomaly

#endif
