// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a handler sees: its message, its actor, and where its sends wait until it has ended. A lane
// writes only its own outbox, so nothing here synchronises. In Warp and Block actors the leader's
// context counts.
#pragma once

#include "memory.cuh"

typedef ring::ActorId ring_ActorId;

constexpr ring_u32 ring_kStreamWords = RING_SLOT_CHUNKS * ring_abi::kWordsPerChunk;
constexpr ring_u32 ring_kTrySends = 8; // abi::kTrySendsPerMessage
enum : ring_u32 { ring_kActive, ring_kStopped, ring_kFailed };
constexpr ring_u32 ring_kNoHandler = 0xffff;
enum : ring_u32 { ring_kThreadScope, ring_kWarpScope, ring_kBlockScope, ring_kNoScope };

/// By one access: parts of it would be fetched one after the other, each when it is asked for.
__device__ __forceinline__ ring_abi::ResidentEntry
ring_entryAt(const ring_abi::ResidentEntry* from) {
  const uint4 words = *(const uint4*)from;
  return {words.x, ring_u16(words.y), ring_u16(words.y >> 16), words.z, words.w};
}

/// A message in shared memory. The payload follows, aligned to 16.
struct alignas(16) ring_Staged {
  ring_u32 padding[2];
  ring_abi::MessageHeader header;
  ring_u64 origin;

  /// The stream: header without tag, origin, payload.
  __device__ __forceinline__ ring_u32* words() { return &header.targetIndex; }
  __device__ __forceinline__ const ring_u32* words() const { return &header.targetIndex; }
  __device__ __forceinline__ const void* payload() const { return this + 1; }
};
static_assert(sizeof(ring_Staged) == 32, "the payload is aligned to 16");

/// The sends of a lane: the first in shared memory where there is room (that of the first lane
/// always), the others in global.
struct ring_Outbox {
  ring_u32* first;
  ring_u32* more;
  __device__ __forceinline__ ring_u32* at(ring_u32 index) const {
    return index == 0 ? first : more + (index - 1) * ring_kStreamWords;
  }
};

struct ring_Context {
  ring_Outbox outbox;
  const ring_Staged* message;
  ring_ActorId self;
  ring_u32 sends, trySends;
  ring_u32 status, failCode;
  bool replied;
};

__device__ __forceinline__ bool ring_isFromHost(const ring_Staged& message) {
  return (message.header.flags & ring_abi::kFlagFromHost) != 0;
}
__device__ __forceinline__ ring_ActorId ring_self(const ring_Context& ctx) { return ctx.self; }
__device__ __forceinline__ ring_ActorId ring_sender(const ring_Context& ctx) {
  const ring_Staged& message = *ctx.message;
  if (ring_isFromHost(message))
    return {ring_abi::kHostIndex, 0, message.header.sourceShard};
  return {ring_u32(message.origin), ring_u16(message.origin >> 32), ring_u16(message.origin >> 48)};
}
__device__ __forceinline__ bool ring_failed(const ring_Context& ctx) {
  return ctx.status == ring_kFailed;
}
__device__ __forceinline__ ring_u32 ring_failCode(const ring_Context& ctx) { return ctx.failCode; }
__device__ __forceinline__ void ring_fail(ring_Context& ctx, ring_u32 code) {
  ctx.status = ring_kFailed;
  ctx.failCode = code;
}
__device__ __forceinline__ void ring_stop(ring_Context& ctx) {
  if (ctx.status == ring_kActive)
    ctx.status = ring_kStopped;
}

/// Loads `count` words, then stores them: a store may change what a load behind it reads, as far as
/// a compiler knows, so in turns each load would wait for the one before, 85 cycles a word.
template <ring_u32 count>
__device__ __forceinline__ void ring_copyWords(ring_u32* to, const ring_u8* from) {
  if constexpr (count != 0) {
    ring_u32 words[count];
#pragma unroll
    for (ring_u32 i = 0; i < count; ++i)
      memcpy(words + i, from + i * 4, 4);
#pragma unroll
    for (ring_u32 i = 0; i < count; ++i)
      to[i] = words[i];
  }
}
/// Small payloads stay in registers. A large one lies in the lane's own memory, a line a word, and
/// not in the first cache: many words are on their way at once.
template <class Payload>
__device__ __forceinline__ void ring_putPayload(ring_u32* to, const Payload& payload) {
  constexpr ring_u32 block = 32, words = sizeof(Payload) / 4, blocks = words / block * block;
  const auto* const from = (const ring_u8*)&payload;
#pragma unroll 1
  for (ring_u32 at = 0; at < blocks; at += block)
    ring_copyWords<block>(to + at, from + at * 4);
  ring_copyWords<words - blocks>(to + blocks, from + blocks * 4);
  if constexpr (sizeof(Payload) % 4 != 0) {
    ring_u32 word = 0;
    memcpy(&word, from + words * 4, sizeof(Payload) % 4);
    to[words] = word;
  }
}

/// Puts one stream into the outbox. The compiler counted the sends, so there is room.
template <class Payload>
__device__ __forceinline__ void ring_put(ring_Context& ctx, ring_u32 index, ring_u32 generation,
                                         ring_u32 type, ring_u32 flags, ring_u32 source,
                                         ring_u64 origin, const Payload& payload) {
  ring_u32* to = ctx.outbox.at(ctx.sends++);
  to[0] = index;
  to[1] = generation | type << 16;
  to[2] = flags | ring_abi::chunksOf(sizeof(Payload)) << 8 | source << 16;
  to[3] = ring_u32(origin);
  to[4] = ring_u32(origin >> 32);
  ring_putPayload(to + ring_abi::kPayloadWord, payload);
}

/// To a client of the host: the target names the sender.
template <class Payload>
__device__ __forceinline__ void ring_putToHost(ring_Context& ctx, ring_u32 client, ring_u32 type,
                                               ring_u32 flags, ring_u64 correlation,
                                               const Payload& payload) {
  ring_put(ctx, ctx.self.index, ctx.self.generation, type, flags | ring_abi::kFlagToHost, client,
           correlation, payload);
}
template <class Payload>
__device__ __forceinline__ void ring_putTo(ring_Context& ctx, ring_ActorId target, ring_u32 type,
                                           ring_u32 flags, const Payload& payload) {
  // One place that writes, whoever it goes to: handlers that send much are half as long.
  const bool toHost = target.index == ring_abi::kHostIndex;
  ring_put(ctx, toHost ? ctx.self.index : target.index,
           toHost ? ctx.self.generation : target.generation, type,
           flags | (toHost ? ring_abi::kFlagToHost : 0), toHost ? target.shard : 0,
           toHost ? 0 : ctx.self.index | ring_u64(ctx.self.generation) << 32, payload);
}

/// Not inlined: the way of a message that is answered has no use for it.
__device__ __noinline__ void ring_writeOutcome(ring_u32* to, ring_u32 index, ring_u32 generation,
                                               ring_u32 flags, ring_u64 correlation,
                                               ring_abi::ResidentOutcomeCode code,
                                               ring_u32 failCode) {
  to[0] = index;
  to[1] = generation;
  to[2] = flags;
  to[3] = ring_u32(correlation);
  to[4] = ring_u32(correlation >> 32);
  to[ring_abi::kPayloadWord] = ring_u32(code);
  to[ring_abi::kPayloadWord + 1] = failCode;
}
__device__ __forceinline__ ring_u32 ring_outcomeFlags(ring_u32 flags, ring_u32 client) {
  return flags | ring_abi::kFlagOutcome | ring_abi::kFlagToHost |
         ring_abi::chunksOf(sizeof(ring_abi::ResidentOutcome)) << 8 | client << 16;
}
/// What became of a message or of the actor, to a client of the host.
__device__ __forceinline__ void ring_putOutcome(ring_Context& ctx, ring_u32 client, ring_u32 flags,
                                                ring_u64 correlation,
                                                ring_abi::ResidentOutcomeCode code) {
  ring_writeOutcome(ctx.outbox.at(ctx.sends++), ctx.self.index, ctx.self.generation,
                    ring_outcomeFlags(flags, client), correlation, code, ctx.failCode);
}

// What the modules' ring_reply, ring_send and ring_trySend call, with types of this program.
template <class Payload>
__device__ __forceinline__ void ring_postReply(ring_Context& ctx, ring_u32 type,
                                               const Payload& payload) {
  const ring_Staged& message = *ctx.message;
  if (!ring_isFromHost(message))
    return ring_putTo(ctx, ring_sender(ctx), type, ring_abi::kFlagReply, payload);
  ring_putToHost(ctx, message.header.sourceShard, type, ring_abi::kFlagReply, message.origin,
                 payload);
  ctx.replied = true;
}
template <class Payload>
__device__ __forceinline__ void ring_postSend(ring_Context& ctx, ring_ActorId target, ring_u32 type,
                                              const Payload& payload) {
  ring_putTo(ctx, target, type, 0, payload);
}
template <class Payload>
__device__ __forceinline__ bool ring_postTrySend(ring_Context& ctx, ring_ActorId target,
                                                 ring_u32 type, const Payload& payload) {
  if (ctx.trySends == ring_kTrySends)
    return false;
  ++ctx.trySends;
  ring_putTo(ctx, target, type, 0, payload);
  return true;
}

/// A variable that the lanes of a warp share, in a block of several warps.
#define RING_WARP_SHARED(name, ...)                                                                \
  __shared__ __VA_ARGS__ name##_ofWarps[ring_abi::kWarpsPerBlock];                                 \
  __VA_ARGS__& name = name##_ofWarps[threadIdx.x / 32u]
