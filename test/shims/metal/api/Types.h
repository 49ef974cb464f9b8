// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Metal's scalar and vector types, for both shims. `half` and the address space qualifiers are the
// includer's. Vectors are clang's ext_vector_type; their constructors are function-like macros,
// since clang has none in C++.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_API_TYPES_H
#define RINGKERNEL_TEST_SHIMS_METAL_API_TYPES_H

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef uchar uint8_t;
typedef ushort uint16_t;
typedef uint uint32_t;
typedef ulong uint64_t;
typedef ulong size_t;
typedef long ptrdiff_t;

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define FLT_MAX 0x1.fffffep+127f
#define FLT_MIN 0x1p-126f
#define FLT_EPSILON 0x1p-23f
#define M_PI_F 3.14159265358979323846f
#define CHAR_BIT 8
#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 0xffffffffu
#define LONG_MAX 0x7fffffffffffffffl
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX 0xfffffffffffffffful

template <class T, int N> using ring_vector = T __attribute__((ext_vector_type(N)));

#define RING_VECTOR_TYPES(T)                                                                       \
  typedef ring_vector<T, 2> T##2;                                                                  \
  typedef ring_vector<T, 3> T##3;                                                                  \
  typedef ring_vector<T, 4> T##4;                                                                  \
  inline T##2 ring_make_##T##2(T x, T y) {                                                         \
    T##2 v = {x, y};                                                                               \
    return v;                                                                                      \
  }                                                                                                \
  inline T##3 ring_make_##T##3(T x, T y, T z) {                                                    \
    T##3 v = {x, y, z};                                                                            \
    return v;                                                                                      \
  }                                                                                                \
  inline T##4 ring_make_##T##4(T x, T y, T z, T w) {                                               \
    T##4 v = {x, y, z, w};                                                                         \
    return v;                                                                                      \
  }                                                                                                \
  inline T##2 ring_make_##T##2(T x) { return ring_make_##T##2(x, x); }                             \
  inline T##3 ring_make_##T##3(T x) { return ring_make_##T##3(x, x, x); }                          \
  inline T##4 ring_make_##T##4(T x) { return ring_make_##T##4(x, x, x, x); }                       \
  inline T##3 ring_make_##T##3(T##2 a, T z) { return ring_make_##T##3(a.x, a.y, z); }              \
  inline T##4 ring_make_##T##4(T##3 a, T w) { return ring_make_##T##4(a.x, a.y, a.z, w); }         \
  inline T##4 ring_make_##T##4(T##2 a, T##2 b) { return ring_make_##T##4(a.x, a.y, b.x, b.y); }    \
  template <class U> T##2 ring_make_##T##2(ring_vector<U, 2> v) {                                  \
    return __builtin_convertvector(v, T##2);                                                       \
  }                                                                                                \
  template <class U> T##3 ring_make_##T##3(ring_vector<U, 3> v) {                                  \
    return __builtin_convertvector(v, T##3);                                                       \
  }                                                                                                \
  template <class U> T##4 ring_make_##T##4(ring_vector<U, 4> v) {                                  \
    return __builtin_convertvector(v, T##4);                                                       \
  }

RING_VECTOR_TYPES(char)
RING_VECTOR_TYPES(uchar)
RING_VECTOR_TYPES(short)
RING_VECTOR_TYPES(ushort)
RING_VECTOR_TYPES(int)
RING_VECTOR_TYPES(uint)
RING_VECTOR_TYPES(long)
RING_VECTOR_TYPES(ulong)
RING_VECTOR_TYPES(half)
RING_VECTOR_TYPES(float)
#undef RING_VECTOR_TYPES

#define char2(...) ring_make_char2(__VA_ARGS__)
#define char3(...) ring_make_char3(__VA_ARGS__)
#define char4(...) ring_make_char4(__VA_ARGS__)
#define uchar2(...) ring_make_uchar2(__VA_ARGS__)
#define uchar3(...) ring_make_uchar3(__VA_ARGS__)
#define uchar4(...) ring_make_uchar4(__VA_ARGS__)
#define short2(...) ring_make_short2(__VA_ARGS__)
#define short3(...) ring_make_short3(__VA_ARGS__)
#define short4(...) ring_make_short4(__VA_ARGS__)
#define ushort2(...) ring_make_ushort2(__VA_ARGS__)
#define ushort3(...) ring_make_ushort3(__VA_ARGS__)
#define ushort4(...) ring_make_ushort4(__VA_ARGS__)
#define int2(...) ring_make_int2(__VA_ARGS__)
#define int3(...) ring_make_int3(__VA_ARGS__)
#define int4(...) ring_make_int4(__VA_ARGS__)
#define uint2(...) ring_make_uint2(__VA_ARGS__)
#define uint3(...) ring_make_uint3(__VA_ARGS__)
#define uint4(...) ring_make_uint4(__VA_ARGS__)
#define long2(...) ring_make_long2(__VA_ARGS__)
#define long3(...) ring_make_long3(__VA_ARGS__)
#define long4(...) ring_make_long4(__VA_ARGS__)
#define ulong2(...) ring_make_ulong2(__VA_ARGS__)
#define ulong3(...) ring_make_ulong3(__VA_ARGS__)
#define ulong4(...) ring_make_ulong4(__VA_ARGS__)
#define half2(...) ring_make_half2(__VA_ARGS__)
#define half3(...) ring_make_half3(__VA_ARGS__)
#define half4(...) ring_make_half4(__VA_ARGS__)
#define float2(...) ring_make_float2(__VA_ARGS__)
#define float3(...) ring_make_float3(__VA_ARGS__)
#define float4(...) ring_make_float4(__VA_ARGS__)

/// Three floats in 12 bytes; arithmetic goes through float3.
struct packed_float3 {
  float x, y, z;
  packed_float3() = default;
  packed_float3(float x, float y, float z) : x(x), y(y), z(z) {}
  packed_float3(ring_vector<float, 3> v) : x(v.x), y(v.y), z(v.z) {}
  operator ring_vector<float, 3>() const { return ring_make_float3(x, y, z); }
};

#endif // RINGKERNEL_TEST_SHIMS_METAL_API_TYPES_H
