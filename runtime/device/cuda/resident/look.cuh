// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looking at the fronts of rings and staging what is whole. A lane sees one chunk of a slot, a warp
// a group of slots at once; several groups are on their way together where much was found last.
#pragma once

#include "cycles.cuh"

constexpr ring_u32 ring_kNoHead = 0x100; ///< more chunks than a head can count

/// Where messages come from, in the order of a turn.
enum ring_Source : ring_u32 { ring_kFromNear, ring_kFromMailbox, ring_kFromClient, ring_kSources };
constexpr ring_u32 ring_kFromAside = ring_kSources; ///< after them: what was put aside, in no ring

/// The chunks of a group of slots that this lane sees.
struct ring_Group {
  ring_Chunk chunks[ring_kLoadsOfSlot];
};

/// Nothing was looked at: no tag is 0.
__device__ __forceinline__ ring_Group ring_noGroup() {
  ring_Group none;
#pragma unroll
  for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i)
    none.chunks[i] = {0, {0, 0, 0}};
  return none;
}
/// One of two, by its words: a choice of references would put both into memory.
__device__ __forceinline__ ring_Group ring_pick(bool isFirst, const ring_Group& first,
                                                const ring_Group& second) {
  ring_Group picked;
#pragma unroll
  for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
    const ring_Chunk &a = first.chunks[i], &b = second.chunks[i];
    picked.chunks[i] = {isFirst ? a.tag : b.tag,
                        {isFirst ? a.words[0] : b.words[0], isFirst ? a.words[1] : b.words[1],
                         isFirst ? a.words[2] : b.words[2]}};
  }
  return picked;
}

/// Where a lane looks in a group: its slot and its first chunk of that.
__device__ __forceinline__ ring_u32 ring_slotOfLane(const ring_Warp& warp, ring_u32 group) {
  return group * ring_kSlotsAtOnce + warp.lane / ring_kLanesOfSlot;
}

/// Group `group` behind the next to be read; of it `slots` are wanted, counted from the first
/// group.
template <ring_Source source>
__device__ __forceinline__ ring_Group ring_look(const ring_Warp& warp, const ring_Chunk* ring,
                                                ring_u32 read, ring_u32 group, ring_u32 slots) {
  constexpr ring_u32 ringSlots = source == ring_kFromClient    ? RING_LANE_SLOTS
                                 : source == ring_kFromMailbox ? RING_MAILBOX_SLOTS
                                                               : ring_kNearSlots;
  ring_Group look;
  const ring_u32 slot = ring_slotOfLane(warp, group);
#pragma unroll
  for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
    const ring_u32 chunk = i * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
    const ring_Chunk* from = ring + (((read + slot) & (ringSlots - 1)) * RING_SLOT_CHUNKS + chunk);
    look.chunks[i] = source == ring_kFromClient    ? ring_loadHostChunk(from, slot < slots)
                     : source == ring_kFromMailbox ? ring_loadChunk(from, slot < slots)
                                                   : ring_loadNearChunk(from, slot < slots);
  }
  return look;
}

/// The slots of a source's ring, as a power of two.
__device__ __forceinline__ ring_u32 ring_shiftOfSource(ring_u32 source) {
  return source == ring_kFromNear      ? ring_kNearShift
         : source == ring_kFromMailbox ? ring_kMailboxShift
                                       : ring_kLaneShift;
}
/// The next ticket to read.
__device__ __forceinline__ ring_u64 ring_readOf(const ring_Warp& warp, ring_u32 source) {
  return source == ring_kFromNear      ? warp.nearRead
         : source == ring_kFromMailbox ? warp.read
                                       : warp.commandsRead;
}
/// The tag of slot `slot` behind the one to be read next.
__device__ __forceinline__ ring_u32 ring_tagAhead(ring_u32 source, ring_u64 read, ring_u32 slot) {
  const ring_u64 ticket = read + slot;
  return ring_abi::tagOfLap((source == ring_kFromNear ? ring_u32(ticket) : ticket) >>
                            ring_shiftOfSource(source));
}

/// What a look at a group found.
struct ring_Found {
  ring_u32 used;  ///< chunks of the message in this lane's slot; kNoHead: it is not there
  ring_u32 ready; ///< messages that are whole, up to the first that is not
};
__device__ __forceinline__ ring_Found ring_findIn(const ring_Warp& warp, const ring_Group& look,
                                                  ring_u32 group, ring_u32 source, ring_u64 read) {
  const ring_u32 tag = ring_tagAhead(source, read, ring_slotOfLane(warp, group));
  const ring_Chunk& head = look.chunks[0];
  const bool isThere = head.tag == tag;
  ring_Found found;
  found.used = __shfl_sync(ring_kAllLanes, isThere ? head.words[2] >> 8 & 0xff : ring_kNoHead,
                           warp.lane & ~(ring_kLanesOfSlot - 1));
  bool isWhole = found.used != ring_kNoHead;
  for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
    const ring_u32 chunk = i * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
    isWhole &= chunk >= found.used || look.chunks[i].tag == tag;
  }
  // A slot is whole where all its lanes say so; whole ones before the first that is not.
  ring_u32 whole = __ballot_sync(ring_kAllLanes, isWhole);
  for (ring_u32 lanes = 1; lanes < ring_kLanesOfSlot; lanes *= 2)
    whole &= whole >> lanes;
  constexpr ring_u32 heads = ring_kAllLanes / ((1ull << ring_kLanesOfSlot) - 1);
  const ring_u32 missing = ~whole & heads;
  found.ready = missing == 0 ? ring_kSlotsAtOnce : (__ffs(missing) - 1) / ring_kLanesOfSlot;
  return found;
}
/// Stages the messages of a group that are ready. Those staged before are done with: see the
/// caller.
__device__ __forceinline__ void ring_stage(const ring_Warp& warp, const ring_Group& look,
                                           ring_u32 group, const ring_Found& found) {
  if (warp.lane / ring_kLanesOfSlot >= found.ready)
    return;
  ring_u32* const to = warp.staged(ring_slotOfLane(warp, group)).words();
  for (ring_u32 i = 0; i < ring_kLoadsOfSlot; ++i) {
    const ring_u32 chunk = i * ring_kLanesOfSlot + warp.lane % ring_kLanesOfSlot;
    if (chunk < found.used)
      for (ring_u32 w = 0; w < ring_abi::kWordsPerChunk; ++w)
        to[chunk * ring_abi::kWordsPerChunk + w] = look.chunks[i].words[w];
  }
}

/// How many slots are looked at after so many were found: little more, since a link carries every
/// slot that is looked at. Two tell whether messages come one at a time.
constexpr ring_u32 ring_kLeastLook = ring_kSlotsAtOnce < 2 ? 1 : 2;
__device__ __forceinline__ ring_u32 ring_nextLook(ring_u32 found) {
  if (found < 2)
    return ring_kLeastLook;
  const ring_u32 slots = (found / ring_kSlotsAtOnce + 1) * ring_kSlotsAtOnce;
  return slots < ring_kStagedAtOnce ? slots : ring_kStagedAtOnce;
}
