// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// erf(x) = x P(x^2) for |x| < 1, P a Chebyshev fit of degree 8; else 1 - erfc. Error below 2e-7 relative.
// uses: msl/math/erfc.metal

static float ring_erf(float x) {
  const float size = fabs(x);
  if (size < 1.0f)
    return x * ring_erfSlope(x * x);
  const float value = 1.0f - ring_erfc(size);
  return x < 0.0f ? -value : value;
}
