// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/Unit/Targets/MathBounds.h"

namespace ring::test {

using arithmetic::Function;

#define RING_BOUND(name, arity, ...) {Function::name, #name, arity, __VA_ARGS__}

std::span<const MathBound> mathBounds() {
  static const MathBound bounds[] = {
#define RING_UNARY(name) RING_BOUND(name, 1, 1, 1, 1),
#define RING_BINARY(name) RING_BOUND(name, 2, 1, 1, 1),
#include "MathFunctions.def"
  };
  return bounds;
}

} // namespace ring::test
