// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exp(x) = 2^k exp(r), |r| <= ln 2 / 2, by Taylor's series of degree 7. WGSL's own exp loses 2 |x| units in
// the last place; this one is within 2 while the result is a normal number.
// uses: wgsl/math/bits.wgsl

fn ring_exp(x: f32) -> f32 {
  if (x > 88.72283f) {
    return ring_infinity();
  }
  if (x < -87.33654f) {
    return 0.0f;
  }
  let k = floor(fma(x, 1.44269502f, 0.5f));
  let r = fma(k, 1.42860677e-06f, fma(k, -0.693145751953125f, x));
  var p = 0.000198412698f;
  p = fma(p, r, 0.00138888889f);
  p = fma(p, r, 0.00833333333f);
  p = fma(p, r, 0.0416666667f);
  p = fma(p, r, 0.166666667f);
  p = fma(p, r, 0.5f);
  p = fma(p, r, 1.0f);
  p = fma(p, r, 1.0f);
  // In two steps: 2^128 is no number.
  let half = i32(k) / 2;
  return p * ring_power2(half) * ring_power2(i32(k) - half);
}
