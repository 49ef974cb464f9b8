// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Below 1/2 1 - erf(x); above exp(-x^2) Q(t) / (1 + 2x) with t = (x - 3) / (x + 3), Q a Chebyshev fit of
// degree 9 of the scaled function, and x^2 in two numbers so that its rounding is not multiplied by it.
// Within 5 units in the last place while the result is a normal number; 0 from 10.06 on.
// uses: wgsl/math/exp.wgsl

/// erf(x) / x - 1 of u = x^2 in [0, 1].
fn ring_erfRest(u: f32) -> f32 {
  var p = 1.05952722e-06f;
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

fn ring_erfc(x: f32) -> f32 {
  let size = abs(x);
  if (size < 0.5f) {
    return 1.0f - fma(x, ring_erfRest(x * x), x);
  }
  var value = 0.0f;
  if (!(size > 10.06f)) { // a NaN goes this way
    let t = (size - 3.0f) / (size + 3.0f);
    var p = -0.000532200851f;
    p = fma(p, t, 0.00183348183f);
    p = fma(p, t, 0.00239413255f);
    p = fma(p, t, -0.0237618405f);
    p = fma(p, t, 0.068337135f);
    p = fma(p, t, -0.119274072f);
    p = fma(p, t, 0.12964271f);
    p = fma(p, t, -0.04756229f);
    p = fma(p, t, -0.135621056f);
    p = fma(p, t, 1.25300801f);
    let head = bitcast<f32>(bitcast<u32>(size) & 0xfffff000u);
    let tail = size - head;
    let square = size * size;
    let lost = ((head * head - square) + 2.0f * head * tail) + tail * tail;
    value = ring_exp(-square) * (p - p * lost) / fma(2.0f, size, 1.0f);
  }
  return select(value, 2.0f - value, x < 0.0f);
}
