// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The larger side is divided out, so nothing overflows before the result does. Within 4 units in the last
// place.
// uses: wgsl/math/bits.wgsl

fn ring_hypot(x: f32, y: f32) -> f32 {
  if (ring_isinf(x) || ring_isinf(y)) {
    return ring_infinity();
  }
  if (ring_isnan(x) || ring_isnan(y)) {
    return ring_float(0x7fc00000u);
  }
  let a = ring_fmax(abs(x), abs(y));
  let b = ring_fmin(abs(x), abs(y));
  if (a == 0.0f) {
    return a;
  }
  let r = b / a;
  return a * sqrt(fma(r, r, 1.0f));
}
