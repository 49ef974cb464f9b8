// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A message that comes alone is the one that somebody waits for. Its way is straight and short: the
// instructions of a turn fit into the first cache, and each that does not costs more than its work.
// What is rare is left to the batch, or comes last.
#pragma once

#include "batch.cuh"

/// After the handler of a message alone, where it failed, ended its actor, sent several messages or
/// left a question without an answer.
__device__ __forceinline__ void ring_settle(ring_Warp& warp, const ring_Task& task,
                                            ring_Context& ctx) {
  const bool isFirst = warp.lane == 0;
  if (isFirst)
    ring_finish(ctx, *task.entry);
  __syncwarp();
  ring_count(warp, ctx, isFirst, isFirst);
  ring_flush(warp, ctx, isFirst, nullptr, false);
}

/// What became of a message alone.
enum class ring_Single { NotTaken, Taken, Answered };

/// Handles or forwards the one message that is staged. NotTaken where the batch has to, and nothing
/// was done; Answered where that was a message to the host.
__device__ __forceinline__ ring_Single ring_takeSingle(ring_Warp& warp) {
  const ring_Staged& message = warp.staged(0);
  const ring_u32 target = message.header.targetIndex;
  if (ring_shardOf(target) != warp.shard) {
    ring_deliverOne(warp, ring_ringTo(warp, target), message.words());
    return ring_Single::Taken;
  }
  if ((message.header.flags & ring_abi::kFlagCommand) != 0)
    return ring_Single::NotTaken;
  ring_Task task{};
  task.scope = ring_kNoScope;
  ring_find(message, task);
  if (task.scope != ring_kThreadScope)
    return ring_Single::NotTaken;
  ring_Context ctx = ring_begin(warp, message);
  if (warp.lane == 0)
    ring_callThread(task.actorType, task.handler, task.state, message.payload(), ctx);
  __syncwarp(); // what was sent was written by the first lane
  const ring_u32 did =
      __shfl_sync(ring_kAllLanes, ctx.sends | ctx.status << 8 | ring_u32(ctx.replied) << 16, 0);
  const bool isAsked = ring_isFromHost(message) && message.origin != 0;
  if ((did & 0xffff) > 1 || (isAsked && (did >> 16) == 0)) {
    ring_settle(warp, task, ctx);
    return ring_Single::Taken;
  }
  bool toHost = false, toActor = false;
  if ((did & 0xffff) == 1) {
    const ring_u32 flags = warp.sends[2];
    toHost = (flags & ring_abi::kFlagToHost) != 0;
    toActor = !toHost;
    ring_deliverOne(warp,
                    toHost ? ring_ringOfHost(warp, flags >> 16) : ring_ringTo(warp, warp.sends[0]),
                    warp.sends);
  }
  ++warp.counts.handled;
  warp.counts.replies += toHost;
  warp.counts.sent += toActor;
  return toHost ? ring_Single::Answered : ring_Single::Taken;
}
