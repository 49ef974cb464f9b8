// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x^y = 2^(y log2 x), the product in two numbers, so that its error is not multiplied by y. Within 10 units
// in the last place while the result is a normal number; whole powers, signs and edges as in C.
// uses: wgsl/math/exp2.wgsl
// uses: wgsl/math/log.wgsl

/// Of a positive finite x and a finite y.
fn ring_powPositive(x: f32, y: f32) -> f32 {
  let parts = ring_logParts(x);
  let k = parts.x;
  let f = parts.y;
  // log(1 + f) = high + low, with f^2 / 2 in two numbers too.
  let fHigh = ring_head(f);
  let hHigh = 0.5f * fHigh * fHigh;
  let rest = ring_logRest(f) - 0.5f * (f - fHigh) * (f + fHigh);
  let high = ring_head((f - hHigh) + rest);
  let low = ((f - high) - hHigh) + rest;
  // log2(1 + f) = lHigh + lLow
  let product = high * 1.4423828125f;
  let lHigh = ring_head(product);
  let lLow = (product - lHigh) + fma(high + low, 0.000312228396f, low * 1.4423828125f);
  if (abs(y) > 4294967296.0f) { // all but 1 leave the range
    let grows = (k + lHigh + lLow > 0.0f) == (y > 0.0f);
    return select(select(0.0f, ring_infinity(), grows), 1.0f, x == 1.0f);
  }
  let yHigh = ring_head(y);
  let tail = fma(y - yHigh, k + lHigh, y * lLow);
  let n = floor((yHigh * k + (yHigh * lHigh + tail)) + 0.5f);
  if (n > 128.0f) {
    return ring_infinity();
  }
  if (n < -151.0f) {
    return 0.0f;
  }
  let r = ((yHigh * k - n) + yHigh * lHigh) + tail;
  return ring_scale(ring_exp2Near0(r), i32(n));
}

fn ring_pow(x: f32, y: f32) -> f32 {
  let xBits = bitcast<u32>(x) & 0x7fffffffu;
  let yBits = bitcast<u32>(y) & 0x7fffffffu;
  if (yBits == 0u || bitcast<u32>(x) == 0x3f800000u) {
    return 1.0f;
  }
  if (xBits > 0x7f800000u || yBits > 0x7f800000u) {
    return ring_float(0x7fc00000u);
  }
  let yIsNegative = ring_signbit(y);
  if (yBits == 0x7f800000u) {
    if (xBits == 0x3f800000u) {
      return 1.0f;
    }
    return select(0.0f, ring_infinity(), (xBits > 0x3f800000u) != yIsNegative);
  }
  let isWhole = yBits >= 0x4b000000u || y == trunc(y);
  let isOdd = isWhole && yBits < 0x4b800000u && (i32(bitcast<f32>(yBits)) & 1) == 1;
  var value: f32;
  if (xBits == 0u || xBits == 0x7f800000u) {
    value = select(0.0f, ring_infinity(), (xBits != 0u) != yIsNegative);
  } else if (ring_signbit(x) && !isWhole) {
    return ring_float(0x7fc00000u);
  } else {
    value = ring_powPositive(bitcast<f32>(xBits), y);
  }
  return select(value, -value, isOdd && ring_signbit(x));
}
