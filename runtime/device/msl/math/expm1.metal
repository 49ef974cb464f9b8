// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Taylor's series of degree 8 where exp(x) - 1 would cancel, |x| < 0.35; within 4 units in the last place.
// uses: msl/math/exp.metal

static float ring_expm1(float x) {
  if (fabs(x) < 0.35f) {
    float p = 2.75573192e-06f;
    p = fma(p, x, 2.48015873e-05f);
    p = fma(p, x, 0.000198412698f);
    p = fma(p, x, 0.00138888889f);
    p = fma(p, x, 0.00833333333f);
    p = fma(p, x, 0.0416666667f);
    p = fma(p, x, 0.166666667f);
    p = fma(p, x, 0.5f);
    return fma(p * x, x, x);
  }
  return ring_exp(x) - 1.0f;
}
