// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bounds of docs/Targets.md, as data.

#ifndef RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H
#define RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H

#include "Arithmetic.ring.h"
#include "test/Unit/Targets/TargetDevices.h"

#include <limits>
#include <span>

namespace ring::test {

/// Arguments for which a bound holds: |x| <= highest, and 0.
struct Domain {
  float highest = std::numeric_limits<float>::infinity(); ///< infinity: all, NaN too
  bool contains(float x) const {
    return highest == std::numeric_limits<float>::infinity() || (x <= highest && x >= -highest);
  }
};

struct MathBound {
  arithmetic::Function function;
  const char* name;
  int arity;
  double msl, wgsl, cuda; ///< units in the last place
  float wgslHighest = std::numeric_limits<float>::infinity();

  double ulps(Target target) const {
    return target == Target::Msl ? msl : target == Target::Wgsl ? wgsl : cuda;
  }
  Domain domain(Target target) const {
    return target == Target::Wgsl ? Domain{wgslHighest} : Domain{};
  }
};

std::span<const MathBound> mathBounds();

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H
