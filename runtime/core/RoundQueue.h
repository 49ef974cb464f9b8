// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages that wait for a round, by actor, each actor's in the order they came. One pool of slots
// of one size: nothing is allocated once it has its high mark. Not thread-safe.
#ifndef RINGKERNEL_RUNTIME_CORE_ROUNDQUEUE_H
#define RINGKERNEL_RUNTIME_CORE_ROUNDQUEUE_H

#include "runtime/core/Record.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace ring::runtime {

class RoundQueue {
public:
  explicit RoundQueue(std::uint32_t maxActors) : actors_(maxActors) {}

  /// Slots hold payloads of up to `bytes` from now on.
  void widen(std::uint32_t payloadBytes);
  /// Envelope and largest payload, a multiple of 16.
  std::uint32_t slotBytes() const { return slotBytes_; }

  /// Behind all messages of the envelope's target. `bytes` of payload fit a slot.
  void push(const abi::Envelope& envelope, const void* payload, std::uint32_t bytes);
  bool isEmpty() const { return count_ == 0; }
  std::uint64_t bytes() const { return std::uint64_t(count_) * slotBytes_; }
  std::uint32_t waiting(std::uint32_t actor) const { return actors_[actor].count; }

  /// The first message of an actor that has one: a slot of slotBytes().
  const std::byte* front(std::uint32_t actor) const { return slot(actors_[actor].first); }
  void pop(std::uint32_t actor);

  /// Takes the actor that waits longest for its turn. Some actor waits.
  std::uint32_t takeActor();
  /// Puts it back where it still has messages.
  void returnActor(std::uint32_t actor);
  /// Actors that wait for their turn.
  std::size_t waitingActors() const { return turns_.size(); }

private:
  static constexpr std::uint32_t kNone = 0xffffffffu;
  static constexpr std::uint32_t kSlotsAPage = 1024;
  struct Actor {
    std::uint32_t first = kNone, last = kNone, count = 0;
    bool hasTurn = false; ///< in turns_, or taken
  };

  std::byte* slot(std::uint32_t index) const {
    return pages_[index / kSlotsAPage].get() + std::size_t(index % kSlotsAPage) * slotBytes_;
  }
  std::uint32_t takeSlot();

  std::vector<Actor> actors_;
  std::deque<std::uint32_t> turns_;
  std::uint32_t slotBytes_ = abi::kPayloadOffset;
  std::uint32_t count_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> pages_;
  std::vector<std::uint32_t> next_; ///< by slot: the next of the same actor
  std::vector<std::uint32_t> free_;
};

} // namespace ring::runtime

#endif
