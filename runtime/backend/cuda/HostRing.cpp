// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slot is written chunk by chunk and taken as a whole.
#include "runtime/backend/cuda/HostRing.h"

#include "runtime/backend/cuda/WideAccess.h"

#include <ringkernel/queue/RingMemory.h>

#include <cstring>

namespace ring::runtime::cuda {

namespace {

RINGKERNEL_WIDE inline WideWords wide(std::uint32_t tag, std::uint32_t a, std::uint32_t b,
                                      std::uint32_t c) {
  return WideWords{tag, a, b, c};
}

/// The first three words of a stream.
struct Head {
  std::uint32_t words[3];
};

/// A message of `kWords` words of payload, all in registers: the common sizes are the fast ones.
template <std::uint32_t kWords>
RINGKERNEL_WIDE inline void writeSmall(abi::Chunk* slot, std::uint32_t tag, const Head& head,
                                       std::uint64_t origin, const void* payload) {
  static_assert(kWords >= 1 && kWords <= 7);
  std::uint32_t w[7] = {};
  std::memcpy(w, payload, kWords * 4);
  storeWords(slot, wide(tag, head.words[0], head.words[1], head.words[2]));
  storeWords(slot + 1, wide(tag, static_cast<std::uint32_t>(origin),
                            static_cast<std::uint32_t>(origin >> 32), w[0]));
  if constexpr (kWords > 1)
    storeWords(slot + 2, wide(tag, w[1], w[2], w[3]));
  if constexpr (kWords > 4)
    storeWords(slot + 3, wide(tag, w[4], w[5], w[6]));
}

/// A message of any size, and slots that are written whole.
RINGKERNEL_WIDE void writeLarge(abi::Chunk* slot, std::uint32_t tag, const Head& head,
                                std::uint64_t origin, const void* payload, std::uint32_t bytes,
                                std::uint32_t chunks) {
  const std::uint32_t used = abi::chunksOf(bytes);
  std::uint32_t stream[256 * abi::kWordsPerChunk];
  stream[used * abi::kWordsPerChunk - 1] = stream[used * abi::kWordsPerChunk - 2] = 0;
  std::memcpy(stream, head.words, sizeof(head.words));
  std::memcpy(stream + 3, &origin, sizeof(origin));
  std::memcpy(stream + abi::kPayloadWord, payload, bytes);
  for (std::uint32_t i = 0; i < chunks; ++i) {
    const std::uint32_t* words = i < used ? stream + i * abi::kWordsPerChunk : stream;
    storeWords(slot + i, wide(tag, words[0], words[1], words[2]));
  }
}

} // namespace

RINGKERNEL_WIDE bool CommandWriter::tryPush(abi::MessageHeader header, std::uint64_t origin,
                                            const void* payload, std::uint32_t bytes) {
  if (!hasRoom())
    return false;
  const std::uint32_t used = abi::chunksOf(bytes);
  header.chunks = static_cast<std::uint8_t>(used);
  Head head;
  std::memcpy(head.words, &header.targetIndex, sizeof(head.words));
  abi::Chunk* slot = slotAtPosition();
  const bool isWhole = position_.isWholeLap();
  writeLarge(slot, position_.tag(), head, origin, payload, bytes, isWhole ? slotChunks_ : used);
  position_.advance();
  return true;
}

template <std::uint32_t kWords>
RINGKERNEL_WIDE std::size_t CommandWriter::pushSmall(std::span<CommandWriter> lanes,
                                                     const CommandBatch& batch, std::size_t begin) {
  // Copies: the compiler has what it knows only by reference read again after each store.
  const detail::Batch messages = batch.messages;
  const Modulo ofShards = batch.ofShards;
  const std::uint32_t laneMask = batch.laneMask, type = std::uint32_t(batch.header.type) << 16;
  abi::MessageHeader header = batch.header;
  header.chunks = static_cast<std::uint8_t>(abi::chunksOf(kWords * 4));
  std::uint32_t last;
  std::memcpy(&last, &header.flags, sizeof(last));
  const auto* payload = static_cast<const std::byte*>(messages.payloads) + begin * kWords * 4;
  for (std::size_t i = begin; i < messages.count; ++i, payload += kWords * 4) {
    const ActorId target = messages.target(i);
    CommandWriter& lane = lanes[ofShards(target.index) & laneMask];
    if (!lane.hasRoom() || lane.position_.isWholeLap())
      return i;
    abi::Chunk* const slot = lane.slotAtPosition();
    const std::uint32_t tag = lane.position_.tag();
    lane.position_.advance();
    // The device has read the next slot a lap ago, so its line is not ours to write: it comes while
    // other lanes have their turns.
    detail::ringPrefetchToWrite(lane.slotAtPosition());
    writeSmall<kWords>(slot, tag, {{target.index, target.generation | type, last}}, 0, payload);
  }
  return messages.count;
}

std::size_t CommandWriter::pushBatch(std::span<CommandWriter> lanes, const CommandBatch& batch,
                                     std::size_t begin) {
  const std::uint32_t bytes = batch.messages.message->size;
  switch (bytes % 4 != 0 ? 0 : bytes / 4) {
  case 1:
    return pushSmall<1>(lanes, batch, begin);
  case 2:
    return pushSmall<2>(lanes, batch, begin);
  case 3:
    return pushSmall<3>(lanes, batch, begin);
  case 4:
    return pushSmall<4>(lanes, batch, begin);
  case 5:
    return pushSmall<5>(lanes, batch, begin);
  case 6:
    return pushSmall<6>(lanes, batch, begin);
  case 7:
    return pushSmall<7>(lanes, batch, begin);
  default:
    return begin;
  }
}

namespace {

/// Takes one message: a whole one or none. What is still on its way is there at the next look; what
/// it leaves in `payload` is overwritten then.
RINGKERNEL_WIDE inline bool takeSlot(const abi::Chunk* slot, std::uint32_t slotChunks,
                                     std::uint32_t tag, ReplyReader::View& view,
                                     std::uint32_t* payload) {
  std::uint32_t words[4];
  const auto take = [&](std::uint32_t chunk) RINGKERNEL_WIDE {
    const WideWords value = loadWords(slot + chunk);
    std::memcpy(words, &value, sizeof(words));
    return words[0] == tag;
  };
  if (!take(0))
    return false;
  std::memcpy(&view.header, words, sizeof(view.header));
  const std::uint32_t used = view.header.chunks;
  if (used < 2 || used > slotChunks)
    return false; // no message has so many: the memory is corrupt, and the ring stands still
  if (!take(1))
    return false;
  std::memcpy(&view.origin, words + 1, sizeof(view.origin));
  payload[0] = words[3];
  for (std::uint32_t i = 2; i < used; ++i) {
    if (!take(i))
      return false;
    std::memcpy(payload + 1 + (i - 2) * abi::kWordsPerChunk, words + 1, 12);
  }
  view.words = 1 + (used - 2) * abi::kWordsPerChunk;
  return true;
}

} // namespace

RINGKERNEL_WIDE std::size_t ReplyReader::popBatch(std::span<View> views, std::uint32_t* payloads) {
  if (!slots_)
    return 0;
  constexpr std::uint32_t kAhead = 8; // slots; past the end of the ring a prefetch does no harm
  const std::uint32_t stride = payloadWords();
  std::size_t count = 0;
  for (; count < views.size(); ++count) {
    const abi::Chunk* slot = slots_ + std::size_t(position_.slot()) * slotChunks_;
    if (views.size() > 1) // a stream: the device is far ahead, and its lines are not in our caches
      __builtin_prefetch(slot + std::size_t(kAhead) * slotChunks_);
    if (!takeSlot(slot, slotChunks_, position_.tag(), views[count], payloads + count * stride))
      break;
    position_.advance();
  }
  return count;
}

} // namespace ring::runtime::cuda
