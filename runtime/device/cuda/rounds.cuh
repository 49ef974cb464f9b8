// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One activation of an actor in a round (ringkernel/abi/Rounds.h): messages in, sends out. Handlers
// know of it only ring_Context and the functions that take one, so that another launcher can give
// them another. In Warp and Block actors the leader's context counts; the other lanes' only tell
// who they are. Assumes types.cuh and the printed abi.
//
// uses: cuda/types.cuh

/// A barrier of a Block actor's handler.
__device__ __forceinline__ void ring_syncBlock() { __syncthreads(); }

/// A variable that the lanes of a warp share; the type comes last, for it may hold commas.
#define RING_WARP_SHARED(name, ...) __shared__ __VA_ARGS__ name

struct ring_Context {
  ring_u8* outbox;
  ring_u32* outboxCount;
  ring_u32 outboxCapacity, slotBytes;
  const ring_Envelope* message;
  ring_ActorId self;
  ring_u32 sends;     // of this activation, so far
  ring_u32 firstSend; // sends before the current message
  ring_u32 trySends;  // of the current message
  ring_u32 status, failCode, handled;
};

__device__ __forceinline__ ring_ActorId ring_self(const ring_Context& ctx) { return ctx.self; }
__device__ __forceinline__ ring_ActorId ring_sender(const ring_Context& ctx) {
  return ctx.message->source.source;
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

/// Takes a slot of the outbox; null, with the status set, where the launcher gave too few.
__device__ __forceinline__ ring_Envelope* ring_takeSlot(ring_Context& ctx) {
  ring_u32 ticket;
  // Pairs with nothing in this round: the end of the grid makes the slots visible.
  asm volatile("atom.relaxed.gpu.global.add.u32 %0, [%1], 1;"
               : "=r"(ticket)
               : "l"(ctx.outboxCount)
               : "memory");
  if (ticket >= ctx.outboxCapacity) {
    ctx.status = ring_kOverflow;
    return nullptr;
  }
  return (ring_Envelope*)(ctx.outbox + ring_u64(ticket) * ctx.slotBytes);
}

template <class Message>
__device__ __forceinline__ void ring_post(ring_Context& ctx, ring_ActorId target, ring_u32 type,
                                          ring_u32 flags, ring_u64 correlation,
                                          const Message& message) {
  ring_Envelope* slot = ring_takeSlot(ctx);
  if (slot == nullptr)
    return;
  slot->header.tag = ++ctx.sends;
  slot->header.targetIndex = target.index;
  slot->header.targetGeneration = target.generation;
  slot->header.type = ring_u16(type);
  slot->header.flags = ring_u8(flags);
  slot->header.chunks =
      ring_u8((ring_kPayloadOffset + sizeof(Message) + ring_kChunkBytes - 1) / ring_kChunkBytes);
  slot->header.sourceShard = 0;
  slot->source.source = ctx.self;
  slot->source.correlation = correlation;
  *(Message*)((ring_u8*)slot + ring_kPayloadOffset) = message;
}

template <class Message>
__device__ __forceinline__ void ring_reply(ring_Context& ctx, ring_u32 type,
                                           const Message& message) {
  const ring_MessageSource source = ctx.message->source;
  ring_post(ctx, source.source, type, ring_kFlagReply, source.correlation, message);
}
template <class Message>
__device__ __forceinline__ void ring_send(ring_Context& ctx, ring_ActorId target, ring_u32 type,
                                          const Message& message) {
  ring_post(ctx, target, type, 0, 0, message);
}
template <class Message>
__device__ __forceinline__ bool ring_trySend(ring_Context& ctx, ring_ActorId target, ring_u32 type,
                                             const Message& message) {
  if (ctx.trySends == ring_kTrySendsPerMessage)
    return false;
  ++ctx.trySends;
  ring_post(ctx, target, type, 0, 0, message);
  return true;
}

/// The context of an activation, before its first message.
__device__ __forceinline__ ring_Context ring_beginActivation(const ring_RoundParams& params,
                                                             ring_RoundControl& control,
                                                             const ring_Activation& activation,
                                                             ring_u8* outbox) {
  ring_Context ctx;
  ctx.outbox = outbox;
  ctx.outboxCount = &control.outboxCount;
  ctx.outboxCapacity = params.outboxCapacity;
  ctx.slotBytes = params.slotBytes;
  ctx.message = nullptr;
  ctx.self = activation.self;
  ctx.sends = ctx.firstSend = ctx.trySends = 0;
  ctx.status = ring_kActive;
  ctx.failCode = ctx.handled = 0;
  return ctx;
}

/// Makes the next message the current one.
__device__ __forceinline__ void
ring_beginMessage(ring_Context& ctx, const ring_Activation& activation, const ring_u8* inbox) {
  ctx.message = (const ring_Envelope*)(inbox + ring_u64(activation.firstMessage + ctx.handled) *
                                                   ctx.slotBytes);
  ctx.firstSend = ctx.sends;
  ctx.trySends = 0;
  ++ctx.handled;
}

/// The sends of a handler that failed do not count.
__device__ __forceinline__ void ring_endMessage(ring_Context& ctx) {
  if (ctx.status == ring_kFailed)
    ctx.sends = ctx.firstSend;
}

template <class Message>
__device__ __forceinline__ const Message& ring_payload(const ring_Context& ctx) {
  return *(const Message*)((const ring_u8*)ctx.message + ring_kPayloadOffset);
}

__device__ __forceinline__ void ring_endActivation(const ring_Context& ctx,
                                                   ring_ActivationResult& result) {
  result.status = ctx.status;
  result.failCode = ctx.failCode;
  result.handled = ctx.handled;
  result.sends = ctx.sends;
}
