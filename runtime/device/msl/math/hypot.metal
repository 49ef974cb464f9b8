// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The larger side is divided out, so nothing overflows before the result does. Within 2 units in the last
// place.
// uses: msl/math.metal

static float ring_hypot(float x, float y) {
  if (ring_isinf(x) || ring_isinf(y))
    return INFINITY;
  if (ring_isnan(x) || ring_isnan(y))
    return as_type<float>(0x7fc00000u);
  const float a = fmax(fabs(x), fabs(y));
  const float b = fmin(fabs(x), fabs(y));
  if (a == 0.0f)
    return a;
  const float r = b / a;
  return a * precise::sqrt(fma(r, r, 1.0f));
}
