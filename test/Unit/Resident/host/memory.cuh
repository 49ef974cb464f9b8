// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// runtime/device/cuda/resident/memory.cuh for the host: the same functions on plain memory, at each
// of which other warps may have their turn. What a warp loads at once is loaded once.
#pragma once

namespace ring_abi = ring::abi;
inline ring_abi::ResidentTable ring_table;
typedef ring::abi::Chunk ring_Chunk;

inline ring_Chunk ring_loadHostChunk(const void* from, bool isWanted = true,
                                     warps::Site site = WARPS_HERE) {
  warps::access();
  return isWanted ? warps::loadOnce(from, site, [&] { return *(const ring_Chunk*)from; })
                  : ring_Chunk{};
}
/// Each lane has a chunk of its own.
inline ring_Chunk ring_loadChunk(const void* from, bool isWanted = true) {
  warps::access();
  return isWanted ? *(const ring_Chunk*)from : ring_Chunk{};
}
inline void ring_storeChunk(void* to, const ring_Chunk& chunk) {
  warps::access();
  *(ring_Chunk*)to = chunk;
}
inline ring_u64 ring_load64(const ring_u64* from, warps::Site site = WARPS_HERE) {
  warps::access();
  return warps::loadOnce(from, site, [&] { return *from; });
}
inline void ring_store64(ring_u64* to, ring_u64 value) {
  warps::access();
  *to = value;
}
inline void ring_giveBack64(ring_u64* to, ring_u64 limit) { ring_store64(to, limit); }
inline void ring_giveBackHost64(ring_u64* to, ring_u64 read) { ring_store64(to, read); }
inline void ring_release64(ring_u64* to, ring_u64 value) { ring_store64(to, value); }
inline void ring_releaseHost64(ring_u64* to, ring_u64 value) { ring_store64(to, value); }
inline ring_u64 ring_takeTickets(ring_u64* from, ring_u32 count) {
  warps::access();
  const ring_u64 first = *from;
  *from += count;
  return first;
}
inline ring_u64 ring_acquire64(const ring_u64* from) {
  warps::access();
  return *from;
}
inline ring_u64 ring_exchange64(ring_u64* at, ring_u64 from, ring_u64 to) {
  warps::access();
  const ring_u64 seen = *at;
  if (seen == from)
    *at = to;
  return seen;
}
inline void ring_add64(ring_u64* to, ring_u64 count) {
  warps::access();
  *to += count;
}
inline ring_u32 ring_load32(const ring_u32* from) {
  warps::access();
  return *from;
}
inline void ring_store32(ring_u32* to, ring_u32 value) {
  warps::access();
  *to = value;
}
inline void ring_fenceHost() { warps::access(); }

inline ring_u32 ring_exchangeShared(ring_u32* at, ring_u32 value) {
  warps::access();
  const ring_u32 before = *at;
  *at = value;
  return before;
}

inline void ring_syncBlock(warps::Site site = WARPS_HERE) { __syncthreads(site); }

inline ring_u64 ring_nanoseconds(warps::Site site = WARPS_HERE) {
  return warps::loadOnce(nullptr, site, [] { return ring_u64(warps::nanoseconds()); });
}
inline ring_u32 ring_cycles(warps::Site site = WARPS_HERE) {
  return warps::loadOnce(nullptr, site, [] { return ring_u32(warps::cycles()); });
}
inline ring_u32 ring_lanesBelow() { return (1u << threadIdx.x % 32) - 1; }
constexpr ring_u32 ring_kAllLanes = 0xffffffffu;
inline ring_u64 ring_shuffle(ring_u64 value, ring_u32 from) {
  return __shfl_sync(ring_kAllLanes, value, from);
}
