// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a compiled .metal module and the program that runs it say to each other. Included by both; a
// module sees no standard header, because in MSL the names of libc are free.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_ABI_H
#define RINGKERNEL_TEST_SHIMS_METAL_ABI_H

namespace ring::msl {

inline constexpr unsigned kSimdWidth = 32;
inline constexpr unsigned kExchangeBytes =
    16; ///< the largest value that lanes of a simdgroup hand round

/// Where a lane stands; sizes in threads and threadgroups, always three dimensions.
struct Position {
  unsigned lane[3];  ///< in the threadgroup
  unsigned group[3]; ///< in the grid
  unsigned threadsPerGroup[3];
  unsigned groupsPerGrid[3];
};

/// What lanes wait for. `file` and `line` name the place in the source, which must be the same for
/// all who meet.
struct Services {
  /// Returns when every lane of the threadgroup is at this barrier.
  void (*threadgroupBarrier)(const char* file, unsigned line);
  /// Hands `value` (`bytes` <= kExchangeBytes) round the active lanes of the simdgroup. Returns
  /// kSimdWidth slots of kExchangeBytes, valid until this lane's next exchange, and in
  /// `activeLanes` which of them were written.
  const unsigned char* (*exchange)(const void* value, unsigned bytes, unsigned* activeLanes,
                                   const char* file, unsigned line);
  /// The running lane's index in its simdgroup: functions know no built-in of their kernel.
  unsigned (*lane)();
};

/// Runs one lane of a kernel; exported as kernelSymbol + its name. `buffers` by slot.
using KernelFunction = void (*)(void* const* buffers, const Position* position);
inline constexpr const char* kKernelSymbol = "ring_msl_kernel_";

/// Exported under this name: the program sets it before it runs a kernel.
inline constexpr const char* kServicesSymbol = "ring_msl_services";

} // namespace ring::msl

#endif // RINGKERNEL_TEST_SHIMS_METAL_ABI_H
