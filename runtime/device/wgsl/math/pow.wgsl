// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WGSL's pow is undefined for a negative base; C++'s is not where the exponent is whole.
// uses: wgsl/math/bits.wgsl

fn ring_pow(x: f32, y: f32) -> f32 {
  if (y == 0.0f || x == 1.0f) {
    return 1.0f;
  }
  let size = abs(x);
  var value = 0.0f;
  if (size == 0.0f) {
    value = select(0.0f, ring_infinity(), y < 0.0f);
  } else {
    value = pow(size, y);
  }
  if (!ring_signbit(x)) {
    return value;
  }
  if (y != trunc(y)) {
    return select(value, ring_float(0x7fc00000u), size != 0.0f);
  }
  let isOdd = abs(y) < 16777216.0f && (i32(abs(y)) & 1) == 1;
  return select(value, -value, isOdd);
}
