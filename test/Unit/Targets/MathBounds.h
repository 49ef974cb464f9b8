// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bounds that docs/Targets.md states, read from its table: what is tested is what is promised.

#ifndef RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H
#define RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H

#include "Arithmetic.ring.h"
#include "test/Unit/Targets/TargetDevices.h"

#include <string>
#include <vector>

namespace ring::test {

struct MathBound {
  arithmetic::Function function;
  std::string name;
  int arity;
  double cuda, msl, wgsl; ///< units in the last place, from the exact result

  double ulps(Target target) const;
};

/// One of each function of MathFunctions.def, in its order. Functions that the table lacks, or
/// whose row cannot be read, are in `missing` instead.
std::vector<MathBound> mathBounds(std::string& missing);

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_TARGETS_MATHBOUNDS_H
