// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a shard that waits for one message looks: what a turn has looked at, which of it is there,
// and looks that follow each other more closely than a load takes.
#pragma once

#include "look.cuh"

constexpr ring_u32 ring_kSpins = 16; ///< of four looks, before a turn ends without a message

/// What a turn has looked at.
struct ring_Looks {
  ring_Group near;
  ring_Group mailbox[ring_kDepth], client[ring_kDepth];
};

/// Where a shard looks, for how many slots of each source, and what tag says that the next is
/// there.
struct ring_Outlook {
  const ring_Chunk *near, *mailbox, *client;
  ring_u32 wanted[ring_kSources], tags[ring_kSources];

  /// Of one source: arrays with an index that is no constant would be memory.
  __device__ __forceinline__ void expect(ring_u32 source, ring_u32 slots, ring_u32 tag) {
#pragma unroll
    for (ring_u32 i = 0; i < ring_kSources; ++i) {
      wanted[i] = i == source ? slots : wanted[i];
      tags[i] = i == source ? tag : tags[i];
    }
  }
  __device__ __forceinline__ bool wantsLeast() const {
    return (wanted[ring_kFromNear] | wanted[ring_kFromMailbox] | wanted[ring_kFromClient]) ==
           ring_kLeastLook;
  }
};
/// The sources whose next slot is there, as bits: what the first lane saw. What was not looked at
/// is 0, which no tag is.
__device__ __forceinline__ ring_u32 ring_come(const ring_Outlook& outlook,
                                              const ring_Looks& looks) {
  return __shfl_sync(ring_kAllLanes,
                     (looks.near.chunk.tag == outlook.tags[ring_kFromNear] ? 1u : 0u) |
                         (looks.mailbox[0].chunk.tag == outlook.tags[ring_kFromMailbox] ? 2u : 0u) |
                         (looks.client[0].chunk.tag == outlook.tags[ring_kFromClient] ? 4u : 0u),
                     0);
}

/// One look of a spin.
struct ring_Stage {
  ring_Group mailbox;
  ring_u64 told;
};

/// A shard that waits for one message, and has no ring of a client: looks until something is there,
/// or for some microseconds. Several looks at L2 are under way and the oldest is looked into, so
/// what comes is found within a part of a load's time. (Loads of one place of the host's memory
/// follow each other, however many are under way, and those of L2 behind them wait: nobody spins
/// there.)
__device__ __forceinline__ void ring_spin(const ring_Warp& warp, const ring_Outlook& outlook,
                                          bool hasNear, ring_u64 told, ring_Looks& looks) {
  const auto issue = [&](ring_Stage& stage) {
    stage.mailbox = ring_look<ring_kFromMailbox>(warp, outlook.mailbox, ring_u32(warp.read), 0,
                                                 ring_kLeastLook);
    stage.told = ring_load64((const ring_u64*)ring_table.told);
  };
  const auto has = [&](const ring_Stage& stage) {
    looks.near = ring_look<ring_kFromNear>(warp, outlook.near, warp.nearRead, 0,
                                           hasNear ? ring_kLeastLook : 0);
    const bool isNear = looks.near.chunk.tag == outlook.tags[ring_kFromNear];
    if (__any_sync(ring_kAllLanes, warp.lane == 0 && isNear))
      return true;
    const bool isFar = stage.mailbox.chunk.tag == outlook.tags[ring_kFromMailbox];
    if (__any_sync(ring_kAllLanes, (warp.lane == 0 && isFar) || stage.told != told)) {
      looks.mailbox[0] = stage.mailbox;
      return true;
    }
    return false;
  };
  // Each has registers of its own: an array of them would be memory.
  ring_Stage first, second, third, fourth;
  issue(first);
  issue(second);
  issue(third);
#pragma unroll 1
  for (ring_u32 spin = 0; spin < ring_kSpins; ++spin) {
    issue(fourth);
    if (has(first))
      return;
    issue(first);
    if (has(second))
      return;
    issue(second);
    if (has(third))
      return;
    issue(third);
    if (has(fourth))
      return;
  }
}
