// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every access of the resident kernel to memory that somebody else writes or reads, with its order,
// scope and width; near.cuh has those of near mailboxes. Nothing else of the kernel touches such
// memory. Chunks are one access of 16 bytes (`.v4` would be four in no order); relaxed, because the
// tag comes with the data and orders nothing else.
#pragma once

#include <ringkernel/abi/Resident.h>

namespace ring_abi = ring::abi;
__constant__ ring_abi::ResidentTable ring_table;
typedef ring::abi::Chunk ring_Chunk;

/// A chunk in pinned memory of the host, written there by one 16-byte store. Predicated rather than
/// branched around, so that several are on their way at once; zeros where it is not wanted.
__device__ __forceinline__ ring_Chunk ring_loadHostChunk(const void* from, bool isWanted = true) {
  ring_u64 lo, hi;
  asm volatile("{ .reg .b128 c; .reg .pred p; setp.ne.u32 p, %3, 0; mov.b128 c, {%4, %4};"
               "@p ld.relaxed.sys.global.b128 c, [%2]; mov.b128 {%0, %1}, c; }"
               : "=l"(lo), "=l"(hi)
               : "l"(from), "r"(ring_u32(isWanted)), "l"(0ull)
               : "memory");
  return {ring_u32(lo), {ring_u32(lo >> 32), ring_u32(hi), ring_u32(hi >> 32)}};
}
/// A chunk of a mailbox.
__device__ __forceinline__ ring_Chunk ring_loadChunk(const void* from, bool isWanted = true) {
  ring_u64 lo, hi;
  asm volatile("{ .reg .b128 c; .reg .pred p; setp.ne.u32 p, %3, 0; mov.b128 c, {%4, %4};"
               "@p ld.relaxed.gpu.global.b128 c, [%2]; mov.b128 {%0, %1}, c; }"
               : "=l"(lo), "=l"(hi)
               : "l"(from), "r"(ring_u32(isWanted)), "l"(0ull)
               : "memory");
  return {ring_u32(lo), {ring_u32(lo >> 32), ring_u32(hi), ring_u32(hi >> 32)}};
}
/// A chunk of any mailbox or of a ring of the host's: one store for all, its scope the widest, its
/// address generic (near mailboxes lie in shared memory, also another block's).
__device__ __forceinline__ void ring_storeChunk(void* to, const ring_Chunk& chunk) {
  asm volatile("{ .reg .b128 c; mov.b128 c, {%1, %2}; st.relaxed.sys.b128 [%0], c; }" ::"l"(to),
               "l"(chunk.tag | ring_u64(chunk.words[0]) << 32),
               "l"(chunk.words[1] | ring_u64(chunk.words[2]) << 32)
               : "memory");
}

__device__ __forceinline__ ring_u64 ring_load64(const ring_u64* from) {
  ring_u64 value;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(from) : "memory");
  return value;
}
__device__ __forceinline__ void ring_store64(ring_u64* to, ring_u64 value) {
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}
/// Gives slots back to other warps (ADR 0019). Relaxed: which limit is told depends on the tags
/// that the reads of the slots gave, and a writer's stores depend on the limit, so no read can see
/// what is written after. A release would wait for all stores of the warp, those of its sends too.
__device__ __forceinline__ void ring_giveBack64(ring_u64* to, ring_u64 limit) {
  ring_store64(to, limit);
}
/// The same to the host, which loads it with acquire before it writes the slots again.
__device__ __forceinline__ void ring_giveBackHost64(ring_u64* to, ring_u64 read) {
  asm volatile("st.relaxed.sys.global.u64 [%0], %1;" ::"l"(to), "l"(read) : "memory");
}
/// What the warp wrote comes before.
__device__ __forceinline__ void ring_release64(ring_u64* to, ring_u64 value) {
  asm volatile("st.release.gpu.global.u64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}
/// To the host; what the warp wrote comes before.
__device__ __forceinline__ void ring_releaseHost64(ring_u64* to, ring_u64 value) {
  asm volatile("st.release.sys.global.u64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}
/// Takes tickets. Relaxed: a ticket is only a number; what is written under it carries its tag.
__device__ __forceinline__ ring_u64 ring_takeTickets(ring_u64* from, ring_u32 count) {
  ring_u64 first;
  asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], %2;"
               : "=l"(first)
               : "l"(from), "l"(ring_u64(count))
               : "memory");
  return first;
}
/// Puts a word into our shared memory; gives what was there. Relaxed: one warp's, and a number
/// only.
__device__ __forceinline__ ring_u32 ring_exchangeShared(ring_u32* at, ring_u32 value) {
  ring_u32 before;
  asm volatile("atom.relaxed.cta.shared.exch.b32 %0, [%1], %2;"
               : "=r"(before)
               : "r"(ring_u32(__cvta_generic_to_shared(at))), "r"(value)
               : "memory");
  return before;
}
/// What was written before the word was changed to what is read. Pairs with ring_exchange64.
__device__ __forceinline__ ring_u64 ring_acquire64(const ring_u64* from) {
  ring_u64 value;
  asm volatile("ld.acquire.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(from) : "memory");
  return value;
}
/// Changes a word that other shards change too; gives what was there. Both ways: what the giver of
/// a block read comes before what its taker writes.
__device__ __forceinline__ ring_u64 ring_exchange64(ring_u64* at, ring_u64 from, ring_u64 to) {
  ring_u64 seen;
  asm volatile("atom.acq_rel.gpu.global.cas.b64 %0, [%1], %2, %3;"
               : "=l"(seen)
               : "l"(at), "l"(from), "l"(to)
               : "memory");
  return seen;
}
/// Counts what all shards count. Relaxed: a number that orders nothing.
__device__ __forceinline__ void ring_add64(ring_u64* to, ring_u64 count) {
  asm volatile("red.relaxed.gpu.global.add.u64 [%0], %1;" ::"l"(to), "l"(count) : "memory");
}
/// The link of a free block. Relaxed: it goes out with the top that leads to it (ring_exchange64),
/// and its address depends on the load of that.
__device__ __forceinline__ ring_u32 ring_load32(const ring_u32* from) {
  ring_u32 value;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
  return value;
}
__device__ __forceinline__ void ring_store32(ring_u32* to, ring_u32 value) {
  asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" ::"l"(to), "r"(value) : "memory");
}
/// What the warp wrote to the host's memory comes before the chunks that tell of it.
__device__ __forceinline__ void ring_fenceHost() {
  asm volatile("fence.acq_rel.sys;" ::: "memory");
}

/// A barrier of the threads of a Block shard. Its first warp and the others come to it by different
/// ways through the kernel, which `__syncthreads()` forbids (it is `barrier.sync.aligned`).
__device__ __forceinline__ void ring_syncBlock() {
  __syncwarp();
  asm volatile("barrier.sync 0;" ::: "memory");
}

__device__ __forceinline__ ring_u64 ring_nanoseconds() {
  ring_u64 now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}
__device__ __forceinline__ ring_u32 ring_cycles() {
  ring_u32 now;
  asm volatile("mov.u32 %0, %%clock;" : "=r"(now));
  return now;
}
__device__ __forceinline__ ring_u32 ring_lanesBelow() {
  ring_u32 mask;
  asm("mov.u32 %0, %%lanemask_lt;" : "=r"(mask));
  return mask;
}
constexpr ring_u32 ring_kAllLanes = 0xffffffffu;
__device__ __forceinline__ ring_u64 ring_shuffle(ring_u64 value, ring_u32 from) {
  return __shfl_sync(ring_kAllLanes, value, from);
}
