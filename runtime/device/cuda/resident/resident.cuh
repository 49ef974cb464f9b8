// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel: one warp a shard, which takes what lies in its mailbox and, for some, in one
// lane of the ring of a client of the host, until it is told to leave. What a warp must know to go
// on later is written to its record when it leaves, so a relaunch loses nothing. The last blocks
// are shards of Block actors: their first warp takes messages, the others help with the calls.
//
// Assumes RING_SLOT_CHUNKS (chunks of a slot, a power of two from 4), RING_MAILBOX_SLOTS (a power
// of two from 32), RING_LANE_SLOTS, RING_OWN_SLOTS, RING_SHARED_SLOTS (powers of two from 8, and
// no fewer than a look), RING_STAGE_BYTES (of a staged message), RING_MAX_SENDS, RING_SHARDS,
// RING_WARP_SHARDS, RING_LANES, RING_CLIENTS and RING_LANE_STRIDE (chunks from one lane to the
// next) of the composer.
#pragma once

#include "cycles.cuh"

constexpr ring_u32 ring_kNoHead = 0x100;   ///< more chunks than a head can count
constexpr ring_u64 ring_kWarmNs = 1000000; ///< so long an idle warp looks at its mailbox at once
constexpr ring_u64 ring_kHotNs = 50000000; ///< so long an idle warp looks without a pause

/// A look at the front of a ring: the chunks that this lane sees.
struct ring_Look {
  ring_Chunk chunks[ring_kDepth * ring_kLoadsOfSlot];
  ring_u32 slots; ///< that are looked at
};

template <bool isHost, ring_u32 ringSlots>
__device__ __forceinline__ ring_Look ring_look(const ring_Warp& warp, const ring_Chunk* ring,
                                               ring_u64 read, ring_u32 slots) {
  ring_Look look;
  look.slots = slots;
  // No branches: the compiler would wait at their ends for what is on its way.
#pragma unroll
  for (ring_u32 i = 0; i < ring_kDepth * ring_kLoadsOfSlot; ++i) {
    const ring_u32 slot = i / ring_kLoadsOfSlot * ring_kSlotsAtOnce + warp.lane / ring_kLanesOfSlot;
    const ring_u32 chunk =
        i % ring_kLoadsOfSlot * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
    const ring_Chunk* from =
        ring + (((ring_u32(read) + slot) & (ringSlots - 1)) * RING_SLOT_CHUNKS + chunk);
    look.chunks[i] =
        isHost ? ring_loadHostChunk(from, slot < slots) : ring_loadChunk(from, slot < slots);
  }
  return look;
}

/// Whether the first chunk of the first slot is there.
template <ring_u32 ringSlots>
__device__ __forceinline__ bool ring_isThere(const ring_Look& look, ring_u64 read) {
  return look.slots != 0 &&
         __shfl_sync(ring_kAllLanes, look.chunks[0].tag, 0) == ring_abi::tagOf(read, ringSlots);
}

/// Stages the messages that are whole, in order, up to the first that is not; gives how many.
template <ring_u32 ringSlots>
__device__ __forceinline__ ring_u32 ring_stage(ring_Warp& warp, const ring_Look& look,
                                               ring_u64 read) {
  __syncwarp(); // the messages before are done with
  ring_u32 count = 0;
#pragma unroll
  for (ring_u32 group = 0; group < ring_kDepth; ++group) {
    if (group * ring_kSlotsAtOnce >= look.slots || count != group * ring_kSlotsAtOnce)
      break;
    const ring_u32 slot = group * ring_kSlotsAtOnce + warp.lane / ring_kLanesOfSlot;
    const ring_u32 tag = ring_abi::tagOf(read + slot, ringSlots);
    const ring_Chunk& head = look.chunks[group * ring_kLoadsOfSlot];
    const ring_u32 used =
        __shfl_sync(ring_kAllLanes, head.tag == tag ? head.words[2] >> 8 & 0xff : ring_kNoHead,
                    warp.lane & ~(ring_kLanesOfSlot - 1));
    bool isWhole = slot < look.slots && used != ring_kNoHead;
    for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
      const ring_u32 chunk = i * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
      isWhole &= chunk >= used || look.chunks[group * ring_kLoadsOfSlot + i].tag == tag;
    }
    // A slot is whole where all its lanes say so; whole ones before the first that is not.
    ring_u32 whole = __ballot_sync(ring_kAllLanes, isWhole);
    for (ring_u32 lanes = 1; lanes < ring_kLanesOfSlot; lanes *= 2)
      whole &= whole >> lanes;
    constexpr ring_u32 heads = ring_kAllLanes / ((1ull << ring_kLanesOfSlot) - 1);
    const ring_u32 missing = ~whole & heads;
    const ring_u32 ready =
        missing == 0 ? ring_kSlotsAtOnce : (__ffs(missing) - 1) / ring_kLanesOfSlot;
    if (warp.lane / ring_kLanesOfSlot < ready) {
      ring_u32* to = warp.staged(slot).words();
      for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
        const ring_u32 chunk = i * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
        if (chunk < used)
          for (ring_u32 w = 0; w < ring_abi::kWordsPerChunk; ++w)
            to[chunk * ring_abi::kWordsPerChunk + w] =
                look.chunks[group * ring_kLoadsOfSlot + i].words[w];
      }
    }
    count += ready;
  }
  __syncwarp();
  return count;
}

/// Mirrors the host's word; parks when the host is gone.
struct ring_Watch {
  ring_u32 beat;
  ring_u64 since;
  bool parks;
};
__device__ __forceinline__ void ring_watchHost(const ring_Warp& warp, ring_Watch& watch) {
  const ring_Chunk word = ring_loadHostChunk((const void*)ring_table.host); // as HostWord
  const ring_u64 now = ring_nanoseconds();
  if (word.words[0] != watch.beat) {
    watch.beat = word.words[0];
    watch.since = now;
  }
  watch.parks |= word.tag != ring_abi::kModeRun ||
                 (ring_table.beatLimitNs != 0 && now - watch.since > ring_table.beatLimitNs);
  const ring_u32 mode = watch.parks ? ring_abi::kModePark : ring_abi::kModeRun;
  if (warp.lane == 0)
    ring_store64((ring_u64*)ring_table.told,
                 mode | word.words[1] << 16 | ring_u64(word.words[2]) << 32);
}

/// Takes in how far the host has come with its replies.
__device__ __forceinline__ void ring_takeCredit(ring_Warp& warp, const ring_Chunk& credit) {
  const ring_u64 own = credit.tag | ring_u64(credit.words[0]) << 32;
  const ring_u64 shared = credit.words[1] | ring_u64(credit.words[2]) << 32;
  warp.ownLimit = own + RING_OWN_SLOTS;
  if (warp.lane == 0)
    ring_store64(&ring_table.rings[RING_SHARDS + warp.client].limit, shared + RING_SHARED_SLOTS);
}

/// Between batches, so that what a shard has sent and what it has handled belong together.
__device__ __forceinline__ void ring_tellCounters(const ring_Warp& warp, ring_u64 count) {
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
  warp.ownTicket = record.ownTicket;
  warp.ownLimit = warp.ownTicket; // until the first look at the credit
  warp.heldBegin = record.heldBegin;
  warp.heldEnd = record.heldEnd;
  warp.heldOpen = 0;
  for (ring_u64 first = warp.heldBegin; ring_isBefore(first, warp.heldEnd); first += 32) {
    const bool isOpen =
        ring_isBefore(first + warp.lane, warp.heldEnd) && warp.heldAt(first + warp.lane).words != 0;
    warp.heldOpen += __popc(__ballot_sync(ring_kAllLanes, isOpen));
  }
}

__device__ __forceinline__ void ring_save(const ring_Warp& warp) {
  if (warp.lane != 0)
    return;
  ring_abi::ResidentShard& record = *warp.record;
  record.counters = *warp.counters;
  record.read = warp.read;
  record.commandsRead = warp.commandsRead;
  record.ownTicket = warp.ownTicket;
  record.heldBegin = warp.heldBegin;
  record.heldEnd = warp.heldEnd;
  record.waitsFor = 0;
  ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  if (warp.client != ring_kNoClient)
    ring_releaseHost64(&ring_table.commandsRead[warp.shard].ticket, warp.commandsRead);
}

/// Slots are given back a quarter of a ring at a time: each time costs a fence.
__device__ __forceinline__ void ring_advance(ring_Warp& warp, ring_u32 count, bool gives) {
  constexpr ring_u32 every = RING_MAILBOX_SLOTS / 4;
  const ring_u64 before = warp.read;
  warp.read += count;
  if ((before / every != warp.read / every || gives) && warp.lane == 0)
    ring_release64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
}
__device__ __forceinline__ void ring_advanceClient(ring_Warp& warp, ring_u32 count) {
  constexpr ring_u32 every = RING_LANE_SLOTS / 4;
  const ring_u64 before = warp.commandsRead;
  warp.commandsRead += count;
  if (before / every != warp.commandsRead / every && warp.lane == 0)
    ring_releaseHost64(&ring_table.commandsRead[warp.shard].ticket, warp.commandsRead);
}

/// How many slots are looked at after so many were found: little more, since the link carries every
/// slot that is looked at.
__device__ __forceinline__ ring_u32 ring_nextLook(ring_u32 found) {
  const ring_u32 slots = (found / ring_kSlotsAtOnce + 1) * ring_kSlotsAtOnce;
  return slots < ring_kStagedAtOnce ? slots : ring_kStagedAtOnce;
}

/// The loop of a shard.
template <class CallBlock>
__device__ __forceinline__ void ring_live(ring_Warp& warp, bool watches, CallBlock callBlock) {
  const ring_Chunk* mailbox =
      ring_table.slots + ring_u64(warp.shard) * RING_MAILBOX_SLOTS * RING_SLOT_CHUNKS;
  const ring_Chunk* lane = ring_table.commands + ring_u64(warp.shard) * RING_LANE_STRIDE;
  const void* credits =
      (const void*)(ring_table.credit + (warp.isFirstLane ? warp.client : ring_u32(0)));
  ring_Watch watch{0, ring_nanoseconds(), false};
  ring_Wait wait{};
  ring_u64 idleSince = 0;
  bool isCool = false;
  ring_u32 turn = 0, clients = 0, commandSlots = 1, mailboxSlots = 1;
  ring_u64 counted = warp.record->counted;
  while (true) {
    const bool hasClient = warp.client != ring_kNoClient && warp.client < clients;
    const bool mayTake = ring_mayTake(warp);
    const bool drops = ring_mustDrop(warp, wait, mayTake);
    // All that is looked at is on its way at once.
    const bool looksAtCredit =
        warp.isFirstLane && hasClient && (turn % 16 == 0 || warp.heldOpen != 0);
    ring_Look commands, messages;
    commands.slots = messages.slots = 0;
    // What is under way goes before what the host wants: that waits while messages are held.
    if (hasClient && mayTake && warp.heldOpen == 0)
      commands = ring_look<true, RING_LANE_SLOTS>(warp, lane, warp.commandsRead, commandSlots);
    const ring_Chunk credit = ring_loadHostChunk(credits, looksAtCredit);
    if (mayTake || drops)
      messages = ring_look<false, RING_MAILBOX_SLOTS>(warp, mailbox, warp.read, mailboxSlots);
    const ring_u64 told = ring_load64((const ring_u64*)ring_table.told);
    clients = ring_u32(told) >> 16;
    if ((told & 0xffff) != ring_abi::kModeRun)
      return;
    if (told >> 32 != counted) {
      counted = told >> 32;
      ring_tellCounters(warp, counted);
    }
    if (looksAtCredit)
      ring_takeCredit(warp, credit);
    bool isBusy = warp.heldOpen != 0 && ring_deliverHeld(warp);
    // One place that handles messages: the handlers' code stands there once.
#pragma unroll 1
    for (ring_u32 source = 0; source < 2; ++source) {
      const bool isClient = source == 0;
      if ((isClient ? commands.slots : messages.slots) == 0 || !(drops || ring_mayTake(warp)))
        continue;
      const ring_u32 count = isClient
                                 ? ring_stage<RING_LANE_SLOTS>(warp, commands, warp.commandsRead)
                                 : ring_stage<RING_MAILBOX_SLOTS>(warp, messages, warp.read);
      if (isClient)
        commandSlots = count == 0 ? 1 : ring_nextLook(count);
      else
        mailboxSlots = count == 0 ? 1 : ring_nextLook(count);
      if (count == 0)
        continue;
      if (__builtin_expect(drops, 0))
        ring_drop(warp, count);
      else
        ring_take(warp, count, callBlock);
      isBusy = true;
      if (isClient)
        ring_advanceClient(warp, count);
      else
        ring_advance(warp, count, drops);
    }
    ++turn;
    if (watches && turn % 16 == 0)
      ring_watchHost(warp, watch);
    if (isBusy) {
      idleSince = 0;
      isCool = false;
      continue;
    }
    // The longer nothing came, the more of the chip is left to others.
    if (isCool)
      __nanosleep(hasClient ? 0 : 64);
    if (turn % 64 != 0)
      continue;
    const ring_u64 now = ring_nanoseconds();
    if (idleSince == 0)
      idleSince = now;
    isCool = now - idleSince > ring_kWarmNs;
    if (now - idleSince > ring_kHotNs)
      __nanosleep(watches || hasClient ? 2000 : 10000);
  }
}

/// Large messages leave shared memory no room for what 32 lanes of eight warps send.
constexpr bool ring_kHasSharedSends = ring_kStreamWords <= 24;

/// What the helpers of a Block shard are told.
struct ring_BlockCall {
  ring_u32 actorType, handler;
  void* state;
  const ring_Staged* message;
  bool leave;
};

extern "C" __global__ void __launch_bounds__(ring_abi::kWarpsPerBlock * 32, 1) ring_resident() {
  extern __shared__ __align__(16) ring_u8 stages[];
  __shared__ ring_u32
      sends[ring_abi::kWarpsPerBlock][ring_kHasSharedSends ? 32 * (ring_kStreamWords + 1) : 1];
  __shared__ ring_abi::ResidentCounters counters[ring_abi::kWarpsPerBlock];
  __shared__ ring_BlockCall call;
  const ring_u32 inBlock = threadIdx.x / 32;
  constexpr ring_u32 warpBlocks = RING_WARP_SHARDS / ring_abi::kWarpsPerBlock;
  const bool isBlockShard = blockIdx.x >= warpBlocks;
  if (isBlockShard && inBlock != 0) {
    while (true) {
      __syncthreads();
      if (call.leave)
        return;
      ring_Context ctx{};
      ring_callBlock(call.actorType, call.handler, call.state, call.message->payload(), ctx);
      __syncthreads();
    }
  }
  ring_Warp warp{};
  warp.lane = threadIdx.x % 32;
  warp.shard = isBlockShard ? RING_WARP_SHARDS + blockIdx.x - warpBlocks
                            : blockIdx.x * ring_abi::kWarpsPerBlock + inBlock;
  warp.record = ring_table.records + warp.shard;
  warp.counters = counters + inBlock;
  warp.held = ring_table.held + ring_u64(warp.shard) * ring_table.heldSlots * ring_kHeldBytes;
  warp.stage = stages + inBlock * ring_kStagedAtOnce * RING_STAGE_BYTES;
  constexpr ring_u32 ofLane = RING_MAX_SENDS * ring_kStreamWords;
  ring_u32* const outboxes = ring_table.outboxes + ring_u64(warp.shard) * 32 * ofLane;
  warp.outbox.more = outboxes + warp.lane * ofLane;
  // The first of a lane has a place behind the others in global memory.
  warp.sends =
      ring_kHasSharedSends ? sends[inBlock] : outboxes + (RING_MAX_SENDS - 1) * ring_kStreamWords;
  warp.outbox.first =
      warp.sends + warp.lane * (ring_kHasSharedSends ? ring_kStreamWords + 1 : ofLane);
  warp.client = warp.shard < RING_CLIENTS * RING_LANES ? warp.shard / RING_LANES : ring_kNoClient;
  warp.isFirstLane = warp.client != ring_kNoClient && warp.shard % RING_LANES == 0;
  if (warp.isFirstLane)
    warp.own = ring_table.own + ring_u64(warp.client) * RING_OWN_SLOTS * RING_SLOT_CHUNKS;
  ring_load(warp);
  if (warp.lane == 0)
    ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  // Block actors are in Block shards only.
  ring_live(warp, warp.shard == RING_WARP_SHARDS - 1,
            [&](const ring_Task& task, const ring_Staged& message, ring_Context& ctx) {
              if (warp.lane == 0)
                call = {task.actorType, task.handler, task.state, &message, false};
              __syncthreads();
              ring_callBlock(task.actorType, task.handler, task.state, message.payload(), ctx);
              __syncthreads();
            });
  ring_save(warp);
  if (!isBlockShard)
    return;
  if (warp.lane == 0)
    call.leave = true;
  __syncthreads();
}
