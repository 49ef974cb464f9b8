// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guess by dividing the exponent by 3, then three steps of Newton's. Within 2 units in the last place.
// uses: wgsl/math/bits.wgsl

fn ring_cbrt(x: f32) -> f32 {
  var a = abs(x);
  if (a == 0.0f || !ring_isfinite(a)) {
    return x;
  }
  // A denormal's exponent says nothing: 2^24 times it has one, and 2^8 times its root.
  let isSmall = a < 1.17549435e-38f;
  a = select(a, a * 16777216.0f, isSmall);
  var y = bitcast<f32>(bitcast<u32>(a) / 3u + 709921077u);
  for (var i = 0; i < 3; i += 1) {
    y = y - (y - a / (y * y)) * 0.333333333f;
  }
  return ring_copysign(select(y, y * 0.00390625f, isSmall), x);
}
