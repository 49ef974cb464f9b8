// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dealing out and taking back the directory's entries and the states' memory.
#include "runtime/core/Directory.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace ring::runtime {
namespace {

/// A cache line at least: actors of different workers must not share one.
std::align_val_t stateAlign(const ActorType& type) {
  return std::align_val_t(std::max<std::size_t>(type.info->align, 64));
}

} // namespace

const char* toString(Life life) {
  switch (life) {
  case Life::Dormant:
    return "Dormant";
  case Life::Initializing:
    return "Initializing";
  case Life::Active:
    return "Active";
  case Life::Draining:
    return "Draining";
  case Life::Terminated:
    return "Terminated";
  case Life::Failed:
    return "Failed";
  }
  return "Life out of range";
}

Directory::Directory(std::uint32_t maxActors, std::uint64_t stateBytes, std::uint32_t shards,
                     States states)
    : maxActors_(maxActors), maxStateBytes_(stateBytes), states_(states),
      entries_(std::make_unique<DirectoryEntry[]>(maxActors)),
      freed_(MpscRing<std::uint32_t>(std::bit_ceil(std::max<std::size_t>(maxActors, 2))).split()),
      shards_(shards) {
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    shards_[shard].nextFresh = shard;
}

Directory::~Directory() {
  for (std::uint32_t index = 0; index < maxActors_; ++index)
    freeState(entries_[index]);
}

void Directory::freeState(DirectoryEntry& entry) {
  if (!entry.image)
    return;
  if (entry.state)
    ::operator delete(entry.state, stateAlign(*entry.type));
  images_.giveBack(entry.image, entry.stateBytes);
  stateBytes_ -= entry.stateBytes;
  entry.state = nullptr;
  entry.image = nullptr;
}

void Directory::collectFreed() {
  std::uint32_t index;
  while (freed_.consumer.tryPop(index) == RingResult::Ok) {
    Shard& shard = shards_[index % shards_.size()];
    --shard.actors;
    --inUse_;
    // An entry whose generation would come round again is not used again.
    const std::uint32_t word = entries_[index].word.load(std::memory_order_acquire);
    if (DirectoryEntry::generationOf(word) != 0xffff)
      shard.reusable.push_back(index);
  }
}

/// Of a shard that has one.
std::uint32_t Directory::takeIndex(Shard& shard) {
  ++shard.actors;
  ++inUse_;
  if (!shard.reusable.empty()) {
    const std::uint32_t index = shard.reusable.front();
    shard.reusable.pop_front();
    freeState(entries_[index]);
    return index;
  }
  return std::exchange(shard.nextFresh,
                       shard.nextFresh + static_cast<std::uint32_t>(shards_.size()));
}

/// Deals indices out, one to each of the emptiest shards in turn, until all `ids` have one or no
/// shard has any; gives how many have.
std::size_t Directory::takeIndices(ShardRange among, std::span<ActorId> ids) {
  among.end = std::min(among.end, static_cast<std::uint32_t>(shards_.size()));
  if (among.first >= among.end)
    return 0;
  const std::span shards(shards_.data() + among.first, among.end - among.first);
  constexpr std::uint32_t kNone = ~std::uint32_t(0);
  for (std::size_t taken = 0;;) {
    std::uint32_t least = kNone;
    for (const Shard& shard : shards)
      if (shard.actors < least && hasIndex(shard))
        least = shard.actors;
    for (Shard& shard : shards) {
      if (taken == ids.size() || least == kNone)
        return taken;
      if (shard.actors == least && hasIndex(shard))
        ids[taken++].index = takeIndex(shard);
    }
  }
}

/// Exhausted where there is no room for so many states more.
Status Directory::reserveStates(const ActorType& type, std::size_t count) {
  const std::uint64_t bytes = std::uint64_t(type.info->size) * count;
  if (stateBytes_ + bytes > maxStateBytes_) // states of actors that ended are kept until needed
    for (Shard& shard : shards_)
      for (const std::uint32_t index : shard.reusable)
        freeState(entries_[index]);
  if (stateBytes_ + bytes <= maxStateBytes_)
    return Status::ok();
  const std::string name = "`" + std::string(type.info->name) + "`";
  return Status(StatusCode::Exhausted,
                (count == 1 ? name + " has a state of " + std::to_string(bytes) + " bytes and "
                            : std::to_string(count) + " states of " + name + " have " +
                                  std::to_string(bytes) + " bytes and ") +
                    std::to_string(maxStateBytes_ - stateBytes_) + " of " +
                    std::to_string(maxStateBytes_) + " are free; set `RuntimeOptions::stateBytes`");
}

/// What takeIndices() took and nobody has used.
void Directory::giveBack(std::span<const ActorId> ids) {
  for (std::size_t i = ids.size(); i-- > 0;) {
    Shard& shard = shards_[ids[i].index % shards_.size()];
    shard.reusable.push_front(ids[i].index);
    --shard.actors;
  }
  inUse_ -= static_cast<std::uint32_t>(ids.size());
}

Status Directory::place(const ActorType& type, Beginnings images,
                        std::initializer_list<ShardRange> choices, std::span<ActorId> ids) {
  std::lock_guard lock(mutex_);
  collectFreed();
  if (Status status = reserveStates(type, ids.size()); !status)
    return status;
  std::size_t taken = 0;
  for (const ShardRange& among : choices)
    taken += takeIndices(among, ids.subspan(taken));
  if (taken < ids.size()) {
    giveBack(ids.first(taken));
    return ids.size() == 1
               ? exhausted(maxActors_, inUse_, 1)
               : exhausted(std::to_string(ids.size()) + " actors are to be made and shards for `" +
                           std::string(type.info->name) + "` have entries for " +
                           std::to_string(taken) + " more");
  }
  fill(type, images, ids);
  return Status::ok();
}

/// Makes taken entries Initializing, and completes their ids.
void Directory::fill(const ActorType& type, Beginnings images, std::span<ActorId> ids) {
  const std::uint32_t size = type.info->size;
  const std::byte* kept = nullptr;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    DirectoryEntry& entry = entries_[ids[i].index];
    const void* image = images.at(i);
    if (images.stride != 0)
      kept = images_.take(image, size);
    else if (i == 0)
      kept = images_.take(image, size, ids.size());
    entry.type = &type;
    entry.stateBytes = size;
    entry.image = kept;
    if (states_ == States::Here) {
      entry.state = static_cast<std::byte*>(::operator new(size, stateAlign(type)));
      std::memcpy(entry.state, image, size);
    }
    entry.failCode = 0;
    entry.place = 0;
    const std::uint32_t word = entry.word.load(std::memory_order_relaxed);
    const auto generation = static_cast<std::uint16_t>(DirectoryEntry::generationOf(word) + 1);
    // release: whoever finds the new generation finds the new fields
    entry.word.store(DirectoryEntry::pack(generation, Life::Initializing),
                     std::memory_order_release);
    ids[i] = {ids[i].index, generation, 0};
  }
  stateBytes_ += std::uint64_t(size) * ids.size();
}

std::uint32_t Directory::inUse() {
  std::lock_guard lock(mutex_);
  collectFreed();
  return inUse_;
}

Status Directory::exhausted(std::uint32_t limit, std::uint32_t used, std::uint64_t more) const {
  return exhausted(more == 1
                       ? "all " + std::to_string(limit) + " actors are in use"
                       : std::to_string(more) + " actors are to be made and " +
                             std::to_string(used) + " of " + std::to_string(limit) + " are in use");
}

Status Directory::exhausted(std::string what) const {
  const std::uint32_t failed = failed_.load(std::memory_order_relaxed);
  what += failed == 0 ? "; "
                      : ", " + std::to_string(failed) +
                            " of them failed: kill those that are given up, or ";
  return Status(StatusCode::Exhausted, what + "set `RuntimeOptions::maxActors`");
}

void Directory::forget(ActorId id) { end(entries_[id.index]); }

void Directory::move(DirectoryEntry& entry, Life to) {
  const std::uint32_t word = entry.word.load(std::memory_order_relaxed);
  const Life from = DirectoryEntry::lifeOf(word);
  if (!mayMove(from, to)) {
    std::fprintf(stderr, "ringkernel: actor %u cannot go from %s to %s\n", indexOf(entry),
                 toString(from), toString(to));
    std::abort();
  }
  // release: pairs with the loads in find() and life()
  entry.word.store(DirectoryEntry::pack(DirectoryEntry::generationOf(word), to),
                   std::memory_order_release);
}

void Directory::fail(DirectoryEntry& entry, std::uint32_t failCode) {
  entry.failCode = failCode;
  move(entry, Life::Failed);
  failed_.fetch_add(1, std::memory_order_relaxed);
}

void Directory::revive(DirectoryEntry& entry) {
  move(entry, Life::Active);
  entry.failCode = 0;
  failed_.fetch_sub(1, std::memory_order_relaxed);
}

void Directory::end(DirectoryEntry& entry) {
  if (entry.life() == Life::Failed)
    failed_.fetch_sub(1, std::memory_order_relaxed);
  move(entry, Life::Terminated);
  // Each index is in the ring at most once, so it never fills.
  if (freed_.producer.tryPush(indexOf(entry)) != RingResult::Ok)
    std::abort();
}

bool Directory::kill(ActorId id) {
  DirectoryEntry* entry = findLiving(id);
  if (entry)
    end(*entry);
  return entry != nullptr;
}

bool Directory::restart(ActorId id) {
  DirectoryEntry* entry = findLiving(id);
  if (!entry)
    return false;
  std::memcpy(entry->state, entry->image, entry->stateBytes);
  if (entry->life() == Life::Failed)
    revive(*entry);
  return true;
}

Status Directory::checkWithLock(ActorId id, const TypeInfo& type) {
  const DirectoryEntry* entry = find(id);
  if (!entry || !entry->image)
    return Status(StatusCode::NotFound, "the actor is gone");
  if (entry->type->info->typeId != type.typeId)
    return Status(StatusCode::WrongType, "the actor is a `" + std::string(entry->type->info->name) +
                                             "`, not a `" + std::string(type.name) + "`");
  return Status::ok();
}

// The lock keeps a spawn from taking the entry of an actor that has ended.
Status Directory::check(ActorId id, const TypeInfo& type) {
  std::lock_guard lock(mutex_);
  return checkWithLock(id, type);
}

Status Directory::copyState(ActorId id, const TypeInfo& type, void* to) {
  std::lock_guard lock(mutex_);
  Status status = checkWithLock(id, type);
  if (status)
    std::memcpy(to, entries_[id.index].state, type.size);
  return status;
}

} // namespace ring::runtime
