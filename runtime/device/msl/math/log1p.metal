// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 2 atanh(x / (2 + x)) as a series where log(1 + x) would cancel, |x| < 0.35; else the target's log.
// uses: msl/types.metal

static float ring_log1p(float x) {
  if (fabs(x) < 2.98023224e-08f) // x / 2 may be no normal number
    return x;
  if (fabs(x) < 0.35f) {
    const float s = x / (2.0f + x);
    const float u = s * s;
    float p = 0.0769230769f;
    p = fma(p, u, 0.0909090909f);
    p = fma(p, u, 0.111111111f);
    p = fma(p, u, 0.142857143f);
    p = fma(p, u, 0.2f);
    p = fma(p, u, 0.333333333f);
    return 2.0f * fma(s * u, p, s);
  }
  return precise::log(1.0f + x);
}
