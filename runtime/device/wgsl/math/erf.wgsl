// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// erf(x) = x P(x^2) for |x| < 1, P a Chebyshev fit of degree 8; else 1 - erfc. Error below 2e-7 relative.
// uses: wgsl/math/erfc.wgsl

fn ring_erf(x: f32) -> f32 {
  let size = abs(x);
  if (size < 1.0f) {
    return x * ring_erfSlope(x * x);
  }
  let value = 1.0f - ring_erfc(size);
  return select(value, -value, x < 0.0f);
}
