// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stencils in 1, 2 and 3 dimensions, with unequal margins, coordinates, extents and several fields.
#ifndef RINGKERNEL_TEST_EXECUTION_STENCILS_RING_H
#define RINGKERNEL_TEST_EXECUTION_STENCILS_RING_H

#include <ringkernel/ring.h>

namespace stencils {

[[ring::stencil]] inline void shift(ring::Cell1<const std::int32_t> in,
                                    ring::Cell1<std::int32_t> out, std::int32_t add) {
  out() = in.west() + 10 * in.at(2) + add * in.x() + in.extentX();
}

[[ring::stencil]] inline void mix(ring::Cell2<const float> a, ring::Cell2<const float> b,
                                  ring::Cell2<float> sum, ring::Cell2<std::uint32_t> where) {
  sum() = a.at(1, 1) - a.at(-1, -1) + 0.5f * b.north() - b.at(0, -2) + sum();
  where() =
      static_cast<std::uint32_t>(a.x() * 1000 + a.y()) + static_cast<std::uint32_t>(b.extentY());
}

[[ring::stencil]] inline void heat(ring::Cell3<const float> in, ring::Cell3<float> out,
                                   float rate) {
  const float around =
      in.east() + in.west() + in.north() + in.south() + in.up() + in.down() - 6.0f * in();
  float next = in() + rate * around;
  if (in.z() == in.extentZ() / 2)
    next += 0.125f;
  out() = next < 0.0f ? 0.0f : next;
}

} // namespace stencils

#endif
