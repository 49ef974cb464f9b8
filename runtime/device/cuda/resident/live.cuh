// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop of a shard. A turn looks at all its sources, delivers what is held, handles what has
// come, and rests the longer the longer nothing did. Most turns hold nothing and have no reason to:
// those are calm, and what the others have to weigh costs them nothing.
#pragma once

#include "pace.cuh"
#include "record.cuh"
#include "single.cuh"
#include "spin.cuh"

/// Nanoseconds that a warp pauses between its looks when nothing came for so long: what looks do
/// not take from the chip, and from the link, is left to others.
__device__ __forceinline__ ring_u32 ring_pauseAfter(ring_u64 idleNs, bool hasClient) {
  if (idleNs > 50000000)
    return hasClient ? 1500 : 1000;
  return idleNs > 1000000 && !hasClient ? 64 : 0;
}

constexpr ring_u32 ring_kTightTurns = 64; ///< a mailbox is waited for no longer
constexpr ring_u32 ring_kFarEvery = 4;    ///< turns: one of them looks at all, whatever came

/// What a shard knows from turn to turn beside what its warp has.
struct ring_Loop {
  ring_Outlook outlook;
  ring_Watch watch;
  ring_Wait wait;
  ring_Pace pace;
  ring_u64 idleSince;
  ring_u64 told; ///< the word that was obeyed last
  ring_u32 turn, pause;
  bool watches, hasNear, hasClient, spins;
  bool manyHeld; ///< by all shards
  bool isCalm;
  ring_u32 waited; ///< turns, for the tight mailbox
};

__device__ __forceinline__ ring_Loop ring_beginLoop(const ring_Warp& warp, bool watches) {
  ring_Loop loop{};
  ring_Outlook& outlook = loop.outlook;
  outlook.near =
      warp.near + warp.shard % ring_abi::kWarpsPerBlock * ring_kNearSlots * RING_SLOT_CHUNKS;
  outlook.mailbox = ring_table.slots + ring_u64(warp.shard) * RING_MAILBOX_SLOTS * RING_SLOT_CHUNKS;
  outlook.client = ring_table.commands + ring_u64(warp.shard) * RING_LANE_STRIDE;
  for (ring_u32 source = 0; source < ring_kSources; ++source)
    outlook.expect(source, ring_kLeastLook, ring_tagAhead(source, ring_readOf(warp, source), 0));
  loop.watch.since = ring_nanoseconds();
  if (watches)
    loop.watch.word = ring_loadHostChunk((const void*)ring_table.host);
  loop.told = warp.record->counted << 32 | 0xffff; // a mode that is none: what comes is new
  loop.watches = watches;
  loop.hasNear = ring_table.nearShards != 0 && warp.shard < RING_WARP_SHARDS;
  return loop;
}

/// What a turn may do.
struct ring_Leave {
  bool mayTake;   ///< messages, and handle them
  bool drops;     ///< those that it takes
  bool isPressed; ///< no handler that may send several runs
};
__device__ __forceinline__ ring_Leave ring_weigh(ring_Warp& warp, ring_Loop& loop) {
  if (__builtin_expect(loop.isCalm, 1))
    return {true, false, false}; // queues that are empty have room
  if (warp.tight != ring_kNoClient &&
      (loop.waited++ == ring_kTightTurns || !ring_isStillTight(warp))) {
    warp.tight = ring_kNoClient;
    loop.waited = 0;
  }
  const bool isPressed =
      loop.manyHeld || warp.heldOpen > ring_kManyOwn || warp.tight != ring_kNoClient;
  const bool mayTake = ring_mayTake(warp, isPressed);
  return {mayTake, ring_mustDrop(warp, loop.wait, mayTake), isPressed};
}

/// Obeys what the host tells; false where that is to leave.
__device__ __forceinline__ bool ring_hear(ring_Warp& warp, ring_Loop& loop, ring_u64 told) {
  if (__builtin_expect(told == loop.told, 1))
    return true;
  if ((told & 0xff) != ring_abi::kModeRun)
    return false;
  loop.hasClient = warp.client != ring_kNoClient && warp.client < (ring_u32(told) >> 16);
  loop.manyHeld = (told & ring_abi::kManyHeld) != 0;
  if (told >> 32 != loop.told >> 32)
    ring_tellCounters(warp, told >> 32);
  loop.told = told;
  return true;
}

/// What a turn looks at: how many slots of each source, and what was there.
struct ring_View {
  ring_Looks looks;
  ring_u32 looked[ring_kSources];
};
/// False where the warp is to leave.
__device__ __forceinline__ bool ring_lookAtAll(ring_Warp& warp, ring_Loop& loop,
                                               const ring_Leave& leave, ring_View& view) {
  const ring_Outlook& outlook = loop.outlook;
  ring_Looks& looks = view.looks;
  ring_u32(&looked)[ring_kSources] = view.looked;
  const bool takes = leave.mayTake || leave.drops;
  looked[ring_kFromNear] = takes && loop.hasNear ? outlook.wanted[ring_kFromNear] : 0;
  looked[ring_kFromMailbox] = takes ? outlook.wanted[ring_kFromMailbox] : 0;
  // What is under way goes before what the host wants: that waits while messages are held.
  looked[ring_kFromClient] =
      loop.hasClient && leave.mayTake && !leave.isPressed && warp.heldOpen == 0
          ? outlook.wanted[ring_kFromClient]
          : 0;
  loop.pace.wait();
  const ring_u32 credited = ring_creditWanted(warp, loop.turn, loop.hasClient);
  ring_noteLook(warp, credited);
  // All that is looked at is on its way at once, and no branch parts it: where branches join the
  // compiler waits.
  looks.near =
      ring_look<ring_kFromNear>(warp, outlook.near, warp.nearRead, 0, looked[ring_kFromNear]);
  looks.mailbox[0] = ring_look<ring_kFromMailbox>(warp, outlook.mailbox, ring_u32(warp.read), 0,
                                                  looked[ring_kFromMailbox]);
  looks.client[0] = ring_look<ring_kFromClient>(warp, outlook.client, ring_u32(warp.commandsRead),
                                                0, looked[ring_kFromClient]);
  const ring_Chunk credit =
      ring_loadHostChunk((const void*)(ring_table.credit + credited % ring_abi::kMaxClients),
                         credited != ring_kNoClient);
  const ring_u64 told = ring_load64((const ring_u64*)ring_table.told);
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
  if (!ring_hear(warp, loop, told))
    return false;
  if (credited != ring_kNoClient)
    ring_takeCredit(warp, credited, credit);
  return true;
}

/// Stages what has come from a source, the first group of which is `first`.
__device__ __forceinline__ ring_u32 ring_stageAll(const ring_Warp& warp, const ring_Looks& looks,
                                                  const ring_Group& first, ring_u32 source,
                                                  const ring_Outlook& outlook, ring_u32 wanted) {
  const ring_u64 read = ring_readOf(warp, source);
  __syncwarp(); // the messages before are done with
  const ring_Found front = ring_findIn(warp, first, 0, source, read);
  ring_stage(warp, first, 0, front);
  ring_u32 count = front.ready;
  if (ring_kHasRests && count != 0 && front.used > ring_kFrontChunks) {
    const ring_Chunk* const ring =
        source == ring_kFromMailbox ? outlook.mailbox : outlook.client; // none is near
    const ring_Chunk* const slot = ring_slotIn(source, ring, ring_u32(read));
    count = ring_stageRest(warp, slot, ring_tagAhead(source, read, 0), front.used);
  }
  if (count == ring_kSlotsAtOnce && wanted > ring_kSlotsAtOnce) {
    // Of all groups at once what takes long; what was not looked at is not there.
    ring_Group behind[ring_kDepth];
    ring_Found found[ring_kDepth];
#pragma unroll
    for (ring_u32 group = 1; group < ring_kDepth; ++group) {
      const ring_Group near = ring_look<ring_kFromNear>(warp, outlook.near, ring_u32(read), group,
                                                        source == ring_kFromNear ? wanted : 0);
      const ring_Group far =
          ring_pick(source == ring_kFromMailbox, looks.mailbox[group], looks.client[group]);
      behind[group] = ring_pick(source == ring_kFromNear, near, far);
    }
#pragma unroll
    for (ring_u32 group = 1; group < ring_kDepth; ++group)
      found[group] = ring_findIn(warp, behind[group], group, source, read);
#pragma unroll
    for (ring_u32 group = 1; group < ring_kDepth; ++group) {
      if (group * ring_kSlotsAtOnce >= wanted || count != group * ring_kSlotsAtOnce)
        found[group].ready = 0;
      ring_stage(warp, behind[group], group, found[group]);
      count += found[group].ready;
    }
  }
  __syncwarp();
  return count;
}

__device__ __forceinline__ ring_u32 ring_putAsideOf(ring_Warp& warp, ring_u32 count,
                                                    bool isPressed) {
  const ring_u32 mask =
      ring_putAside(warp.aside, warp.stage, warp.shard, warp.lane, count, isPressed);
  warp.aside.end += __popc(mask);
  if (warp.lane == 0)
    warp.counters->spilled += __popc(mask);
  return mask;
}
/// Gives how many.
__device__ __forceinline__ ring_u32 ring_stageAsideOf(ring_Warp& warp) {
  const ring_u64 begin = warp.aside.begin;
  warp.aside = ring_stageAside(warp.aside, warp.stage, warp.lane);
  return ring_u32(warp.aside.begin - begin);
}

/// Whether messages of a source may be handled now.
__device__ __forceinline__ bool ring_mayHandle(ring_Warp& warp, const ring_Loop& loop,
                                               const ring_Leave& leave, bool isAside) {
  if (__builtin_expect(loop.isCalm && warp.heldOpen == 0, 1))
    return true;
  if (leave.drops) // what a source before this one was answered may have taken the room
    return ring_makeRoom(warp.held, warp.lane, ring_kStagedAtOnce);
  return isAside ? ring_makeRoom(warp.held, warp.lane, ring_kHeldRoom)
                 : ring_mayTake(warp, leave.isPressed);
}

/// Handles what has come, by the bits of its sources; true where there was something.
template <class CallBlock>
__device__ __forceinline__ bool ring_handle(ring_Warp& warp, ring_Loop& loop,
                                            const ring_Leave& leave, const ring_View& view,
                                            ring_u32 come, CallBlock callBlock) {
  const ring_Looks& looks = view.looks;
  bool isBusy = false;
  // One place that handles messages: the code of it and of the handlers stands there once.
#pragma unroll 1
  for (; come != 0; come &= come - 1) {
    const ring_u32 source = __ffs(come) - 1;
    const bool isAside = source == ring_kFromAside;
    if (__builtin_expect(!ring_mayHandle(warp, loop, leave, isAside), 0))
      continue;
    const ring_Group first =
        ring_pick(source == ring_kFromNear, looks.near,
                  ring_pick(source == ring_kFromMailbox, looks.mailbox[0], looks.client[0]));
    const ring_u32 slots = source == ring_kFromNear      ? view.looked[ring_kFromNear]
                           : source == ring_kFromMailbox ? view.looked[ring_kFromMailbox]
                                                         : view.looked[ring_kFromClient];
    const ring_u32 count = isAside ? ring_stageAsideOf(warp)
                                   : ring_stageAll(warp, looks, first, source, loop.outlook, slots);
    if (count == 0)
      continue;
    isBusy = true;
    if (__builtin_expect(leave.drops, 0)) {
      // What is behind messages that were put aside stays behind them where there is room.
      const bool hasRoom =
          !warp.aside.isEmpty() && ring_makeRoom(warp.aside, warp.lane, ring_kStagedAtOnce);
      ring_drop(warp, count, hasRoom ? ring_putAsideOf(warp, count, false) : 0);
    } else {
      const bool mayWait = !loop.isCalm && !isAside && (leave.isPressed || !warp.aside.isEmpty());
      const ring_Single single =
          count == 1 && !isAside && !mayWait ? ring_takeSingle(warp) : ring_Single::NotTaken;
      if (single == ring_Single::NotTaken)
        ring_take(warp, count, mayWait ? ring_putAsideOf(warp, count, leave.isPressed) : 0,
                  callBlock);
      else if (single == ring_Single::Answered && source == ring_kFromClient)
        loop.pace.answered();
    }
    if (isAside)
      break; // the last
    ring_advance(warp, source, count, leave.drops);
    loop.outlook.expect(source, ring_nextLook(count),
                        ring_tagAhead(source, ring_readOf(warp, source), 0));
  }
  return isBusy;
}

/// Ends a turn.
__device__ __forceinline__ void ring_rest(ring_Warp& warp, ring_Loop& loop, bool isBusy) {
  ++loop.turn;
  if (loop.turn % 1024 == 0)
    ring_addCounts(warp); // long before they wrap
  // Nothing is put aside by who is calm.
  loop.isCalm = warp.heldOpen == 0 && !loop.manyHeld && warp.tight == ring_kNoClient &&
                (loop.isCalm || (warp.aside.isEmpty() && loop.wait.since == 0));
  loop.spins = loop.isCalm && loop.pause == 0 && !loop.watches && !loop.hasClient &&
               loop.turn % ring_kFarEvery != 0 && loop.outlook.wantsLeast();
  if (loop.watches) {
    if (loop.turn % 16 == 0)
      ring_watchHost(warp, loop.watch);
    ring_watchHeld(warp, loop.watch);
  }
  if (isBusy) {
    loop.idleSince = 0;
    loop.pause = 0;
    return;
  }
  if (loop.pause != 0)
    __nanosleep(loop.pause);
  if (loop.turn % 64 != 0)
    return;
  const ring_u64 now = ring_nanoseconds();
  if (loop.idleSince == 0)
    loop.idleSince = now;
  loop.pause = ring_pauseAfter(now - loop.idleSince, loop.hasClient);
  if (loop.watches && loop.pause > 64) // the host waits for who watches it
    loop.pause = 64;
}

/// Until the host tells to leave.
template <class CallBlock>
__device__ __forceinline__ void ring_live(ring_Warp& warp, bool watches, CallBlock callBlock) {
  ring_Loop loop = ring_beginLoop(warp, watches);
  while (true) {
    const ring_Leave leave = ring_weigh(warp, loop);
    ring_View view;
    view.looks.near = view.looks.mailbox[0] = view.looks.client[0] = ring_noGroup();
    // Who waits for one message spins; who holds messages, or finds many, does not.
    if (loop.spins) {
      view.looked[ring_kFromNear] = view.looked[ring_kFromMailbox] = ring_kLeastLook;
      view.looked[ring_kFromClient] = 0;
      ring_spin(warp, loop.outlook, loop.hasNear, loop.told, view.looks);
    } else if (!ring_lookAtAll(warp, loop, leave, view)) {
      return;
    }
    bool isBusy = __builtin_expect(warp.heldOpen != 0, 0) && ring_deliverHeld(warp);
    ring_u32 come = ring_come(loop.outlook, view.looks);
    loop.pace.looked((come >> ring_kFromClient & 1u) != 0);
    for (ring_u32 source = 0; source < ring_kSources; ++source) // what is not there costs as much
      if ((come >> source & 1u) == 0)
        loop.outlook.wanted[source] = ring_kLeastLook;
    if (!loop.isCalm && !leave.drops && ring_mayTakeAside(warp, leave.isPressed))
      come |= 1u << ring_kFromAside;
    isBusy |= ring_handle(warp, loop, leave, view, come, callBlock);
    ring_rest(warp, loop, isBusy);
  }
}
