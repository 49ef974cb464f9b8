// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where messages wait that find no room: in blocks out of a pool that all shards share, so that a
// shard may hold many while others hold none. A shard has two queues of them, and always blocks
// enough for a batch: it can go on once its own queue is empty, whoever has the rest.
#pragma once

#include "context.cuh"

constexpr ring_u32 ring_kWaitingBytes =
    (sizeof(ring_abi::WaitingMessage) + ring_kStreamWords * 4 + 15) / 16 * 16;

/// One of a shard's queues (abi::WaitingQueue); the same in all lanes.
struct ring_Queue {
  ring_u32* blocks; ///< by number / RING_BLOCK_MESSAGES, modulo queueBlocks
  ring_u64 begin, end, ready;
  ring_u32 shard;

  __device__ __forceinline__ ring_u32* blockOf(ring_u64 number) const {
    return blocks + (ring_u32(number / RING_BLOCK_MESSAGES) & (ring_table.queueBlocks - 1));
  }
  __device__ __forceinline__ ring_abi::WaitingMessage& at(ring_u64 number) const {
    const ring_u64 place =
        ring_u64(*blockOf(number)) * RING_BLOCK_MESSAGES + number % RING_BLOCK_MESSAGES;
    return *(ring_abi::WaitingMessage*)(ring_table.waiting + place * ring_kWaitingBytes);
  }
  __device__ __forceinline__ bool isEmpty() const { return begin == end; }
};
/// By one access.
__device__ __forceinline__ ring_abi::WaitingMessage
ring_waitingAt(const ring_abi::WaitingMessage& message) {
  const uint4 words = *(const uint4*)&message;
  return {words.x | ring_u64(words.y) << 32, words.z, words.w};
}
__device__ __forceinline__ ring_u32* ring_streamOf(ring_abi::WaitingMessage& message) {
  return (ring_u32*)(&message + 1);
}
__device__ __forceinline__ ring_Queue ring_loadQueue(ring_u32 shard, ring_u32 which,
                                                     const ring_abi::WaitingQueue& saved) {
  return {ring_table.queues + (shard * 2 + which) * ring_table.queueBlocks, saved.begin, saved.end,
          saved.ready, shard};
}

/// A stack of free blocks; how often its top changed tells one from the same that came back
/// meanwhile.
__device__ __forceinline__ ring_u64 ring_asTop(ring_u32 block, ring_u64 before) {
  return block | ((before >> 32) + 1) << 32;
}
__device__ __forceinline__ ring_u64* ring_stackOf(ring_u32 number) {
  return ring_table.freeBlocks + number % ring_abi::kBlockStacks * ring_abi::kBlockStackWords;
}
/// A block out of the pool, or kNoBlock: of the shard's stack, else of the next that has one. One
/// lane calls it.
__device__ __noinline__ ring_u32 ring_takeBlock(ring_u32 shard) {
#pragma unroll 1
  for (ring_u32 i = 0; i < ring_abi::kBlockStacks; ++i) {
    ring_u64* const stack = ring_stackOf(shard + i);
    ring_u64 top = ring_acquire64(stack);
    while (ring_u32(top) != ring_abi::kNoBlock) {
      const ring_u32 next = ring_load32(ring_table.nextBlock + ring_u32(top));
      const ring_u64 seen = ring_exchange64(stack, top, ring_asTop(next, top));
      if (seen == top)
        return ring_u32(top);
      top = seen;
    }
  }
  return ring_abi::kNoBlock;
}
__device__ __noinline__ void ring_giveBlock(ring_u32 shard, ring_u32 block) {
  ring_u64* const stack = ring_stackOf(shard);
  ring_u64 top = ring_load64(stack);
  while (true) {
    ring_store32(ring_table.nextBlock + block, ring_u32(top));
    const ring_u64 seen = ring_exchange64(stack, top, ring_asTop(block, top));
    if (seen == top)
      return;
    top = seen;
  }
}

/// Takes blocks until there is room for `count` more, or the pool or the queue has none; gives what
/// is ready then. By value: what a warp knows of its queues stays in registers.
__device__ __noinline__ ring_u64 ring_growQueue(ring_Queue queue, ring_u32 lane, ring_u32 count) {
  constexpr ring_u64 block = RING_BLOCK_MESSAGES;
  while (queue.ready - queue.end < count &&
         queue.ready - queue.begin / block * block < ring_table.queueBlocks * block) {
    ring_u32 taken = ring_abi::kNoBlock;
    if (lane == 0)
      taken = ring_takeBlock(queue.shard);
    taken = __shfl_sync(ring_kAllLanes, taken, 0);
    if (taken == ring_abi::kNoBlock)
      break;
    if (lane == 0)
      *queue.blockOf(queue.ready) = taken;
    queue.ready += block;
  }
  __syncwarp(); // all lanes see the blocks
  return queue.ready;
}
/// Whether there is room for `count` more; takes blocks where there is not.
__device__ __forceinline__ bool ring_makeRoom(ring_Queue& queue, ring_u32 lane, ring_u32 count) {
  if (__builtin_expect(queue.ready - queue.end < count, 0))
    queue.ready = ring_growQueue(queue, lane, count);
  return queue.ready - queue.end >= count;
}

/// Of the blocks before message `begin`: they come to the end of the queue while it has less room
/// than `keeps`, and for what of a block may be used up when it is empty; others go back to the
/// pool. Gives what is ready then.
__device__ __noinline__ ring_u64 ring_shrinkQueue(ring_Queue queue, ring_u32 lane, ring_u64 begin,
                                                  ring_u32 keeps) {
  constexpr ring_u64 block = RING_BLOCK_MESSAGES;
  for (ring_u64 at = queue.begin / block * block; at != begin / block * block; at += block) {
    const bool isKept = queue.ready - queue.end < keeps + block - 1;
    if (lane == 0 && isKept)
      *queue.blockOf(queue.ready) = *queue.blockOf(at);
    else if (lane == 0)
      ring_giveBlock(queue.shard, *queue.blockOf(at));
    queue.ready += isKept ? block : 0;
  }
  __syncwarp(); // all lanes see the blocks
  return queue.ready;
}
/// Messages before `begin` are done with.
__device__ __forceinline__ void ring_discard(ring_Queue& queue, ring_u32 lane, ring_u64 begin,
                                             ring_u32 keeps) {
  __syncwarp(); // all have read them
  if (queue.begin / RING_BLOCK_MESSAGES != begin / RING_BLOCK_MESSAGES)
    queue.ready = ring_shrinkQueue(queue, lane, begin, keeps);
  queue.begin = begin;
}

/// Each lane of `mask` has `count` words to copy: large streams by all lanes, one after the other;
/// small ones by their lanes, all at once.
__device__ __forceinline__ void ring_copyStreams(ring_u32 lane, ring_u32 mask, ring_u32* to,
                                                 const ring_u32* from, ring_u32 count) {
  if constexpr (RING_SLOT_CHUNKS <= 8) {
#pragma unroll
    for (ring_u32 i = 0; i < RING_SLOT_CHUNKS * ring_abi::kWordsPerChunk; ++i)
      if (i < count)
        to[i] = from[i];
  } else {
#pragma unroll 1
    for (ring_u32 left = mask; left != 0; left &= left - 1) {
      const ring_u32 owner = __ffs(left) - 1;
      auto* const there = (ring_u32*)ring_shuffle(ring_u64(to), owner);
      const auto* const here = (const ring_u32*)ring_shuffle(ring_u64(from), owner);
      const ring_u32 words = __shfl_sync(ring_kAllLanes, count, owner);
      constexpr ring_u32 block = 4; // loads before stores, which would keep them back
#pragma unroll 1
      for (ring_u32 at = lane; at < words; at += block * 32) {
        ring_u32 some[block];
#pragma unroll
        for (ring_u32 i = 0; i < block; ++i)
          if (at + i * 32 < words)
            some[i] = here[at + i * 32];
#pragma unroll
        for (ring_u32 i = 0; i < block; ++i)
          if (at + i * 32 < words)
            there[at + i * 32] = some[i];
      }
    }
  }
}

/// Writes a stream of each lane of `mask` behind the last of a queue, which has room.
__device__ __noinline__ void ring_append(ring_Queue queue, ring_u32 lane, ring_u32 mask,
                                         ring_u64 ticket, ring_u32 target, const ring_u32* words) {
  __syncwarp(); // streams were written by their lanes
  ring_u32* to = nullptr;
  ring_u32 count = 0;
  if (mask >> lane & 1u) {
    auto& message = queue.at(queue.end + __popc(mask & ring_lanesBelow()));
    to = ring_streamOf(message);
    count = (words[2] >> 8 & 0xff) * ring_abi::kWordsPerChunk;
    message = {ticket, target, count};
  }
  ring_copyStreams(lane, mask, to, words, count);
}
