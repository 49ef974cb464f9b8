// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 64-bit integers as vec2<u32>, low word first; two's complement where signed. All results are modulo
// 2^64, as in C++ for unsigned integers. A division by zero gives 0.
// uses: wgsl/math/bits.wgsl

fn ring_add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn ring_neg64(a: vec2<u32>) -> vec2<u32> { return ring_add64(~a, vec2<u32>(1u, 0u)); }
fn ring_sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}
/// The full product of two words.
fn ring_mulWords(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let mid = a1 * b0 + (low >> 16u);
  let mid2 = a0 * b1 + (mid & 0xffffu);
  return vec2<u32>((mid2 << 16u) | (low & 0xffffu), a1 * b1 + (mid >> 16u) + (mid2 >> 16u));
}
fn ring_mul64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = ring_mulWords(a.x, b.x);
  return vec2<u32>(low.x, low.y + a.x * b.y + a.y * b.x);
}
fn ring_shl64(a: vec2<u32>, by: u32) -> vec2<u32> {
  let n = by & 63u;
  if (n == 0u) {
    return a;
  }
  if (n >= 32u) {
    return vec2<u32>(0u, a.x << (n - 32u));
  }
  return vec2<u32>(a.x << n, (a.y << n) | (a.x >> (32u - n)));
}
fn ring_shrU64(a: vec2<u32>, by: u32) -> vec2<u32> {
  let n = by & 63u;
  if (n == 0u) {
    return a;
  }
  if (n >= 32u) {
    return vec2<u32>(a.y >> (n - 32u), 0u);
  }
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)), a.y >> n);
}
fn ring_shrI64(a: vec2<u32>, by: u32) -> vec2<u32> {
  let n = by & 63u;
  let high = bitcast<i32>(a.y);
  if (n == 0u) {
    return a;
  }
  if (n >= 32u) {
    return vec2<u32>(bitcast<u32>(high >> (n - 32u)), bitcast<u32>(high >> 31u));
  }
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)), bitcast<u32>(high >> n));
}
fn ring_lessU64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}
fn ring_lessI64(a: vec2<u32>, b: vec2<u32>) -> bool {
  let ah = bitcast<i32>(a.y);
  let bh = bitcast<i32>(b.y);
  return ah < bh || (ah == bh && a.x < b.x);
}
fn ring_minU64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return select(a, b, ring_lessU64(b, a)); }
fn ring_maxU64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return select(a, b, ring_lessU64(a, b)); }
fn ring_minI64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return select(a, b, ring_lessI64(b, a)); }
fn ring_maxI64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return select(a, b, ring_lessI64(a, b)); }
fn ring_abs64(a: vec2<u32>) -> vec2<u32> {
  return select(a, ring_neg64(a), bitcast<i32>(a.y) < 0);
}
/// Quotient in xy, remainder in zw; bit by bit, from the highest that is set.
fn ring_divide64(a: vec2<u32>, b: vec2<u32>) -> vec4<u32> {
  if (all(b == vec2<u32>())) {
    return vec4<u32>();
  }
  if ((a.y | b.y) == 0u) {
    return vec4<u32>(a.x / b.x, 0u, a.x % b.x, 0u);
  }
  var quotient = vec2<u32>();
  var rest = vec2<u32>();
  for (var i = 64u - u32(ring_clz64(a)); i > 0u; i -= 1u) {
    let carry = (rest.y >> 31u) != 0u;
    rest = ring_shl64(rest, 1u) | vec2<u32>(ring_shrU64(a, i - 1u).x & 1u, 0u);
    quotient = ring_shl64(quotient, 1u);
    if (carry || !ring_lessU64(rest, b)) {
      rest = ring_sub64(rest, b);
      quotient.x |= 1u;
    }
  }
  return vec4<u32>(quotient, rest);
}
fn ring_divU64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return ring_divide64(a, b).xy; }
fn ring_remU64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return ring_divide64(a, b).zw; }
fn ring_divI64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let q = ring_divide64(ring_abs64(a), ring_abs64(b)).xy;
  return select(q, ring_neg64(q), ((a.y ^ b.y) >> 31u) != 0u);
}
fn ring_remI64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let r = ring_divide64(ring_abs64(a), ring_abs64(b)).zw;
  return select(r, ring_neg64(r), (a.y >> 31u) != 0u);
}
fn ring_popcount64(a: vec2<u32>) -> i32 { return i32(countOneBits(a.x) + countOneBits(a.y)); }
fn ring_clz64(a: vec2<u32>) -> i32 {
  return i32(select(countLeadingZeros(a.y), 32u + countLeadingZeros(a.x), a.y == 0u));
}
fn ring_ctz64(a: vec2<u32>) -> i32 {
  return i32(select(countTrailingZeros(a.x), 32u + countTrailingZeros(a.y), a.x == 0u));
}
fn ring_widen(a: i32) -> vec2<u32> {
  return vec2<u32>(bitcast<u32>(a), bitcast<u32>(a >> 31u));
}
/// Rounded to nearest, ties to even, once.
fn ring_u64ToF32(a: vec2<u32>) -> f32 {
  if (a.y == 0u) {
    return ring_f32OfU32(a.x);
  }
  let shift = 64u - u32(ring_clz64(a)) - 24u;
  let lost = a & ring_sub64(ring_shl64(vec2<u32>(1u, 0u), shift), vec2<u32>(1u, 0u));
  let halfway = ring_shl64(vec2<u32>(1u, 0u), shift - 1u);
  var mantissa = ring_shrU64(a, shift).x;
  if (ring_lessU64(halfway, lost) || (all(lost == halfway) && (mantissa & 1u) == 1u)) {
    mantissa += 1u;
  }
  return f32(mantissa) * bitcast<f32>((shift + 127u) << 23u);
}
fn ring_i64ToF32(a: vec2<u32>) -> f32 {
  let size = ring_u64ToF32(ring_abs64(a));
  return select(size, -size, (a.y >> 31u) != 0u);
}
/// Towards zero; what does not fit is not defined, as in C++.
fn ring_f32ToU64(x: f32) -> vec2<u32> {
  let bits = bitcast<u32>(x);
  let exponent = i32((bits >> 23u) & 0xffu) - 150;
  let mantissa = vec2<u32>((bits & 0x7fffffu) | 0x800000u, 0u);
  if (exponent <= -24) {
    return vec2<u32>();
  }
  if (exponent < 0) {
    return ring_shrU64(mantissa, u32(-exponent));
  }
  return ring_shl64(mantissa, u32(exponent));
}
fn ring_f32ToI64(x: f32) -> vec2<u32> {
  let size = ring_f32ToU64(abs(x));
  return select(size, ring_neg64(size), x < 0.0f);
}
