// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel: one warp a shard, which takes what lies in its mailbox and, for some, in one
// lane of the ring of a client of the host, until it is told to leave. What a warp must know to go
// on later is written to its record when it leaves, so a relaunch loses nothing. The last blocks
// are shards of Block actors: their first warp takes messages, the others help with the calls.
//
// Assumes RING_SLOT_CHUNKS (chunks of a slot, a power of two from 4), RING_MAILBOX_SLOTS (a power
// of two from 32), RING_LANE_SLOTS, RING_OWN_SLOTS, RING_SHARED_SLOTS (powers of two from 8, and no
// fewer than a look), RING_NEAR_SLOTS (the same, or 0: no near mailboxes), RING_STAGE_BYTES (of a
// staged message), RING_MAX_SENDS, RING_SHARED_SENDS (lanes whose first send lies in shared memory,
// 32 or 1), RING_SHARDS, RING_WARP_SHARDS, RING_LANES, RING_CLIENTS and RING_LANE_STRIDE (chunks
// from one lane to the next) of the composer.
#pragma once

#include "pace.cuh"
#include "record.cuh"
#include "single.cuh"
#include "spin.cuh"

/// Nanoseconds that a warp pauses between its looks when nothing came for so long: what looks does
/// not take from the chip, and from the link, is left to others.
__device__ __forceinline__ ring_u32 ring_pauseAfter(ring_u64 idleNs, bool hasClient) {
  if (idleNs > 50000000)
    return hasClient ? 1500 : 1000;
  return idleNs > 1000000 && !hasClient ? 64 : 0;
}

constexpr ring_u32 ring_kFarEvery = 4; ///< turns: one of them looks at all, whatever came

/// Stages what has come from a source, the first group of which is `first`.
__device__ __forceinline__ ring_u32 ring_stageAll(const ring_Warp& warp, const ring_Looks& looks,
                                                  const ring_Group& first, ring_u32 source,
                                                  const ring_Outlook& outlook, ring_u32 wanted) {
  const ring_u64 read = ring_readOf(warp, source);
  __syncwarp(); // the messages before are done with
  ring_u32 count = ring_stage(warp, first, 0, source, read);
  if (count == ring_kSlotsAtOnce && wanted > ring_kSlotsAtOnce) {
#pragma unroll
    for (ring_u32 group = 1; group < ring_kDepth; ++group) {
      if (group * ring_kSlotsAtOnce >= wanted || count != group * ring_kSlotsAtOnce)
        break;
      const ring_Group near = ring_look<ring_kFromNear>(warp, outlook.near, ring_u32(read), group,
                                                        source == ring_kFromNear ? wanted : 0);
      const ring_Group far =
          ring_pick(source == ring_kFromMailbox, looks.mailbox[group], looks.client[group]);
      count +=
          ring_stage(warp, ring_pick(source == ring_kFromNear, near, far), group, source, read);
    }
  }
  __syncwarp();
  return count;
}

/// The loop of a shard.
template <class CallBlock>
__device__ __forceinline__ void ring_live(ring_Warp& warp, bool watches, CallBlock callBlock) {
  ring_Outlook outlook;
  outlook.near =
      warp.near + warp.shard % ring_abi::kWarpsPerBlock * ring_kNearSlots * RING_SLOT_CHUNKS;
  outlook.mailbox = ring_table.slots + ring_u64(warp.shard) * RING_MAILBOX_SLOTS * RING_SLOT_CHUNKS;
  outlook.client = ring_table.commands + ring_u64(warp.shard) * RING_LANE_STRIDE;
  for (ring_u32 source = 0; source < ring_kSources; ++source)
    outlook.expect(source, ring_kLeastLook, ring_tagAhead(source, ring_readOf(warp, source), 0));
  const bool hasNear = ring_table.nearShards != 0 && warp.shard < RING_WARP_SHARDS;
  ring_Watch watch{0, ring_nanoseconds(), false};
  ring_Wait wait{};
  ring_Pace pace{};
  ring_u64 idleSince = 0;
  bool hasClient = false, spins = false;
  ring_u32 pause = 0;
  ring_u32 turn = 0;
  ring_u64 counted = warp.record->counted, told = 0;
  while (true) {
    const bool mayTake = ring_mayTake(warp);
    const bool drops = ring_mustDrop(warp, wait, mayTake);
    const bool takes = mayTake || drops;
    ring_Looks looks;
    looks.near = looks.mailbox[0] = looks.client[0] = ring_noGroup();
    ring_u32 looked[ring_kSources] = {ring_kLeastLook, ring_kLeastLook, 0};
    // Who waits for one message spins; who holds messages, or finds many, does not.
    if (spins && takes && warp.heldOpen == 0) {
      ring_spin(warp, outlook, hasNear, told, looks);
    } else {
      looked[ring_kFromNear] = takes && hasNear ? outlook.wanted[ring_kFromNear] : 0;
      // What is under way goes before what the host wants: that waits while messages are held.
      looked[ring_kFromMailbox] = takes ? outlook.wanted[ring_kFromMailbox] : 0;
      looked[ring_kFromClient] =
          hasClient && mayTake && warp.heldOpen == 0 ? outlook.wanted[ring_kFromClient] : 0;
      pace.wait();
      const ring_u32 credited = ring_creditWanted(warp, turn, hasClient);
      // All that is looked at is on its way at once, and no branch parts it: where branches join
      // the compiler waits.
      looks.near =
          ring_look<ring_kFromNear>(warp, outlook.near, warp.nearRead, 0, looked[ring_kFromNear]);
      looks.mailbox[0] = ring_look<ring_kFromMailbox>(warp, outlook.mailbox, ring_u32(warp.read), 0,
                                                      looked[ring_kFromMailbox]);
      looks.client[0] = ring_look<ring_kFromClient>(
          warp, outlook.client, ring_u32(warp.commandsRead), 0, looked[ring_kFromClient]);
      const ring_Chunk credit =
          ring_loadHostChunk((const void*)(ring_table.credit + (credited % ring_abi::kMaxClients)),
                             credited != ring_kNoClient);
      told = ring_load64((const ring_u64*)ring_table.told);
      if (looked[ring_kFromMailbox] > ring_kSlotsAtOnce ||
          looked[ring_kFromClient] > ring_kSlotsAtOnce) {
#pragma unroll
        for (ring_u32 group = 1; group < ring_kDepth; ++group) {
          looks.mailbox[group] = ring_look<ring_kFromMailbox>(
              warp, outlook.mailbox, ring_u32(warp.read), group, looked[ring_kFromMailbox]);
          looks.client[group] = ring_look<ring_kFromClient>(
              warp, outlook.client, ring_u32(warp.commandsRead), group, looked[ring_kFromClient]);
        }
      }
      if ((told & 0xffff) != ring_abi::kModeRun)
        return;
      hasClient = warp.client != ring_kNoClient && warp.client < (ring_u32(told) >> 16);
      if (told >> 32 != counted) {
        counted = told >> 32;
        ring_tellCounters(warp, counted);
      }
      if (credited != ring_kNoClient)
        ring_takeCredit(warp, credited, credit);
    }
    bool isBusy = warp.heldOpen != 0 && ring_deliverHeld(warp);
    const ring_u32 all = ring_come(outlook, looks);
    pace.looked((all >> ring_kFromClient & 1u) != 0);
    for (ring_u32 source = 0; source < ring_kSources; ++source) // what is not there costs as much
      outlook.wanted[source] = (all >> source & 1u) != 0 ? outlook.wanted[source] : ring_kLeastLook;
    // One place that handles messages: the code of it and of the handlers stands there once.
#pragma unroll 1
    for (ring_u32 come = all; come != 0; come &= come - 1) {
      const ring_u32 source = __ffs(come) - 1;
      if (!drops && !ring_mayTake(warp))
        break;
      const ring_Group first =
          ring_pick(source == ring_kFromNear, looks.near,
                    ring_pick(source == ring_kFromMailbox, looks.mailbox[0], looks.client[0]));
      const ring_u32 slots = source == ring_kFromNear      ? looked[ring_kFromNear]
                             : source == ring_kFromMailbox ? looked[ring_kFromMailbox]
                                                           : looked[ring_kFromClient];
      const ring_u32 count = ring_stageAll(warp, looks, first, source, outlook, slots);
      if (count == 0)
        continue;
      if (__builtin_expect(drops, 0)) {
        ring_drop(warp, count);
      } else {
        const ring_Single single = count == 1 ? ring_takeSingle(warp) : ring_Single::NotTaken;
        if (single == ring_Single::NotTaken)
          ring_take(warp, count, callBlock);
        else if (single == ring_Single::Answered && source == ring_kFromClient)
          pace.answered();
      }
      isBusy = true;
      ring_advance(warp, source, count, drops);
      outlook.expect(source, ring_nextLook(count),
                     ring_tagAhead(source, ring_readOf(warp, source), 0));
    }
    ++turn;
    // (Large slots are many registers a look.)
    spins = ring_kLoadsOfSlot == 1 && pause == 0 && !watches && !hasClient &&
            turn % ring_kFarEvery != 0 && outlook.wantsLeast();
    if (watches && turn % 16 == 0)
      ring_watchHost(warp, watch);
    if (isBusy) {
      idleSince = 0;
      pause = 0;
      continue;
    }
    if (pause != 0)
      __nanosleep(pause);
    if (turn % 64 != 0)
      continue;
    const ring_u64 now = ring_nanoseconds();
    if (idleSince == 0)
      idleSince = now;
    pause = ring_pauseAfter(now - idleSince, hasClient);
    if (watches && pause > 64) // the host waits for who watches it
      pause = 64;
  }
}

/// What the helpers of a Block shard are told.
struct ring_BlockCall {
  ring_u32 actorType, handler;
  void* state;
  const ring_Staged* message;
  bool leave;
};

/// What the threads of a block share, beside what the launch gives.
struct ring_BlockShared {
  ring_abi::ResidentCounters counters[ring_abi::kWarpsPerBlock];
  ring_abi::NearRing nearRings[ring_abi::kWarpsPerBlock];
  ring_BlockCall call;
};

extern "C" __global__ void __launch_bounds__(ring_abi::kWarpsPerBlock * 32, 1) ring_resident() {
  ring_u8* const stages = ring_launchShared();
  auto& shared = ring_blockShared<ring_BlockShared>();
  ring_BlockCall& call = shared.call;
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
  warp.counters = shared.counters + inBlock;
  warp.held = ring_table.held + ring_u64(warp.shard) * ring_table.heldSlots * ring_kHeldBytes;
  warp.stage = stages + inBlock * ring_kStagedAtOnce * RING_STAGE_BYTES;
  warp.near =
      (ring_Chunk*)(stages + ring_abi::kWarpsPerBlock * ring_kStagedAtOnce * RING_STAGE_BYTES);
  warp.nearRings = shared.nearRings;
  warp.sends =
      (ring_u32*)(warp.near + ring_abi::kWarpsPerBlock * RING_NEAR_SLOTS * RING_SLOT_CHUNKS) +
      inBlock * RING_SHARED_SENDS * (ring_kStreamWords + 1);
  warp.outbox.more = ring_table.outboxes +
                     (ring_u64(warp.shard) * 32 + warp.lane) * RING_MAX_SENDS * ring_kStreamWords;
  warp.outbox.first = warp.lane < RING_SHARED_SENDS
                          ? warp.sends + warp.lane * (ring_kStreamWords + 1)
                          : warp.outbox.more + (RING_MAX_SENDS - 1) * ring_kStreamWords;
  warp.client = warp.shard < RING_CLIENTS * RING_LANES ? warp.shard / RING_LANES : ring_kNoClient;
  warp.isFirstLane = warp.client != ring_kNoClient && warp.shard % RING_LANES == 0;
  if (warp.isFirstLane)
    warp.own = ring_table.own + ring_u64(warp.client) * RING_OWN_SLOTS * RING_SLOT_CHUNKS;
  ring_load(warp);
  if (warp.lane == 0)
    ring_store64(&ring_table.rings[warp.shard].limit, warp.read + RING_MAILBOX_SLOTS);
  if (!isBlockShard)
    ring_openNear(warp);
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
    return ring_closeNear(warp);
  if (warp.lane == 0)
    call.leave = true;
  __syncthreads();
}
