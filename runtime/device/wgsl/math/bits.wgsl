// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What WGSL has no constant or function for: infinity, NaN, tests and signs by bits. A constant expression
// may not overflow, so the bits come from a variable.

var<private> ring_zero: u32 = 0u;

fn ring_opaque(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) | ring_zero); }
fn ring_opaque_u32(x: u32) -> u32 { return x | ring_zero; }
fn ring_opaque_i32(x: i32) -> i32 { return bitcast<i32>(bitcast<u32>(x) | ring_zero); }
fn ring_float(bits: u32) -> f32 { return bitcast<f32>(bits | ring_zero); }
fn ring_infinity() -> f32 { return ring_float(0x7f800000u); }
fn ring_isnan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn ring_isinf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn ring_isfinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u; }
fn ring_signbit(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) != 0u; }
fn ring_copysign(x: f32, y: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}
/// To nearest, once, as C++ converts: WGSL may round either way, but both halves are exact.
fn ring_f32OfU32(x: u32) -> f32 { return f32(x & 0xffff0000u) + f32(x & 0xffffu); }
fn ring_f32OfI32(x: i32) -> f32 { return f32(x & -65536) + f32(x & 65535); }
fn ring_fmin(x: f32, y: f32) -> f32 {
  if (ring_isnan(x)) {
    return y;
  }
  return select(x, y, y < x);
}
fn ring_fmax(x: f32, y: f32) -> f32 {
  if (ring_isnan(x)) {
    return y;
  }
  return select(x, y, x < y);
}
/// Half away from zero; WGSL's own goes to even.
fn ring_round(x: f32) -> f32 {
  let whole = trunc(x);
  let up = select(0.0f, 1.0f, abs(x - whole) >= 0.5f);
  return ring_copysign(abs(whole) + up, x);
}
/// std::min and std::max: of equal or unordered values the first.
fn ring_min(a: f32, b: f32) -> f32 { return select(a, b, b < a); }
fn ring_max(a: f32, b: f32) -> f32 { return select(a, b, a < b); }
