// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One activation of an actor in a round (ringkernel/abi/Rounds.h): messages in, sends out. Buffers are
// words; offsets are those of the printed abi, in bytes. The state arena, binding 5, is declared by the
// printed file. In Warp and Block actors the leader's context counts.

@group(0) @binding(0) var<storage, read> ring_params: array<u32>;
@group(0) @binding(1) var<storage, read_write> ring_control: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> ring_activations: array<u32>;
@group(0) @binding(3) var<storage, read> ring_inbox: array<u32>;
@group(0) @binding(4) var<storage, read_write> ring_outbox: array<u32>;
@group(0) @binding(6) var<storage, read_write> ring_results: array<u32>;

struct ring_Context {
  self_: vec2<u32>,       // ring::ActorId as two words
  sender: vec2<u32>,
  correlation: vec2<u32>,
  sends: u32,             // of this activation, so far
  firstSend: u32,         // sends before the current message
  trySends: u32,          // of the current message
  status: u32,
  failCode: u32,
  handled: u32,
}
var<private> ring_ctx: ring_Context;

/// No slot was left.
const ring_none = 0xffffffffu;

fn ring_failed() -> bool { return ring_ctx.status == ring_kFailed; }
fn ring_fail(code: u32) {
  ring_ctx.status = ring_kFailed;
  ring_ctx.failCode = code;
}
fn ring_stop() {
  if (ring_ctx.status == ring_kActive) {
    ring_ctx.status = ring_kStopped;
  }
}

/// Takes a slot of the outbox and fills its envelope; gives the word of the payload.
fn ring_post(target_: vec2<u32>, type_: u32, flags: u32, correlation: vec2<u32>, bytes: u32) -> u32 {
  let ticket = atomicAdd(&ring_control[ring_RoundControl_outboxCount / 4u], 1u);
  if (ticket >= ring_params[ring_RoundParams_outboxCapacity / 4u]) {
    ring_ctx.status = ring_kOverflow;
    return ring_none;
  }
  let slot = ticket * (ring_params[ring_RoundParams_slotBytes / 4u] / 4u);
  let chunks = (ring_kPayloadOffset + bytes + ring_kChunkBytes - 1u) / ring_kChunkBytes;
  ring_ctx.sends += 1u;
  ring_outbox[slot + ring_MessageHeader_tag / 4u] = ring_ctx.sends;
  ring_outbox[slot + ring_MessageHeader_targetIndex / 4u] = target_.x;
  ring_outbox[slot + ring_MessageHeader_targetGeneration / 4u] =
      (target_.y & 0xffffu) | (type_ << (ring_MessageHeader_type % 4u * 8u));
  ring_outbox[slot + ring_MessageHeader_flags / 4u] =
      flags | (chunks << (ring_MessageHeader_chunks % 4u * 8u));
  let source = slot + ring_Envelope_source / 4u;
  ring_outbox[source + ring_MessageSource_source / 4u] = ring_ctx.self_.x;
  ring_outbox[source + ring_MessageSource_source / 4u + 1u] = ring_ctx.self_.y;
  ring_outbox[source + ring_MessageSource_correlation / 4u] = correlation.x;
  ring_outbox[source + ring_MessageSource_correlation / 4u + 1u] = correlation.y;
  return slot + ring_kPayloadOffset / 4u;
}
fn ring_reply(type_: u32, bytes: u32) -> u32 {
  return ring_post(ring_ctx.sender, type_, ring_kFlagReply, ring_ctx.correlation, bytes);
}
fn ring_send(target_: vec2<u32>, type_: u32, bytes: u32) -> u32 {
  return ring_post(target_, type_, 0u, vec2<u32>(), bytes);
}
/// Counts one more trySend; false where the message has had its share.
fn ring_mayTry() -> bool {
  if (ring_ctx.trySends == ring_kTrySendsPerMessage) {
    return false;
  }
  ring_ctx.trySends += 1u;
  return true;
}

fn ring_beginActivation(activation: u32) {
  let self_ = activation + ring_Activation_self / 4u;
  ring_ctx = ring_Context();
  ring_ctx.self_ = vec2<u32>(ring_activations[self_], ring_activations[self_ + 1u]);
  ring_ctx.status = ring_kActive;
}
/// Makes the message whose envelope begins at this word the current one.
fn ring_beginMessage(message: u32) {
  let source = message + ring_Envelope_source / 4u;
  let sender = source + ring_MessageSource_source / 4u;
  let correlation = source + ring_MessageSource_correlation / 4u;
  ring_ctx.sender = vec2<u32>(ring_inbox[sender], ring_inbox[sender + 1u]);
  ring_ctx.correlation = vec2<u32>(ring_inbox[correlation], ring_inbox[correlation + 1u]);
  ring_ctx.firstSend = ring_ctx.sends;
  ring_ctx.trySends = 0u;
  ring_ctx.handled += 1u;
}
fn ring_messageType(message: u32) -> u32 {
  return extractBits(ring_inbox[message + ring_MessageHeader_type / 4u],
                     ring_MessageHeader_type % 4u * 8u, 16u);
}
/// The sends of a handler that failed do not count.
fn ring_endMessage() {
  if (ring_ctx.status == ring_kFailed) {
    ring_ctx.sends = ring_ctx.firstSend;
  }
}
fn ring_endActivation(slot: u32) {
  let result = slot * (ring_ActivationResult_size / 4u);
  ring_results[result + ring_ActivationResult_status / 4u] = ring_ctx.status;
  ring_results[result + ring_ActivationResult_failCode / 4u] = ring_ctx.failCode;
  ring_results[result + ring_ActivationResult_handled / 4u] = ring_ctx.handled;
  ring_results[result + ring_ActivationResult_sends / 4u] = ring_ctx.sends;
}
