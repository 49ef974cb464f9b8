// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A batch of staged messages: what is for another shard goes on, what is for ours is handled.
// Thread actors: lanes of one actor take turns by rank, so that its messages are handled in order;
// a round is one call a lane. Warp and Block actors: one message after the other, by all lanes. The
// sends of a round go out when it has ended.
//
// Assumes what the composed program brings: ring_callThread, ring_callWarp, ring_callBlock,
// ring_scopeOf, ring_handlerOf, ring_isReadOnly.
#pragma once

#include "deliver.cuh"

/// What a lane found out about its message.
struct ring_Task {
  ring_abi::ResidentEntry* entry;
  void* state;
  ring_u32 actorType, handler, scope;
};

__device__ __forceinline__ ring_Context ring_begin(const ring_Warp& warp,
                                                   const ring_Staged& message) {
  ring_Context ctx;
  ctx.outbox.first = warp.firstSends + warp.lane * (ring_kStreamWords + 1);
  ctx.outbox.more = warp.moreSends + warp.lane * (RING_MAX_SENDS * ring_kStreamWords);
  ctx.message = &message;
  ctx.self = {message.header.targetIndex, message.header.targetGeneration, 0};
  ctx.sends = ctx.trySends = 0;
  ctx.status = ring_kActive;
  ctx.failCode = 0;
  ctx.replied = false;
  return ctx;
}

__device__ __forceinline__ void ring_putOutcome(ring_Context& ctx, ring_u32 client,
                                                ring_u64 correlation,
                                                ring_abi::ResidentOutcomeCode code,
                                                ring_u32 failCode) {
  ring_putToHost(ctx, client, 0, ring_abi::kFlagOutcome, correlation,
                 ring_abi::ResidentOutcome{code, failCode});
}
/// To whom asked; a message that nobody asked with has no outcome.
__device__ __forceinline__ void ring_putAnswer(ring_Context& ctx,
                                               ring_abi::ResidentOutcomeCode code) {
  const ring_Staged& message = *ctx.message;
  if (ring_isFromHost(message) && message.origin != 0)
    ring_putOutcome(ctx, message.header.sourceShard, message.origin, code, ctx.failCode);
}

/// The end of an actor, told to the host.
__device__ __forceinline__ void ring_end(ring_Context& ctx, ring_abi::ResidentEntry& entry,
                                         ring_u32 life) {
  entry.failCode = ctx.failCode;
  entry.life = life;
  ring_putToHost(ctx, 0, 0, ring_abi::kFlagOutcome | ring_abi::kFlagEnded, 0,
                 ring_abi::ResidentOutcome{life == ring_abi::kEntryFailed
                                               ? ring_abi::ResidentOutcomeCode::Failed
                                               : ring_abi::ResidentOutcomeCode::Ok,
                                           ctx.failCode});
}

/// After the handler: a failed one has sent nothing, and whoever waits is told.
__device__ __forceinline__ void ring_finish(ring_Context& ctx, ring_abi::ResidentEntry& entry) {
  if (ctx.status == ring_kFailed) {
    ctx.sends = 0;
    if (ring_isFromHost(*ctx.message))
      ring_putOutcome(ctx, ctx.message->header.sourceShard, ctx.message->origin,
                      ring_abi::ResidentOutcomeCode::Failed, ctx.failCode);
    ring_end(ctx, entry, ring_abi::kEntryFailed);
    return;
  }
  if (!ctx.replied)
    ring_putAnswer(ctx, ring_abi::ResidentOutcomeCode::NoReply);
  if (ctx.status == ring_kStopped)
    ring_end(ctx, entry, ring_abi::kEntryTerminated);
}

/// Delivers what the lanes' outboxes hold: of each lane in its order, of lanes in theirs.
__device__ __forceinline__ void ring_flush(ring_Warp& warp, ring_Context& ctx, bool isActive) {
  for (ring_u32 i = 0;; ++i) {
    const bool sends = isActive && i < ctx.sends;
    if (!__any_sync(ring_kAllLanes, sends))
      return;
    ring_u32* words = ctx.outbox.at(i);
    ring_u32 ring = 0;
    bool toHost = false;
    if (sends) {
      toHost = (words[2] & ring_kFlagToHost) != 0;
      words[2] &= ~ring_kFlagToHost;
      ring = toHost ? ring_ringOfHost(warp, words[2] >> 16) : ring_shardOf(words[0]);
    }
    const ring_u32 replies = __popc(__ballot_sync(ring_kAllLanes, sends && toHost));
    warp.counters.replies += replies;
    warp.counters.sent += __popc(__ballot_sync(ring_kAllLanes, sends)) - replies;
    ring_deliver(warp, sends, ring, words);
  }
}

/// Finds the actor and the handler. Gives what is to be answered where there is none.
__device__ __forceinline__ ring_abi::ResidentOutcomeCode
ring_find(const ring_Warp& warp, const ring_Staged& message, ring_Task& task) {
  const ring_abi::MessageHeader& header = message.header;
  task.scope = ring_kNoScope;
  if (header.targetIndex >= ring_table.actors)
    return ring_abi::ResidentOutcomeCode::Gone;
  task.entry = ring_table.directory + header.targetIndex;
  const ring_abi::ResidentEntry entry = *task.entry;
  if (entry.generation != header.targetGeneration || entry.life != ring_abi::kEntryActive)
    return ring_abi::ResidentOutcomeCode::Gone;
  const ring_u32 handler = ring_handlerOf(entry.actorType, header.type);
  if (handler == ring_kNoHandler)
    return ring_abi::ResidentOutcomeCode::WrongType;
  task.state = ring_table.states + ring_u64(entry.place) * 16;
  task.actorType = entry.actorType;
  task.handler = handler;
  task.scope = ring_scopeOf(entry.actorType);
  return ring_abi::ResidentOutcomeCode::Ok;
}

/// The round in which a lane's message is handled. An actor's messages that write nothing, fail
/// nowhere and send at most once each are handled at once: nobody can tell.
__device__ __forceinline__ ring_u32 ring_rank(bool isThread, const ring_Task& task) {
  const ring_u32 mask = __ballot_sync(ring_kAllLanes, isThread);
  if (!isThread || (mask & (mask - 1)) == 0)
    return 0;
  const ring_u32 peers = __match_any_sync(mask, ring_u64(task.entry));
  const ring_u32 readers = __ballot_sync(mask, ring_isReadOnly(task.actorType, task.handler));
  return (peers & ~readers) == 0 ? 0 : __popc(peers & ring_lanesBelow());
}

__device__ __forceinline__ void ring_threadRounds(ring_Warp& warp, const ring_Staged& message,
                                                  const ring_Task& task, bool isLocal,
                                                  ring_abi::ResidentOutcomeCode found) {
  const bool isThread = isLocal && task.scope == ring_kThreadScope;
  const bool isDead = isLocal && task.scope == ring_kNoScope;
  const ring_u32 rank = ring_rank(isThread, task);
  for (ring_u32 round = 0;; ++round) {
    const bool runs = (isThread && rank == round) || (isDead && round == 0);
    if (!__any_sync(ring_kAllLanes, runs || (isThread && rank > round)))
      return;
    ring_Context ctx = ring_begin(warp, message);
    bool handled = false;
    if (runs) {
      // An earlier message of this batch may have ended the actor.
      handled = isThread && (round == 0 || task.entry->life == ring_abi::kEntryActive);
      if (handled) {
        ring_callThread(task.actorType, task.handler, task.state, message.payload(), ctx);
        ring_finish(ctx, *task.entry);
      } else {
        ring_putAnswer(ctx, isDead ? found : ring_abi::ResidentOutcomeCode::Gone);
      }
    }
    __syncwarp(); // states and entries: the next rank's lane is another one
    const bool failed = handled && ctx.status == ring_kFailed;
    const bool stopped = handled && ctx.status == ring_kStopped;
    ring_flush(warp, ctx, runs);
    warp.counters.failed += __popc(__ballot_sync(ring_kAllLanes, failed));
    warp.counters.stopped += __popc(__ballot_sync(ring_kAllLanes, stopped));
    const ring_u32 done = __popc(__ballot_sync(ring_kAllLanes, handled));
    warp.counters.deadLetters += __popc(__ballot_sync(ring_kAllLanes, runs)) - done;
    warp.counters.handled += done;
  }
}

/// One message of a Warp or Block actor, by all lanes; lane `owner` staged it.
template <class CallBlock>
__device__ __forceinline__ void ring_groupMessage(ring_Warp& warp, ring_u32 owner,
                                                  const ring_Task& mine, CallBlock callBlock) {
  ring_Task task;
  task.entry = (ring_abi::ResidentEntry*)__shfl_sync(ring_kAllLanes, ring_u64(mine.entry), owner);
  task.state = (void*)__shfl_sync(ring_kAllLanes, ring_u64(mine.state), owner);
  task.actorType = __shfl_sync(ring_kAllLanes, mine.actorType, owner);
  task.handler = __shfl_sync(ring_kAllLanes, mine.handler, owner);
  task.scope = __shfl_sync(ring_kAllLanes, mine.scope, owner);
  const ring_Staged& message = warp.staged(owner);
  ring_Context ctx = ring_begin(warp, message);
  const bool isAlive = task.entry->life == ring_abi::kEntryActive;
  __syncwarp(); // all have looked before the leader ends it
  if (isAlive && task.scope == ring_kWarpScope)
    ring_callWarp(task.actorType, task.handler, task.state, message.payload(), ctx);
  else if (isAlive)
    callBlock(task, message, ctx);
  __syncwarp();
  const bool isLeader = warp.lane == 0;
  if (isLeader) {
    if (isAlive)
      ring_finish(ctx, *task.entry);
    else
      ring_putAnswer(ctx, ring_abi::ResidentOutcomeCode::Gone);
  }
  __syncwarp();
  const ring_u32 status = __shfl_sync(ring_kAllLanes, ctx.status, 0);
  ring_flush(warp, ctx, isLeader);
  warp.counters.failed += isAlive && status == ring_kFailed;
  warp.counters.stopped += isAlive && status == ring_kStopped;
  warp.counters.handled += isAlive;
  warp.counters.deadLetters += !isAlive;
}

/// Staged messages [begin, end), none of them a command to this shard.
template <class CallBlock>
__device__ __forceinline__ void ring_messages(ring_Warp& warp, ring_u32 begin, ring_u32 end,
                                              CallBlock callBlock) {
  const bool isActive = warp.lane >= begin && warp.lane < end;
  ring_Staged& message = warp.staged(isActive ? warp.lane : 0);
  const ring_u32 shard = ring_shardOf(message.header.targetIndex);
  const bool isLocal = isActive && shard == warp.shard;
  ring_deliver(warp, isActive && !isLocal, shard, message.words());
  if (!__any_sync(ring_kAllLanes, isLocal))
    return;
  ring_Task task{};
  task.scope = ring_kNoScope;
  ring_abi::ResidentOutcomeCode found = ring_abi::ResidentOutcomeCode::Ok;
  if (isLocal)
    found = ring_find(warp, message, task);
  ring_threadRounds(warp, message, task, isLocal, found);
  ring_u32 groups = __ballot_sync(
      ring_kAllLanes, isLocal && (task.scope == ring_kWarpScope || task.scope == ring_kBlockScope));
  for (; groups != 0; groups &= groups - 1)
    ring_groupMessage(warp, __ffs(groups) - 1, task, callBlock);
}
