// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of slots by index, so that widening can move the slots.
#include "runtime/core/RoundQueue.h"

#include <utility>

namespace ring::runtime {

void RoundQueue::widen(std::uint32_t payloadBytes) {
  const std::uint32_t wanted = (abi::kPayloadOffset + payloadBytes + abi::kChunkBytes - 1) /
                               abi::kChunkBytes * abi::kChunkBytes;
  if (wanted <= slotBytes_)
    return;
  for (auto& page : pages_) {
    auto wider = std::make_unique<std::byte[]>(std::size_t(kSlotsAPage) * wanted);
    for (std::uint32_t i = 0; i < kSlotsAPage; ++i)
      std::memcpy(wider.get() + std::size_t(i) * wanted, page.get() + std::size_t(i) * slotBytes_,
                  slotBytes_);
    page = std::move(wider);
  }
  slotBytes_ = wanted;
}

std::uint32_t RoundQueue::takeSlot() {
  if (free_.empty()) {
    const auto first = static_cast<std::uint32_t>(pages_.size() * kSlotsAPage);
    pages_.push_back(std::make_unique<std::byte[]>(std::size_t(kSlotsAPage) * slotBytes_));
    next_.resize(first + kSlotsAPage, kNone);
    for (std::uint32_t i = kSlotsAPage; i > 0; --i)
      free_.push_back(first + i - 1);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  return index;
}

void RoundQueue::push(const abi::Envelope& envelope, const void* payload, std::uint32_t bytes) {
  const std::uint32_t index = takeSlot();
  std::memcpy(slot(index), &envelope, sizeof(envelope));
  copyMessage(slot(index) + abi::kPayloadOffset, payload, bytes);
  next_[index] = kNone;
  const std::uint32_t target = envelope.header.targetIndex;
  Actor& actor = actors_[target];
  if (actor.count++ == 0)
    actor.first = index;
  else
    next_[actor.last] = index;
  actor.last = index;
  ++count_;
  if (!std::exchange(actor.hasTurn, true))
    turns_.push_back(target);
}

void RoundQueue::pop(std::uint32_t actorIndex) {
  Actor& actor = actors_[actorIndex];
  free_.push_back(actor.first);
  actor.first = next_[actor.first];
  --actor.count;
  --count_;
}

std::uint32_t RoundQueue::takeActor() {
  const std::uint32_t actor = turns_.front();
  turns_.pop_front();
  return actor;
}

void RoundQueue::returnActor(std::uint32_t actor) {
  actors_[actor].hasTurn = actors_[actor].count != 0;
  if (actors_[actor].hasTurn)
    turns_.push_back(actor);
}

} // namespace ring::runtime
