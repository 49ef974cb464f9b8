// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wave that runs: the fields of a set-up on a runtime, moved on step by step.
#ifndef RINGKERNEL_EXAMPLES_WAVE_SIMULATION_H
#define RINGKERNEL_EXAMPLES_WAVE_SIMULATION_H

#include "Setup.h"

#include <ringkernel/runtime.h>

namespace wave {

class Simulation {
public:
  /// `runtime` and `setup` must outlive this. Throws Failure where the runtime has no memory.
  Simulation(ring::Runtime& runtime, const Setup& setup);

  /// Moves on by `steps` and waits for them. Throws Failure.
  void run(std::size_t steps);

  std::size_t steps() const { return steps_; }
  double seconds() const { return double(steps_) * setup_.timeStep; }
  /// The pressure in every cell of the fields, Setup::index. Throws Failure.
  std::vector<float> pressure() const;

private:
  ring::Field<float> makeField();
  ring::Field<float> makeField(const std::vector<float>& values);

  ring::Runtime& runtime_;
  const Setup& setup_;
  ring::Field<float> now_, before_, courant_, keep_;
  std::size_t steps_ = 0;
};

} // namespace wave

#endif
