// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 2 atanh(x / (2 + x)) as a series where log(1 + x) would cancel, |x| < 0.35; else log(1 + x) and what the
// sum lost. Within 3 units in the last place.
// uses: wgsl/math/log.wgsl

fn ring_log1p(x: f32) -> f32 {
  if (abs(x) < 2.98023224e-08f) { // x / 2 may be no normal number
    return x;
  }
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
  let sum = 1.0f + x;
  if (ring_isLogEdge(sum)) {
    return ring_logEdge(sum);
  }
  // Sums beyond 2^24 lose less than the result can show.
  let lost = select(0.0f, x - (sum - 1.0f), sum < 16777216.0f);
  return ring_log(sum) + lost / sum;
}
