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
    // An entry whose generation would come round again is not used again.
    const std::uint32_t word = entries_[index].word.load(std::memory_order_acquire);
    if (DirectoryEntry::generationOf(word) != 0xffff)
      shard.reusable.push_back(index);
  }
}

std::uint32_t Directory::emptiestShard(ShardRange among) const {
  const auto emptiest =
      std::min_element(shards_.begin() + among.first, shards_.begin() + among.end,
                       [](const Shard& a, const Shard& b) { return a.actors < b.actors; });
  return static_cast<std::uint32_t>(emptiest - shards_.begin());
}

bool Directory::takeIndex(std::uint32_t shardIndex, std::uint32_t& index) {
  Shard& shard = shards_[shardIndex];
  if (!shard.reusable.empty()) {
    index = shard.reusable.front();
    shard.reusable.pop_front();
    freeState(entries_[index]);
    return true;
  }
  if (shard.nextFresh >= maxActors_)
    return false;
  index = shard.nextFresh;
  shard.nextFresh += static_cast<std::uint32_t>(shards_.size());
  return true;
}

bool Directory::takeIndexOf(ShardRange among, std::uint32_t& index) {
  among.end = std::min(among.end, static_cast<std::uint32_t>(shards_.size()));
  if (among.first >= among.end)
    return false;
  bool found = takeIndex(emptiestShard(among), index);
  for (std::uint32_t shard = among.first; !found && shard < among.end; ++shard)
    found = takeIndex(shard, index);
  return found;
}

Result<ActorId> Directory::place(const ActorType& type, const void* image,
                                 std::initializer_list<ShardRange> choices) {
  std::lock_guard lock(mutex_);
  collectFreed();
  const std::string name(type.info->name);
  const std::uint32_t size = type.info->size;
  if (stateBytes_ + size > maxStateBytes_) // states of actors that ended are kept until needed
    for (Shard& shard : shards_)
      for (const std::uint32_t index : shard.reusable)
        freeState(entries_[index]);
  if (stateBytes_ + size > maxStateBytes_)
    return Status(StatusCode::Exhausted, "`" + name + "` has a state of " + std::to_string(size) +
                                             " bytes and " +
                                             std::to_string(maxStateBytes_ - stateBytes_) + " of " +
                                             std::to_string(maxStateBytes_) +
                                             " are free; set `RuntimeOptions::stateBytes`");
  std::uint32_t index = 0;
  if (std::ranges::none_of(choices, [&](ShardRange among) { return takeIndexOf(among, index); }))
    return exhausted(maxActors_);
  ++shards_[index % shards_.size()].actors;
  DirectoryEntry& entry = entries_[index];
  entry.type = &type;
  entry.stateBytes = size;
  entry.image = images_.take(image, size);
  if (states_ == States::Here) {
    entry.state = static_cast<std::byte*>(::operator new(size, stateAlign(type)));
    std::memcpy(entry.state, image, size);
  }
  stateBytes_ += size;
  entry.failCode = 0;
  entry.place = 0;
  const std::uint32_t word = entry.word.load(std::memory_order_relaxed);
  const auto generation = static_cast<std::uint16_t>(DirectoryEntry::generationOf(word) + 1);
  // release: whoever finds the new generation finds the new fields
  entry.word.store(DirectoryEntry::pack(generation, Life::Initializing), std::memory_order_release);
  return ActorId{index, generation, 0};
}

Status Directory::exhausted(std::uint32_t limit) const {
  const std::uint32_t failed = failed_.load(std::memory_order_relaxed);
  return Status(StatusCode::Exhausted,
                "all " + std::to_string(limit) + " actors are in use" +
                    (failed == 0 ? std::string("; ")
                                 : ", " + std::to_string(failed) +
                                       " of them failed: kill those that are given up, or ") +
                    "set `RuntimeOptions::maxActors`");
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
