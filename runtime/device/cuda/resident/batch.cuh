// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A batch of staged messages: what is for another shard goes on, what is for ours is handled, in
// rounds. Thread actors: lanes of one actor take turns by rank, so that its messages are handled in
// order; a round is one call a lane. Warp and Block actors: one message a round, by all lanes. The
// sends of a round go out when it has ended. Commands stand between rounds, at their place.
//
// A message alone has a way of its own: single.cuh.
//
// Assumes what the composed program brings: ring_callThread, ring_callWarp, ring_callBlock,
// ring_scopeOf, ring_handlerOf, ring_isReadOnly, ring_makesMore.
#pragma once

#include "commands.cuh"

/// What a lane found out about its message.
struct ring_Task {
  ring_abi::ResidentEntry* entry;
  void* state;
  ring_u32 actorType, handler, scope;
  ring_abi::ResidentOutcomeCode found; ///< where there is no handler: what is answered
};

__device__ __forceinline__ ring_Context ring_begin(const ring_Warp& warp,
                                                   const ring_Staged& message) {
  ring_Context ctx;
  ctx.outbox = warp.outbox;
  ctx.message = &message;
  ctx.self = {message.header.targetIndex, message.header.targetGeneration, 0};
  ctx.sends = ctx.trySends = 0;
  ctx.status = ring_kActive;
  ctx.failCode = 0;
  ctx.replied = false;
  return ctx;
}

/// To whom asked; a message that nobody asked with has no outcome.
__device__ __forceinline__ void ring_putAnswer(ring_Context& ctx,
                                               ring_abi::ResidentOutcomeCode code) {
  const ring_Staged& message = *ctx.message;
  if (ring_isFromHost(message) && message.origin != 0)
    ring_putOutcome(ctx, message.header.sourceShard, 0, message.origin, code);
}

/// After the handler: a failed one has sent nothing, whoever waits is told, and the end of an actor
/// is told to the host.
__device__ __forceinline__ void ring_finish(ring_Context& ctx, ring_abi::ResidentEntry& entry) {
  if (__builtin_expect(ctx.status == ring_kActive, 1)) {
    if (!ctx.replied)
      ring_putAnswer(ctx, ring_abi::ResidentOutcomeCode::NoReply);
    return;
  }
  const bool failed = ctx.status == ring_kFailed;
  if (failed)
    ctx.sends = 0;
  if (failed && ring_isFromHost(*ctx.message))
    ring_putOutcome(ctx, ctx.message->header.sourceShard, 0, ctx.message->origin,
                    ring_abi::ResidentOutcomeCode::Failed);
  else if (!failed && !ctx.replied)
    ring_putAnswer(ctx, ring_abi::ResidentOutcomeCode::NoReply);
  entry.failCode = ctx.failCode;
  ring_setLife(entry, failed ? ring_abi::kEntryFailed : ring_abi::kEntryTerminated);
  ring_putOutcome(ctx, 0, ring_abi::kFlagEnded, 0,
                  failed ? ring_abi::ResidentOutcomeCode::Failed
                         : ring_abi::ResidentOutcomeCode::Ok);
}

/// Delivers what the lanes' outboxes hold: of each lane in its order, of lanes in theirs. Lanes
/// with `forward` have that instead, somebody else's message. Where not `inOrder` each lane has
/// sends of an actor of its own.
__device__ __forceinline__ void ring_flush(ring_Warp& warp, const ring_Context& ctx, bool isActive,
                                           const ring_u32* forward, bool inOrder) {
#pragma unroll 1
  for (ring_u32 i = 0;; ++i) {
    const bool sends = isActive && i < (forward ? 1 : ctx.sends);
    const ring_u32 mask = __ballot_sync(ring_kAllLanes, sends);
    if (mask == 0)
      return;
    const ring_u32* words = forward ? forward : ctx.outbox.at(i);
    ring_u32 ring = 0;
    bool toHost = false;
    if (sends) {
      toHost = (words[2] & ring_abi::kFlagToHost) != 0;
      ring = toHost ? ring_ringOfHost(warp, words[2] >> 16) : ring_ringTo(warp, words[0]);
    }
    warp.counts.replies += __popc(__ballot_sync(ring_kAllLanes, toHost));
    warp.counts.sent += __popc(__ballot_sync(ring_kAllLanes, sends && !toHost && !forward));
    ring_deliver(warp, mask, ring, words, {inOrder, i != 0});
  }
}

/// Finds the actor and the handler.
__device__ __forceinline__ void ring_find(const ring_Staged& message, ring_Task& task) {
  const ring_abi::MessageHeader& header = message.header;
  task.found = ring_abi::ResidentOutcomeCode::Gone;
  if (header.targetIndex >= ring_table.actors)
    return;
  task.entry = ring_table.directory + header.targetIndex;
  const ring_abi::ResidentEntry entry = ring_entryAt(task.entry);
  if (entry.generation != header.targetGeneration || !ring_isActive(entry.life))
    return;
  task.found = ring_abi::ResidentOutcomeCode::WrongType;
  const ring_u32 handler = ring_handlerOf(entry.actorType, header.type);
  if (handler == ring_kNoHandler)
    return;
  task.state = ring_table.states + ring_u64(entry.place) * 16;
  task.actorType = entry.actorType;
  task.handler = handler;
  task.scope = ring_scopeOf(entry.actorType);
}

/// Whether no two lanes of those with `isMine` have the same key; false, too, where two of their
/// keys are the same modulo the table's size. Takes a sixth of the time of a match, which compares
/// one key after the other.
__device__ __forceinline__ bool ring_areDistinct(ring_Warp& warp, bool isMine, ring_u32 key) {
  ++warp.metNumber;
  bool isMet = false;
  if (isMine)
    isMet = ring_exchangeShared(warp.met + key % ring_kMetPlaces, warp.metNumber) == warp.metNumber;
  return !__any_sync(ring_kAllLanes, isMet);
}

/// The round in which a lane's message is handled. An actor's messages that write nothing, fail
/// nowhere and send at most once each are handled at once: nobody can tell. `isAlone`: no two have
/// one actor, as far as is known.
__device__ __forceinline__ ring_u32 ring_rank(ring_Warp& warp, bool isThread, ring_u32 actor,
                                              const ring_Task& task, bool& isAlone) {
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isThread);
  isAlone = (mask & (mask - 1)) == 0 || ring_areDistinct(warp, isThread, actor / RING_SHARDS);
  if (isAlone || !isThread)
    return 0;
  const ring_u32 peers = __match_any_sync(mask, actor);
  const ring_u32 readers = __ballot_sync(mask, ring_isReadOnly(task.actorType, task.handler));
  return (peers & ~readers) == 0 ? 0 : __popc(peers & ring_lanesBelow());
}

/// One message of a Warp or Block actor, by all lanes; lane `owner` staged it. True where the actor
/// took it.
template <class CallBlock>
__device__ __forceinline__ bool ring_groupCall(const ring_Warp& warp, ring_u32 owner,
                                               const ring_Task& mine, ring_Context& ctx,
                                               CallBlock callBlock) {
  ring_Task task;
  task.entry = (ring_abi::ResidentEntry*)ring_shuffle(ring_u64(mine.entry), owner);
  task.state = (void*)ring_shuffle(ring_u64(mine.state), owner);
  task.actorType = __shfl_sync(ring_kAllLanes, mine.actorType, owner);
  task.handler = __shfl_sync(ring_kAllLanes, mine.handler, owner);
  task.scope = __shfl_sync(ring_kAllLanes, mine.scope, owner);
  const bool isAlive = ring_isActive(task.entry->life);
  __syncwarp(); // all have looked before the leader ends it
  if (isAlive && task.scope == ring_kWarpScope)
    ring_callWarp(task.actorType, task.handler, task.state, ctx.message->payload(), ctx);
  else if (isAlive)
    callBlock(task, *ctx.message, ctx);
  __syncwarp();
  if (warp.lane != 0)
    return isAlive;
  if (isAlive)
    ring_finish(ctx, *task.entry);
  else
    ring_putAnswer(ctx, ring_abi::ResidentOutcomeCode::Gone);
  return isAlive;
}

/// Messages that have not had their round.
struct ring_Part {
  ring_u32 waiting; ///< lanes whose messages wait for a round of their own rank
  ring_u32 groups;  ///< lanes whose messages take a round each
  ring_u32 rank;
  bool inOrder;            ///< lanes may have sends of one actor
  const ring_u32* forward; ///< the stream, where this lane's message is for another shard
};

/// Staged messages [begin, end) without those of `skipped`, none of them a command to this shard.
__device__ __forceinline__ ring_Part ring_part(ring_Warp& warp, ring_u32 begin, ring_u32 end,
                                               ring_u32 skipped, ring_Task& task) {
  const bool isActive = warp.lane >= begin && warp.lane < end && (skipped >> warp.lane & 1u) == 0;
  ring_Staged& mine = warp.staged(isActive ? warp.lane : begin);
  const bool isLocal = isActive && ring_shardOf(mine.header.targetIndex) == warp.shard;
  task = ring_Task{};
  task.scope = ring_kNoScope;
  if (isLocal)
    ring_find(mine, task);
  ring_Part part;
  part.forward = isActive && !isLocal ? mine.words() : nullptr;
  bool isAlone = false;
  part.rank =
      ring_rank(warp, task.scope == ring_kThreadScope, mine.header.targetIndex, task, isAlone);
  part.inOrder = __any_sync(ring_kAllLanes, part.forward != nullptr) || !isAlone;
  part.groups = __ballot_sync(ring_kAllLanes,
                              task.scope == ring_kWarpScope || task.scope == ring_kBlockScope);
  part.waiting = __ballot_sync(ring_kAllLanes, isActive) & ~part.groups;
  return part;
}

/// What is counted after a round: lanes that ran, those whose actor took the message, and those
/// whose actor ended by it.
__device__ __forceinline__ void ring_count(ring_Warp& warp, const ring_Context& ctx, bool runs,
                                           bool handled) {
  const ring_u32 taken = __ballot_sync(ring_kAllLanes, handled);
  warp.counts.handled += __popc(taken);
  warp.counts.deadLetters += __popc(__ballot_sync(ring_kAllLanes, runs) & ~taken);
  const ring_u32 ended = __ballot_sync(ring_kAllLanes, handled && ctx.status != ring_kActive);
  if (__builtin_expect(ended == 0, 1))
    return;
  const ring_u32 failed = __ballot_sync(ring_kAllLanes, handled && ctx.status == ring_kFailed);
  if (warp.lane == 0) {
    warp.counters->failed += __popc(failed);
    warp.counters->stopped += __popc(ended & ~failed);
  }
}

/// Handles staged messages [0, count) in order, but for those of `skipped`.
template <class CallBlock>
__device__ __forceinline__ void ring_take(ring_Warp& warp, ring_u32 count, ring_u32 skipped,
                                          CallBlock callBlock) {
  ring_Task task;
  const ring_abi::MessageHeader& header = warp.staged(warp.lane < count ? warp.lane : 0).header;
  const ring_u32 commands = __ballot_sync(
      ring_kAllLanes, warp.lane < count && (header.flags & ring_abi::kFlagCommand) != 0 &&
                          ring_shardOf(header.targetIndex) == warp.shard &&
                          (skipped >> warp.lane & 1u) == 0);
  ring_u32 done = 0, begin = 0, round = 0;
  ring_Part part{0, 0, 0, false, nullptr};
#pragma unroll 1
  while (true) {
    if ((part.waiting | part.groups) == 0) {
      if (done >= count)
        break;
      // Messages up to the next command, or that.
      const ring_u32 ahead = commands >> done;
      begin = done;
      if ((ahead & 1u) != 0) {
        ring_command(warp, begin);
        ++done;
        continue;
      }
      done = ahead != 0 ? begin + __ffs(ahead) - 1 : count;
      part = ring_part(warp, begin, done, skipped, task);
      round = 0;
      if (__builtin_expect((part.waiting | part.groups) == 0, 0))
        continue; // all are skipped
    }
    const bool isGroup = part.waiting == 0;
    const ring_u32 owner = isGroup                                  ? __ffs(part.groups) - 1
                           : warp.lane >= begin && warp.lane < done ? warp.lane
                                                                    : begin;
    const ring_Staged& message = warp.staged(owner);
    ring_Context ctx = ring_begin(warp, message);
    bool runs = false, handled = false;
    if (isGroup) {
      runs = warp.lane == 0;
      handled = ring_groupCall(warp, owner, task, ctx, callBlock) && runs;
      part.groups &= part.groups - 1;
    } else {
      runs = (part.waiting >> warp.lane & 1u) != 0 && part.rank == round;
      const bool isThread = task.scope == ring_kThreadScope;
      // An earlier message of this batch may have ended the actor.
      handled = runs && isThread && (round == 0 || ring_isActive(task.entry->life));
      if (handled) {
        ring_callThread(task.actorType, task.handler, task.state, message.payload(), ctx);
        ring_finish(ctx, *task.entry);
      } else if (runs && !part.forward) {
        ring_putAnswer(ctx, isThread ? ring_abi::ResidentOutcomeCode::Gone : task.found);
      }
      __syncwarp(); // states and entries: the next rank's lane is another one
      part.waiting &= ~__ballot_sync(ring_kAllLanes, runs);
      ++round;
    }
    const ring_u32* const forward = isGroup ? nullptr : part.forward;
    ring_count(warp, ctx, runs && !forward, handled);
    ring_flush(warp, ctx, runs, forward, part.inOrder);
  }
}
