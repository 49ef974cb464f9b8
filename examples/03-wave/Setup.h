// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a model to the numbers of a simulation: padding, damping, time step, source. No runtime
// here.
#ifndef RINGKERNEL_EXAMPLES_WAVE_SETUP_H
#define RINGKERNEL_EXAMPLES_WAVE_SETUP_H

#include "Model.h"

namespace wave {

struct SetupOptions {
  double timeStep = 0;       ///< seconds; 0: nine tenths of the stability limit
  double peakFrequency = 10; ///< Hz, of the source
  double sourceColumn = 0.5; ///< of the model's width
  std::size_t sourceDepth = 4;
  std::size_t absorbing = 60; ///< cells of boundary on each side, outside of the model
};

/// The fields' first axis is depth. The model lies at [border, border + depths) by [border, border
/// + columns) of them; around it the absorbing boundary, then the cells that a step does not write.
struct Setup {
  std::size_t border;
  std::size_t depths, columns;           ///< of the fields
  double timeStep;                       ///< seconds
  double peakFrequency;                  ///< Hz
  std::size_t sourceDepth, sourceColumn; ///< of the fields
  std::vector<float> courant;            ///< (v dt / h)^2
  std::vector<float> keep;               ///< 1 / (1 + s dt / 2), s the damping

  std::size_t index(std::size_t column, std::size_t depth) const { return column * depths + depth; }
  /// What the source adds to its cell in step `step`; a Ricker wavelet.
  float amplitude(std::size_t step) const;
};

/// The longest stable time step, in seconds.
double stabilityLimit(const Model& model);

/// Throws Failure where the time step is above the stability limit, or the source outside.
Setup makeSetup(const Model& model, const SetupOptions& options);

} // namespace wave

#endif
