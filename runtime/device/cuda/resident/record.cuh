// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a shard has in registers and shared memory while the kernel runs, and where it lies while it
// does not; how far its rings were read, for those that write them; what the host tells all.
#pragma once

#include "aside.cuh"

/// What one warp tells all: the host's word, and whether many messages are held.
struct ring_Watch {
  ring_Chunk word; ///< as HostWord
  ring_u64 since;  ///< when its beat changed
  bool parks, manyHeld;
};
__device__ __forceinline__ void ring_tell(const ring_Warp& warp, const ring_Watch& watch) {
  const ring_u32 mode = (watch.parks ? ring_abi::kModePark : ring_abi::kModeRun) |
                        (watch.manyHeld ? ring_abi::kManyHeld : 0);
  if (warp.lane == 0)
    ring_store64((ring_u64*)ring_table.told,
                 mode | watch.word.words[1] << 16 | ring_u64(watch.word.words[2]) << 32);
}
/// Parks when the host wants it or is gone.
__device__ __forceinline__ void ring_watchHost(const ring_Warp& warp, ring_Watch& watch) {
  const ring_Chunk word = ring_loadHostChunk((const void*)ring_table.host);
  const ring_u64 now = ring_nanoseconds();
  if (word.words[0] != watch.word.words[0])
    watch.since = now;
  watch.word = word;
  watch.parks |= word.tag != ring_abi::kModeRun ||
                 (ring_table.beatLimitNs != 0 && now - watch.since > ring_table.beatLimitNs);
  ring_tell(warp, watch);
}
__device__ __forceinline__ void ring_watchHeld(const ring_Warp& warp, ring_Watch& watch) {
  const ring_u64 many = ring_table.manyHeld, held = ring_load64(&ring_table.told->held);
  const bool isMany = held > (watch.manyHeld ? many - many / 4 : many);
  if (__builtin_expect(isMany == watch.manyHeld, 1))
    return;
  watch.manyHeld = isMany;
  ring_tell(warp, watch);
}

/// The client whose credit a turn looks at; kNoClient: none. The client's first lane looks now and
/// then, and who holds a reply looks too, since the first lane may be busy with long handlers: one
/// of them all, for looks at one place of the host's memory follow each other.
constexpr ring_u64 ring_kCreditNs = 3000;
__device__ __forceinline__ ring_u32 ring_creditWanted(const ring_Warp& warp, ring_u32 turn,
                                                      bool hasClient) {
  if (warp.isFirstLane && hasClient && turn % 16 == 0)
    return warp.client;
  if (__builtin_expect(warp.heldOpen == 0, 1))
    return ring_kNoClient;
  __syncwarp(); // entries were written by any lane
  const ring_u32 ring = warp.held.at(warp.held.begin).target;
  if (ring == ring_kOwnRing)
    return warp.client;
  if (ring_isMailbox(ring))
    return ring_kNoClient;
  const ring_u64 age = ring_nanoseconds() - ring_load64(&ring_table.rings[ring].lookedAt);
  return __any_sync(ring_kAllLanes, warp.lane == 0 && age > ring_kCreditNs) ? ring - RING_SHARDS
                                                                            : ring_kNoClient;
}
/// A look at a client's credit is on its way.
__device__ __forceinline__ void ring_noteLook(const ring_Warp& warp, ring_u32 client) {
  if (client != ring_kNoClient && warp.lane == 0)
    ring_store64(&ring_table.rings[RING_SHARDS + client].lookedAt, ring_nanoseconds());
}
/// Takes in how far the host has come with a client's replies. Several shards may: a limit that one
/// of them sets back is looked at again by who holds what waits for it.
__device__ __forceinline__ void ring_takeCredit(ring_Warp& warp, ring_u32 client,
                                                const ring_Chunk& credit) {
  const ring_u64 own = credit.tag | ring_u64(credit.words[0]) << 32;
  const ring_u64 shared = credit.words[1] | ring_u64(credit.words[2]) << 32;
  if (warp.isFirstLane && client == warp.client)
    warp.ownLimit = own + RING_OWN_SLOTS;
  ring_u64* const limit = &ring_table.rings[RING_SHARDS + client].limit;
  if (warp.lane == 0 && ring_isBefore(ring_load64(limit), shared + RING_SHARED_SLOTS))
    ring_store64(limit, shared + RING_SHARED_SLOTS);
}

__device__ __forceinline__ void ring_addCounts(ring_Warp& warp) {
  if (warp.lane == 0) {
    warp.counters->sent += warp.counts.sent;
    warp.counters->replies += warp.counts.replies;
    warp.counters->handled += warp.counts.handled;
    warp.counters->deadLetters += warp.counts.deadLetters;
  }
  warp.counts = {};
}
/// Between batches, so that what a shard has sent and what it has handled belong together.
__device__ __forceinline__ void ring_tellCounters(ring_Warp& warp, ring_u64 count) {
  ring_addCounts(warp);
  if (warp.lane != 0)
    return;
  warp.record->counters = *warp.counters;
  ring_release64(&warp.record->counted, count);
}

__device__ __forceinline__ void ring_load(ring_Warp& warp) {
  const ring_abi::ResidentShard& record = *warp.record;
  if (warp.lane == 0)
    *warp.counters = record.counters;
  warp.read = record.read;
  warp.commandsRead = record.commandsRead;
  warp.nearRead = record.nearRead;
  warp.ownTicket = record.ownTicket;
  warp.ownLimit = warp.ownTicket; // until the first look at the credit
  warp.held = ring_loadQueue(warp.shard, ring_abi::kHeldQueue, record.held);
  warp.aside = ring_loadQueue(warp.shard, ring_abi::kAsideQueue, record.aside);
  warp.tight = ring_kNoClient;
  warp.heldOpen = 0;
  for (ring_u64 first = warp.held.begin; ring_isBefore(first, warp.held.end); first += 32) {
    const ring_u64 number = first + warp.lane;
    const bool isOpen = ring_isBefore(number, warp.held.end) && warp.held.at(number).words != 0;
    warp.heldOpen += __popc(__ballot_sync(ring_kAllLanes, isOpen));
  }
}

__device__ __forceinline__ void ring_save(ring_Warp& warp) {
  ring_addCounts(warp);
  if (warp.lane != 0)
    return;
  ring_abi::ResidentShard& record = *warp.record;
  record.counters = *warp.counters;
  record.read = warp.read;
  record.commandsRead = warp.commandsRead;
  record.nearRead = warp.nearRead;
  record.ownTicket = warp.ownTicket;
  record.held = {warp.held.begin, warp.held.end, warp.held.ready};
  record.aside = {warp.aside.begin, warp.aside.end, warp.aside.ready};
  record.waitsFor = 0;
  ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  if (warp.client != ring_kNoClient)
    ring_releaseHost64(&ring_table.commandsRead[warp.shard].ticket, warp.commandsRead);
}

/// Near mailboxes are shared memory: filled again at the launch from where they were saved.
__device__ __forceinline__ ring_Chunk* ring_nearSaved(const ring_Warp& warp) {
  return ring_table.nearSaved + ring_u64(warp.shard) * ring_kNearSlots * RING_SLOT_CHUNKS;
}
__device__ __forceinline__ void ring_copyNear(const ring_Warp& warp, ring_Chunk* to,
                                              const ring_Chunk* from) {
#pragma unroll 1
  for (ring_u32 i = warp.lane; i < ring_kNearSlots * RING_SLOT_CHUNKS; i += 32)
    to[i] = from[i];
}
__device__ __forceinline__ void ring_openNear(const ring_Warp& warp) {
  if (ring_table.nearShards == 0)
    return;
  const ring_u32 inBlock = warp.shard % ring_abi::kWarpsPerBlock;
  ring_copyNear(warp, warp.near + inBlock * ring_kNearSlots * RING_SLOT_CHUNKS,
                ring_nearSaved(warp));
  if (warp.lane == 0)
    warp.nearRings[inBlock] = {warp.record->nearTicket, warp.nearRead + ring_kNearSlots};
  ring_meetNear();
}
/// Nobody writes any more once all have met.
__device__ __forceinline__ void ring_closeNear(const ring_Warp& warp) {
  if (ring_table.nearShards == 0)
    return;
  ring_meetNear();
  const ring_u32 inBlock = warp.shard % ring_abi::kWarpsPerBlock;
  ring_copyNear(warp, ring_nearSaved(warp),
                warp.near + inBlock * ring_kNearSlots * RING_SLOT_CHUNKS);
  if (warp.lane == 0)
    warp.record->nearTicket = warp.nearRings[inBlock].ticket;
}

/// `count` messages of a source were taken. Slots are given back a quarter of a ring at a time,
/// since each time costs a store that its writers look at; at once where `gives`.
__device__ __forceinline__ void ring_advance(ring_Warp& warp, ring_u32 source, ring_u32 count,
                                             bool gives) {
  const ring_u32 quarter = ring_shiftOfSource(source) - 2;
  const ring_u64 before = ring_readOf(warp, source), after = before + count;
  const bool tells = (before >> quarter != after >> quarter || gives) && warp.lane == 0;
  if (source == ring_kFromClient) {
    warp.commandsRead = after;
    if (tells)
      ring_giveBackHost64(&ring_table.commandsRead[warp.shard].ticket, after);
  } else if (source == ring_kFromMailbox) {
    warp.read = after;
    if (tells)
      ring_giveBack64(&ring_table.rings[warp.shard].limit, after + RING_MAILBOX_SLOTS);
  } else {
    warp.nearRead = ring_u32(after);
    if (tells)
      ring_giveBackNear(warp.nearRings + warp.shard % ring_abi::kWarpsPerBlock,
                        ring_u32(after) + ring_kNearSlots);
  }
}
