// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel: one warp a shard, which takes what lies in its mailbox and, for some, in the
// ring of a client of the host, until it is told to leave. What a warp must know to go on later is
// written to its record when it leaves, so a relaunch loses nothing. The last blocks are shards of
// Block actors: their first warp takes messages, the others help with the calls.
//
// Assumes RING_SLOT_CHUNKS (chunks of a slot, a power of two from 4), RING_MAILBOX_SLOTS and
// RING_CLIENT_SLOTS (powers of two from 32), RING_STAGE_BYTES (of a staged message),
// RING_MAX_SENDS, RING_SHARDS and RING_WARP_SHARDS of the composer.
#pragma once

#include "commands.cuh"

constexpr ring_u32 ring_kSlotsAtOnce = RING_SLOT_CHUNKS < 32 ? 32 / RING_SLOT_CHUNKS : 1;
constexpr ring_u32 ring_kLoadsOfSlot = RING_SLOT_CHUNKS < 32 ? 1 : RING_SLOT_CHUNKS / 32;
constexpr ring_u32 ring_kDepth = ring_kLoadsOfSlot == 1 ? 4 : 1; ///< groups of slots a look
constexpr ring_u32 ring_kStagedAtOnce = ring_kSlotsAtOnce * ring_kDepth;
constexpr ring_u64 ring_kHotNs = 50000000; ///< so long an idle warp looks without a pause

/// A look at the front of a ring: the chunks that this lane sees.
struct ring_Look {
  ring_Chunk chunks[ring_kDepth * ring_kLoadsOfSlot];
  ring_u32 slots; ///< that are looked at
};

template <bool isHost>
__device__ __forceinline__ ring_Look ring_look(const ring_Warp& warp, const ring_Chunk* ring,
                                               ring_u32 ringSlots, ring_u64 read, ring_u32 slots) {
  ring_Look look;
  look.slots = slots;
#pragma unroll
  for (ring_u32 i = 0; i < ring_kDepth * ring_kLoadsOfSlot; ++i) {
    const ring_u32 slot = i / ring_kLoadsOfSlot * ring_kSlotsAtOnce +
                          (ring_kLoadsOfSlot == 1 ? warp.lane / RING_SLOT_CHUNKS : 0);
    const ring_u32 chunk = ring_kLoadsOfSlot == 1 ? warp.lane % RING_SLOT_CHUNKS
                                                  : i % ring_kLoadsOfSlot * 32 + warp.lane;
    const ring_Chunk* from = ring + ((read + slot) % ringSlots) * RING_SLOT_CHUNKS + chunk;
    look.chunks[i] =
        isHost ? ring_loadHostChunk(from, slot < slots) : ring_loadChunk(from, slot < slots);
  }
  return look;
}

/// Stages the messages that are whole, in order, up to the first that is not; gives how many.
__device__ __forceinline__ ring_u32 ring_stage(ring_Warp& warp, const ring_Look& look,
                                               ring_u32 ringSlots, ring_u64 read) {
  __syncwarp(); // the messages before are done with
  ring_u32 count = 0;
#pragma unroll
  for (ring_u32 group = 0; group < ring_kDepth; ++group) {
    if (group * ring_kSlotsAtOnce >= look.slots || count != group * ring_kSlotsAtOnce)
      break;
    const ring_u32 inGroup = ring_kLoadsOfSlot == 1 ? warp.lane / RING_SLOT_CHUNKS : 0;
    const ring_u32 slot = group * ring_kSlotsAtOnce + inGroup;
    const ring_u32 tag = ring_abi::tagOf(read + slot, ringSlots);
    const ring_Chunk& head = look.chunks[group * ring_kLoadsOfSlot];
    const ring_u32 headLane = inGroup * RING_SLOT_CHUNKS % 32;
    const bool isHead = __shfl_sync(ring_kAllLanes, ring_u32(head.tag == tag), headLane) != 0;
    const ring_u32 used = __shfl_sync(ring_kAllLanes, head.words[2] >> 8 & 0xff, headLane);
    bool isWhole = slot < look.slots && isHead;
    for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
      const ring_u32 chunk =
          ring_kLoadsOfSlot == 1 ? warp.lane % RING_SLOT_CHUNKS : i * 32 + warp.lane;
      isWhole &= chunk >= used || look.chunks[group * ring_kLoadsOfSlot + i].tag == tag;
    }
    const ring_u32 whole = __ballot_sync(ring_kAllLanes, isWhole);
    ring_u32 ready = 0;
    if (ring_kLoadsOfSlot == 1) {
      constexpr ring_u32 slotMask =
          RING_SLOT_CHUNKS < 32 ? (1u << RING_SLOT_CHUNKS % 32) - 1 : ring_kAllLanes;
      while (ready < ring_kSlotsAtOnce &&
             (whole >> ready * RING_SLOT_CHUNKS % 32 & slotMask) == slotMask)
        ++ready;
    } else {
      ready = whole == ring_kAllLanes;
    }
    if (inGroup < ready) {
      ring_u32* to = warp.staged(slot).words();
      for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
        const ring_u32 chunk =
            ring_kLoadsOfSlot == 1 ? warp.lane % RING_SLOT_CHUNKS : i * 32 + warp.lane;
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

/// Handles staged messages [0, count) in order; commands stand between batches.
template <class CallBlock>
__device__ __forceinline__ void ring_take(ring_Warp& warp, ring_u32 count, CallBlock callBlock) {
  for (ring_u32 done = 0; done < count;) {
    const bool isMine = warp.lane >= done && warp.lane < count;
    const ring_Staged& message = warp.staged(isMine ? warp.lane : 0);
    const ring_u32 commands = __ballot_sync(
        ring_kAllLanes, isMine && (message.header.flags & ring_abi::kFlagCommand) != 0 &&
                            ring_shardOf(message.header.targetIndex) == warp.shard);
    const ring_u32 end = commands != 0 ? __ffs(commands) - 1 : count;
    if (end != done)
      ring_messages(warp, done, end, callBlock);
    if (commands != 0)
      ring_command(warp, end);
    done = commands != 0 ? end + 1 : end;
  }
}

/// Mirrors the host's word; parks when the host is gone.
struct ring_Watch {
  ring_u32 beat;
  ring_u64 since;
};
__device__ __forceinline__ void ring_watchHost(const ring_Warp& warp, ring_Watch& watch) {
  const ring_Chunk word = ring_loadHostChunk((const void*)ring_table.host); // mode, beat, clients
  const ring_u64 now = ring_nanoseconds();
  ring_u32 mode = word.tag;
  if (word.words[0] != watch.beat) {
    watch.beat = word.words[0];
    watch.since = now;
  } else if (ring_table.beatLimitNs != 0 && now - watch.since > ring_table.beatLimitNs) {
    mode = ring_abi::kModePark;
  }
  if (warp.lane != 0)
    return;
  ring_store32(&ring_table.told->clients, word.words[1]);
  if (mode != ring_abi::kModeRun)
    ring_store32(&ring_table.told->mode, mode);
}

/// Reads how far the host has come with its replies.
__device__ __forceinline__ void ring_readCredit(ring_Warp& warp) {
  const ring_Chunk credit = ring_loadHostChunk((const void*)ring_table.client[warp.client].read);
  const ring_u64 own = credit.tag | ring_u64(credit.words[0]) << 32;
  const ring_u64 shared = credit.words[1] | ring_u64(credit.words[2]) << 32;
  warp.ownLimit = own + RING_CLIENT_SLOTS;
  if (warp.lane == 0)
    ring_store64(&ring_table.rings[RING_SHARDS + warp.client].limit, shared + RING_CLIENT_SLOTS);
}

__device__ __forceinline__ void ring_load(ring_Warp& warp) {
  const ring_abi::ResidentShard& record = *warp.record;
  warp.counters = record.counters;
  warp.read = record.read;
  warp.commandsRead = record.commandsRead;
  warp.ownTicket = record.ownTicket;
  warp.ownLimit = 0;
  warp.heldEnd = record.held;
  warp.heldOpen = 0;
  for (ring_u32 first = 0; first < warp.heldEnd; first += 32) {
    const ring_u32 index = first + warp.lane;
    const auto& entry =
        *(const ring_abi::HeldMessage*)(warp.held + ring_u64(index) * ring_kHeldBytes);
    warp.heldOpen +=
        __popc(__ballot_sync(ring_kAllLanes, index < warp.heldEnd && entry.words != 0));
  }
  if (warp.heldOpen == 0)
    warp.heldEnd = 0;
}

__device__ __forceinline__ void ring_save(const ring_Warp& warp) {
  if (warp.lane != 0)
    return;
  ring_abi::ResidentShard& record = *warp.record;
  record.counters = warp.counters;
  record.read = warp.read;
  record.commandsRead = warp.commandsRead;
  record.ownTicket = warp.ownTicket;
  record.held = warp.heldEnd;
  ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  if (warp.client != ring_kNoClient)
    ring_releaseHost64(ring_table.client[warp.client].commandsRead, warp.commandsRead);
}

/// Slots are given back a quarter of a ring at a time, an eighth to the host: each costs a fence.
__device__ __forceinline__ void ring_advance(ring_Warp& warp, ring_u32 count) {
  constexpr ring_u32 every = RING_MAILBOX_SLOTS / 4;
  const ring_u64 before = warp.read;
  warp.read += count;
  if (before / every != warp.read / every && warp.lane == 0)
    ring_release64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
}
__device__ __forceinline__ void ring_advanceClient(ring_Warp& warp, ring_u32 count) {
  constexpr ring_u32 every = RING_CLIENT_SLOTS / 8;
  const ring_u64 before = warp.commandsRead;
  warp.commandsRead += count;
  if (before / every != warp.commandsRead / every && warp.lane == 0)
    ring_releaseHost64(ring_table.client[warp.client].commandsRead, warp.commandsRead);
}

/// The loop of a shard.
template <class CallBlock>
__device__ __forceinline__ void ring_live(ring_Warp& warp, bool watches, CallBlock callBlock) {
  const ring_Chunk* mailbox =
      ring_table.slots + ring_u64(warp.shard) * RING_MAILBOX_SLOTS * RING_SLOT_CHUNKS;
  ring_Watch watch{0, ring_nanoseconds()};
  ring_u64 idleSince = 0;
  ring_u32 turn = 0, commandSlots = 1, mailboxSlots = ring_kSlotsAtOnce;
  while (true) {
    const bool hasClient = warp.client != ring_kNoClient && warp.client < warp.clients;
    if (hasClient && (turn % 16 == 0 || warp.heldOpen != 0))
      ring_readCredit(warp);
    const bool mayTake = ring_mayTake(warp);
    ring_Look commands, messages;
    commands.slots = messages.slots = 0;
    if (hasClient && mayTake)
      commands = ring_look<true>(warp, ring_table.client[warp.client].commands, RING_CLIENT_SLOTS,
                                 warp.commandsRead, commandSlots);
    if (mayTake)
      messages = ring_look<false>(warp, mailbox, RING_MAILBOX_SLOTS, warp.read, mailboxSlots);
    const ring_u32 mode = ring_load32(&ring_table.told->mode);
    warp.clients = ring_load32(&ring_table.told->clients);
    if (mode != ring_abi::kModeRun)
      return;
    bool isBusy = ring_deliverHeld(warp);
    // One place that handles messages: the handlers' code stands there once.
#pragma unroll 1
    for (ring_u32 source = 0; source < 2; ++source) {
      const bool isClient = source == 0;
      if ((isClient ? commands.slots : messages.slots) == 0 || !ring_mayTake(warp))
        continue;
      const ring_u32 count = isClient
                                 ? ring_stage(warp, commands, RING_CLIENT_SLOTS, warp.commandsRead)
                                 : ring_stage(warp, messages, RING_MAILBOX_SLOTS, warp.read);
      if (isClient)
        commandSlots = count == 0 ? 1 : ring_kStagedAtOnce;
      else
        mailboxSlots = count < ring_kSlotsAtOnce ? ring_kSlotsAtOnce : ring_kStagedAtOnce;
      if (count == 0)
        continue;
      ring_take(warp, count, callBlock);
      isBusy = true;
      if (isClient)
        ring_advanceClient(warp, count);
      else
        ring_advance(warp, count);
    }
    if (watches && turn % 16 == 0)
      ring_watchHost(warp, watch);
    ++turn;
    if (isBusy) {
      idleSince = 0;
      if (warp.lane == 0)
        warp.record->counters = warp.counters;
      continue;
    }
    // The longer nothing came, the more of the chip is left to others.
    if (!hasClient && idleSince != 0)
      __nanosleep(64);
    if (turn % 64 != 0)
      continue;
    const ring_u64 now = ring_nanoseconds();
    if (idleSince == 0)
      idleSince = now;
    else if (now - idleSince > ring_kHotNs)
      __nanosleep(watches || hasClient ? 2000 : 10000);
  }
}

/// What the helpers of a Block shard are told.
struct ring_BlockCall {
  ring_u32 actorType, handler;
  void* state;
  const ring_Staged* message;
  bool leave;
};

extern "C" __global__ void __launch_bounds__(ring_abi::kWarpsPerBlock * 32, 1) ring_resident() {
  extern __shared__ __align__(16) ring_u8 stages[];
  __shared__ ring_u32 firstSends[ring_abi::kWarpsPerBlock][32 * (ring_kStreamWords + 1)];
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
  warp.held = ring_table.held + ring_u64(warp.shard) * ring_table.heldCapacity * ring_kHeldBytes;
  warp.stage = stages + inBlock * ring_kStagedAtOnce * RING_STAGE_BYTES;
  warp.firstSends = firstSends[inBlock];
  warp.moreSends =
      ring_table.outboxes + ring_u64(warp.shard) * 32 * RING_MAX_SENDS * ring_kStreamWords;
  warp.client = !isBlockShard && inBlock == 0 && blockIdx.x < ring_abi::kMaxClients
                    ? blockIdx.x
                    : ring_kNoClient;
  ring_load(warp);
  if (warp.lane == 0)
    ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  // Block actors are in Block shards only.
  ring_live(warp, warp.shard == 1,
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
