// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guess by dividing the exponent by 3, then three steps of Newton's. Within 3 units in the last place for
// normal numbers.
// uses: wgsl/math/bits.wgsl

fn ring_cbrt(x: f32) -> f32 {
  let a = abs(x);
  if (a == 0.0f || !ring_isfinite(a)) {
    return x;
  }
  var y = bitcast<f32>(bitcast<u32>(a) / 3u + 709921077u);
  for (var i = 0; i < 3; i += 1) {
    y = y - (y - a / (y * y)) * 0.333333333f;
  }
  return ring_copysign(y, x);
}
