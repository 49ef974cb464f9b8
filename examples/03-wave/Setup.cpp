// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Set-up of a simulation. The boundary damps with the square of the distance into it, as strongly
// as lets one ten-thousandth of a wave through at right angles.
#include "Setup.h"

#include "common/Failure.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wave {

using example::Failure;

namespace {

constexpr std::size_t kMargin = 4; ///< what wave::step reaches to
/// The sum of the absolute weights of the second derivative along one axis.
constexpr double kWeights = 205.0 / 72 + 2 * (8.0 / 5 + 1.0 / 5 + 8.0 / 315 + 1.0 / 560);
constexpr double kLetThrough = 1e-4;
constexpr double kSafety = 0.9;

/// Damping at `place` of an axis: 0 from `border` on to `border + inside`, rising outwards.
double profile(std::size_t place, std::size_t border, std::size_t inside, double strength,
               std::size_t width) {
  std::size_t distance = 0;
  if (place < border)
    distance = border - place;
  else if (place >= border + inside)
    distance = place - (border + inside) + 1;
  const double relative = std::min(1.0, double(distance) / double(width));
  return strength * relative * relative;
}

void checkTimeStep(double timeStep, double limit) {
  if (timeStep > limit)
    throw Failure(
        fmt::format("the time step of {:.4g} ms is above the stability limit of {:.4g} ms",
                    timeStep * 1e3, limit * 1e3));
}

void checkSource(const Model& model, const SetupOptions& options) {
  if (options.sourceDepth >= model.depths)
    throw Failure(fmt::format("the source is {} grid points deep; the model has {}",
                              options.sourceDepth, model.depths));
  if (!(options.sourceColumn >= 0 && options.sourceColumn <= 1))
    throw Failure(fmt::format("the source stands at {} of the model's width; 0 to 1 are taken",
                              options.sourceColumn));
}

} // namespace

float Setup::amplitude(std::size_t step) const {
  const double delay = 1.2 / peakFrequency;
  const double phase = std::numbers::pi * peakFrequency * (double(step) * timeStep - delay);
  const double ricker = (1 - 2 * phase * phase) * std::exp(-phase * phase);
  return float(ricker * double(courant[index(sourceColumn, sourceDepth)]));
}

double stabilityLimit(const Model& model) {
  return 2 * model.spacing / (model.fastest() * std::sqrt(2 * kWeights));
}

Setup makeSetup(const Model& model, const SetupOptions& options) {
  const double limit = stabilityLimit(model);
  Setup setup{};
  setup.timeStep = options.timeStep > 0 ? options.timeStep : kSafety * limit;
  checkTimeStep(setup.timeStep, limit);
  checkSource(model, options);
  setup.border = options.absorbing + kMargin;
  setup.depths = model.depths + 2 * setup.border;
  setup.columns = model.columns + 2 * setup.border;
  setup.peakFrequency = options.peakFrequency;
  setup.sourceDepth = setup.border + options.sourceDepth;
  setup.sourceColumn =
      setup.border + std::size_t(std::llround(options.sourceColumn * double(model.columns - 1)));

  const double width = double(options.absorbing) * model.spacing;
  const double strength =
      options.absorbing == 0 ? 0 : 3 * model.fastest() * std::log(1 / kLetThrough) / (2 * width);
  setup.courant.resize(setup.depths * setup.columns);
  setup.keep.resize(setup.courant.size());
  const auto inside = [&](std::size_t place, std::size_t count) {
    return std::clamp(place, setup.border, setup.border + count - 1) - setup.border;
  };
  for (std::size_t column = 0; column < setup.columns; ++column)
    for (std::size_t depth = 0; depth < setup.depths; ++depth) {
      const double speed = model.at(inside(column, model.columns), inside(depth, model.depths));
      const double number = speed * setup.timeStep / model.spacing;
      const double damping =
          profile(column, setup.border, model.columns, strength, options.absorbing) +
          profile(depth, setup.border, model.depths, strength, options.absorbing);
      setup.courant[setup.index(column, depth)] = float(number * number);
      setup.keep[setup.index(column, depth)] = float(1 / (1 + damping * setup.timeStep / 2));
    }
  return setup;
}

} // namespace wave
