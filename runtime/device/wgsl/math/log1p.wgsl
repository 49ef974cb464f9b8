// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 2 atanh(x / (2 + x)) as a series where log(1 + x) would cancel, |x| < 0.35; else the target's log.

fn ring_log1p(x: f32) -> f32 {
  if (abs(x) < 0.35f) {
    let s = x / (2.0f + x);
    let u = s * s;
    var p = 0.0769230769f;
    p = fma(p, u, 0.0909090909f);
    p = fma(p, u, 0.111111111f);
    p = fma(p, u, 0.142857143f);
    p = fma(p, u, 0.2f);
    p = fma(p, u, 0.333333333f);
    return 2.0f * fma(s * u, p, s);
  }
  return log(1.0f + x);
}
