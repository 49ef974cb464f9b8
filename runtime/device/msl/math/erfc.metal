// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Below 1/2 1 - erf(x); above exp(-x^2) Q(t) / (1 + 2x) with t = (x - 3) / (x + 3), Q a Chebyshev fit of
// degree 9 of the scaled function, and x^2 in two numbers so that its rounding is not multiplied by it.
// Within 5 units in the last place while the result is a normal number; 0 from 10.06 on.
// uses: msl/math/exp.metal

/// erf(x) / x - 1 of u = x^2 in [0, 1].
static float ring_erfRest(float u) {
  float p = 1.05952722e-06f;
  p = fma(p, u, -1.39116992e-05f);
  p = fma(p, u, 0.000119569464f);
  p = fma(p, u, -0.00085426704f);
  p = fma(p, u, 0.00522378506f);
  p = fma(p, u, -0.0268661343f);
  p = fma(p, u, 0.112837911f);
  p = fma(p, u, -0.376126379f);
  p = fma(p, u, 0.128379166f);
  return p;
}

static float ring_erfc(float x) {
  const float size = fabs(x);
  if (size < 0.5f)
    return 1.0f - fma(x, ring_erfRest(x * x), x);
  float value = 0.0f;
  if (!(size > 10.06f)) { // a NaN goes this way
    const float t = (size - 3.0f) / (size + 3.0f);
    float p = -0.000532200851f;
    p = fma(p, t, 0.00183348183f);
    p = fma(p, t, 0.00239413255f);
    p = fma(p, t, -0.0237618405f);
    p = fma(p, t, 0.068337135f);
    p = fma(p, t, -0.119274072f);
    p = fma(p, t, 0.12964271f);
    p = fma(p, t, -0.04756229f);
    p = fma(p, t, -0.135621056f);
    p = fma(p, t, 1.25300801f);
    const float head = as_type<float>(as_type<uint>(size) & 0xfffff000u);
    const float tail = size - head;
    const float square = size * size;
    const float lost = ((head * head - square) + 2.0f * head * tail) + tail * tail;
    value = ring_exp(-square) * (p - p * lost) / fma(2.0f, size, 1.0f);
  }
  return x < 0.0f ? 2.0f - value : value;
}
