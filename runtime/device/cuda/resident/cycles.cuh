// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the pool of messages that wait is exhausted (waiting.cuh), shards that hold some for each
// other's full mailboxes would wait for ever. Each that takes no messages says which shard it waits
// for; one that finds itself at the end of that chain is in a cycle, and the lowest of a cycle
// gives up messages of its own mailbox until others can go on: they are dead letters, counted, and
// who asked is told. A chain that ends at the host or at a shard that works is no cycle and loses
// nothing.
#pragma once

#include "batch.cuh"

constexpr ring_u64 ring_kCycleNs = 20000000; ///< a wait so long is worth a look at the chain

struct ring_Wait {
  ring_u64 since; ///< 0: it does not wait
};

/// The shard whose mailbox the oldest held message waits for; kNoClient where that is the host's.
__device__ __forceinline__ ring_u32 ring_oldestHeld(const ring_Warp& warp) {
  __syncwarp(); // entries were written by any lane
  if (warp.heldOpen == 0)
    return ring_kNoClient;
  const auto& entry = warp.held.at(warp.held.begin); // the first is not delivered
  return ring_isMailbox(entry.target) ? entry.target & ~ring_kNearRing : ring_kNoClient;
}

/// Whether the chain of waits from `shard` comes back to this one, the lowest of it.
__device__ __forceinline__ bool ring_isLowestOfCycle(const ring_Warp& warp, ring_u32 shard) {
#pragma unroll 1
  for (ring_u32 steps = 0; steps < RING_SHARDS; ++steps) {
    if (shard == warp.shard)
      return true;
    if (shard < warp.shard)
      return false; // the lowest breaks it, and where this is no cycle nobody need
    const ring_u32 next = ring_u32(ring_load64(&ring_table.records[shard].waitsFor));
    if (next == 0)
      return false;
    shard = next - 1;
  }
  return false;
}

/// What a turn begins with: whether this warp drops messages instead of handling them.
__device__ __forceinline__ bool ring_mustDrop(ring_Warp& warp, ring_Wait& wait, bool mayTake) {
  if (__builtin_expect(mayTake, 1)) {
    if (__builtin_expect(wait.since != 0, 0)) {
      wait.since = 0;
      if (warp.lane == 0)
        ring_store64(&warp.record->waitsFor, 0);
    }
    return false;
  }
  const ring_u64 now = ring_nanoseconds();
  if (wait.since == 0)
    wait.since = now;
  const ring_u32 shard = ring_oldestHeld(warp);
  const bool isHost = shard == ring_kNoClient;
  if (warp.lane == 0)
    ring_store64(&warp.record->waitsFor, isHost ? 0 : shard + 1);
  if (isHost || now - wait.since < ring_kCycleNs ||
      !ring_makeRoom(warp.held, warp.lane, ring_kStagedAtOnce))
    return false;
  return ring_isLowestOfCycle(warp, shard);
}

/// Staged messages [0, count) but for those of `skipped`: commands are obeyed, all else is a dead
/// letter.
__device__ __forceinline__ void ring_drop(ring_Warp& warp, ring_u32 count, ring_u32 skipped) {
#pragma unroll 1
  for (ring_u32 i = 0; i < count; ++i) {
    if ((skipped >> i & 1u) != 0)
      continue;
    const ring_Staged& message = warp.staged(i);
    const ring_abi::MessageHeader& header = message.header;
    if ((header.flags & ring_abi::kFlagCommand) != 0) {
      ring_command(warp, i);
      continue;
    }
    const bool answers = ring_isFromHost(message) && message.origin != 0;
    __syncwarp(); // the answer before is out
    if (warp.lane == 0) {
      ++warp.counters->deadLetters;
      ++warp.counters->dropped;
      warp.counters->replies += answers;
      if (answers)
        ring_writeOutcome(warp.sends, header.targetIndex, header.targetGeneration,
                          ring_outcomeFlags(0, header.sourceShard), message.origin,
                          ring_abi::ResidentOutcomeCode::NoRoom, 0);
    }
    if (answers)
      ring_deliverOne(warp, ring_ringOfHost(warp, header.sourceShard), warp.sends);
  }
}
