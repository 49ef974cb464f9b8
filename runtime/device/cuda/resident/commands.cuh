// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of actors, as messages to their shard: spawn, kill, restart, read the state. Each is
// done by the whole warp at its place in the order of messages, and acknowledged.
#pragma once

#include "deliver.cuh"

/// Below kLifeBits; above are messages of the actor that were put aside.
__device__ __forceinline__ ring_u32 ring_lifeOf(ring_u32 life) {
  return life & ((1u << ring_abi::kLifeBits) - 1);
}
__device__ __forceinline__ bool ring_isActive(ring_u32 life) {
  return ring_lifeOf(life) == ring_abi::kEntryActive;
}
__device__ __forceinline__ ring_u32 ring_withLife(ring_u32 before, ring_u32 life) {
  return before >> ring_abi::kLifeBits << ring_abi::kLifeBits | life;
}
__device__ __forceinline__ void ring_setLife(ring_abi::ResidentEntry& entry, ring_u32 life) {
  entry.life = ring_withLife(entry.life, life);
}

/// Copies whole chunks between pinned memory and the arena.
__device__ __forceinline__ void ring_copy(const ring_Warp& warp, void* to, const void* from,
                                          ring_u32 bytes) {
#pragma unroll 1
  for (ring_u32 i = warp.lane; i < (bytes + 15) / 16; i += 32)
    ((uint4*)to)[i] = __ldcv((const uint4*)from + i);
}

__device__ __forceinline__ ring_abi::ResidentOutcomeCode ring_obey(const ring_Warp& warp,
                                                                   const ring_Staged& message) {
  const ring_abi::MessageHeader& header = message.header;
  const auto& arguments = *(const ring_abi::CommandArguments*)message.payload();
  if (header.targetIndex >= ring_table.actors)
    return ring_abi::ResidentOutcomeCode::Gone;
  ring_abi::ResidentEntry& entry = ring_table.directory[header.targetIndex];
  ring_u8* state = ring_table.states + ring_u64(arguments.place) * 16;
  const bool isLeader = warp.lane == 0;
  switch (ring_abi::Command(header.type)) {
  case ring_abi::Command::Spawn:
    ring_copy(warp, state, (const void*)arguments.from, arguments.bytes);
    if (arguments.keep != ring_abi::kKeepsNoImage) { // from the host: kept for the next actor
      ring_copy(warp, ring_table.states + ring_u64(arguments.keep) * 16, state, arguments.bytes);
      ring_fenceHost(); // another shard may read it after the answer
    }
    __syncwarp();
    if (isLeader)
      entry = {arguments.place, header.targetGeneration, ring_u16(arguments.actorType),
               ring_withLife(entry.life, ring_abi::kEntryActive), 0};
    __syncwarp();
    return ring_abi::ResidentOutcomeCode::Ok;
  case ring_abi::Command::ReadState:
    if (entry.generation != header.targetGeneration ||
        ring_lifeOf(entry.life) == ring_abi::kEntryFree)
      return ring_abi::ResidentOutcomeCode::Gone;
    ring_copy(warp, (void*)arguments.from, ring_table.states + ring_u64(entry.place) * 16,
              arguments.bytes);
    ring_fenceHost(); // each lane's own stores, before the answer
    __syncwarp();
    return ring_abi::ResidentOutcomeCode::Ok;
  case ring_abi::Command::Kill:
  case ring_abi::Command::Restart: {
    const ring_u32 life = ring_lifeOf(entry.life);
    const bool isRestart = ring_abi::Command(header.type) == ring_abi::Command::Restart;
    if (entry.generation != header.targetGeneration ||
        (life != ring_abi::kEntryActive && life != ring_abi::kEntryFailed))
      return ring_abi::ResidentOutcomeCode::Gone;
    if (isRestart)
      ring_copy(warp, ring_table.states + ring_u64(entry.place) * 16, (const void*)arguments.from,
                arguments.bytes);
    __syncwarp(); // all have looked, and the state is there, before the entry changes
    if (isLeader)
      ring_setLife(entry, isRestart ? ring_abi::kEntryActive : ring_abi::kEntryTerminated);
    __syncwarp();
    return isRestart && life == ring_abi::kEntryFailed ? ring_abi::ResidentOutcomeCode::Failed
                                                       : ring_abi::ResidentOutcomeCode::Ok;
  }
  }
  return ring_abi::ResidentOutcomeCode::WrongType;
}

/// The command at `index`: obeyed and answered.
__device__ __forceinline__ void ring_command(ring_Warp& warp, ring_u32 index) {
  const ring_Staged& message = warp.staged(index);
  const ring_abi::ResidentOutcomeCode code = ring_obey(warp, message);
  const ring_abi::MessageHeader& header = message.header;
  __syncwarp(); // the answer before is out
  if (warp.lane == 0) {
    ring_writeOutcome(warp.sends, header.targetIndex, header.targetGeneration,
                      ring_outcomeFlags(0, header.sourceShard), message.origin, code, 0);
    ++warp.counters->replies;
  }
  ring_deliverOne(warp, ring_ringOfHost(warp, header.sourceShard), warp.sends);
}
