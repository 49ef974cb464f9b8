// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looking at the fronts of rings and staging what is whole. A lane sees one chunk of a slot, a warp
// a group of slots at once; several groups are on their way together where much was found last. Of
// a slot with more chunks than that a look takes in the first few, and the rest is fetched once
// they are there: warps that find nothing would fill the link otherwise.
#pragma once

#include "cycles.cuh"

constexpr ring_u32 ring_kNoHead = 0x100; ///< more chunks than a head can count

/// Where messages come from, in the order of a turn.
enum ring_Source : ring_u32 { ring_kFromNear, ring_kFromMailbox, ring_kFromClient, ring_kSources };
constexpr ring_u32 ring_kFromAside = ring_kSources; ///< after them: what was put aside, in no ring

/// Chunks of a slot that a look takes in: one line of the host's memory of those that have rests.
constexpr ring_u32 ring_kFrontChunks = ring_kHasRests ? 4 : ring_kLanesOfSlot;

/// The chunk of a group of slots that this lane sees.
struct ring_Group {
  ring_Chunk chunk;
};

/// Nothing was looked at: no tag is 0.
__device__ __forceinline__ ring_Group ring_noGroup() { return {{0, {0, 0, 0}}}; }
/// One of two, by its words: a choice of references would put both into memory.
__device__ __forceinline__ ring_Group ring_pick(bool isFirst, const ring_Group& first,
                                                const ring_Group& second) {
  const ring_Chunk &a = first.chunk, &b = second.chunk;
  return {{isFirst ? a.tag : b.tag,
           {isFirst ? a.words[0] : b.words[0], isFirst ? a.words[1] : b.words[1],
            isFirst ? a.words[2] : b.words[2]}}};
}

/// Where a lane looks in a group: its slot and its chunk of that.
__device__ __forceinline__ ring_u32 ring_slotOfLane(const ring_Warp& warp, ring_u32 group) {
  return group * ring_kSlotsAtOnce + warp.lane / ring_kLanesOfSlot;
}
__device__ __forceinline__ ring_u32 ring_chunkOfLane(const ring_Warp& warp) {
  return warp.lane % ring_kLanesOfSlot;
}

/// The slots of a source's ring, as a power of two.
__device__ __forceinline__ ring_u32 ring_shiftOfSource(ring_u32 source) {
  return source == ring_kFromNear      ? ring_kNearShift
         : source == ring_kFromMailbox ? ring_kMailboxShift
                                       : ring_kLaneShift;
}
/// The slot of a ticket, in the ring of a source.
__device__ __forceinline__ const ring_Chunk* ring_slotIn(ring_u32 source, const ring_Chunk* ring,
                                                         ring_u32 ticket) {
  return ring + (ticket & ((1u << ring_shiftOfSource(source)) - 1)) * RING_SLOT_CHUNKS;
}
/// Group `group` behind the next to be read; of it `slots` are wanted, counted from the first
/// group.
template <ring_Source source>
__device__ __forceinline__ ring_Group ring_look(const ring_Warp& warp, const ring_Chunk* ring,
                                                ring_u32 read, ring_u32 group, ring_u32 slots) {
  const ring_u32 slot = ring_slotOfLane(warp, group), chunk = ring_chunkOfLane(warp);
  const ring_Chunk* const from = ring_slotIn(source, ring, read + slot) + chunk;
  const bool isWanted = slot < slots && chunk < ring_kFrontChunks;
  return {source == ring_kFromClient    ? ring_loadHostChunk(from, isWanted)
          : source == ring_kFromMailbox ? ring_loadChunk(from, isWanted)
                                        : ring_loadNearChunk(from, isWanted)};
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
  ring_u32 used;  ///< chunks of the message in this lane's slot; ring_kNoHead: it is not there
  ring_u32 ready; ///< messages whose fronts are whole, up to the first that is not
};
__device__ __forceinline__ ring_Found ring_findIn(const ring_Warp& warp, const ring_Group& look,
                                                  ring_u32 group, ring_u32 source, ring_u64 read) {
  const ring_u32 tag = ring_tagAhead(source, read, ring_slotOfLane(warp, group));
  const bool isThere = look.chunk.tag == tag;
  ring_Found found;
  found.used = __shfl_sync(ring_kAllLanes, isThere ? look.chunk.words[2] >> 8 & 0xff : ring_kNoHead,
                           warp.lane & ~(ring_kLanesOfSlot - 1));
  const ring_u32 chunk = ring_chunkOfLane(warp);
  const bool isWhole =
      found.used != ring_kNoHead && (chunk >= found.used || chunk >= ring_kFrontChunks || isThere);
  // A slot is whole where all its lanes say so; whole ones before the first that is not.
  ring_u32 whole = __ballot_sync(ring_kAllLanes, isWhole);
  for (ring_u32 lanes = 1; lanes < ring_kLanesOfSlot; lanes *= 2)
    whole &= whole >> lanes;
  constexpr ring_u32 heads = ring_kAllLanes / ((1ull << ring_kLanesOfSlot) - 1);
  const ring_u32 missing = ~whole & heads;
  found.ready = missing == 0 ? ring_kSlotsAtOnce : (__ffs(missing) - 1) / ring_kLanesOfSlot;
  return found;
}
__device__ __forceinline__ void ring_stageChunk(ring_Staged& message, ring_u32 chunk,
                                                const ring_Chunk& from) {
  ring_u32* const to = message.words() + chunk * ring_abi::kWordsPerChunk;
  for (ring_u32 w = 0; w < ring_abi::kWordsPerChunk; ++w)
    to[w] = from.words[w];
}
/// Stages the fronts of the messages of a group that are ready. Those staged before are done with:
/// see the caller.
__device__ __forceinline__ void ring_stage(const ring_Warp& warp, const ring_Group& look,
                                           ring_u32 group, const ring_Found& found) {
  if (warp.lane / ring_kLanesOfSlot >= found.ready)
    return;
  const ring_u32 chunk = ring_chunkOfLane(warp);
  if (chunk < found.used && chunk < ring_kFrontChunks)
    ring_stageChunk(warp.staged(ring_slotOfLane(warp, group)), chunk, look.chunk);
}
/// Stages what lies behind the front of the one message of a group; false where some of it is still
/// on its way. All of it is loaded at once, from any source: the scope of the loads is the widest.
__device__ __forceinline__ bool ring_stageRest(const ring_Warp& warp, const ring_Chunk* slot,
                                               ring_u32 tag, ring_u32 used) {
  constexpr ring_u32 loads = ring_kHasRests ? RING_SLOT_CHUNKS / 32 : 1;
  const ring_u32 begin = ring_kFrontChunks + warp.lane;
  const ring_u32 end = used < RING_SLOT_CHUNKS ? used : RING_SLOT_CHUNKS;
  ring_Chunk chunks[loads];
#pragma unroll
  for (ring_u32 i = 0; i < loads; ++i)
    chunks[i] = ring_loadHostChunk(slot + begin + i * 32, begin + i * 32 < end);
  bool isMissing = false;
#pragma unroll
  for (ring_u32 i = 0; i < loads; ++i)
    if (begin + i * 32 < end) {
      isMissing |= chunks[i].tag != tag;
      ring_stageChunk(warp.staged(0), begin + i * 32, chunks[i]);
    }
  return !__any_sync(ring_kAllLanes, isMissing);
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
