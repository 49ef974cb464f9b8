// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a host starts what a module exports: bindings, the parameter block, workgroup sizes, by
// ringkernel/abi/Launch.h and Rounds.h. Printers, the reflection and the registration all ask here.
// The layout is that of MSL and WGSL; CUDA takes the same parameters in the same order (see below).
//
// CUDA, kernel: for each span a pointer and a u64 count, for each value the value. Stencil: for
// each cell the pointer to the field's first cell, then one ring::abi::SweepHeader by value, then
// the values. Actor: the seven buffers of Rounds.h as pointers in slot order.
#ifndef RINGC_TARGET_COMMON_LAUNCHLAYOUT_H
#define RINGC_TARGET_COMMON_LAUNCHLAYOUT_H

#include "ringc/IR/Module.h"
#include <array>
#include <string>
#include <vector>

namespace ringc::target {

enum class LaunchParameterKind : uint8_t {
  Span,  ///< a buffer of its own, and a SpanArgument in the block
  Field, ///< a part of the arena, and a FieldArgument in the block
  Value, ///< in the block
};

struct LaunchParameter {
  const ir::Local* local;
  LaunchParameterKind kind;
  uint32_t slot;   ///< binding of the span's buffer, of the arena, of the parameter block
  uint32_t offset; ///< of the argument in the parameter block, bytes
  uint32_t size;   ///< of the argument in the parameter block, bytes
  bool isWritten;  ///< the function may write through it (a span or field of non-const elements)
};

struct LaunchLayout {
  std::vector<LaunchParameter> parameters; ///< in order of the function's parameters
  uint32_t parameterSlot;                  ///< binding of the parameter block
  uint32_t parameterBytes;                 ///< a multiple of 16, above 0
  std::array<uint32_t, 3> workgroup;       ///< threads
  uint32_t dims;                           ///< of a stencil; 0 for a kernel
};

/// Of a kernel or stencil.
LaunchLayout launchLayout(const ir::Function& function);

/// True where a value takes 4 bytes in a parameter block although it is smaller: bool, 8 and 16
/// bits.
bool isWidened(const ir::Type& type);

/// Size in the parameter block, bytes.
uint32_t parameterSize(const ir::Type& type);

struct RoundLayout {
  uint32_t lanes;     ///< of one activation: 1, kWarpLanes or kBlockLanes
  uint32_t workgroup; ///< threads of a workgroup
  uint32_t activationsPerWorkgroup;
};

RoundLayout roundLayout(ir::Scope scope);

/// Bytes of a slot that holds any message of the module: a multiple of 16.
uint32_t slotBytes(const ir::Module& module);

} // namespace ringc::target

#endif
