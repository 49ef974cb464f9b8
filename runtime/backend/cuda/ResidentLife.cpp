// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens to actors of the resident kernel after they were spawned: reading their state,
// killing and restarting them, hearing of their end. Their shards know their lives; the directory
// here follows, so an order is always the device's to judge.
#include "runtime/backend/cuda/Resident.h"

#include <cstring>

namespace ring::runtime::cuda {

namespace {

Status gone() { return {StatusCode::NotFound, "the actor is gone"}; }

} // namespace

Status Resident::readState(ActorId id, const TypeInfo& actor, void* state) {
  return ordered([&](Order& order) -> Status {
    if (Status status = brokenStatus(); !status)
      return status;
    if (Status status = directory_.check(id, actor); !status)
      return status;
    if (!kernel_.isRunning()) {
      // stop() has parked it for good: its last write is in the arena.
      const std::uint32_t place = placeOf_[id.index].first;
      return kernel_.readState(place, {static_cast<std::byte*>(state), actor.size});
    }
    Result<StagePieces::Piece> piece = stage(order, actor.size);
    if (!piece)
      return piece.status();
    const Status status = command(order, {abi::Command::ReadState, id, *piece},
                                  {piece->device, actor.size, 0, 0, abi::kKeepsNoImage});
    if (!status)
      return status.code() == StatusCode::Closed ? gone() : status;
    std::memcpy(state, piece->host, actor.size); // it is still ours: the lock is held since
    return Status::ok();
  });
}

DirectoryEntry* Resident::findLiving(ActorId id) {
  std::lock_guard lock(endMutex_);
  return directory_.findLiving(id);
}

/// With kernelMutex_.
Status Resident::openForOrders() {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  if (Status status = notParkedHere(); !status)
    return status;
  return brokenStatus();
}

Status Resident::kill(ActorId id) {
  return ordered([&](Order& order) -> Status {
    if (Status status = openForOrders(); !status)
      return status;
    const Status status = findLiving(id) ? command(order, {abi::Command::Kill, id}, {}) : gone();
    if (!status)
      return status.code() == StatusCode::Closed ? gone() : status;
    std::lock_guard lock(endMutex_);
    end(directory_.entry(id.index), id.index);
    return counted(Status::ok(), killed_);
  });
}

Status Resident::restart(ActorId id) {
  return ordered([&](Order& order) -> Status {
    if (Status status = openForOrders(); !status)
      return status;
    const DirectoryEntry* const living = findLiving(id);
    if (!living)
      return gone();
    abi::CommandArguments arguments{0, living->stateBytes, 0, 0, abi::kKeepsNoImage};
    Pending pending{abi::Command::Restart, id};
    LastImage& last = lastImages_[living->type];
    if (last.is(living->image)) {
      arguments.from = kernel_.addressOf(*last.place);
      pending.reads = &last;
    } else {
      Result<StagePieces::Piece> piece = stage(order, living->stateBytes);
      if (!piece)
        return piece.status();
      pending.piece = *piece;
      std::memcpy(piece->host, living->image, living->stateBytes);
      arguments.from = piece->device;
    }
    const Status status = command(order, pending, arguments);
    const bool hadFailed = status.code() == StatusCode::Failed;
    if (!status && !hadFailed)
      return status.code() == StatusCode::Closed ? gone() : status;
    std::lock_guard lock(endMutex_);
    if (DirectoryEntry* const entry = directory_.findLiving(id); entry && hadFailed)
      countFailure(*entry, id.index, -1, 0);
    return counted(Status::ok(), restarted_);
  });
}

/// An actor's failures and the answers to its restarts come different ways, in any order: what
/// counts is how many of the one are not outweighed by the other. With endMutex_.
void Resident::countFailure(DirectoryEntry& entry, std::uint32_t index, std::int32_t change,
                            std::uint32_t failCode) {
  const std::int32_t open = failures_[index] += change;
  if (open == 0)
    failures_.erase(index);
  if (open > 0 && entry.life() == Life::Active)
    directory_.fail(entry, failCode);
  else if (open <= 0 && entry.life() == Life::Failed)
    directory_.revive(entry);
}

/// With endMutex_.
void Resident::end(DirectoryEntry& entry, std::uint32_t index) {
  directory_.end(entry);
  failures_.erase(index);
  --alive_;
}

/// The end of an actor, as its shard tells it.
void Resident::hearEnd(ActorId actor, const abi::ResidentOutcome& told) {
  std::lock_guard lock(endMutex_);
  DirectoryEntry* const entry = directory_.findLiving(actor);
  if (!entry)
    return; // it was killed meanwhile
  if (told.code == abi::ResidentOutcomeCode::Failed)
    return countFailure(*entry, actor.index, 1, told.failCode);
  if (entry->life() == Life::Active)
    directory_.move(*entry, Life::Draining);
  end(*entry, actor.index);
}

} // namespace ring::runtime::cuda
