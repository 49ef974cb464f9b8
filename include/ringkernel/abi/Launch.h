// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How kernels and stencils get their arguments on MSL and WGSL. CUDA takes them as kernel
// parameters.
//
// Kernel: each span parameter is one storage buffer, slots 0, 1, ... in order of the parameters;
// the next slot is the parameter block: for each parameter in order a SpanArgument, or the value at
// the next multiple of max(4, its alignment). Stencil: slot 0 is the arena that holds every field
// of the sweep; slot 1 the parameter block: a SweepHeader, then for each cell parameter in order a
// FieldArgument, for each value as above. A bool or a value of 8 or 16 bits takes 4 bytes, zero- or
// sign-extended. The block is padded to 16.
#ifndef RINGKERNEL_ABI_LAUNCH_H
#define RINGKERNEL_ABI_LAUNCH_H

#include <cstdint>

namespace ring::abi {

struct SpanArgument {
  std::uint32_t count; ///< elements
};

/// Cells [origin, origin + count) are written; `extent` is that of every field; unused axes: origin
/// 0, count 1, extent 1. x is contiguous, then y, then z.
struct SweepHeader {
  std::uint32_t extent[3];
  std::uint32_t origin[3];
  std::uint32_t count[3];
};

struct FieldArgument {
  std::uint32_t offset; ///< of the field's first cell in the arena, in elements
};

/// Elements of a span and threads of a grid's axis, at most, where indices are 32 bits (MSL, WGSL):
/// ringc narrows by this bound, hosts check it at launch.
inline constexpr std::uint32_t kMaxLaunchCount = 0x7fffffff;

/// Threads of a workgroup of a sweep, by dimension of the stencil, as [x, y, z].
inline constexpr std::uint32_t kSweepBlock[3][3] = {{256, 1, 1}, {64, 4, 1}, {64, 2, 2}};

} // namespace ring::abi

#endif
