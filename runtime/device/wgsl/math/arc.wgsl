// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arc functions. WGSL's own are within 4096 units in the last place; these within 4.
// uses: wgsl/math/bits.wgsl

/// asin(x) / x - 1 of z = x^2 up to 1/4.
fn ring_asinRest(z: f32) -> f32 {
  var p = 0.0336908475f;
  p = fma(p, z, 0.0171492379f);
  p = fma(p, z, 0.0311006624f);
  p = fma(p, z, 0.0445994027f);
  p = fma(p, z, 0.0750009418f);
  p = fma(p, z, 0.166666657f);
  return p * z;
}
/// asin(sqrt((1 - size) / 2)): half of acos(size), for size from 1/2 to 1.
fn ring_halfAcos(size: f32) -> f32 {
  let z = (1.0f - size) * 0.5f;
  let s = sqrt(z);
  return fma(s, ring_asinRest(z), s);
}

fn ring_asin(x: f32) -> f32 {
  let size = abs(x);
  if (!(size <= 1.0f)) {
    return ring_float(0x7fc00000u);
  }
  if (size < 0.5f) {
    return fma(x, ring_asinRest(x * x), x);
  }
  return ring_copysign(1.57079637f - (2.0f * ring_halfAcos(size) + 4.37113883e-08f), x);
}
fn ring_acos(x: f32) -> f32 {
  let size = abs(x);
  if (!(size <= 1.0f)) {
    return ring_float(0x7fc00000u);
  }
  if (size < 0.5f) {
    return 1.57079637f - (fma(x, ring_asinRest(x * x), x) + 4.37113883e-08f);
  }
  let half = ring_halfAcos(size);
  return select(2.0f * half, 3.14159274f - (2.0f * half + 8.74227766e-08f), x < 0.0f);
}

/// Of a number from 0 to infinity.
fn ring_atanPositive(size: f32) -> f32 {
  var t = size;
  var base = 0.0f;
  var rest = 0.0f;
  if (size > 2.41421366f) {
    t = -1.0f / size;
    base = 1.57079637f;
    rest = -4.37113883e-08f;
  } else if (size > 0.414213568f) {
    t = (size - 1.0f) / (size + 1.0f);
    base = 0.785398185f;
    rest = -2.18556941e-08f;
  }
  let z = t * t;
  var p = -0.06449835f;
  p = fma(p, z, 0.107430995f);
  p = fma(p, z, -0.142638966f);
  p = fma(p, z, 0.199995384f);
  p = fma(p, z, -0.333333313f);
  return base + (fma(t * z, p, t) + rest);
}

fn ring_atan(x: f32) -> f32 {
  if (ring_isnan(x)) {
    return x;
  }
  if (ring_isinf(x)) {
    return ring_copysign(1.57079637f, x);
  }
  return ring_copysign(ring_atanPositive(abs(x)), x);
}

fn ring_atan2(y: f32, x: f32) -> f32 {
  if (ring_isnan(x) || ring_isnan(y)) {
    return ring_float(0x7fc00000u);
  }
  let a = abs(y);
  let b = abs(x);
  var angle = 0.0f;
  if (ring_isinf(a)) {
    angle = select(1.57079637f, 0.785398185f, ring_isinf(b));
  } else if (a > b) {
    angle = 1.57079637f - (ring_atanPositive(b / a) + 4.37113883e-08f);
  } else if (a != 0.0f && !ring_isinf(b)) {
    angle = ring_atanPositive(a / b);
  }
  if (ring_signbit(x)) {
    angle = 3.14159274f - (angle + 8.74227766e-08f);
  }
  return ring_copysign(angle, y);
}
