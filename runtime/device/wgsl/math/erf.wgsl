// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// erf(x) = x + x P(x^2) for |x| < 1, P a Chebyshev fit of degree 8; else 1 - erfc. Within 2 units in the
// last place.
// uses: wgsl/math/erfc.wgsl

fn ring_erf(x: f32) -> f32 {
  let size = abs(x);
  if (size < 0.000244140625f) { // the difference from x may be no normal number
    return x * 1.12837917f;
  }
  if (size < 1.0f) {
    return fma(x, ring_erfRest(x * x), x);
  }
  let value = 1.0f - ring_erfc(size);
  return select(value, -value, x < 0.0f);
}
