// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What C++ code means by min, abs, countl_zero, ... where Metal's functions differ.
// uses: msl/types.metal

// std::min and std::max: of equal or unordered values the first.
template <class T> static T ring_min(T a, T b) { return b < a ? b : a; }
template <class T> static T ring_max(T a, T b) { return a < b ? b : a; }
template <class T> static T ring_abs(T x) { return x < 0 ? T(0) - x : x; }

static bool ring_isnan(float x) { return (as_type<uint>(x) & 0x7fffffffu) > 0x7f800000u; }
static bool ring_isinf(float x) { return (as_type<uint>(x) & 0x7fffffffu) == 0x7f800000u; }
static bool ring_isfinite(float x) { return (as_type<uint>(x) & 0x7fffffffu) < 0x7f800000u; }
static bool ring_signbit(float x) { return (as_type<uint>(x) >> 31) != 0u; }

// Bit counts; of 0 the leading and trailing zeros are the width. 64 bits in two halves: not every
// Metal device counts them at once.
static int ring_popcount(uchar x) { return int(popcount(uint(x))); }
static int ring_popcount(ushort x) { return int(popcount(uint(x))); }
static int ring_popcount(uint x) { return int(popcount(x)); }
static int ring_popcount(ulong x) { return int(popcount(uint(x)) + popcount(uint(x >> 32))); }
static int ring_popcount(char x) { return ring_popcount(uchar(x)); }
static int ring_popcount(short x) { return ring_popcount(ushort(x)); }
static int ring_popcount(int x) { return ring_popcount(uint(x)); }
static int ring_popcount(long x) { return ring_popcount(ulong(x)); }

static int ring_clz(uint x) { return int(clz(x)); }
static int ring_clz(uchar x) { return int(clz(uint(x))) - 24; }
static int ring_clz(ushort x) { return int(clz(uint(x))) - 16; }
static int ring_clz(ulong x) {
  const uint high = uint(x >> 32);
  return high != 0u ? int(clz(high)) : 32 + int(clz(uint(x)));
}
static int ring_clz(char x) { return ring_clz(uchar(x)); }
static int ring_clz(short x) { return ring_clz(ushort(x)); }
static int ring_clz(int x) { return ring_clz(uint(x)); }
static int ring_clz(long x) { return ring_clz(ulong(x)); }

static int ring_ctz(uint x) { return int(ctz(x)); }
static int ring_ctz(uchar x) { return int(ctz(uint(x) | 0x100u)); }
static int ring_ctz(ushort x) { return int(ctz(uint(x) | 0x10000u)); }
static int ring_ctz(ulong x) {
  const uint low = uint(x);
  return low != 0u ? int(ctz(low)) : 32 + int(ctz(uint(x >> 32)));
}
static int ring_ctz(char x) { return ring_ctz(uchar(x)); }
static int ring_ctz(short x) { return ring_ctz(ushort(x)); }
static int ring_ctz(int x) { return ring_ctz(uint(x)); }
static int ring_ctz(long x) { return ring_ctz(ulong(x)); }
