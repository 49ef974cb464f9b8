// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guess by dividing the exponent by 3, then three steps of Newton's. Within 3 units in the last place for
// normal numbers.
// uses: msl/types.metal

static float ring_cbrt(float x) {
  const float a = fabs(x);
  if (a == 0.0f || !(a < INFINITY))
    return x;
  float y = as_type<float>(as_type<uint>(a) / 3u + 709921077u);
  for (int i = 0; i < 3; ++i)
    y = y - (y - a / (y * y)) * 0.333333333f;
  return copysign(y, x);
}
