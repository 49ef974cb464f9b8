// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hyperbolic functions over our own exp; within 4 units in the last place while the result is a normal
// number.
// uses: wgsl/math/exp.wgsl

/// exp(size) / 2, which is a number for some sizes whose exp is none.
fn ring_halfExp(size: f32) -> f32 {
  if (size > 90.0f) {
    return ring_infinity();
  }
  return ring_expTimes(size, -1);
}

fn ring_sinh(x: f32) -> f32 {
  let size = abs(x);
  if (size < 1.0f) {
    let z = x * x;
    var p = 2.80628024e-06f;
    p = fma(p, z, 0.000198381022f);
    p = fma(p, z, 0.00833333936f);
    p = fma(p, z, 0.166666672f);
    return fma(x * z, p, x);
  }
  if (ring_isnan(x)) {
    return x;
  }
  let half = ring_halfExp(size);
  return ring_copysign(select(half, half - 0.25f / half, size < 20.0f), x);
}
fn ring_cosh(x: f32) -> f32 {
  if (ring_isnan(x)) {
    return x;
  }
  let size = abs(x);
  let half = ring_halfExp(size);
  return select(half, half + 0.25f / half, size < 20.0f);
}
fn ring_tanh(x: f32) -> f32 {
  let size = abs(x);
  if (size < 0.6f) {
    let z = x * x;
    var p = 0.00237076567f;
    p = fma(p, z, -0.00841007102f);
    p = fma(p, z, 0.0217883214f);
    p = fma(p, z, -0.0539615527f);
    p = fma(p, z, 0.133333132f);
    p = fma(p, z, -0.333333343f);
    return fma(x * z, p, x);
  }
  if (ring_isnan(x)) {
    return x;
  }
  if (size > 10.0f) {
    return ring_copysign(1.0f, x);
  }
  return ring_copysign(1.0f - 2.0f / (ring_exp(2.0f * size) + 1.0f), x);
}
