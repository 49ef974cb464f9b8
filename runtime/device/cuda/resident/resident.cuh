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
// staged message), RING_BLOCK_MESSAGES (of a block of the pool of those that wait, a power of two),
// RING_MAX_SENDS, RING_SHARED_SENDS (lanes whose first send lies in shared memory, 32 or 1),
// RING_SHARDS, RING_WARP_SHARDS, RING_LANES, RING_CLIENTS and RING_LANE_STRIDE (chunks from one
// lane to the next) of the composer.
#pragma once

#include "live.cuh"

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
  ring_u32 met[ring_abi::kWarpsPerBlock][ring_kMetPlaces]; ///< what was there before does no harm
  ring_BlockCall call;
};

/// A call by all threads of the block; false where they are to leave. A function, so that leader
/// and helpers share the code of the handlers.
__device__ __noinline__ bool ring_joinCall(const ring_BlockCall& call, ring_Context& ctx) {
  ring_syncBlock();
  if (call.leave)
    return false;
  ring_callBlock(call.actorType, call.handler, call.state, call.message->payload(), ctx);
  ring_syncBlock();
  return true;
}

extern "C" __global__ void __launch_bounds__(ring_abi::kWarpsPerBlock * 32, 1) ring_resident() {
  ring_u8* const stages = ring_launchShared();
  auto& shared = ring_blockShared<ring_BlockShared>();
  ring_BlockCall& call = shared.call;
  const ring_u32 inBlock = threadIdx.x / 32;
  constexpr ring_u32 warpBlocks = RING_WARP_SHARDS / ring_abi::kWarpsPerBlock;
  const bool isBlockShard = blockIdx.x >= warpBlocks;
  if (isBlockShard && inBlock != 0) {
    for (bool goesOn = true; goesOn;) {
      ring_Context ctx{};
      goesOn = ring_joinCall(call, ctx);
    }
    return;
  }
  ring_Warp warp{};
  warp.lane = threadIdx.x % 32;
  warp.shard = isBlockShard ? RING_WARP_SHARDS + blockIdx.x - warpBlocks
                            : blockIdx.x * ring_abi::kWarpsPerBlock + inBlock;
  warp.record = ring_table.records + warp.shard;
  warp.counters = shared.counters + inBlock;
  warp.met = shared.met[inBlock];
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
              ring_Context joined = ctx; // a copy: its address is taken
              ring_joinCall(call, joined);
              ctx = joined;
            });
  ring_save(warp);
  if (!isBlockShard)
    return ring_closeNear(warp);
  if (warp.lane == 0)
    call.leave = true;
  ring_Context none{};
  ring_joinCall(call, none);
}
