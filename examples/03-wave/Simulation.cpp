// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time loop: one sweep over all cells, one over the source's, and the two pressures change
// places.
#include "Simulation.h"

#include "wave.ring.h"

#include "common/Program.h"

#include <utility>

namespace wave {

namespace {

constexpr std::size_t kStepsInFlight = 64; ///< sweeps may queue up on a device; not without bound

} // namespace

ring::Field<float> Simulation::makeField() {
  auto field = runtime_.field<float>({setup_.depths, setup_.columns});
  example::require(field.status());
  return *std::move(field);
}

ring::Field<float> Simulation::makeField(const std::vector<float>& values) {
  ring::Field<float> field = makeField();
  example::require(field.upload(values));
  return field;
}

Simulation::Simulation(ring::Runtime& runtime, const Setup& setup)
    : runtime_(runtime), setup_(setup), now_(makeField()), before_(makeField()),
      courant_(makeField(setup.courant)), keep_(makeField(setup.keep)) {}

void Simulation::run(std::size_t steps) {
  const ring::Range source{{std::int32_t(setup_.sourceDepth), std::int32_t(setup_.sourceColumn), 0},
                           {1, 1, 1}};
  for (std::size_t i = 1; i <= steps; ++i) {
    example::require(runtime_.sweep<step>(now_, before_, courant_, keep_));
    std::swap(now_, before_);
    example::require(runtime_.sweep<inject>(source, now_, setup_.amplitude(steps_)));
    ++steps_;
    if (i % kStepsInFlight == 0 || i == steps)
      example::require(runtime_.finish());
  }
}

std::vector<float> Simulation::pressure() const {
  std::vector<float> values(now_.size());
  example::require(now_.download(values));
  return values;
}

} // namespace wave
