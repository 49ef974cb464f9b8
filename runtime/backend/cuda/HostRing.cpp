// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slot is written chunk by chunk and taken as a whole.
#include "runtime/backend/cuda/HostRing.h"

#include "runtime/backend/cuda/WideAccess.h"

#include <cstring>

namespace ring::runtime::cuda {

bool CommandWriter::tryPush(abi::MessageHeader header, std::uint64_t origin, const void* payload,
                            std::uint32_t bytes) {
  if (ticket_ - seen_ == count_) {
    seen_ = __atomic_load_n(read_, __ATOMIC_ACQUIRE); // pairs with ring_releaseHost64
    if (ticket_ - seen_ == count_)
      return false;
  }
  const std::uint32_t used = abi::chunksOf(bytes);
  header.chunks = static_cast<std::uint8_t>(used);
  std::uint32_t stream[256 * abi::kWordsPerChunk];
  stream[used * abi::kWordsPerChunk - 1] = stream[used * abi::kWordsPerChunk - 2] = 0;
  std::memcpy(stream, &header.targetIndex, 12);
  std::memcpy(stream + 3, &origin, sizeof(origin));
  std::memcpy(stream + abi::kPayloadWord, payload, bytes);
  const std::uint32_t tag = abi::tagOf(ticket_, count_);
  const std::uint32_t count = abi::isWholeLap(ticket_, count_) ? slotChunks_ : used;
  abi::Chunk* slot = slots_ + ticket_ % count_ * slotChunks_;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t* words = i < used ? stream + i * abi::kWordsPerChunk : stream;
    storeWide(slot + i, {{tag, words[0], words[1], words[2]}});
  }
  ++ticket_;
  return true;
}

bool ReplyReader::tryPop(View& view, std::uint32_t* payload) {
  if (!slots_)
    return false;
  const abi::Chunk* slot = slots_ + read_ % count_ * slotChunks_;
  const std::uint32_t tag = abi::tagOf(read_, count_);
  Wide chunk = loadWide(slot);
  if (chunk.words[0] != tag)
    return false;
  std::memcpy(&view.header, chunk.words, sizeof(view.header));
  const std::uint32_t used = view.header.chunks;
  if (used < 2 || used > slotChunks_)
    return false; // no message has so many: the memory is corrupt, and the ring stands still
  // A whole message or none: what is still on its way is there at the next look.
  Wide chunks[256];
  for (std::uint32_t i = 1; i < used; ++i) {
    chunks[i] = loadWide(slot + i);
    if (chunks[i].words[0] != tag)
      return false;
  }
  std::memcpy(&view.origin, chunks[1].words + 1, sizeof(view.origin));
  payload[0] = chunks[1].words[3];
  for (std::uint32_t i = 2; i < used; ++i)
    std::memcpy(payload + 1 + (i - 2) * abi::kWordsPerChunk, chunks[i].words + 1, 12);
  view.words = 1 + (used - 2) * abi::kWordsPerChunk;
  ++read_;
  return true;
}

} // namespace ring::runtime::cuda
