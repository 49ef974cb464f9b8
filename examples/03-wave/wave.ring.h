// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The acoustic wave equation with constant density, d2p/dt2 + s dp/dt = v2 lap p, in two
// dimensions: second order in time, eighth in space.
#ifndef RINGKERNEL_EXAMPLES_WAVE_WAVE_H
#define RINGKERNEL_EXAMPLES_WAVE_WAVE_H

#include <ringkernel/ring.h>

namespace wave {

/// One time step. `now` and `before` are the pressure at this step and the one before, which is
/// overwritten by the next. `courant` is (v dt / h)^2, h the grid spacing. `keep` is 1 / (1 + s dt
/// / 2) where s is the damping: 1 inside, less in the absorbing boundary.
[[ring::stencil]] inline void step(ring::Cell2<const float> now, ring::Cell2<float> before,
                                   ring::Cell2<const float> courant,
                                   ring::Cell2<const float> keep) {
  const float c0 = -205.0f / 36.0f; // both axes
  const float c1 = 8.0f / 5.0f;
  const float c2 = -1.0f / 5.0f;
  const float c3 = 8.0f / 315.0f;
  const float c4 = -1.0f / 560.0f;
  const float r1 = now.at(-1, 0) + now.at(1, 0) + now.at(0, -1) + now.at(0, 1);
  const float r2 = now.at(-2, 0) + now.at(2, 0) + now.at(0, -2) + now.at(0, 2);
  const float r3 = now.at(-3, 0) + now.at(3, 0) + now.at(0, -3) + now.at(0, 3);
  const float r4 = now.at(-4, 0) + now.at(4, 0) + now.at(0, -4) + now.at(0, 4);
  const float laplacian = c0 * now() + c1 * r1 + c2 * r2 + c3 * r3 + c4 * r4;
  before() = keep() * (2.0f * now() + courant() * laplacian) - (2.0f * keep() - 1.0f) * before();
}

/// Adds `amplitude` to the pressure of a cell: the source, swept over the one cell where it stands.
[[ring::stencil]] inline void inject(ring::Cell2<float> pressure, float amplitude) {
  pressure() += amplitude;
}

} // namespace wave

#endif
