// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a generated `.ring.gen.cpp` fills in and the runtime reads. Not for users: ringc writes it,
// and `abi::kVersion` guards it. Plain constants and function pointers; no static initialiser runs.
#ifndef RINGKERNEL_REGISTRATION_H
#define RINGKERNEL_REGISTRATION_H

#include <ringkernel/ring.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ring::detail {

struct ModuleInfo;
using TypeInfoFunction = const TypeInfo& (*)();

/// One handler of an actor.
struct HandlerInfo {
  TypeInfoFunction message;
  /// Runs the handler: state, message, context.
  void (*invoke)(void* state, const void* message, Context& context);
  std::uint32_t maxSends; ///< replies and sends, trySend not counted
  bool usesTrySend;       ///< up to abi::kTrySendsPerMessage more
  bool writesState;
  /// Neither writes state nor may fail or stop: messages that only such handlers take may be
  /// handled at once.
  bool isReadOnly = false;
};

/// A message type (handlers empty) or an actor type.
struct TypeInfo {
  std::string_view name; ///< qualified C++ name
  std::uint64_t typeId;  ///< stable over builds: name and layout
  std::uint32_t size;    ///< bytes
  std::uint32_t align;   ///< bytes
  const ModuleInfo* (*module)();
  std::uint16_t moduleIndex; ///< messages: the type index in the module's emitted code
  bool isActor;
  // Actors only:
  Scope scope;
  std::span<const HandlerInfo> handlers;
  std::string_view roundEntry; ///< entry point of abi/Rounds.h
};

enum class ParameterKind : std::uint8_t { Span, Cell, Value };

/// One parameter of a kernel or stencil, in the user's order; Shared parameters are not listed.
struct ParameterInfo {
  std::string_view name;
  ParameterKind kind;
  bool isConst;              ///< spans and cells: only read
  std::uint32_t size;        ///< bytes of an element or of the value
  std::uint32_t blockOffset; ///< bytes into the parameter block of abi/Launch.h
  bool signExtend;           ///< values narrower than 32 bits
  std::uint32_t slot;        ///< spans: binding slot
};

/// Arguments on the CPU: for each parameter a pointer to what its kind says.
struct SpanValue {
  void* data;
  std::size_t count; ///< elements
};

/// Cells [origin, origin + count) of the fields are swept.
struct SweepRange {
  Extent extent;
  std::int32_t origin[3];
  std::int32_t count[3];
};

/// A stencil or a kernel.
struct FunctionInfo {
  std::string_view name;
  const ModuleInfo* (*module)();
  bool isStencil;
  std::span<const ParameterInfo> parameters;
  std::uint32_t parameterBytes; ///< of the parameter block
  std::uint32_t parameterSlot;  ///< its binding slot
  std::string_view entry;       ///< entry point in every target's source
  std::uint32_t blockSize[3];   ///< threads
  // Stencils:
  std::uint32_t dims;
  std::int32_t marginLow[3];  ///< cells at the low end of x, y, z that are not written
  std::int32_t marginHigh[3]; ///< the same at the high end
  /// Sweeps on the calling thread: arguments[i] is the field's first cell (T*) or points to the
  /// value.
  void (*sweep)(const SweepRange& range, void* const* arguments);
  // Kernels:
  std::uint32_t sharedBytes; ///< the sum of the Shared parameters, each aligned to 16
  bool usesBarrier;
  /// One thread: arguments[i] points to a SpanValue or the value; `shared` is the block's memory.
  void (*runThread)(void* const* arguments, std::byte* shared);
};

/// What a module brings to run time. Sources are empty for targets that were not asked for.
struct ModuleInfo {
  std::string_view name;
  std::uint32_t abiVersion;
  std::string_view cuda;
  std::string_view msl;
  std::string_view wgsl;
  std::span<const TypeInfoFunction> messages; ///< by module index
};

} // namespace ring::detail

#endif
