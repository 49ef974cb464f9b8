// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers of fixed size and arrays that are values, without a header: including one costs NVRTC
// more than compiling a handler does.

typedef signed char ring_i8;
typedef unsigned char ring_u8;
typedef short ring_i16;
typedef unsigned short ring_u16;
typedef int ring_i32;
typedef unsigned int ring_u32;
typedef long long ring_i64;
typedef unsigned long long ring_u64;

template <class T, ring_u64 N> struct ring_Array {
  T data[N];
  __device__ __forceinline__ T& operator[](ring_u64 i) { return data[i]; }
  __device__ __forceinline__ const T& operator[](ring_u64 i) const { return data[i]; }
};

#ifdef __CUDACC_RTC__
#define RING_OFFSETOF(type, field) __INTADDR__(&((type*)0)->field)
#else
#define RING_OFFSETOF(type, field) __builtin_offsetof(type, field)
#endif
