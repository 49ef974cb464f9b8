// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exp(x) = 2^k exp(r), |r| <= ln 2 / 2, for functions whose error is a multiple of exp's: Metal's own is within
// 4 units in the last place, this one within 2 while the result is a normal number.
// uses: msl/types.metal

/// p * 2^k for p in [1/4, 4], by the exponent's bits: 2^k alone may be no number.
static float ring_scale(float p, int k) {
  const uint bits = as_type<uint>(p);
  const int exponent = int(bits >> 23) + k;
  if (exponent >= 255)
    return INFINITY;
  if (exponent > 0)
    return as_type<float>((bits & 0x7fffffu) | (uint(exponent) << 23));
  if (exponent < -25)
    return 0.0f;
  return as_type<float>((bits & 0x7fffffu) | (uint(exponent + 32) << 23)) * 2.3283064365386963e-10f;
}

static float ring_exp(float x) {
  if (as_type<uint>(x) << 1 > 0xff000000u) // a NaN
    return x;
  if (x > 89.0f)
    return INFINITY;
  if (x < -104.0f)
    return 0.0f;
  const float k = floor(fma(x, 1.44269502f, 0.5f));
  const float r = fma(k, -1.42860677e-06f, fma(k, -0.693145751953125f, x));
  float p = 0.00139263971f;
  p = fma(p, r, 0.00836335029f);
  p = fma(p, r, 0.0416665524f);
  p = fma(p, r, 0.166665763f);
  p = fma(p, r, 0.5f);
  return ring_scale(1.0f + fma(r * r, p, r), int(k));
}
