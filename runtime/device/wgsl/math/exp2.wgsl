// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 2^x = 2^k 2^r, |r| <= 1/2; within 2 units in the last place while the result is a normal number.
// uses: wgsl/math/scale.wgsl

/// 2^r for |r| <= 1/2, a little more allowed.
fn ring_exp2Near0(r: f32) -> f32 {
  var p = 0.000154531634f;
  p = fma(p, r, 0.00133908633f);
  p = fma(p, r, 0.00961808302f);
  p = fma(p, r, 0.0555035695f);
  p = fma(p, r, 0.240226507f);
  p = fma(p, r, 0.693147182f);
  return fma(p, r, 1.0f);
}

fn ring_exp2(x: f32) -> f32 {
  if (ring_isnan(x)) {
    return x;
  }
  if (x >= 128.0f) {
    return ring_infinity();
  }
  if (x < -151.0f) {
    return 0.0f;
  }
  let k = floor(x + 0.5f);
  return ring_scale(ring_exp2Near0(x - k), i32(k));
}
