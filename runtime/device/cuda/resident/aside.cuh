// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What keeps full mailboxes from becoming more. While many messages are held, no handler runs that
// may send more than one: its message is put aside, and so is what comes behind it for the same
// actor. All else goes on, so the number of messages does not grow, each has its place in a mailbox
// or in the pool, and no shard stops taking what comes: what is held goes out in the end, whatever
// waits for what. Then what was put aside is handled, in the order in which it came.
#pragma once

#include "held.cuh"
#include "look.cuh"

constexpr ring_u32 ring_kAsideRoom = 4 * ring_kStagedAtOnce; ///< Program::asideRoom() on the host

/// Whether a batch of messages finds room for all that may wait of it.
__device__ __forceinline__ bool ring_mayTake(ring_Warp& warp, bool isPressed) {
  return ring_makeRoom(warp.held, warp.lane, ring_kHeldRoom) &&
         (!(isPressed || !warp.aside.isEmpty()) ||
          ring_makeRoom(warp.aside, warp.lane, ring_kStagedAtOnce));
}

/// Whether messages that were put aside may go on: not while many are held, but where no more find
/// room.
__device__ __forceinline__ bool ring_mayTakeAside(ring_Warp& warp, bool isPressed) {
  return !warp.aside.isEmpty() &&
         (!isPressed || !ring_makeRoom(warp.aside, warp.lane, ring_kStagedAtOnce));
}

/// Puts those of the staged messages [0, count) aside that have to wait, into a queue that has
/// room; gives their lanes. A command waits behind the messages of its actor, too. (What is rare
/// has its code apart and gets values: what a warp knows stays in registers.)
__device__ __noinline__ ring_u32 ring_putAside(ring_Queue aside, ring_u8* stage, ring_u32 shard,
                                               ring_u32 lane, ring_u32 count, bool isPressed) {
  ring_Staged& message = ring_stagedAt(stage, lane < count ? lane : 0);
  const ring_abi::MessageHeader& header = message.header;
  const bool isOurs = lane < count && ring_shardOf(header.targetIndex) == shard &&
                      header.targetIndex < ring_table.actors;
  ring_abi::ResidentEntry& entry = ring_table.directory[isOurs ? header.targetIndex : 0];
  bool waits = false;
  if (isOurs) {
    const ring_abi::ResidentEntry now = ring_entryAt(&entry);
    waits = now.life >> ring_abi::kLifeBits != 0;
    if (isPressed && (header.flags & ring_abi::kFlagCommand) == 0 &&
        now.generation == header.targetGeneration && now.life == ring_abi::kEntryActive) {
      const ring_u32 handler = ring_handlerOf(now.actorType, header.type);
      waits = handler != ring_kNoHandler && ring_makesMore(now.actorType, handler);
    }
  }
  const ring_u32 ours = __ballot_sync(ring_kAllLanes, isOurs);
  const ring_u32 waiting = __ballot_sync(ring_kAllLanes, waits);
  if (waiting == 0)
    return 0;
  bool goesAside = false;
  ring_u32 peers = 0;
  if (isOurs) {
    peers = __match_any_sync(ours, header.targetIndex);
    goesAside = ((waiting & peers) & (ring_lanesBelow() | 1u << lane)) != 0;
  }
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, goesAside);
  if (goesAside && (mask & peers & ring_lanesBelow()) == 0)
    entry.life += __popc(mask & peers) << ring_abi::kLifeBits;
  ring_append(aside, lane, mask, 0, 0, message.words());
  return mask;
}

/// Stages the messages that were put aside first, up to as many as are staged at once, and gives
/// the queue without them.
__device__ __noinline__ ring_Queue ring_stageAside(ring_Queue aside, ring_u8* stage,
                                                   ring_u32 lane) {
  const ring_u64 there = aside.end - aside.begin;
  const ring_u32 count = there < ring_kStagedAtOnce ? ring_u32(there) : ring_kStagedAtOnce;
  __syncwarp(); // the messages before are done with, and entries were written by any lane
  const bool isMine = lane < count;
  ring_Staged& message = ring_stagedAt(stage, isMine ? lane : 0);
  ring_u32* from = nullptr;
  ring_u32 words = 0;
  if (isMine) {
    auto& waiting = aside.at(aside.begin + lane);
    from = ring_streamOf(waiting);
    words = waiting.words;
  }
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isMine);
  ring_copyStreams(lane, mask, message.words(), from, words);
  __syncwarp();
  if (isMine) {
    const ring_u32 target = message.header.targetIndex;
    const ring_u32 peers = __match_any_sync(mask, target);
    if ((peers & ring_lanesBelow()) == 0)
      ring_table.directory[target].life -= __popc(peers) << ring_abi::kLifeBits;
  }
  ring_discard(aside, lane, aside.begin + count, ring_kAsideRoom);
  return aside;
}
