// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One activation of an actor in a round (ringkernel/abi/Rounds.h): messages in, sends out. Handlers know
// of it only ring_Context and the functions that take one. In Warp and Block actors the leader's context
// counts; the other lanes' only tell who they are. Assumes the printed abi.
// uses: msl/types.metal

struct ring_Context {
  device ring_u8* outbox;
  device atomic_uint* outboxCount;
  uint outboxCapacity, slotBytes;
  device const ring_Envelope* message;
  ring_ActorId self;
  uint sends;     // of this activation, so far
  uint firstSend; // sends before the current message
  uint trySends;  // of the current message
  uint status, failCode, handled;
  uint lane;      // of the actor's group
};

static ring_ActorId ring_self(thread const ring_Context& ctx) { return ctx.self; }
static ring_ActorId ring_sender(thread const ring_Context& ctx) {
  return ctx.message->source.source;
}
static bool ring_failed(thread const ring_Context& ctx) { return ctx.status == ring_kFailed; }
static uint ring_failCode(thread const ring_Context& ctx) { return ctx.failCode; }
static void ring_fail(thread ring_Context& ctx, uint code) {
  ctx.status = ring_kFailed;
  ctx.failCode = code;
}
static void ring_stop(thread ring_Context& ctx) {
  if (ctx.status == ring_kActive)
    ctx.status = ring_kStopped;
}

/// Takes a slot of the outbox and fills its envelope; null, with the status set, where the launcher
/// gave too few.
static device ring_u8* ring_takeSlot(thread ring_Context& ctx, ring_ActorId target, uint type,
                                     uint flags, ulong correlation, uint bytes) {
  // Pairs with nothing in this round: the end of the dispatch makes the slots visible.
  const uint ticket = atomic_fetch_add_explicit(ctx.outboxCount, 1u, memory_order_relaxed);
  if (ticket >= ctx.outboxCapacity) {
    ctx.status = ring_kOverflow;
    return nullptr;
  }
  device ring_u8* slot = ctx.outbox + ulong(ticket) * ctx.slotBytes;
  device ring_Envelope* envelope = (device ring_Envelope*)slot;
  ctx.sends += 1u;
  envelope->header.tag = ctx.sends;
  envelope->header.targetIndex = target.index;
  envelope->header.targetGeneration = target.generation;
  envelope->header.type = ushort(type);
  envelope->header.flags = ring_u8(flags);
  envelope->header.chunks =
      ring_u8((ring_kPayloadOffset + bytes + ring_kChunkBytes - 1u) / ring_kChunkBytes);
  envelope->header.sourceShard = ushort(0);
  envelope->source.source = ctx.self;
  envelope->source.correlation = correlation;
  return slot + ring_kPayloadOffset;
}

template <class Message>
static void ring_post(thread ring_Context& ctx, ring_ActorId target, uint type, uint flags,
                      ulong correlation, Message message) {
  device ring_u8* payload =
      ring_takeSlot(ctx, target, type, flags, correlation, uint(sizeof(Message)));
  if (payload != nullptr)
    *(device Message*)payload = message;
}

template <class Message>
static void ring_reply(thread ring_Context& ctx, uint type, Message message) {
  const ring_ActorId target = ctx.message->source.source;
  ring_post(ctx, target, type, uint(ring_kFlagReply), ctx.message->source.correlation, message);
}
template <class Message>
static void ring_send(thread ring_Context& ctx, ring_ActorId target, uint type, Message message) {
  ring_post(ctx, target, type, 0u, 0ul, message);
}
template <class Message>
static bool ring_trySend(thread ring_Context& ctx, ring_ActorId target, uint type,
                         Message message) {
  if (ctx.trySends == ring_kTrySendsPerMessage)
    return false;
  ctx.trySends += 1u;
  ring_post(ctx, target, type, 0u, 0ul, message);
  return true;
}

/// The context of an activation, before its first message.
static ring_Context ring_beginActivation(device const ring_RoundParams& params,
                                         device ring_RoundControl& control,
                                         device const ring_Activation& activation,
                                         device ring_u8* outbox, uint lane) {
  ring_Context ctx;
  ctx.outbox = outbox;
  ctx.outboxCount = &control.outboxCount;
  ctx.outboxCapacity = params.outboxCapacity;
  ctx.slotBytes = params.slotBytes;
  ctx.message = nullptr;
  ctx.self = activation.self;
  ctx.sends = ctx.firstSend = ctx.trySends = 0u;
  ctx.status = ring_kActive;
  ctx.failCode = ctx.handled = 0u;
  ctx.lane = lane;
  return ctx;
}

/// Makes the next message the current one.
static void ring_beginMessage(thread ring_Context& ctx, device const ring_Activation& activation,
                              device const ring_u8* inbox) {
  ctx.message = (device const ring_Envelope*)(inbox + ulong(activation.firstMessage + ctx.handled) *
                                                          ctx.slotBytes);
  ctx.firstSend = ctx.sends;
  ctx.trySends = 0u;
  ctx.handled += 1u;
}

/// The sends of a handler that failed do not count.
static void ring_endMessage(thread ring_Context& ctx) {
  if (ctx.status == ring_kFailed)
    ctx.sends = ctx.firstSend;
}

template <class Message> static device const Message& ring_payload(thread const ring_Context& ctx) {
  return *(device const Message*)((device const ring_u8*)ctx.message + ring_kPayloadOffset);
}

static void ring_endActivation(thread const ring_Context& ctx,
                               device ring_ActivationResult& result) {
  result.status = ctx.status;
  result.failCode = ctx.failCode;
  result.handled = ctx.handled;
  result.sends = ctx.sends;
}
