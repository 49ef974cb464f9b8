// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which actors there are: an entry for each, found by index, told from its predecessors by a
// generation. A message whose generation is not the entry's is stale: a dead letter.
//
// An entry is written by spawn() until it is Active, then only by the thread that runs the actor.
// Indices are dealt out so that index % shards spreads actors evenly; a freed index comes back
// through a ring, without a lock in the thread that frees.
#ifndef RINGKERNEL_RUNTIME_CORE_DIRECTORY_H
#define RINGKERNEL_RUNTIME_CORE_DIRECTORY_H

#include "runtime/core/Lifecycle.h"
#include "runtime/core/Registry.h"

#include <ringkernel/abi/Message.h>
#include <ringkernel/queue/MpscRing.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace ring::runtime {

struct alignas(64) DirectoryEntry {
  /// Life and generation, changed together: generation << 8 | life.
  std::atomic<std::uint32_t> word{0};
  std::uint32_t stateBytes = 0;
  const ActorType* type = nullptr;
  std::byte* state = nullptr; ///< the CPU's copy; aligned to a cache line
  std::uint64_t place = 0;    ///< for backends that keep states elsewhere
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

class Directory {
public:
  /// `maxActors` entries; an index is freed into one of `shards` pools.
  Directory(std::uint32_t maxActors, std::uint64_t stateBytes, std::uint32_t shards);
  ~Directory();

  /// Takes a free entry of the emptiest shard and gives it `type` and a copy of `image`; it is
  /// Initializing until activate(). Exhausted with the numbers where a pool is.
  /// Takes one of shards [first, end) only, where these are given.
  Result<ActorId> place(const ActorType& type, const void* image, std::uint32_t first = 0,
                        std::uint32_t end = ~std::uint32_t(0));
  void activate(ActorId id) { move(entries_[id.index], Life::Active); }
  /// Takes back an entry that place() gave and that nobody was told of.
  void forget(ActorId id);

  std::uint32_t capacity() const { return maxActors_; }
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

  /// A transition of the table; ends the program for one that is not in it. Terminated entries may
  /// be taken by the next spawn.
  void move(DirectoryEntry& entry, Life to);
  /// The end of an actor: moves to Terminated or Failed and lets a later spawn take the entry. Its
  /// state stays readable until one does. For the thread that runs the actor, once.
  void end(DirectoryEntry& entry, Life to);

  /// Copies the state of the actor where `id` is still that actor and of this type: Ok, NotFound or
  /// WrongType. For the thread that runs it.
  Status copyState(ActorId id, const TypeInfo& type, void* to);

private:
  std::uint32_t indexOf(const DirectoryEntry& entry) const {
    return static_cast<std::uint32_t>(&entry - entries_.get());
  }
  std::uint32_t emptiestShard(std::uint32_t first, std::uint32_t end) const;
  bool takeIndex(std::uint32_t shard, std::uint32_t& index);
  void collectFreed();
  void freeState(DirectoryEntry& entry);

  const std::uint32_t maxActors_;
  const std::uint64_t maxStateBytes_;
  const std::unique_ptr<DirectoryEntry[]> entries_;
  MpscRing<std::uint32_t>::Ends freed_;
  std::mutex mutex_; // all that follows, and freed_.consumer
  std::uint64_t stateBytes_ = 0;
  struct Shard {
    std::uint32_t nextFresh;            ///< the least index of this shard that was never used
    std::uint32_t actors = 0;           ///< alive
    std::deque<std::uint32_t> reusable; ///< the longest free first: generations last
  };
  std::vector<Shard> shards_;
};

} // namespace ring::runtime

#endif
