// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact: a division by hand over the bits, one step for each power of two between the two numbers.
// uses: msl/types.metal

static float ring_fmod(float x, float y) {
  const uint sign = as_type<uint>(x) & 0x80000000u;
  uint a = as_type<uint>(x) & 0x7fffffffu;
  const uint b = as_type<uint>(y) & 0x7fffffffu;
  if (b == 0u || a >= 0x7f800000u || b > 0x7f800000u)
    return as_type<float>(0x7fc00000u);
  if (a < b)
    return x;
  int exponentA = int(a >> 23);
  int exponentB = int(b >> 23);
  uint ma = exponentA == 0 ? a : (a & 0x7fffffu) | 0x800000u;
  const uint mb = exponentB == 0 ? b : (b & 0x7fffffu) | 0x800000u;
  exponentA = max(exponentA, 1);
  exponentB = max(exponentB, 1);
  for (; exponentA > exponentB; --exponentA)
    ma = (ma % mb) << 1;
  ma %= mb;
  if (ma == 0u)
    return as_type<float>(sign);
  for (; ma < 0x800000u && exponentB > 1; --exponentB)
    ma <<= 1;
  a = ma < 0x800000u ? ma : (ma & 0x7fffffu) | (uint(exponentB) << 23);
  return as_type<float>(a | sign);
}
