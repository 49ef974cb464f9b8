// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Math of the check shim: overloads for just the types that Metal has them for, so that an
// ambiguous or missing one is an error here too.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_CHECK_MATH_H
#define RINGKERNEL_TEST_SHIMS_METAL_CHECK_MATH_H

namespace metal {
inline namespace ring_math {

#define RING_UNARY(name, Expression)                                                               \
  float name(float);                                                                               \
  half name(half);                                                                                 \
  template <class T, int N> ring_vector<T, N> name(ring_vector<T, N>);
#define RING_BINARY(name, Expression)                                                              \
  float name(float, float);                                                                        \
  half name(half, half);                                                                           \
  template <class T, int N> ring_vector<T, N> name(ring_vector<T, N>, ring_vector<T, N>);
#define RING_TERNARY(name, Expression)                                                             \
  float name(float, float, float);                                                                 \
  half name(half, half, half);                                                                     \
  template <class T, int N>                                                                        \
  ring_vector<T, N> name(ring_vector<T, N>, ring_vector<T, N>, ring_vector<T, N>);
#define RING_PREDICATE(name, Expression)                                                           \
  bool name(float);                                                                                \
  bool name(half);
#include "../api/Math.def"

float sincos(float x, thread float& cosine);
float frexp(float x, thread int& exponent);
float modf(float x, thread float& whole);
float ldexp(float x, int k);
int ilogb(float x);

} // namespace ring_math

namespace precise {
using namespace ring_math;
}
namespace fast {
using namespace ring_math;
}

// One overload a type, as in Metal: arguments of two types are ambiguous.
#define RING_INTEGER(T)                                                                            \
  T abs(T);                                                                                        \
  T min(T, T);                                                                                     \
  T max(T, T);                                                                                     \
  T clamp(T, T, T);                                                                                \
  T select(T, T, bool);                                                                            \
  T popcount(T);                                                                                   \
  T clz(T);                                                                                        \
  T ctz(T);                                                                                        \
  T reverse_bits(T);                                                                               \
  T rotate(T, T);                                                                                  \
  T mulhi(T, T);                                                                                   \
  T madhi(T, T, T);                                                                                \
  T addsat(T, T);                                                                                  \
  T extract_bits(T, uint, uint);                                                                   \
  T insert_bits(T, T, uint, uint);
RING_INTEGER(char)
RING_INTEGER(uchar)
RING_INTEGER(short)
RING_INTEGER(ushort)
RING_INTEGER(int)
RING_INTEGER(uint)
RING_INTEGER(long)
RING_INTEGER(ulong)
#undef RING_INTEGER
uchar absdiff(char, char);
uchar absdiff(uchar, uchar);
ushort absdiff(short, short);
ushort absdiff(ushort, ushort);
uint absdiff(int, int);
uint absdiff(uint, uint);
ulong absdiff(long, long);
ulong absdiff(ulong, ulong);

#define RING_FLOAT(T)                                                                              \
  T abs(T);                                                                                        \
  T min(T, T);                                                                                     \
  T max(T, T);                                                                                     \
  T clamp(T, T, T);                                                                                \
  T select(T, T, bool);
RING_FLOAT(float)
RING_FLOAT(half)
#undef RING_FLOAT
bool select(bool, bool, bool);

template <class T, int N> ring_vector<T, N> abs(ring_vector<T, N>);
template <class T, int N> ring_vector<T, N> min(ring_vector<T, N>, ring_vector<T, N>);
template <class T, int N> ring_vector<T, N> max(ring_vector<T, N>, ring_vector<T, N>);
template <class T, int N>
ring_vector<T, N> clamp(ring_vector<T, N>, ring_vector<T, N>, ring_vector<T, N>);
template <class T, int N> bool any(ring_vector<T, N>);
template <class T, int N> bool all(ring_vector<T, N>);
template <class T, int N> T dot(ring_vector<T, N>, ring_vector<T, N>);
template <class T, int N> T length(ring_vector<T, N>);
template <class T, int N> T distance(ring_vector<T, N>, ring_vector<T, N>);
template <class T, int N> ring_vector<T, N> normalize(ring_vector<T, N>);
template <class T> ring_vector<T, 3> cross(ring_vector<T, 3>, ring_vector<T, 3>);

} // namespace metal

#endif // RINGKERNEL_TEST_SHIMS_METAL_CHECK_MATH_H
