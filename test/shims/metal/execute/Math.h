// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Math of the execute shim, over clang's builtins: half is computed in float and rounded once, as a
// GPU may do.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_MATH_H
#define RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_MATH_H

namespace metal {
inline namespace ring_math {

#define RING_ELEMENTWISE(Expression)                                                               \
  ring_vector<T, N> result;                                                                        \
  for (int i = 0; i < N; ++i)                                                                      \
    result[i] = Expression;                                                                        \
  return result

#define RING_UNARY(name, Expression)                                                               \
  inline float name(float x) { return Expression; }                                                \
  inline half name(half x) { return half(name(float(x))); }                                        \
  template <class T, int N> ring_vector<T, N> name(ring_vector<T, N> x) {                          \
    RING_ELEMENTWISE(name(x[i]));                                                                  \
  }
#define RING_BINARY(name, Expression)                                                              \
  inline float name(float x, float y) { return Expression; }                                       \
  inline half name(half x, half y) { return half(name(float(x), float(y))); }                      \
  template <class T, int N> ring_vector<T, N> name(ring_vector<T, N> x, ring_vector<T, N> y) {     \
    RING_ELEMENTWISE(name(x[i], y[i]));                                                            \
  }
#define RING_TERNARY(name, Expression)                                                             \
  inline float name(float x, float y, float z) { return Expression; }                              \
  inline half name(half x, half y, half z) { return half(name(float(x), float(y), float(z))); }    \
  template <class T, int N>                                                                        \
  ring_vector<T, N> name(ring_vector<T, N> x, ring_vector<T, N> y, ring_vector<T, N> z) {          \
    RING_ELEMENTWISE(name(x[i], y[i], z[i]));                                                      \
  }
// Of a half: every value, NaN and infinity of it is the same in float, but not what is normal.
#define RING_PREDICATE(name, Expression)                                                           \
  inline bool name(float x) { return Expression; }                                                 \
  inline bool name(half x) { return name(float(x)); }
#include "../api/Math.def"

inline float sincos(float x, float& cosine) {
  cosine = cos(x);
  return sin(x);
}
inline float frexp(float x, int& exponent) { return __builtin_frexpf(x, &exponent); }
inline float modf(float x, float& whole) { return __builtin_modff(x, &whole); }
inline float ldexp(float x, int k) { return __builtin_ldexpf(x, k); }
inline int ilogb(float x) { return __builtin_ilogbf(x); }

} // namespace ring_math

namespace precise {
using namespace ring_math;
}
namespace fast {
using namespace ring_math;
}

template <class T> constexpr bool ring_is_float = __is_same(T, float) || __is_same(T, half);
template <class T>
concept ring_float = ring_is_float<T>;
template <class T>
concept ring_integer = __is_integral(T) && !__is_same(T, bool);
template <class T>
concept ring_scalar = ring_float<T> || ring_integer<T>;

template <ring_integer T> T min(T x, T y) { return y < x ? y : x; }
template <ring_integer T> T max(T x, T y) { return x < y ? y : x; }
template <ring_float T> T min(T x, T y) { return fmin(x, y); }
template <ring_float T> T max(T x, T y) { return fmax(x, y); }
template <class T, int N> ring_vector<T, N> min(ring_vector<T, N> x, ring_vector<T, N> y) {
  RING_ELEMENTWISE(min(x[i], y[i]));
}
template <class T, int N> ring_vector<T, N> max(ring_vector<T, N> x, ring_vector<T, N> y) {
  RING_ELEMENTWISE(max(x[i], y[i]));
}
template <class T> T clamp(T x, T low, T high) { return min(max(x, low), high); }
template <ring_integer T> T abs(T x) { return x < 0 ? T(-x) : x; }
template <ring_float T> T abs(T x) { return fabs(x); }
template <class T, int N> ring_vector<T, N> abs(ring_vector<T, N> x) {
  RING_ELEMENTWISE(abs(x[i]));
}
#undef RING_ELEMENTWISE

template <class T> T select(T a, T b, bool c) { return c ? b : a; }
template <class T, int N> bool any(ring_vector<T, N> v) {
  bool result = false;
  for (int i = 0; i < N; ++i)
    result |= v[i] != 0;
  return result;
}
template <class T, int N> bool all(ring_vector<T, N> v) {
  bool result = true;
  for (int i = 0; i < N; ++i)
    result &= v[i] != 0;
  return result;
}

template <class T, int N> T dot(ring_vector<T, N> a, ring_vector<T, N> b) {
  T sum = a[0] * b[0];
  for (int i = 1; i < N; ++i)
    sum += a[i] * b[i];
  return sum;
}
template <class T, int N> T length(ring_vector<T, N> v) { return sqrt(dot(v, v)); }
template <class T, int N> T distance(ring_vector<T, N> a, ring_vector<T, N> b) {
  return length(a - b);
}
template <class T, int N> ring_vector<T, N> normalize(ring_vector<T, N> v) {
  return v * rsqrt(dot(v, v));
}
template <class T> ring_vector<T, 3> cross(ring_vector<T, 3> a, ring_vector<T, 3> b) {
  return a.yzx * b.zxy - a.zxy * b.yzx;
}

/// The unsigned type of the same size: bits are counted and moved in it.
template <class T> using ring_bits = __make_unsigned(T);
template <class T> constexpr int ring_width = int(sizeof(T) * 8);

template <ring_integer T> T popcount(T x) { return T(__builtin_popcountg(ring_bits<T>(x))); }
template <ring_integer T> T clz(T x) { return T(__builtin_clzg(ring_bits<T>(x), ring_width<T>)); }
template <ring_integer T> T ctz(T x) { return T(__builtin_ctzg(ring_bits<T>(x), ring_width<T>)); }
template <ring_integer T> T reverse_bits(T x) {
  ring_bits<T> from = ring_bits<T>(x), to = 0;
  for (int i = 0; i < ring_width<T>; ++i, from = ring_bits<T>(from >> 1))
    to = ring_bits<T>((to << 1) | (from & 1));
  return T(to);
}
template <ring_integer T> T rotate(T x, T by) {
  const int left = int(ring_bits<T>(by) % ring_width<T>);
  const ring_bits<T> bits = ring_bits<T>(x);
  return left == 0 ? x : T(ring_bits<T>((bits << left) | (bits >> (ring_width<T> - left))));
}
template <ring_integer T> T mulhi(T x, T y) { return T((__int128(x) * y) >> ring_width<T>); }
template <> inline ulong mulhi(ulong x, ulong y) { return ulong(((unsigned __int128)x * y) >> 64); }
template <ring_integer T> T madhi(T x, T y, T z) { return T(mulhi(x, y) + z); }
template <ring_integer T> ring_bits<T> absdiff(T x, T y) {
  return x < y ? ring_bits<T>(ring_bits<T>(y) - ring_bits<T>(x))
               : ring_bits<T>(ring_bits<T>(x) - ring_bits<T>(y));
}
template <ring_integer T> T addsat(T x, T y) {
  const __int128 top =
      T(-1) < T(0) ? (__int128(1) << (ring_width<T> - 1)) - 1 : (__int128(1) << ring_width<T>)-1;
  const __int128 bottom = T(-1) < T(0) ? -top - 1 : 0;
  const __int128 sum = __int128(x) + y;
  return T(sum > top ? top : sum < bottom ? bottom : sum);
}
template <ring_integer T> T extract_bits(T x, uint offset, uint bits) {
  if (bits == 0)
    return 0;
  const int unused = ring_width<T> - int(bits);
  return T(T(ring_bits<T>(x) << (unused - int(offset))) >> unused);
}
template <ring_integer T> T insert_bits(T base, T inserted, uint offset, uint bits) {
  if (bits == 0)
    return base;
  const ring_bits<T> mask = ring_bits<T>(
      ring_bits<T>(ring_bits<T>(~ring_bits<T>(0)) >> (ring_width<T> - bits)) << offset);
  return T((ring_bits<T>(base) & ~mask) | ((ring_bits<T>(inserted) << offset) & mask));
}

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_EXECUTE_MATH_H
