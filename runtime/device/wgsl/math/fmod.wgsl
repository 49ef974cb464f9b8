// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact: a division by hand over the bits, one step for each power of two between the two numbers.
// uses: wgsl/math/bits.wgsl

fn ring_fmod(x: f32, y: f32) -> f32 {
  let sign = bitcast<u32>(x) & 0x80000000u;
  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (b == 0u || a >= 0x7f800000u || b > 0x7f800000u) {
    return ring_float(0x7fc00000u);
  }
  if (a < b) {
    return x;
  }
  var exponentA = i32(a >> 23u);
  var exponentB = i32(b >> 23u);
  var ma = select((a & 0x7fffffu) | 0x800000u, a, exponentA == 0);
  let mb = select((b & 0x7fffffu) | 0x800000u, b, exponentB == 0);
  exponentA = max(exponentA, 1);
  exponentB = max(exponentB, 1);
  for (; exponentA > exponentB; exponentA -= 1) {
    ma = (ma % mb) << 1u;
  }
  ma %= mb;
  if (ma == 0u) {
    return bitcast<f32>(sign);
  }
  for (; ma < 0x800000u && exponentB > 1; exponentB -= 1) {
    ma <<= 1u;
  }
  let size = select((ma & 0x7fffffu) | (u32(exponentB) << 23u), ma, ma < 0x800000u);
  return bitcast<f32>(size | sign);
}
