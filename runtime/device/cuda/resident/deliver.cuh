// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bringing messages into mailboxes and reply rings. A sender takes its ticket first; where the ring
// is full, the message is held with its ticket until the limit has passed it. So the order of each
// sender is that of its tickets, one atomic operation of a warp a ring is enough, and a warp never
// waits: it stops taking new messages where it holds too many.
#pragma once

#include "context.cuh"

/// What a warp knows of itself; the same in all its lanes.
struct ring_Warp {
  ring_abi::ResidentShard* record;
  ring_u8* held; ///< this shard's
  ring_u8* stage;
  ring_u32* firstSends; ///< of all lanes
  ring_u32* moreSends;
  ring_u32 shard, lane;
  ring_u32 client; ///< whose ring this warp polls; kNoClient: none
  ring_u32 clients;
  ring_u64 read, commandsRead; ///< next tickets of the mailbox, of the client's ring
  ring_u64 ownTicket, ownLimit;
  ring_u32 heldEnd;  ///< entries of `held` in use, those that are delivered included
  ring_u32 heldOpen; ///< not delivered
  ring_abi::ResidentCounters counters;

  __device__ __forceinline__ ring_Staged& staged(ring_u32 index) const {
    return *(ring_Staged*)(stage + index * RING_STAGE_BYTES);
  }
};
constexpr ring_u32 ring_kNoClient = 0xffffffffu;
constexpr ring_u32 ring_kOwnRing = 0x80000000u;

constexpr ring_u32 ring_kHeldBytes =
    (sizeof(ring_abi::HeldMessage) + ring_kStreamWords * 4 + 15) / 16 * 16;

/// Rings by number: mailboxes of shards, then shared reply rings of clients, or the own ring.
__device__ __forceinline__ ring_u32 ring_ringOfHost(const ring_Warp& warp, ring_u32 client) {
  return client == warp.client ? ring_kOwnRing : RING_SHARDS + client;
}
__device__ __forceinline__ ring_u32 ring_shardOf(ring_u32 actor) { return actor % RING_SHARDS; }

/// Writes a stream under its ticket. Chunks that the message does not use are written where the lap
/// is a whole one.
__device__ __forceinline__ void ring_writeSlot(const ring_Warp& warp, ring_u32 ring,
                                               ring_u64 ticket, const ring_u32* words) {
  const bool toShard = ring < RING_SHARDS;
  const ring_u32 slots = toShard ? RING_MAILBOX_SLOTS : RING_CLIENT_SLOTS;
  const ring_u64 slot = ticket % slots;
  ring_Chunk* to;
  if (toShard)
    to = ring_table.slots + (ring_u64(ring) * slots + slot) * RING_SLOT_CHUNKS;
  else if (ring == ring_kOwnRing)
    to = ring_table.client[warp.client].own + slot * RING_SLOT_CHUNKS;
  else
    to = ring_table.client[ring - RING_SHARDS].shared + slot * RING_SLOT_CHUNKS;
  const ring_u32 tag = ring_abi::tagOf(ticket, slots);
  const ring_u32 chunks =
      ring_abi::isWholeLap(ticket, slots) ? RING_SLOT_CHUNKS : words[2] >> 8 & 0xff;
  for (ring_u32 i = 0; i < chunks; ++i) {
    const ring_u32* from = words + i * ring_abi::kWordsPerChunk;
    const ring_Chunk chunk = {tag, {from[0], from[1], from[2]}};
    if (toShard)
      ring_storeChunk(to + i, chunk);
    else
      ring_storeHostChunk(to + i, chunk);
  }
}

__device__ __forceinline__ ring_u64 ring_limitOf(const ring_Warp& warp, ring_u32 ring) {
  return ring == ring_kOwnRing ? warp.ownLimit : ring_load64(&ring_table.rings[ring].limit);
}

/// Keeps a message with its ticket. There is room: see ring_mayTake.
__device__ __forceinline__ void ring_hold(ring_Warp& warp, bool isHeld, ring_u32 ring,
                                          ring_u64 ticket, const ring_u32* words) {
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isHeld);
  if (mask == 0)
    return;
  if (isHeld) {
    const ring_u32 index = warp.heldEnd + __popc(mask & ring_lanesBelow());
    auto& entry = *(ring_abi::HeldMessage*)(warp.held + ring_u64(index) * ring_kHeldBytes);
    auto* to = (ring_u32*)(&entry + 1);
    const ring_u32 count = (words[2] >> 8 & 0xff) * ring_abi::kWordsPerChunk;
    entry.ticket = ticket;
    entry.target = ring;
    entry.words = count;
    for (ring_u32 i = 0; i < count; ++i)
      to[i] = words[i];
  }
  warp.heldEnd += __popc(mask);
  warp.heldOpen += __popc(mask);
  warp.counters.spilled += __popc(mask);
}

/// All lanes call it; those with `isActive` deliver one stream each to ring `ring`, in lane order.
__device__ __forceinline__ void ring_deliver(ring_Warp& warp, bool isActive, ring_u32 ring,
                                             const ring_u32* words) {
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isActive);
  if (mask == 0)
    return;
  bool isHeld = false;
  ring_u64 ticket = 0;
  if (isActive) {
    // One message is the common case.
    const ring_u32 peers = (mask & (mask - 1)) == 0 ? mask : __match_any_sync(mask, ring);
    const ring_u32 leader = __ffs(peers) - 1;
    ring_u64 first = warp.ownTicket;
    if (warp.lane == leader && ring != ring_kOwnRing)
      first = ring_takeTickets(&ring_table.rings[ring].ticket, __popc(peers));
    ticket = __shfl_sync(mask, first, leader) + __popc(peers & ring_lanesBelow());
    isHeld = ticket >= ring_limitOf(warp, ring);
    if (!isHeld)
      ring_writeSlot(warp, ring, ticket, words);
  }
  warp.ownTicket += __popc(__ballot_sync(ring_kAllLanes, isActive && ring == ring_kOwnRing));
  ring_hold(warp, isHeld, ring, ticket, words);
}

/// Delivers what is held and may go. True where something went.
__device__ __forceinline__ bool ring_deliverHeld(ring_Warp& warp) {
  if (warp.heldOpen == 0)
    return false;
  __syncwarp(); // entries were written by any lane
  const ring_u32 before = warp.heldOpen;
  for (ring_u32 first = 0; first < warp.heldEnd; first += 32) {
    const ring_u32 index = first + warp.lane;
    bool isGone = false;
    if (index < warp.heldEnd) {
      auto& entry = *(ring_abi::HeldMessage*)(warp.held + ring_u64(index) * ring_kHeldBytes);
      if (entry.words != 0 && entry.ticket < ring_limitOf(warp, entry.target)) {
        ring_u32 whole[ring_kStreamWords] = {};
        const auto* words = (const ring_u32*)(&entry + 1);
        for (ring_u32 i = 0; i < entry.words; ++i)
          whole[i] = words[i];
        ring_writeSlot(warp, entry.target, entry.ticket, whole);
        entry.words = 0;
        isGone = true;
      }
    }
    warp.heldOpen -= __popc(__ballot_sync(ring_kAllLanes, isGone));
  }
  if (warp.heldOpen == 0)
    warp.heldEnd = 0;
  return warp.heldOpen != before;
}

/// A batch may hold as many messages as it sends; room for one is kept.
__device__ __forceinline__ bool ring_mayTake(const ring_Warp& warp) {
  return warp.heldEnd + 32 * RING_MAX_SENDS <= ring_table.heldCapacity;
}
