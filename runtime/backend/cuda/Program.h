// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel of a program, as source: device runtime, all registered modules, and the
// switch that calls their handlers. Text only; nothing here needs a GPU.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_PROGRAM_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_PROGRAM_H

#include "runtime/backend/cuda/Compiler.h"
#include "runtime/core/Registry.h"

#include <ringkernel/abi/Resident.h>

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <vector>

namespace ring::runtime::cuda {

/// Shared memory that a block of the kernel takes beside its own variables, at most: kernels beside
/// it have the rest of a multiprocessor's.
inline constexpr std::uint32_t kSharedOfBlock = 100 * 1024;

/// How the shards lie on the chip.
struct Placement {
  std::uint32_t warpBlocks;                   ///< blocks whose warps are shards, at least 1
  std::uint32_t blockShards;                  ///< blocks that are shards of Block actors
  std::uint32_t sharedBytes = kSharedOfBlock; ///< as kSharedOfBlock, less where the chip has less
  std::uint32_t warpShards() const { return warpBlocks * abi::kWarpsPerBlock; }
  std::uint32_t shards() const { return warpShards() + blockShards; }
  std::uint32_t blocks() const { return warpBlocks + blockShards; }
  /// Warps that poll for one client, a power of two: fewer on a small GPU.
  std::uint32_t lanes() const {
    return std::bit_floor(std::clamp(warpShards() / abi::kMaxClients, 1u, abi::kMaxLanes));
  }
  std::uint32_t clients() const { return std::min(abi::kMaxClients, warpShards() / lanes()); }
};

/// A ring's slots are given back in so many parts, as `ring_advance` (resident/record.cuh) does it.
inline constexpr std::uint32_t kPartsOfRing = 4;
/// Messages that a shard takes at a time: one for each lane of its warp.
inline constexpr std::uint32_t kBatch = 32;

/// What the source was composed for; host and device lay memory out by it.
struct Program {
  std::string source;
  std::vector<const ActorType*> actors;      ///< by number on the device
  std::uint32_t slotChunks = 4;              ///< of 16 bytes, a power of two
  std::uint32_t maxSends = 2;                ///< of one handler, what the runtime adds included
  const ActorType* mostSends = nullptr;      ///< whose handler sends so much
  std::uint32_t mostShared = kSharedOfBlock; ///< Placement::sharedBytes
  std::uint32_t slotBytes() const { return slotChunks * 16; }
  /// An odd number of 16 bytes: lanes that read their messages meet in few banks.
  std::uint32_t stageBytes() const { return ((12 + slotChunks * 12 + 15) / 16 | 1) * 16; }
  std::uint32_t streamWords() const { return slotChunks * 3; }
  /// Lanes whose first send lies in shared memory: all, where that is no more than 50 KiB a block.
  std::uint32_t sharedSends() const { return slotChunks <= 16 ? 32 : 1; }
  /// What a block of the kernel takes of shared memory beside its own variables: staged messages,
  /// near mailboxes, first sends.
  std::uint32_t sharedBytes() const { return sharedBytesWith(nearSlots()); }
  /// As ring_kStagedAtOnce.
  std::uint32_t stagedAtOnce() const { return slotChunks <= 32 ? 128 / slotChunks : 1; }
  // Slots of a shard's mailbox, of a lane of commands, of a client's two reply rings: powers of
  // two, fewer where slots are large.
  std::uint32_t mailboxSlots() const {
    return slotChunks <= 16 ? 256 : std::max(32u, 4096u / slotChunks);
  }
  /// Of a near mailbox, in shared memory: a power of two, up to what four looks take in where there
  /// is room for it; 0, none, where there is none for a look or slots are large.
  std::uint32_t nearSlots() const {
    for (std::uint32_t slots = slotChunks <= 32 ? 512 / slotChunks : 0;
         slots >= std::max(8u, stagedAtOnce()); slots /= 2)
      if (sharedBytesWith(slots) <= mostShared)
        return slots;
    return 0;
  }
  std::uint32_t laneSlots() const { return std::max(16u, 2048u / slotChunks); }
  /// Slots of a lane that the device may have taken and not given back: less than what it gives
  /// back at a time (ring_advance in resident/record.cuh: a quarter of a ring), and a batch under
  /// way.
  std::uint32_t untoldSlots() const { return laneSlots() / kPartsOfRing + kBatch; }
  /// Chunks from one lane to the next, two cache lines more than it has: the places that a thread
  /// writes to next, one a lane, lie in different sets of its first cache.
  std::uint32_t laneStride() const { return laneSlots() * slotChunks + 8; }
  std::uint32_t ownSlots() const { return std::max(64u, 4096u / slotChunks); }
  std::uint32_t sharedSlots() const { return std::max(64u, 32768u / slotChunks); }
  /// Replies that the host reads before it says so: some, since each time costs a store that the
  /// device looks for, and fewer than make either ring full.
  std::uint32_t creditEvery() const {
    return std::min(256u, std::min(ownSlots(), sharedSlots()) / 4);
  }
  // Messages that wait outside of mailboxes: of a block of their pool (RING_BLOCK_MESSAGES); bytes
  // of one (ring_kWaitingBytes); what a batch may send; what a shard wants room for before it takes
  // a batch (ring_kHeldRoom), and for those that it puts aside (ring_kAsideRoom).
  std::uint32_t blockMessages() const {
    return std::bit_floor(std::clamp(128u / slotChunks, 2u, 32u));
  }
  std::uint32_t waitingBytes() const {
    return (static_cast<std::uint32_t>(sizeof(abi::WaitingMessage)) + streamWords() * 4 + 15) / 16 *
           16;
  }
  std::uint32_t batchSends() const { return stagedAtOnce() * maxSends; }
  std::uint32_t heldRoom() const { return batchSends() + 4 * stagedAtOnce(); }
  std::uint32_t manyOwn() const { return 4 * std::max(stagedAtOnce(), 8u); } ///< ring_kManyOwn
  std::uint32_t asideRoom() const { return 4 * stagedAtOnce(); }
  /// Whose sends take so much memory, to be put behind what it is for; empty where nobody's do.
  std::string culprit() const;
  std::uint32_t maxPayload() const { return (streamWords() - 5) * 4; }

private:
  std::uint32_t sharedBytesWith(std::uint32_t nearSlots) const {
    return abi::kWarpsPerBlock * (stagedAtOnce() * stageBytes() + nearSlots * slotBytes() +
                                  sharedSends() * (streamWords() + 1) * 4);
  }
};

/// The largest message that a slot can carry: 254 chunks behind the header.
inline constexpr std::uint32_t kMaxPayload = (255 * 3 - 5) * 4;

/// Unsupported where a module has no CUDA source or a message is larger than kMaxPayload.
Result<Program> compose(std::span<const ActorType* const> actors, Registry& registry,
                        const Placement& placement);

/// What the source includes.
std::vector<Header> programHeaders();

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_PROGRAM_H
