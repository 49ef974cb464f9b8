// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Near mailboxes: each warp of a block has one in the block's shared memory, for what warps of the
// same block, and of the same cluster of blocks where the chip has clusters, send to it. A ticket
// costs an atomic operation in shared memory instead of one in L2. Which mailbox a message takes is
// decided by the shards of sender and receiver alone, so the order of each sender holds.
//
// Shared memory is gone when the kernel leaves: whoever leaves waits for all that could write to
// it, then puts what was not read where the next launch finds it.
#pragma once

#include "memory.cuh"

// A block's own shared memory, and that of another block of the cluster.
#if __CUDA_ARCH__ >= 900
#define RING_NEAR_SCOPE ".cluster"
#define RING_NEAR_OWN ".shared::cta"
#else
#define RING_NEAR_SCOPE ".cta"
#define RING_NEAR_OWN ".shared"
#endif

constexpr ring_u32 ring_kNearSlots = RING_NEAR_SLOTS != 0 ? RING_NEAR_SLOTS : 8;
static_assert((1ull << 32) / ring_kNearSlots >= ring_abi::kWholeSlotLaps,
              "tickets of 32 bits go through a lap of whole slots before they wrap");

/// What the launch gave our block.
__device__ __forceinline__ ring_u8* ring_launchShared() {
  extern __shared__ __align__(16) ring_u8 ring_launched[];
  return ring_launched;
}
/// The variables of our block: one of each type.
template <class T> __device__ __forceinline__ T& ring_blockShared() {
  __shared__ T variables;
  return variables;
}

/// The place of `mine` in the block that has shard `shard`, which is of our cluster.
template <class T> __device__ __forceinline__ T* ring_ofBlock(T* mine, ring_u32 shard) {
#if __CUDA_ARCH__ >= 900
  const ring_u32 block = shard / ring_abi::kWarpsPerBlock;
  if (block != blockIdx.x) {
    const ring_u32 blocks = ring_table.nearShards / ring_abi::kWarpsPerBlock;
    ring_u64 there;
    asm("mapa.u64 %0, %1, %2;" : "=l"(there) : "l"(ring_u64(mine)), "r"(block & (blocks - 1)));
    return (T*)there;
  }
#endif
  return mine;
}
__device__ __forceinline__ bool ring_isOurBlock(ring_u32 shard) {
  return shard / ring_abi::kWarpsPerBlock == blockIdx.x;
}
/// The same place as an address of shared memory.
__device__ __forceinline__ ring_u32 ring_sharedAt(const void* mine, ring_u32 shard) {
  ring_u32 at = ring_u32(__cvta_generic_to_shared(mine));
#if __CUDA_ARCH__ >= 900
  const ring_u32 block = shard / ring_abi::kWarpsPerBlock;
  const ring_u32 blocks = ring_table.nearShards / ring_abi::kWarpsPerBlock;
  if (block != blockIdx.x)
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(at) : "r"(at), "r"(block & (blocks - 1)));
#endif
  return at;
}

/// Takes tickets of the near mailbox of `shard`, whose ring lies in our block at `mine`. Relaxed,
/// as ring_takeTickets.
__device__ __forceinline__ ring_u32 ring_takeNear(const ring_abi::NearRing* mine, ring_u32 shard,
                                                  ring_u32 count) {
  const ring_u32 at = ring_sharedAt(&mine->ticket, shard);
  ring_u32 first;
#if __CUDA_ARCH__ >= 900
  if (!ring_isOurBlock(shard)) {
    asm volatile("atom.relaxed.cluster.shared::cluster.add.u32 %0, [%1], %2;"
                 : "=r"(first)
                 : "r"(at), "r"(count)
                 : "memory");
    return first;
  }
#endif
  asm volatile("atom.relaxed" RING_NEAR_SCOPE RING_NEAR_OWN ".add.u32 %0, [%1], %2;"
               : "=r"(first)
               : "r"(at), "r"(count)
               : "memory");
  return first;
}

/// The stores of a writer depend on it.
__device__ __forceinline__ ring_u32 ring_nearLimit(const ring_abi::NearRing* mine, ring_u32 shard) {
  const ring_u32 at = ring_sharedAt(&mine->limit, shard);
  ring_u32 limit;
#if __CUDA_ARCH__ >= 900
  if (!ring_isOurBlock(shard)) {
    asm volatile("ld.relaxed.cluster.shared::cluster.u32 %0, [%1];"
                 : "=r"(limit)
                 : "r"(at)
                 : "memory");
    return limit;
  }
#endif
  asm volatile("ld.relaxed" RING_NEAR_SCOPE RING_NEAR_OWN ".u32 %0, [%1];"
               : "=r"(limit)
               : "r"(at)
               : "memory");
  return limit;
}
/// Gives slots of our own near mailbox back. Relaxed, as ring_giveBack64.
__device__ __forceinline__ void ring_giveBackNear(ring_abi::NearRing* mine, ring_u32 limit) {
  asm volatile("st.relaxed" RING_NEAR_SCOPE RING_NEAR_OWN
               ".u32 [%0], %1;" ::"r"(ring_u32(__cvta_generic_to_shared(&mine->limit))),
               "r"(limit)
               : "memory");
}
/// A chunk of our own near mailbox; zeros where it is not wanted.
__device__ __forceinline__ ring_Chunk ring_loadNearChunk(const void* from, bool isWanted) {
  ring_u64 lo, hi;
  asm volatile("{ .reg .b128 c; .reg .pred p; setp.ne.u32 p, %3, 0; mov.b128 c, {%4, %4};"
               "@p ld.relaxed" RING_NEAR_SCOPE RING_NEAR_OWN ".b128 c, [%2];"
               "mov.b128 {%0, %1}, c; }"
               : "=l"(lo), "=l"(hi)
               : "r"(ring_u32(__cvta_generic_to_shared(from))), "r"(ring_u32(isWanted)), "l"(0ull)
               : "memory");
  return {ring_u32(lo), {ring_u32(lo >> 32), ring_u32(hi), ring_u32(hi >> 32)}};
}

/// A chunk of a near mailbox of our block, or of one of the cluster's: `at` as ring_sharedAt gives
/// it.
__device__ __forceinline__ void ring_storeNearChunk(ring_u32 at, bool isOurs,
                                                    const ring_Chunk& chunk) {
  const ring_u64 lo = chunk.tag | ring_u64(chunk.words[0]) << 32;
  const ring_u64 hi = chunk.words[1] | ring_u64(chunk.words[2]) << 32;
#if __CUDA_ARCH__ >= 900
  if (!isOurs) {
    asm volatile("{ .reg .b128 c; mov.b128 c, {%1, %2};"
                 "st.relaxed.cluster.shared::cluster.b128 [%0], c; }" ::"r"(at),
                 "l"(lo), "l"(hi)
                 : "memory");
    return;
  }
#endif
  asm volatile("{ .reg .b128 c; mov.b128 c, {%1, %2};"
               "st.relaxed" RING_NEAR_SCOPE RING_NEAR_OWN ".b128 [%0], c; }" ::"r"(at),
               "l"(lo), "l"(hi)
               : "memory");
}

/// All threads of the blocks whose warps reach each other's near mailboxes: what they wrote before
/// is seen by all after.
__device__ __forceinline__ void ring_meetNear() {
#if __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.arrive.release;\n\tbarrier.cluster.wait.acquire;" ::: "memory");
#else
  __syncthreads();
#endif
}
