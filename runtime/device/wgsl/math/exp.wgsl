// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exp(x) = 2^k exp(r), |r| <= ln 2 / 2. WGSL's own loses 2 |x| units in the last place, and need not know a
// NaN; this one is within 2 while the result is a normal number.
// uses: wgsl/math/scale.wgsl

/// exp(x) 2^power for |x| <= 128.
fn ring_expTimes(x: f32, power: i32) -> f32 {
  let k = floor(fma(x, 1.44269502f, 0.5f));
  let r = fma(k, -1.42860677e-06f, fma(k, -0.693145751953125f, x));
  var p = 0.00139263971f;
  p = fma(p, r, 0.00836335029f);
  p = fma(p, r, 0.0416665524f);
  p = fma(p, r, 0.166665763f);
  p = fma(p, r, 0.5f);
  return ring_scale(1.0f + fma(r * r, p, r), i32(k) + power);
}

fn ring_exp(x: f32) -> f32 {
  if (ring_isnan(x)) {
    return x;
  }
  if (x > 89.0f) {
    return ring_infinity();
  }
  if (x < -104.0f) {
    return 0.0f;
  }
  return ring_expTimes(x, 0);
}
