// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guess by dividing the exponent by 3, then three steps of Newton's. Within 2 units in the last place.
// uses: msl/math.metal

static float ring_cbrt(float x) {
  float a = fabs(x);
  if (a == 0.0f || !ring_isfinite(a))
    return x;
  // A denormal's exponent says nothing: 2^24 times it has one, and 2^8 times its root.
  const bool isSmall = a < 1.17549435e-38f;
  a = isSmall ? a * 16777216.0f : a;
  float y = as_type<float>(as_type<uint>(a) / 3u + 709921077u);
  for (int i = 0; i < 3; ++i)
    y = y - (y - a / (y * y)) * 0.333333333f;
  return copysign(isSmall ? y * 0.00390625f : y, x);
}
