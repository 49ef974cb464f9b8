// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Logarithms: x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), and log(1 + f) = f - (h - s (h + R(s^2)))
// with h = f^2 / 2, s = f / (2 + f). WGSL's own need not know 0, infinity or NaN. Within 2 units in the last
// place.
// uses: wgsl/math/bits.wgsl

/// k and f of a positive finite number, by its bits: a denormal too, where the target flushes it.
fn ring_logParts(x: f32) -> vec2<f32> {
  var bits = bitcast<u32>(x);
  var exponent = i32(bits >> 23u);
  if (exponent == 0) {
    let shift = countLeadingZeros(bits) - 8u;
    bits <<= shift;
    exponent = 1 - i32(shift);
  }
  bits &= 0x7fffffu;
  let isUpper = bits >= 0x3504f3u;
  let m = bitcast<f32>(bits | select(0x3f800000u, 0x3f000000u, isUpper));
  return vec2<f32>(f32(exponent - select(127, 126, isUpper)), m - 1.0f);
}

/// s (h + R): what f - h lacks of log(1 + f).
fn ring_logRest(f: f32) -> f32 {
  let s = f / (2.0f + f);
  let z = s * s;
  var p = 0.233329132f;
  p = fma(p, z, 0.285507321f);
  p = fma(p, z, 0.400001228f);
  p = fma(p, z, 0.666666687f);
  return s * fma(z, p, 0.5f * f * f);
}

/// What logarithms give where there is none of a positive finite number.
fn ring_logEdge(x: f32) -> f32 {
  if ((bitcast<u32>(x) & 0x7fffffffu) == 0u) {
    return -ring_infinity();
  }
  return select(x, ring_float(0x7fc00000u), ring_signbit(x));
}
fn ring_isLogEdge(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return bits == 0u || bits >= 0x7f800000u;
}

/// The upper 12 bits of a number: products of two such are exact.
fn ring_head(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }

fn ring_log(x: f32) -> f32 {
  if (ring_isLogEdge(x)) {
    return ring_logEdge(x);
  }
  let parts = ring_logParts(x);
  let k = parts.x;
  let f = parts.y;
  let h = 0.5f * f * f;
  return k * 0.693115234375f - ((h - fma(k, 3.19461833e-05f, ring_logRest(f))) - f);
}

/// log(1 + f) in two numbers, the first a head.
fn ring_logSplit(f: f32) -> vec2<f32> {
  let h = 0.5f * f * f;
  let high = ring_head(f - h);
  return vec2<f32>(high, ((f - high) - h) + ring_logRest(f));
}

fn ring_log2(x: f32) -> f32 {
  if (ring_isLogEdge(x)) {
    return ring_logEdge(x);
  }
  let parts = ring_logParts(x);
  let l = ring_logSplit(parts.y);
  let low = fma(l.x + l.y, 0.000312228396f, l.y * 1.4423828125f);
  return (l.x * 1.4423828125f + low) + parts.x;
}

fn ring_log10(x: f32) -> f32 {
  if (ring_isLogEdge(x)) {
    return ring_logEdge(x);
  }
  let parts = ring_logParts(x);
  let k = parts.x;
  let l = ring_logSplit(parts.y);
  let low = fma(l.x + l.y, 9.03803375e-05f, fma(l.y, 0.4342041015625f, k * 4.60503907e-06f));
  return k * 0.301025390625f + (l.x * 0.4342041015625f + low);
}
