// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// p * 2^k by the exponent's bits: 2^k alone may be no number, and a product of three may be computed in
// another order.
// uses: wgsl/math/bits.wgsl

/// For p in [1/4, 4]. Infinity above the range; below it what the target makes of a denormal.
fn ring_scale(p: f32, k: i32) -> f32 {
  let bits = bitcast<u32>(p);
  let exponent = i32(bits >> 23u) + k;
  if (exponent >= 255) {
    return ring_infinity();
  }
  if (exponent > 0) {
    return bitcast<f32>((bits & 0x7fffffu) | (u32(exponent) << 23u));
  }
  if (exponent < -25) {
    return 0.0f;
  }
  return bitcast<f32>((bits & 0x7fffffu) | (u32(exponent + 32) << 23u)) * 2.3283064365386963e-10f;
}
