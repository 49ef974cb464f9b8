// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// runtime/device/cuda/resident/near.cuh for the host: a block's shared memory is a piece of plain
// memory, and an address in it the number of the block and an offset.
#pragma once

#include "memory.cuh"

constexpr ring_u32 ring_kNearSlots = RING_NEAR_SLOTS != 0 ? RING_NEAR_SLOTS : 8;

inline ring_u8* ring_launchShared() {
  return (ring_u8*)warps::sharedOf(blockIdx.x) + warps::kVariableBytes;
}
template <class T> T& ring_blockShared() {
  static const std::size_t at = warps::reserveShared(sizeof(T));
  return *(T*)(warps::sharedOf(blockIdx.x) + at);
}

constexpr ring_u32 ring_kBlockShift = 24; ///< of an address

template <class T> T* ring_ofBlock(T* mine, ring_u32 shard) {
  const auto at = (const std::byte*)mine - warps::sharedOf(blockIdx.x);
  return (T*)(warps::sharedOf(shard / ring_abi::kWarpsPerBlock) + at);
}
inline bool ring_isOurBlock(ring_u32 shard) {
  return shard / ring_abi::kWarpsPerBlock == blockIdx.x;
}
inline ring_u32 ring_sharedAt(const void* mine, ring_u32 shard) {
  const auto at = (const std::byte*)mine - warps::sharedOf(blockIdx.x);
  return shard / ring_abi::kWarpsPerBlock << ring_kBlockShift | ring_u32(at);
}

inline ring_u32 ring_takeNear(const ring_abi::NearRing* mine, ring_u32 shard, ring_u32 count) {
  warps::access();
  ring_u32& ticket = ((ring_abi::NearRing*)ring_ofBlock(mine, shard))->ticket;
  const ring_u32 first = ticket;
  ticket += count;
  return first;
}
inline ring_u32 ring_nearLimit(const ring_abi::NearRing* mine, ring_u32 shard,
                               warps::Site site = WARPS_HERE) {
  warps::access();
  const ring_u32& limit = ring_ofBlock(mine, shard)->limit;
  return warps::loadOnce(&limit, site, [&] { return limit; });
}
inline void ring_giveBackNear(ring_abi::NearRing* mine, ring_u32 limit) {
  warps::access();
  mine->limit = limit;
}
inline ring_Chunk ring_loadNearChunk(const void* from, bool isWanted) {
  return ring_loadChunk(from, isWanted);
}
inline void ring_storeNearChunk(ring_u32 at, bool, const ring_Chunk& chunk) {
  ring_storeChunk(warps::sharedOf(at >> ring_kBlockShift) + (at & ((1u << ring_kBlockShift) - 1)),
                  chunk);
}

inline void ring_meetNear(warps::Site site = WARPS_HERE) {
  warps::meet(warps::Meeting::Cluster, warps::kAllLanes, {}, 0, site);
}
