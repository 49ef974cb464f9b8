// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Below 0.95 1 - erf(x); above exp(-x^2) Q(t) / (1 + 2x) with t = (x - 3) / (x + 3), Q a Chebyshev fit of
// degree 9 of the scaled function, and x^2 split so that its rounding is not multiplied by it. Error
// below 2e-6 relative while the result is a normal number; 0 from 10.06 on.
// uses: msl/types.metal

/// erf(x) / x of u = x^2 in [0, 1].
static float ring_erfSlope(float u) {
  float p = 1.05896834e-06f;
  p = fma(p, u, -1.39094553e-05f);
  p = fma(p, u, 0.000119565803f);
  p = fma(p, u, -0.000854263941f);
  p = fma(p, u, 0.00522378354f);
  p = fma(p, u, -0.0268661332f);
  p = fma(p, u, 0.112837913f);
  p = fma(p, u, -0.376126389f);
  p = fma(p, u, 1.12837917f);
  return p;
}

static float ring_erfc(float x) {
  const float size = fabs(x);
  if (size < 0.95f)
    return 1.0f - x * ring_erfSlope(x * x);
  float value = 0.0f;
  if (!(size > 10.06f)) { // a NaN goes this way
    const float t = (size - 3.0f) / (size + 3.0f);
    float p = -0.000713268423f;
    p = fma(p, t, 0.00181861015f);
    p = fma(p, t, 0.00251847914f);
    p = fma(p, t, -0.02375392f);
    p = fma(p, t, 0.0683083233f);
    p = fma(p, t, -0.119275276f);
    p = fma(p, t, 0.129645205f);
    p = fma(p, t, -0.0475622394f);
    p = fma(p, t, -0.135621108f);
    p = fma(p, t, 1.25300806f);
    const float head = as_type<float>(as_type<uint>(size) & 0xfffff000u);
    const float square = precise::exp(-head * head) * precise::exp((head - size) * (head + size));
    value = square * p / fma(2.0f, size, 1.0f);
  }
  return x < 0.0f ? 2.0f - value : value;
}
