// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every printed file begins with. Contraction happens in the IR alone (--fp=fast), and floats
// are IEEE's; before Metal 3.2 only the host can ask for that (MTLCompileOptions.fastMathEnabled = NO).

#include <metal_stdlib>
#if __METAL_VERSION__ >= 320
#pragma METAL fp math_mode(safe)
#pragma METAL fp contract(off)
#else
#pragma clang fp contract(off)
#endif
using namespace metal;

typedef uchar ring_u8;
typedef uint ring_u32;

/// An array that is a value. Elements are `data[i]`: an operator would have to be written for every
/// address space.
template <class T, uint N> struct ring_Array {
  T data[N];
};

#define RING_OFFSETOF(type, field) __builtin_offsetof(type, field)
