// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sine, cosine and tangent of any number. WGSL's own are within 2^-11 from -pi to pi and promise nothing
// beyond. The argument is reduced by the bits of 2 / pi with integers, exactly enough for every float.
// Within 2 units in the last place, the tangent within 5.
// uses: wgsl/int64.wgsl
// uses: wgsl/math/bits.wgsl

const ring_twoOverPi = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u,
                                     0x3c439041u, 0xfe5163abu);

struct ring_Angle {
  rest: f32,     // from -pi/4 to pi/4
  quadrant: u32, // modulo 4
}

/// Of a finite number of at least pi/4: its product with 2 / pi, modulo 4, in 96 bits.
fn ring_reduceAngle(size: f32) -> ring_Angle {
  let bits = bitcast<u32>(size);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // From here on the bits of 2 / pi count: those before give whole turns.
  let first = (bits >> 23u) - 120u;
  var table = ring_twoOverPi;
  let word = first >> 5u;
  let shift = first & 31u;
  var window: vec3<u32>;
  for (var i = 0u; i < 3u; i += 1u) {
    window[i] = ring_shl64(vec2<u32>(table[word + i + 1u], table[word + i]), shift).y;
  }
  let low = ring_mulWords(mantissa, window.z);
  let middle = ring_add64(ring_mulWords(mantissa, window.y), vec2<u32>(low.y, 0u));
  let high = mantissa * window.x + middle.y;
  // Two bits of quadrant, then the fraction.
  var fraction = ring_shl64(vec2<u32>(middle.x, high), 2u) | vec2<u32>(low.x >> 30u, 0u);
  let isUpper = (fraction.y >> 31u) != 0u;
  if (isUpper) {
    fraction = ring_neg64(fraction);
  }
  let rest = ring_u64ToF32(fraction) * 8.51530419e-20f; // pi / 2 * 2^-64
  return ring_Angle(select(rest, -rest, isUpper), (high >> 30u) + u32(isUpper));
}

fn ring_angle(x: f32) -> ring_Angle {
  let size = abs(x);
  if (size < 0.785398f) {
    return ring_Angle(x, 0u);
  }
  let angle = ring_reduceAngle(size);
  if (x < 0.0f) {
    return ring_Angle(-angle.rest, 0u - angle.quadrant);
  }
  return angle;
}

fn ring_sinNear0(x: f32) -> f32 {
  let z = x * x;
  var p = 2.72499256e-06f;
  p = fma(p, z, -0.00019840087f);
  p = fma(p, z, 0.00833333191f);
  p = fma(p, z, -0.166666672f);
  return fma(x * z, p, x);
}
fn ring_cosNear0(x: f32) -> f32 {
  let z = x * x;
  var p = -2.7300959e-07f;
  p = fma(p, z, 2.48005999e-05f);
  p = fma(p, z, -0.00138888881f);
  p = fma(p, z, 0.0416666679f);
  return 1.0f - (0.5f * z - z * z * p);
}

fn ring_quarterTurn(angle: ring_Angle, turns: u32) -> f32 {
  let quadrant = angle.quadrant + turns;
  var value: f32;
  if ((quadrant & 1u) == 0u) {
    value = ring_sinNear0(angle.rest);
  } else {
    value = ring_cosNear0(angle.rest);
  }
  return select(value, -value, (quadrant & 2u) != 0u);
}

fn ring_sin(x: f32) -> f32 {
  if (!ring_isfinite(x)) {
    return ring_float(0x7fc00000u);
  }
  return ring_quarterTurn(ring_angle(x), 0u);
}
fn ring_cos(x: f32) -> f32 {
  if (!ring_isfinite(x)) {
    return ring_float(0x7fc00000u);
  }
  return ring_quarterTurn(ring_angle(x), 1u);
}
fn ring_tan(x: f32) -> f32 {
  if (!ring_isfinite(x)) {
    return ring_float(0x7fc00000u);
  }
  let angle = ring_angle(x);
  let sine = ring_sinNear0(angle.rest);
  let cosine = ring_cosNear0(angle.rest);
  if ((angle.quadrant & 1u) == 0u) {
    return sine / cosine;
  }
  return -cosine / sine;
}
