// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors of the resident kernel as the host sees them: spawning one or many, and taking back those
// that nobody was told of.
#include "runtime/backend/cuda/Resident.h"

#include <cstring>
#include <string>
#include <utility>

namespace ring::runtime::cuda {

namespace {

/// Orders of a batch that have one deadline: each gets the time that one alone has.
constexpr std::size_t kDeadlineEvery = 64;

} // namespace

Status Resident::exhausted(const ActorType& type) const {
  return Status(StatusCode::Exhausted, "`" + std::string(type.info->name) + "` has a state of " +
                                           std::to_string(type.info->size) + " bytes and " +
                                           std::to_string(places_.freeBytes()) + " of " +
                                           std::to_string(options_.stateBytes) +
                                           " are free; set `RuntimeOptions::stateBytes`");
}

/// The device uses it no more. With kernelMutex_, as what follows.
void Resident::freePlace(std::uint32_t index) {
  const Place place = std::exchange(placeOf_[index], {});
  if (place.bytes != 0)
    places_.giveBack(place.first, place.bytes);
}

/// Takes back the entry and the place of an actor that nobody was told of. With endMutex_.
void Resident::forget(ActorId id) {
  directory_.forget(id);
  freePlace(id.index);
}

Status Resident::place(Order& order, const ActorType& type, ActorId id, const void* image) {
  const std::uint32_t bytes = type.info->size;
  freePlace(id.index); // of an actor that ended
  const std::optional<std::uint32_t> place = places_.take(bytes);
  if (!place)
    return exhausted(type);
  placeOf_[id.index] = {*place, bytes};
  const auto number = std::find(types_.begin(), types_.end(), &type) - types_.begin();
  abi::CommandArguments arguments{0, bytes, *place, static_cast<std::uint32_t>(number),
                                  abi::kKeepsNoImage};
  // Most actors of a type begin alike: the device keeps the last image and copies its own.
  LastImage& last = lastImages_[&type];
  Pending pending{abi::Command::Spawn, id};
  if (last.is(image)) {
    arguments.from = kernel_.addressOf(*last.place);
    pending.reads = &last;
    return sendCommand(order, pending, arguments);
  }
  Result<StagePieces::Piece> piece = stage(order, bytes);
  if (!piece)
    return piece.status();
  pending.piece = *piece;
  std::memcpy(piece->host, image, bytes);
  arguments.from = piece->device;
  if (!last.isWritten && last.readers == 0) { // else others use what is there
    if (!last.place)
      last.place = places_.take(bytes); // without one the next image is read from the host again
    arguments.keep = last.place.value_or(abi::kKeepsNoImage);
    pending.writes = last.place ? &last : nullptr;
    last.isThere = false;
    last.bytes.assign(static_cast<const std::byte*>(image),
                      static_cast<const std::byte*>(image) + bytes);
  }
  return sendCommand(order, pending, arguments);
}

/// Warps that poll the host's memory look at their mailboxes less often: the others come first.
Status Resident::takeEntries(const ActorType& type, Beginnings images, detail::Where where,
                             std::span<ActorId> ids) {
  const Placement& placement = kernel_.placement();
  const std::uint32_t warps = placement.warpShards();
  if (type.info->scope == Scope::Block)
    return directory_.place(type, images, {{warps, placement.shards()}}, ids);
  const std::uint32_t polling =
      std::min(clientsInUse_.load(std::memory_order_relaxed) * placement.lanes(), warps);
  ShardRange wished{0, 0};
  const std::uint32_t shard = directory_.shardOf(where.actor);
  if (where.kind == detail::Where::Direct) {
    wished.first = clientOfThread() * placement.lanes();
    wished.end = wished.first + placement.lanes();
  } else if (where.kind == detail::Where::Beside && shard < warps) {
    wished.first = shard / abi::kWarpsPerBlock * abi::kWarpsPerBlock;
    wished.end = wished.first + abi::kWarpsPerBlock;
  }
  return directory_.place(type, images, {wished, {polling, warps}, {0, warps}}, ids);
}

Status Resident::make(const TypeInfo& info, Beginnings images, detail::Where where,
                      std::span<ActorId> ids) {
  if (Status status = openForSpawns(); !status)
    return status;
  if (Status status = notParkedHere(); !status)
    return status;
  Result<const ActorType*> type = registry_.actor(info);
  if (!type)
    return type.status();
  if (info.align > 16)
    return Status(StatusCode::Unsupported, "`" + std::string(info.name) + "` is aligned to " +
                                               std::to_string(info.align) +
                                               " bytes; the limit is 16 on CUDA");
  std::vector<ActorId> left;
  Status status =
      ordered([&](Order& order) { return makeOnce(order, **type, images, where, ids, left); });
  endMade(left);
  return status;
}

Status Resident::openForSpawns() {
  if (closed_.load(std::memory_order_acquire))
    return Status(StatusCode::Closed, "the runtime is stopped");
  return brokenStatus();
}

/// `left`: where it fails, those of `ids` that are to be ended.
Status Resident::makeOnce(Order& order, const ActorType& type, Beginnings images,
                          detail::Where where, std::span<ActorId> ids, std::vector<ActorId>& left) {
  if (Status status = openForSpawns(); !status)
    return status;
  const std::uint32_t used = alive_.load();
  if (used >= options_.maxActors || ids.size() > options_.maxActors - used)
    return directory_.exhausted(options_.maxActors, used, ids.size());
  if (Status status = prepare(type, order.deadline); !status)
    return status;
  if (Status status = takeEntries(type, images, where, ids); !status)
    return status;
  alive_ += static_cast<std::uint32_t>(ids.size());
  order.sent.reserve(ids.size());
  if (Status status = hearAll(order, sendSpawns(order, type, images, ids)); !status) {
    takeBack(order, status, ids, left);
    return status;
  }
  std::lock_guard lock(endMutex_);
  for (const ActorId id : ids)
    directory_.activate(id);
  return Status::ok();
}

/// As many as were sent when it fails, from the first on.
Status Resident::sendSpawns(Order& order, const ActorType& type, Beginnings images,
                            std::span<const ActorId> ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % kDeadlineEvery == 0 && i != 0)
      order.deadline = detail::deadlineAfter(options_.orderTimeout);
    if (Status status = makeRoom(order); !status)
      return status;
    if (closed_.load(std::memory_order_acquire)) // stop() may have parked the kernel meanwhile
      return Status(StatusCode::Closed, "the runtime is stopped");
    if (Status status = place(order, type, ids[i], images.at(i)); !status)
      return status;
    // The others copy the image that this one brings.
    if (i == 0 && images.stride == 0 && ids.size() > 1 && order.sent[0].writes)
      if (Status status = hearAnswer(order); !status)
        return status;
  }
  return Status::ok();
}

/// After a spawn of `ids` that failed, and of which nothing is under way any more.
void Resident::takeBack(const Order& order, const Status& cause, std::span<const ActorId> ids,
                        std::vector<ActorId>& left) {
  const bool isLost = cause.code() == StatusCode::DeviceLost ||
                      order.epoch != epoch_.load(std::memory_order_acquire);
  std::lock_guard lock(endMutex_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Fate fate = i < order.sent.size() ? order.sent[i].fate : Fate::Refused;
    if (fate == Fate::Done && !isLost) {
      directory_.activate(ids[i]);
      left.push_back(ids[i]);
      continue;
    }
    --alive_;
    if (fate != Fate::Late)
      forget(ids[i]);
  }
}

void Resident::endMade(std::span<const ActorId> ids) {
  if (ids.empty())
    return;
  // What is not done in time is left to who comes next, as a late kill is.
  static_cast<void>(ordered([&](Order& order) { return endAll(order, ids); }).isOk());
}

/// Ends actors that nobody was told of. Those that a stopped kernel has end with it.
Status Resident::endAll(Order& order, std::span<const ActorId> ids) {
  Status first = brokenStatus();
  for (std::size_t i = 0; i < ids.size() && first; ++i) {
    if (i % kDeadlineEvery == 0 && i != 0)
      order.deadline = detail::deadlineAfter(options_.orderTimeout);
    first = makeRoom(order);
    if (first && kernel_.isRunning() && findLiving(ids[i]))
      first = sendCommand(order, {abi::Command::Kill, ids[i]}, {});
  }
  first = hearAll(order, std::move(first));
  if (first.code() == StatusCode::DeviceLost)
    return first; // they are back once it is replaced, all of them
  std::lock_guard lock(endMutex_);
  std::size_t heard = 0;
  for (const ActorId id : ids) {
    DirectoryEntry* const entry = directory_.findLiving(id);
    const bool wasSent = heard < order.sent.size() && order.sent[heard].target.index == id.index;
    const Fate fate = wasSent ? order.sent[heard++].fate : Fate::UnderWay;
    if (!entry || fate == Fate::Late)
      continue;
    if (wasSent || !kernel_.isRunning()) {
      end(*entry, id.index);
      freePlace(id.index);
      continue;
    }
    Pending stray{abi::Command::Spawn, id};
    stray.epoch = order.epoch;
    stray.isStray = true;
    late_.push_back(stray);
  }
  return first;
}
} // namespace ring::runtime::cuda
