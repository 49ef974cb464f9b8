// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What C++ code means by min, isnan, countl_zero, ... where CUDA's own functions take other types
// or differ. Assumes types.cuh.
//
// uses: cuda/types.cuh

// std::min and std::max: of equal or unordered values the first.
template <class T> __device__ __forceinline__ T ring_min(T a, T b) { return b < a ? b : a; }
template <class T> __device__ __forceinline__ T ring_max(T a, T b) { return a < b ? b : a; }
template <class T> __device__ __forceinline__ T ring_abs(T x) { return x < 0 ? T(0) - x : x; }

__device__ __forceinline__ bool ring_isnan(float x) {
  return (__float_as_uint(x) & 0x7fffffffu) > 0x7f800000u;
}
__device__ __forceinline__ bool ring_isinf(float x) {
  return (__float_as_uint(x) & 0x7fffffffu) == 0x7f800000u;
}
__device__ __forceinline__ bool ring_isfinite(float x) {
  return (__float_as_uint(x) & 0x7fffffffu) < 0x7f800000u;
}
__device__ __forceinline__ bool ring_signbit(float x) { return (__float_as_uint(x) >> 31) != 0u; }

__device__ __forceinline__ ring_u64 ring_magnitude(double x) {
  return ring_u64(__double_as_longlong(x)) & 0x7fffffffffffffffull;
}
__device__ __forceinline__ bool ring_isnan(double x) {
  return ring_magnitude(x) > 0x7ff0000000000000ull;
}
__device__ __forceinline__ bool ring_isinf(double x) {
  return ring_magnitude(x) == 0x7ff0000000000000ull;
}
__device__ __forceinline__ bool ring_isfinite(double x) {
  return ring_magnitude(x) < 0x7ff0000000000000ull;
}
__device__ __forceinline__ bool ring_signbit(double x) { return __double_as_longlong(x) < 0; }

// Bit counts of any integer; of 0 the leading and trailing zeros are the width.
__device__ __forceinline__ int ring_popcount(ring_u8 x) { return __popc(x); }
__device__ __forceinline__ int ring_popcount(ring_u16 x) { return __popc(x); }
__device__ __forceinline__ int ring_popcount(ring_u32 x) { return __popc(x); }
__device__ __forceinline__ int ring_popcount(ring_u64 x) { return __popcll(x); }
__device__ __forceinline__ int ring_popcount(ring_i8 x) { return __popc(ring_u8(x)); }
__device__ __forceinline__ int ring_popcount(ring_i16 x) { return __popc(ring_u16(x)); }
__device__ __forceinline__ int ring_popcount(ring_i32 x) { return __popc(ring_u32(x)); }
__device__ __forceinline__ int ring_popcount(ring_i64 x) { return __popcll(ring_u64(x)); }

__device__ __forceinline__ int ring_clz(ring_u8 x) { return __clz(int(x)) - 24; }
__device__ __forceinline__ int ring_clz(ring_u16 x) { return __clz(int(x)) - 16; }
__device__ __forceinline__ int ring_clz(ring_u32 x) { return __clz(int(x)); }
__device__ __forceinline__ int ring_clz(ring_u64 x) { return __clzll(ring_i64(x)); }
__device__ __forceinline__ int ring_clz(ring_i8 x) { return ring_clz(ring_u8(x)); }
__device__ __forceinline__ int ring_clz(ring_i16 x) { return ring_clz(ring_u16(x)); }
__device__ __forceinline__ int ring_clz(ring_i32 x) { return __clz(x); }
__device__ __forceinline__ int ring_clz(ring_i64 x) { return __clzll(x); }

__device__ __forceinline__ int ring_ctz(ring_u8 x) { return __ffs(int(x | 0x100u)) - 1; }
__device__ __forceinline__ int ring_ctz(ring_u16 x) { return __ffs(int(x | 0x10000u)) - 1; }
__device__ __forceinline__ int ring_ctz(ring_u32 x) { return x == 0u ? 32 : __ffs(int(x)) - 1; }
__device__ __forceinline__ int ring_ctz(ring_u64 x) {
  return x == 0u ? 64 : __ffsll(ring_i64(x)) - 1;
}
__device__ __forceinline__ int ring_ctz(ring_i8 x) { return ring_ctz(ring_u8(x)); }
__device__ __forceinline__ int ring_ctz(ring_i16 x) { return ring_ctz(ring_u16(x)); }
__device__ __forceinline__ int ring_ctz(ring_i32 x) { return ring_ctz(ring_u32(x)); }
__device__ __forceinline__ int ring_ctz(ring_i64 x) { return ring_ctz(ring_u64(x)); }
