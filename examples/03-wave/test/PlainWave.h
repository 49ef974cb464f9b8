// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The wave as two loops over plain vectors. Shares the set-up's numbers with the stencils and no
// code; the sums are in the stencil's order, so that results may be compared to the bit.
#ifndef RINGKERNEL_EXAMPLES_WAVE_TEST_PLAINWAVE_H
#define RINGKERNEL_EXAMPLES_WAVE_TEST_PLAINWAVE_H

#include "03-wave/Setup.h"

#include <cstddef>
#include <utility>
#include <vector>

inline std::vector<float> plainWave(const wave::Setup& setup, std::size_t steps) {
  const std::size_t row = setup.depths;
  std::vector<float> now(setup.courant.size()), before(now.size());
  const float weights[5] = {-205.0f / 36.0f, 8.0f / 5.0f, -1.0f / 5.0f, 8.0f / 315.0f,
                            -1.0f / 560.0f};
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t column = 4; column + 4 < setup.columns; ++column)
      for (std::size_t depth = 4; depth + 4 < setup.depths; ++depth) {
        const std::size_t i = column * row + depth;
        float laplacian = weights[0] * now[i];
        for (std::size_t d = 1; d <= 4; ++d) {
          float ring = now[i - d] + now[i + d];
          ring = ring + now[i - d * row];
          ring = ring + now[i + d * row];
          laplacian = laplacian + weights[d] * ring;
        }
        const float keep = setup.keep[i];
        const float moved = keep * (2.0f * now[i] + setup.courant[i] * laplacian);
        before[i] = moved - (2.0f * keep - 1.0f) * before[i];
      }
    std::swap(now, before);
    now[setup.sourceColumn * row + setup.sourceDepth] += setup.amplitude(step);
  }
  return now;
}

#endif
