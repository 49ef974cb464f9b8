// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which actors there are: an entry for each, found by index, told from its predecessors by a
// generation. A message whose generation is not the entry's is stale: a dead letter.
//
// An entry is written by spawn() until it is Active, then only by the thread that runs the actor.
// Only the entry of an actor that is Terminated may be taken by a later spawn; a Failed one waits
// for a restart or a kill.
// Indices are dealt out so that index % shards spreads actors evenly; a freed index comes back
// through a ring, without a lock in the thread that frees.
#ifndef RINGKERNEL_RUNTIME_CORE_DIRECTORY_H
#define RINGKERNEL_RUNTIME_CORE_DIRECTORY_H

#include "runtime/core/Images.h"
#include "runtime/core/Lifecycle.h"
#include "runtime/core/Registry.h"

#include <ringkernel/abi/Message.h>
#include <ringkernel/queue/MpscRing.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace ring::runtime {

struct alignas(64) DirectoryEntry {
  /// Life and generation, changed together: generation << 8 | life.
  std::atomic<std::uint32_t> word{0};
  std::uint32_t stateBytes = 0;
  const ActorType* type = nullptr;
  const std::byte* image = nullptr; ///< what it was spawned with
  std::byte* state = nullptr;       ///< where States::Here; aligned to a cache line
  std::uint64_t place = 0;          ///< for backends that keep states elsewhere
  std::uint32_t failCode = 0;

  Life life() const { return lifeOf(word.load(std::memory_order_acquire)); } // pairs with move()
  static Life lifeOf(std::uint32_t word) { return static_cast<Life>(word & 0xff); }
  static std::uint16_t generationOf(std::uint32_t word) {
    return static_cast<std::uint16_t>(word >> 8);
  }
  static std::uint32_t pack(std::uint16_t generation, Life life) {
    return std::uint32_t(generation) << 8 | std::uint32_t(life);
  }
};

/// Where the states are that handlers change: in the directory, or where only the backend knows.
enum class States : std::uint8_t { Here, Elsewhere };

/// Shards [first, end); of no shard where they are equal.
struct ShardRange {
  std::uint32_t first = 0, end = ~std::uint32_t(0);
};

/// What actors of one type begin with: images `stride` bytes apart; 0: all with the first.
struct Beginnings {
  const void* first;
  std::size_t stride = 0;
  const void* at(std::size_t i) const { return static_cast<const std::byte*>(first) + i * stride; }
};

class Directory {
public:
  /// `maxActors` entries; an index is freed into one of `shards` pools.
  Directory(std::uint32_t maxActors, std::uint64_t stateBytes, std::uint32_t shards,
            States states = States::Here);
  ~Directory();

  /// Takes a free entry for each of `ids`, of the emptiest shard at that time, and gives it `type`
  /// and a copy of its image; it is Initializing until activate(). Entries are of the first of
  /// `choices` that has any left. All or none: Exhausted with the numbers where a pool is.
  Status place(const ActorType& type, Beginnings images, std::initializer_list<ShardRange> choices,
               std::span<ActorId> ids);
  /// The same for one.
  Result<ActorId> place(const ActorType& type, const void* image,
                        std::initializer_list<ShardRange> choices = {ShardRange()}) {
    ActorId id{};
    Status status = place(type, Beginnings{image}, choices, {&id, 1});
    if (!status)
      return status;
    return id;
  }
  std::uint32_t shardOf(ActorId id) const {
    return id.index % static_cast<std::uint32_t>(shards_.size());
  }
  void activate(ActorId id) { move(entries_[id.index], Life::Active); }
  /// Takes back an entry that place() gave and that nobody was told of.
  void forget(ActorId id);

  std::uint32_t capacity() const { return maxActors_; }
  /// Entries that a later place() cannot have.
  std::uint32_t inUse();
  DirectoryEntry& entry(std::uint32_t index) { return entries_[index]; }
  /// The entry where `id` is the actor in it now, whatever its life; null otherwise.
  DirectoryEntry* find(ActorId id) {
    if (id.index >= maxActors_)
      return nullptr;
    DirectoryEntry& entry = entries_[id.index];
    const std::uint32_t word = entry.word.load(std::memory_order_acquire); // pairs with move()
    return DirectoryEntry::generationOf(word) == id.generation &&
                   DirectoryEntry::lifeOf(word) != Life::Dormant
               ? &entry
               : nullptr;
  }

  // What follows is for the thread that runs the actor.
  /// A transition of the table; ends the program for one that is not in it.
  void move(DirectoryEntry& entry, Life to);
  /// The end of an actor: moves to Terminated and lets a later spawn take the entry. Its state
  /// stays readable until one does.
  void end(DirectoryEntry& entry);
  /// Moves to Failed. The entry is kept.
  void fail(DirectoryEntry& entry, std::uint32_t failCode);
  /// Moves a Failed actor back to Active. Its state is the caller's to bring back, before.
  void revive(DirectoryEntry& entry);
  /// The actor where it is Active or Failed, so that it can be killed or restarted; null otherwise.
  DirectoryEntry* findLiving(ActorId id) {
    DirectoryEntry* entry = find(id);
    const Life life = entry ? entry->life() : Life::Dormant;
    return life == Life::Active || life == Life::Failed ? entry : nullptr;
  }
  /// Obeys a kill or, where States::Here, a restart: false where the actor is gone.
  bool kill(ActorId id);
  bool restart(ActorId id);

  /// Where `id` is still that actor and of this type: Ok, NotFound or WrongType.
  Status check(ActorId id, const TypeInfo& type);
  /// The same, and copies its state, which is Here.
  Status copyState(ActorId id, const TypeInfo& type, void* to);

  /// Why there are no entries for `more` actors where `used` of `limit` are in use.
  Status exhausted(std::uint32_t limit, std::uint32_t used, std::uint64_t more) const;

private:
  std::uint32_t indexOf(const DirectoryEntry& entry) const {
    return static_cast<std::uint32_t>(&entry - entries_.get());
  }
  struct Shard {
    std::uint32_t nextFresh;            ///< the least index of this shard that was never used
    std::uint32_t actors = 0;           ///< not Terminated
    std::deque<std::uint32_t> reusable; ///< the longest free first: generations last
  };
  bool hasIndex(const Shard& shard) const {
    return !shard.reusable.empty() || shard.nextFresh < maxActors_;
  }
  std::uint32_t takeIndex(Shard& shard);
  std::size_t takeIndices(ShardRange among, std::span<ActorId> ids);
  Status reserveStates(const ActorType& type, std::size_t count);
  void giveBack(std::span<const ActorId> ids);
  void fill(const ActorType& type, Beginnings images, std::span<ActorId> ids);
  Status exhausted(std::string what) const;
  void collectFreed();
  void freeState(DirectoryEntry& entry);
  Status checkWithLock(ActorId id, const TypeInfo& type);

  const std::uint32_t maxActors_;
  const std::uint64_t maxStateBytes_;
  const States states_;
  std::atomic<std::uint32_t> failed_{0}; ///< actors that are Failed now
  const std::unique_ptr<DirectoryEntry[]> entries_;
  MpscRing<std::uint32_t>::Ends freed_;
  std::mutex mutex_; // all that follows, and freed_.consumer
  std::uint64_t stateBytes_ = 0;
  std::uint32_t inUse_ = 0; ///< the sum of Shard::actors
  Images images_;
  std::vector<Shard> shards_;
};

} // namespace ring::runtime

#endif
