// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA's words and types.cuh's, as the resident kernel's files use them, for the host's compiler:
// what lanes do together is in Warps.h. Includes all that those files include, since they stand in
// a namespace of their own.
#ifndef RINGKERNEL_TEST_UNIT_RESIDENT_CUDA_H
#define RINGKERNEL_TEST_UNIT_RESIDENT_CUDA_H

#include "test/Unit/Resident/Warps.h"

#include <ringkernel/abi/Resident.h>

#include <bit>
#include <cstdint>
#include <cstring>

typedef std::uint8_t ring_u8;
typedef std::uint16_t ring_u16;
typedef std::uint32_t ring_u32;
typedef std::uint64_t ring_u64;
typedef std::int32_t ring_i32;
typedef std::int64_t ring_i64;

#define __device__
#define __global__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define threadIdx (::warps::Index{::warps::threadOfBlock()})
#define blockIdx (::warps::Index{::warps::blockOfThread()})

namespace warps {
struct Index {
  std::uint32_t x;
};
} // namespace warps

struct uint4 {
  alignas(16) std::uint32_t x;
  std::uint32_t y, z, w;
};
inline uint4 __ldcv(const uint4* from) { return *from; }
inline std::uint32_t __popc(std::uint32_t bits) {
  return static_cast<std::uint32_t>(std::popcount(bits));
}
inline std::uint32_t __ffs(std::uint32_t bits) {
  return bits == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(bits)) + 1;
}
inline void __nanosleep(std::uint32_t) { warps::yield(); }

inline std::uint32_t __ballot_sync(std::uint32_t mask, bool value, warps::Site site = WARPS_HERE) {
  return warps::fromValue<std::uint32_t>(
      warps::meet(warps::Meeting::Ballot, mask, warps::valueOf(value), 0, site));
}
inline bool __any_sync(std::uint32_t mask, bool value, warps::Site site = WARPS_HERE) {
  return warps::fromValue<bool>(
      warps::meet(warps::Meeting::Any, mask, warps::valueOf(value), 0, site));
}
template <class T>
T __shfl_sync(std::uint32_t mask, const T& value, std::uint32_t from,
              warps::Site site = WARPS_HERE) {
  return warps::fromValue<T>(
      warps::meet(warps::Meeting::Shuffle, mask, warps::valueOf(value), from, site));
}
template <class T>
std::uint32_t __match_any_sync(std::uint32_t mask, const T& value, warps::Site site = WARPS_HERE) {
  return warps::fromValue<std::uint32_t>(
      warps::meet(warps::Meeting::Match, mask, warps::valueOf(value), 0, site));
}
inline void __syncwarp(std::uint32_t mask = warps::kAllLanes, warps::Site site = WARPS_HERE) {
  warps::meet(warps::Meeting::Warp, mask, {}, 0, site);
}
inline void __syncthreads(warps::Site site = WARPS_HERE) {
  warps::meet(warps::Meeting::Block, warps::kAllLanes, {}, 0, site);
}

#endif // RINGKERNEL_TEST_UNIT_RESIDENT_CUDA_H
