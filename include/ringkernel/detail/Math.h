// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mathematics without <cmath>, which costs 85 ms to parse. On the host each function is the
// compiler's builtin and so the C library's; on other targets see docs/Targets.md for the bounds.
// Included by ring.h only.
#ifndef RINGKERNEL_DETAIL_MATH_H
#define RINGKERNEL_DETAIL_MATH_H

namespace ring {

#define RINGKERNEL_MATH1(name)                                                                     \
  inline float name(float x) { return __builtin_##name##f(x); }                                    \
  inline double name(double x) { return __builtin_##name(x); }
#define RINGKERNEL_MATH2(name)                                                                     \
  inline float name(float x, float y) { return __builtin_##name##f(x, y); }                        \
  inline double name(double x, double y) { return __builtin_##name(x, y); }

RINGKERNEL_MATH1(sqrt)
RINGKERNEL_MATH1(cbrt)
RINGKERNEL_MATH1(fabs)
RINGKERNEL_MATH1(floor)
RINGKERNEL_MATH1(ceil)
RINGKERNEL_MATH1(round)
RINGKERNEL_MATH1(trunc)
RINGKERNEL_MATH1(exp)
RINGKERNEL_MATH1(exp2)
RINGKERNEL_MATH1(expm1)
RINGKERNEL_MATH1(log)
RINGKERNEL_MATH1(log2)
RINGKERNEL_MATH1(log10)
RINGKERNEL_MATH1(log1p)
RINGKERNEL_MATH1(sin)
RINGKERNEL_MATH1(cos)
RINGKERNEL_MATH1(tan)
RINGKERNEL_MATH1(asin)
RINGKERNEL_MATH1(acos)
RINGKERNEL_MATH1(atan)
RINGKERNEL_MATH1(sinh)
RINGKERNEL_MATH1(cosh)
RINGKERNEL_MATH1(tanh)
RINGKERNEL_MATH1(erf)
RINGKERNEL_MATH1(erfc)
RINGKERNEL_MATH2(pow)
RINGKERNEL_MATH2(fmod)
RINGKERNEL_MATH2(hypot)
RINGKERNEL_MATH2(copysign)
RINGKERNEL_MATH2(fmin)
RINGKERNEL_MATH2(fmax)
RINGKERNEL_MATH2(atan2)
#undef RINGKERNEL_MATH1
#undef RINGKERNEL_MATH2

inline float fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
inline double fma(double x, double y, double z) { return __builtin_fma(x, y, z); }
/// 1 / sqrt(x)
inline float rsqrt(float x) { return 1.0f / __builtin_sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / __builtin_sqrt(x); }
inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
inline std::int32_t abs(std::int32_t x) { return x < 0 ? -x : x; }
inline std::int64_t abs(std::int64_t x) { return x < 0 ? -x : x; }
inline bool isnan(float x) { return __builtin_isnan(x); }
inline bool isnan(double x) { return __builtin_isnan(x); }
inline bool isinf(float x) { return __builtin_isinf(x) != 0; }
inline bool isinf(double x) { return __builtin_isinf(x) != 0; }
inline bool isfinite(float x) { return __builtin_isfinite(x); }
inline bool isfinite(double x) { return __builtin_isfinite(x); }

/// As std::min and std::max, by value: b < a ? b : a, and a < b ? b : a.
template <class T> constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T> constexpr T max(T a, T b) { return a < b ? b : a; }
/// As std::clamp, by value; low must not be above high.
template <class T> constexpr T clamp(T x, T low, T high) {
  return x < low ? low : high < x ? high : x;
}

/// Function objects for Context::reduce.
struct Plus {
  template <class T> constexpr T operator()(T a, T b) const { return a + b; }
};
struct Multiplies {
  template <class T> constexpr T operator()(T a, T b) const { return a * b; }
};
struct Minimum {
  template <class T> constexpr T operator()(T a, T b) const { return b < a ? b : a; }
};
struct Maximum {
  template <class T> constexpr T operator()(T a, T b) const { return a < b ? b : a; }
};

} // namespace ring

#endif
