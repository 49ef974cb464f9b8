// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages that have their tickets and wait for a limit: how many a shard may have, and their way
// out. Each has its place in the order by its ticket, so they go in any order.
#pragma once

#include "deliver.cuh"

// Room for messages that a batch holds. A batch may hold as many as it sends; some is kept for
// answers while a shard drops messages (cycles.cuh). Program::heldRoom() on the host.
constexpr ring_u32 ring_kHeldRoom = ring_kStagedAtOnce * (RING_MAX_SENDS + 4);
/// A shard that holds more has met full mailboxes: no handler that may send several runs.
constexpr ring_u32 ring_kManyOwn = 4 * (ring_kStagedAtOnce < 8 ? 8 : ring_kStagedAtOnce);
constexpr ring_u32 ring_kHeldGroups = 4; ///< behind the first that are looked at in a turn

/// Delivers those of the 32 messages held from `first` on that may go; gives which of them stay.
__device__ __forceinline__ ring_u32 ring_deliverGroup(ring_Warp& warp, ring_u64 first) {
  const ring_u64 number = first + warp.lane;
  const bool isIn = ring_isBefore(number, warp.held.end);
  auto& message = warp.held.at(isIn ? number : first);
  const ring_abi::WaitingMessage now = ring_waitingAt(message);
  const ring_u32 target = now.target;
  const bool isOpen = isIn && now.words != 0;
  const bool goes = isOpen && ring_mayWrite(target, now.ticket, ring_limitOf(warp, target));
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, goes);
  const ring_u32 stays = __ballot_sync(ring_kAllLanes, isOpen && !goes);
  if (mask == 0)
    return stays;
  ring_writeSlots(warp, mask, goes ? target : 0, goes ? now.ticket : 0, ring_streamOf(message));
  ring_countHeld(warp, goes, target, -1ull);
  __syncwarp(); // all have read what is given up
  if (goes)
    message.words = 0;
  __syncwarp(); // a group that overlaps this one may come next
  warp.heldOpen -= __popc(mask);
  return stays;
}

/// Moves those of the first 32 messages held, from `begin` on, that stay to the end: blocks behind
/// one that a slow reader has not taken are free again. Tickets have the order, not places here.
/// Gives what is first then.
__device__ __forceinline__ ring_u64 ring_moveFirst(ring_Warp& warp, ring_u64 begin) {
  auto& message = warp.held.at(begin + warp.lane);
  const ring_abi::WaitingMessage now = ring_waitingAt(message);
  const bool stays = now.words != 0;
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, stays);
  if (!ring_makeRoom(warp.held, warp.lane, __popc(mask)))
    return begin;
  ring_append(warp.held, warp.lane, mask, now.ticket, now.target, ring_streamOf(message));
  warp.held.end += __popc(mask);
  __syncwarp(); // all have read what is moved
  if (stays)
    message.words = 0;
  return begin + 32;
}

/// Delivers what is held and may go: of the oldest, and of some of the others in turn, so that
/// nothing waits for ever behind what a slow reader has not taken. True where something went.
__device__ __forceinline__ bool ring_deliverHeld(ring_Warp& warp) {
  __syncwarp(); // entries were written by any lane
  const ring_u32 before = warp.heldOpen;
  ring_u64 begin = warp.held.begin;
  if (warp.held.end - begin > 2 * warp.heldOpen + 4 * 32) // most are delivered
    begin = ring_moveFirst(warp, begin);
#pragma unroll 1
  while (ring_isBefore(begin, warp.held.end)) {
    const ring_u32 stays = ring_deliverGroup(warp, begin);
    const ring_u64 next = begin + (stays != 0 ? __ffs(stays) - 1 : 32);
    begin = ring_isBefore(next, warp.held.end) ? next : warp.held.end;
    if (stays != 0)
      break;
  }
#pragma unroll 1
  for (ring_u32 i = 0; i < ring_kHeldGroups && ring_isBefore(begin + 32, warp.held.end); ++i) {
    if (ring_isBefore(warp.heldNext, begin + 32) || !ring_isBefore(warp.heldNext, warp.held.end))
      warp.heldNext = begin + 32;
    ring_deliverGroup(warp, warp.heldNext);
    warp.heldNext += 32;
  }
  if (warp.heldOpen == 0)
    begin = warp.held.end;
  ring_discard(warp.held, warp.lane, begin, ring_table.heldKept);
  return warp.heldOpen != before;
}
