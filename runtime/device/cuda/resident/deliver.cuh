// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bringing messages into mailboxes and reply rings. A sender takes its ticket first; where the ring
// is full, the message is held with its ticket until the limit has passed it. So the order of each
// sender is that of its tickets, one atomic operation of a warp a ring is enough, and a warp never
// waits: it goes on taking messages as long as those that it holds find blocks (waiting.cuh).
#pragma once

#include "near.cuh"
#include "waiting.cuh"

__device__ __forceinline__ ring_Staged& ring_stagedAt(ring_u8* stage, ring_u32 index) {
  return *(ring_Staged*)(stage + index * RING_STAGE_BYTES);
}

/// What was counted since it was last added to a shard's counters.
struct ring_Counts {
  ring_u32 sent, replies, handled, deadLetters;
};

/// What a warp knows of itself; the same in all its lanes.
struct ring_Warp {
  ring_abi::ResidentShard* record;
  ring_abi::ResidentCounters* counters; ///< in shared memory; changed by the first lane
  ring_Counts counts;                   ///< beside these
  ring_u8* stage;
  ring_u32* sends;    ///< of RING_SHARED_SENDS lanes: the first of each, in shared memory
  ring_Outbox outbox; ///< of this lane
  ring_Chunk* own;    ///< own reply ring of the client, for its first lane
  ring_Chunk* near;   ///< near mailboxes of our block
  ring_abi::NearRing* nearRings;
  ring_u32 shard, lane;
  ring_u32 client;             ///< whose ring this warp polls; kNoClient: none
  bool isFirstLane;            ///< of the client's rings: it has the own reply ring too
  ring_u64 read, commandsRead; ///< next tickets of the mailbox, of the client's ring
  ring_u32 nearRead;           ///< the same of the near mailbox
  ring_u64 ownTicket, ownLimit;
  ring_Queue held;   ///< messages that have their tickets and wait for a limit
  ring_u32 heldOpen; ///< of these not delivered yet
  ring_u64 heldNext; ///< of these the next to be looked at behind the first
  ring_Queue aside;  ///< messages for actors that do not go on yet: aside.cuh
  /// A mailbox, found half full by handlers that send several, that is waited for; kNoClient: none.
  ring_u32 tight;
  ring_u32* met;      ///< a table in shared memory, ring_kMetPlaces: see ring_areDistinct
  ring_u32 metNumber; ///< what the last look at it left there

  __device__ __forceinline__ ring_Staged& staged(ring_u32 index) const {
    return ring_stagedAt(stage, index);
  }
};
constexpr ring_u32 ring_kMetPlaces = 128;
constexpr ring_u32 ring_kNoClient = 0xffffffffu;
constexpr ring_u32 ring_kOwnRing = 0x80000000u;
constexpr ring_u32 ring_kNearRing = 0x40000000u; ///< and a shard: its near mailbox

// A warp moves chunks: so many slots at once, each by so many lanes.
constexpr ring_u32 ring_kLanesOfSlot = RING_SLOT_CHUNKS < 32 ? RING_SLOT_CHUNKS : 32;
constexpr ring_u32 ring_kSlotsAtOnce = 32 / ring_kLanesOfSlot;
constexpr ring_u32 ring_kGroupMask = (1u << ring_kSlotsAtOnce) - 1;
constexpr bool ring_kHasRests = RING_SLOT_CHUNKS > 32;   ///< more than a look takes in
constexpr ring_u32 ring_kDepth = ring_kHasRests ? 1 : 4; ///< groups of slots a look
constexpr ring_u32 ring_kStagedAtOnce = ring_kSlotsAtOnce * ring_kDepth;
static_assert(RING_SLOT_CHUNKS >= 4, "a group is no more than eight slots");

constexpr ring_u32 ring_log2(ring_u32 value) { return value <= 1 ? 0 : 1 + ring_log2(value / 2); }
constexpr ring_u32 ring_kMailboxShift = ring_log2(RING_MAILBOX_SLOTS);
constexpr ring_u32 ring_kLaneShift = ring_log2(RING_LANE_SLOTS);
constexpr ring_u32 ring_kOwnShift = ring_log2(RING_OWN_SLOTS);
constexpr ring_u32 ring_kSharedShift = ring_log2(RING_SHARED_SLOTS);
constexpr ring_u32 ring_kNearShift = ring_log2(ring_kNearSlots);

/// Rings by number: mailboxes of shards, then shared reply rings of clients, the own ring, or near
/// mailboxes.
__device__ __forceinline__ ring_u32 ring_ringOfHost(const ring_Warp& warp, ring_u32 client) {
  return warp.isFirstLane && client == warp.client ? ring_kOwnRing : RING_SHARDS + client;
}
__device__ __forceinline__ ring_u32 ring_shardOf(ring_u32 actor) { return actor % RING_SHARDS; }
/// The mailbox that a message of ours to an actor takes: the same one always.
__device__ __forceinline__ ring_u32 ring_ringTo(const ring_Warp& warp, ring_u32 actor) {
  const ring_u32 shard = ring_shardOf(actor);
  const bool isNear = (shard ^ warp.shard) < ring_table.nearShards && shard < RING_WARP_SHARDS;
  return isNear ? ring_kNearRing | shard : shard;
}
__device__ __forceinline__ bool ring_isNear(ring_u32 ring) { return (ring & ring_kNearRing) != 0; }

/// The slots of a ring as a power of two: a division by what is no constant is a hundred steps.
__device__ __forceinline__ ring_u32 ring_shiftOf(ring_u32 ring) {
  return ring < RING_SHARDS      ? ring_kMailboxShift
         : ring_isNear(ring)     ? ring_kNearShift
         : ring == ring_kOwnRing ? ring_kOwnShift
                                 : ring_kSharedShift;
}
__device__ __forceinline__ ring_Chunk* ring_slotAt(const ring_Warp& warp, ring_u32 ring,
                                                   ring_u64 ticket) {
  const ring_u32 shift = ring_shiftOf(ring);
  if (ring_isNear(ring)) {
    const ring_u32 shard = ring & ~ring_kNearRing;
    const ring_u32 slot =
        (shard % ring_abi::kWarpsPerBlock << shift) + (ring_u32(ticket) & ((1u << shift) - 1));
    return ring_ofBlock(warp.near, shard) + slot * RING_SLOT_CHUNKS;
  }
  ring_Chunk* const base = ring < RING_SHARDS      ? ring_table.slots
                           : ring == ring_kOwnRing ? warp.own
                                                   : ring_table.shared;
  const ring_u32 index = ring < RING_SHARDS ? ring : ring == ring_kOwnRing ? 0 : ring - RING_SHARDS;
  return base +
         ((ring_u64(index) << shift) + (ring_u32(ticket) & ((1u << shift) - 1))) * RING_SLOT_CHUNKS;
}

__device__ __forceinline__ bool ring_isMailbox(ring_u32 ring) {
  return ring_isNear(ring) || ring < RING_SHARDS;
}
/// The chunk of a stream that is written at `i`, where `used` chunks of its slot carry words.
__device__ __forceinline__ ring_Chunk ring_chunkOf(const ring_u32* words, ring_u32 i, ring_u32 used,
                                                   ring_u32 tag) {
  const ring_u32* from = words + (i < used ? i : 0) * ring_abi::kWordsPerChunk;
  return {tag, {from[0], from[1], from[2]}};
}

/// What lies behind the first 32 chunks of a slot, from chunk `begin` of each lane on. Loads come
/// before stores, which would keep them back.
__device__ __forceinline__ void ring_writeRest(ring_Chunk* slot, ring_u32 begin, ring_u32 count,
                                               const ring_u32* words, ring_u32 used, ring_u32 tag) {
  constexpr ring_u32 most = ring_kHasRests ? RING_SLOT_CHUNKS / 32 - 1 : 1;
  ring_Chunk chunks[most];
#pragma unroll
  for (ring_u32 i = 0; i < most; ++i)
    if (begin + i * 32 < count)
      chunks[i] = ring_chunkOf(words, begin + i * 32, used, tag);
#pragma unroll
  for (ring_u32 i = 0; i < most; ++i)
    if (begin + i * 32 < count)
      ring_storeChunk(slot + begin + i * 32, chunks[i]);
}

/// The lanes of `mask` have a stream at `words` and a ticket of `ring`. Chunks that a message does
/// not use are written where the lap is a whole one. Small slots of mailboxes are written by their
/// lanes, which is fewer steps; others by all lanes, a chunk each, so that the stores of a slot
/// leave together, which a link wants.
__device__ __forceinline__ void ring_writeSlots(const ring_Warp& warp, ring_u32 mask, ring_u32 ring,
                                                ring_u64 ticket, const ring_u32* words) {
  __syncwarp(); // streams were written by their lanes
  ring_Chunk* slot = nullptr;
  ring_u32 tag = 0, used = 0, count = 0;
  if (mask >> warp.lane & 1u) {
    const ring_u64 lap = ticket >> ring_shiftOf(ring);
    slot = ring_slotAt(warp, ring, ticket);
    tag = ring_abi::tagOfLap(lap);
    used = words[2] >> 8 & 0xff;
    count = ring_abi::isWholeLap(lap) ? RING_SLOT_CHUNKS : used;
  }
  if (RING_SLOT_CHUNKS <= 8 &&
      !__any_sync(ring_kAllLanes, slot != nullptr && !ring_isMailbox(ring))) {
#pragma unroll 1
    for (ring_u32 i = 0; i < count; ++i)
      ring_storeChunk(slot + i, ring_chunkOf(words, i, used, tag));
    return;
  }
#pragma unroll 1
  for (ring_u32 group = 0; group < 32; group += ring_kSlotsAtOnce) {
    if ((mask >> group & ring_kGroupMask) == 0)
      continue;
    const ring_u32 from = group + warp.lane / ring_kLanesOfSlot;
    auto* const to = (ring_Chunk*)ring_shuffle(ring_u64(slot), from);
    const auto* const stream = (const ring_u32*)ring_shuffle(ring_u64(words), from);
    const ring_u32 ofSlot = __shfl_sync(ring_kAllLanes, tag, from);
    const ring_u32 both = __shfl_sync(ring_kAllLanes, used | count << 16, from);
    const ring_u32 i = warp.lane % ring_kLanesOfSlot, ofStream = both & 0xffff;
    if (i < both >> 16)
      ring_storeChunk(to + i, ring_chunkOf(stream, i, ofStream, ofSlot));
    if (ring_kHasRests)
      ring_writeRest(to, i + 32, both >> 16, stream, ofStream, ofSlot);
  }
}

__device__ __forceinline__ const ring_abi::NearRing* ring_nearRing(const ring_Warp& warp,
                                                                   ring_u32 ring) {
  return warp.nearRings + ring % ring_abi::kWarpsPerBlock;
}
/// Of tickets and of numbers of what is held, which wrap.
__device__ __forceinline__ bool ring_isBefore(ring_u64 one, ring_u64 other) {
  return ring_i64(one - other) < 0;
}

__device__ __forceinline__ ring_u64 ring_limitOf(const ring_Warp& warp, ring_u32 ring) {
  if (ring_isNear(ring))
    return ring_nearLimit(ring_nearRing(warp, ring), ring & ~ring_kNearRing);
  return ring == ring_kOwnRing ? warp.ownLimit : ring_load64(&ring_table.rings[ring].limit);
}
/// Whether a ticket may be written. Those of near mailboxes have 32 bits.
__device__ __forceinline__ bool ring_mayWrite(ring_u32 ring, ring_u64 ticket, ring_u64 limit) {
  return ring_isNear(ring) ? ring_i32(ring_u32(ticket - limit)) < 0 : ring_isBefore(ticket, limit);
}
/// Takes `count` tickets of a mailbox or a shared reply ring.
__device__ __forceinline__ ring_u64 ring_takeTicketsOf(const ring_Warp& warp, ring_u32 ring,
                                                       ring_u32 count) {
  if (ring_isNear(ring))
    return ring_takeNear(ring_nearRing(warp, ring), ring & ~ring_kNearRing, count);
  return ring_takeTickets(&ring_table.rings[ring].ticket, count);
}

/// Counts messages that all shards hold for each other; what the host leaves lying is its own.
__device__ __forceinline__ void ring_countHeld(const ring_Warp& warp, bool isMine, ring_u32 ring,
                                               ring_u64 each) {
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isMine && ring_isMailbox(ring));
  if (warp.lane == 0 && mask != 0)
    ring_add64(&ring_table.told->held, __popc(mask) * each);
}

/// Keeps messages with their tickets. There is room: see ring_mayTake.
__device__ __forceinline__ void ring_hold(ring_Warp& warp, ring_u32 mask, ring_u32 ring,
                                          ring_u64 ticket, const ring_u32* words) {
  ring_append(warp.held, warp.lane, mask, ticket, ring, words);
  warp.held.end += __popc(mask);
  warp.heldOpen += __popc(mask);
  if (warp.lane == 0)
    warp.counters->spilled += __popc(mask);
  ring_countHeld(warp, (mask >> warp.lane & 1u) != 0, ring, 1);
}

/// Whether a mailbox with half its slots or fewer free is worth waiting for: not our own, which
/// nobody else empties.
__device__ __forceinline__ bool ring_mayBeTight(const ring_Warp& warp, ring_u32 ring) {
  return ring_isMailbox(ring) && (ring & ~ring_kNearRing) != warp.shard;
}
/// Whether half of a ring or less is free behind a ticket.
__device__ __forceinline__ bool ring_isTight(ring_u32 ring, ring_u64 ticket, ring_u64 limit) {
  const ring_u64 half = 1u << ring_shiftOf(ring) >> 1;
  return !ring_mayWrite(ring, ticket + half, limit);
}
/// Whether there is still no more room in the mailbox that is waited for.
__device__ __forceinline__ bool ring_isStillTight(const ring_Warp& warp) {
  const ring_u32 ring = warp.tight;
  const ring_u64 limit = ring_limitOf(warp, ring);
  const ring_u64 ticket = ring_isNear(ring) ? ring_takeTicketsOf(warp, ring, 0)
                                            : ring_load64(&ring_table.rings[ring].ticket);
  return __any_sync(ring_kAllLanes, warp.lane == 0 && ring_isTight(ring, ticket, limit));
}

/// The lanes of `mask` that have this lane's ring. Often all have one, a client's.
__device__ __forceinline__ ring_u32 ring_sameRing(ring_u32 mask, ring_u32 ring) {
  const ring_u32 first = __shfl_sync(mask, ring, __ffs(mask) - 1);
  return __any_sync(mask, ring != first) ? __match_any_sync(mask, ring) : mask;
}

/// How lanes deliver.
struct ring_Delivery {
  bool inOrder; ///< tickets of one ring are to be in lane order: lanes may have the same sender
  bool isMore;  ///< not the first send of a handler: a mailbox that is half full is noted
};
/// The lanes of `mask` deliver one stream each to ring `ring`. All lanes call it.
__device__ __forceinline__ void ring_deliver(ring_Warp& warp, ring_u32 mask, ring_u32 ring,
                                             const ring_u32* words, ring_Delivery how) {
  const bool isMine = (mask >> warp.lane & 1u) != 0;
  bool isHeld = false, isTight = false;
  ring_u64 ticket = 0;
  const ring_u32 ownMask =
      warp.isFirstLane ? __ballot_sync(ring_kAllLanes, isMine && ring == ring_kOwnRing) : 0;
  // Who takes tickets together: for order, or since many at one place of L2 wait for each other. In
  // shared memory each takes its own sooner than it has found out who else does.
  const ring_u32 alone =
      how.inOrder ? 0 : __ballot_sync(ring_kAllLanes, isMine && ring_isNear(ring));
  const ring_u32 together = mask & ~ownMask & ~alone;
  if (isMine) {
    ring_u32 peers = 1u << warp.lane;
    if (ring == ring_kOwnRing)
      peers = ownMask;
    else if ((together >> warp.lane & 1u) != 0 && (together & (together - 1)) != 0)
      peers = ring_sameRing(together, ring);
    const ring_u32 leader = __ffs(peers) - 1;
    ring_u64 first = warp.ownTicket;
    if (warp.lane == leader && ring != ring_kOwnRing)
      first = ring_takeTicketsOf(warp, ring, __popc(peers));
    const ring_u64 limit = ring_limitOf(warp, ring); // on its way while the ticket is
    ticket = __shfl_sync(mask, first, leader) + __popc(peers & ring_lanesBelow());
    if (ring_isNear(ring))
      ticket = ring_u32(ticket);
    isHeld = !ring_mayWrite(ring, ticket, limit);
    isTight = how.isMore && ring_mayBeTight(warp, ring) && ring_isTight(ring, ticket, limit);
  }
  const ring_u32 heldMask = __ballot_sync(ring_kAllLanes, isHeld);
  warp.ownTicket += __popc(ownMask);
  if (how.isMore) {
    const ring_u32 tightMask = __ballot_sync(ring_kAllLanes, isTight);
    if (tightMask != 0)
      warp.tight = __shfl_sync(ring_kAllLanes, ring, __ffs(tightMask) - 1);
  }
  ring_writeSlots(warp, mask & ~heldMask, ring, ticket, words);
  if (__builtin_expect(heldMask != 0, 0))
    ring_hold(warp, heldMask, ring, ticket, words);
}

/// As ring_deliverOne, to a near mailbox.
__device__ __forceinline__ void ring_deliverNear(ring_Warp& warp, ring_u32 ring,
                                                 const ring_u32* words) {
  const ring_u32 shard = ring & ~ring_kNearRing;
  const ring_abi::NearRing* const mine = ring_nearRing(warp, ring);
  ring_u32 ticket = 0;
  if (warp.lane == 0)
    ticket = ring_takeNear(mine, shard, 1);
  const ring_u32 limit = ring_nearLimit(mine, shard); // on its way while the ticket is
  const ring_u32 used = words[2] >> 8 & 0xff;
  ticket = __shfl_sync(ring_kAllLanes, ticket, 0);
  if (__builtin_expect(ring_i32(limit - ticket) <= 0, 0))
    return ring_hold(warp, 1, ring, ticket, words);
  const ring_u32 lap = ticket >> ring_kNearShift;
  const ring_u32 count = ring_abi::isWholeLap(lap) ? RING_SLOT_CHUNKS : used;
  const ring_u32 slot =
      shard % ring_abi::kWarpsPerBlock * ring_kNearSlots + (ticket & (ring_kNearSlots - 1));
  const ring_u32 at = ring_sharedAt(warp.near, shard) +
                      (slot * RING_SLOT_CHUNKS + warp.lane) * ring_u32(sizeof(ring_Chunk));
  if (warp.lane < count) // slots of near mailboxes have no more chunks than a warp has lanes
    ring_storeNearChunk(at, ring_isOurBlock(shard),
                        ring_chunkOf(words, warp.lane, used, ring_abi::tagOfLap(lap)));
}

/// One stream, which any lane may read: as ring_deliver, by fewer steps.
__device__ __forceinline__ void ring_deliverOne(ring_Warp& warp, ring_u32 ring,
                                                const ring_u32* words) {
  __syncwarp(); // it was written by one lane
  if (ring_isNear(ring))
    return ring_deliverNear(warp, ring, words);
  ring_u64 ticket = warp.ownTicket, limit = warp.ownLimit;
  const ring_u32 used = words[2] >> 8 & 0xff;
  if (ring == ring_kOwnRing) {
    ++warp.ownTicket;
  } else {
    if (warp.lane == 0)
      ticket = ring_takeTickets(&ring_table.rings[ring].ticket, 1);
    limit = ring_load64(&ring_table.rings[ring].limit); // on its way while the ticket is
    ticket = ring_shuffle(ticket, 0);
  }
  if (__builtin_expect(!ring_isBefore(ticket, limit), 0))
    return ring_hold(warp, 1, ring, ticket, words);
  const ring_u64 lap = ticket >> ring_shiftOf(ring);
  const ring_u32 count = ring_abi::isWholeLap(lap) ? RING_SLOT_CHUNKS : used;
  const ring_u32 tag = ring_abi::tagOfLap(lap);
  ring_Chunk* const slot = ring_slotAt(warp, ring, ticket);
  if (warp.lane < count)
    ring_storeChunk(slot + warp.lane, ring_chunkOf(words, warp.lane, used, tag));
  if (ring_kHasRests)
    ring_writeRest(slot, warp.lane + 32, count, words, used, tag);
}
