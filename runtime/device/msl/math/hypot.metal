// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The larger side is divided out, so nothing overflows before the result does. Within 4 units in the last
// place.
// uses: msl/types.metal

static float ring_hypot(float x, float y) {
  const float a = fmax(fabs(x), fabs(y));
  const float b = fmin(fabs(x), fabs(y));
  if (a == 0.0f || isinf(a))
    return a;
  const float r = b / a;
  return a * precise::sqrt(fma(r, r, 1.0f));
}
