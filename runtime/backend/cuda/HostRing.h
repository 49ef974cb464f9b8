// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's ends of a client's rings (ringkernel/abi/Resident.h): it writes commands and reads
// replies. Every chunk is one access (WideAccess.h); a tag that matches says that its chunk is
// whole, and nothing about any other.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H

#include "runtime/core/Modulo.h"
#include <ringkernel/abi/Resident.h>
#include <ringkernel/detail/RuntimeApi.h>

#include <bit>
#include <cstddef>
#include <span>

namespace ring::runtime::cuda {

/// Where an end of a ring stands: slots are a power of two.
class RingPosition {
public:
  RingPosition() = default;
  RingPosition(std::uint32_t slots, std::uint64_t first)
      : ticket_(first), mask_(slots - 1),
        shift_(static_cast<std::uint32_t>(std::countr_zero(slots))),
        tag_(abi::tagOfLap(first >> shift_)) {}

  std::uint64_t ticket() const { return ticket_; }
  std::uint32_t slots() const { return mask_ + 1; }
  std::uint32_t slot() const { return static_cast<std::uint32_t>(ticket_) & mask_; }
  std::uint32_t tag() const { return tag_; }
  bool isWholeLap() const { return abi::isWholeLap(ticket_ >> shift_); }
  void advance() {
    if ((++ticket_ & mask_) == 0)
      tag_ = abi::tagOfLap(ticket_ >> shift_);
  }

private:
  std::uint64_t ticket_ = 0;
  std::uint32_t mask_ = 0, shift_ = 0, tag_ = abi::tagOfLap(0);
};

/// Messages of one type on their way into the lanes of a client.
struct CommandBatch {
  abi::MessageHeader header; ///< all but target and chunks
  const detail::Batch& messages;
  Modulo ofShards;        ///< the shard of an actor
  std::uint32_t laneMask; ///< lanes - 1
};

/// Writes commands. One thread at a time.
class CommandWriter {
public:
  CommandWriter() = default;
  /// `slots`: `count` of `slotChunks`; `read` is written by the device, from `first` on.
  CommandWriter(abi::Chunk* slots, std::uint32_t count, std::uint64_t* read,
                std::uint32_t slotChunks, std::uint64_t first = 0)
      : slots_(slots), read_(read), slotChunks_(slotChunks), position_(count, first), seen_(first) {
  }

  /// False where the ring is full. `header.chunks` is set here; `payload` fits the slot.
  bool tryPush(abi::MessageHeader header, std::uint64_t origin, const void* payload,
               std::uint32_t bytes);

  /// Pushes messages from `begin` on, each into the lane of its target, until one finds its lane
  /// full; gives the first that was not pushed.
  static std::size_t pushBatch(std::span<CommandWriter> lanes, const CommandBatch& batch,
                               std::size_t begin);
  /// False where the ring is full.
  bool hasRoom() {
    if (position_.ticket() - seen_ < position_.slots())
      return true;
    seen_ = __atomic_load_n(read_, __ATOMIC_ACQUIRE); // see ring_giveBackHost64
    return position_.ticket() - seen_ < position_.slots();
  }

  /// One that has no room, for messages as large as now: of a ring that is gone.
  CommandWriter closed() const {
    static std::uint64_t none = 0;
    return {nullptr, 0, &none, slotChunks_};
  }
  /// Messages that the device has not given back, from the first on.
  std::uint64_t unread() const {
    return slots_ ? position_.ticket() - __atomic_load_n(read_, __ATOMIC_ACQUIRE) : 0;
  }
  const abi::Chunk* slots() const { return slots_; }
  const RingPosition& position() const { return position_; }
  std::uint32_t slotChunks() const { return slotChunks_; }

  /// Bytes of payload that a slot has room for.
  std::uint32_t maxPayload() const {
    return (slotChunks_ * abi::kWordsPerChunk - abi::kPayloadWord) * 4;
  }

private:
  template <std::uint32_t kWords>
  static std::size_t pushSmall(std::span<CommandWriter> lanes, const CommandBatch& batch,
                               std::size_t begin);

  abi::Chunk* slotAtPosition() const {
    return slots_ + std::size_t(position_.slot()) * slotChunks_;
  }

  abi::Chunk* slots_ = nullptr;
  std::uint64_t* read_ = nullptr;
  std::uint32_t slotChunks_ = 0;
  RingPosition position_;
  std::uint64_t seen_ = 0; ///< the last look at *read_
};

/// Reads replies. One thread at a time.
class ReplyReader {
public:
  /// Of no ring: always empty.
  ReplyReader() = default;
  /// The first ticket is `first`.
  ReplyReader(const abi::Chunk* slots, std::uint32_t count, std::uint32_t slotChunks,
              std::uint64_t first = 0)
      : slots_(slots), slotChunks_(slotChunks), position_(count, first) {}

  /// What `commands` has written and the device has not given back. With the writer's lock.
  explicit ReplyReader(const CommandWriter& commands)
      : slots_(commands.slots()), slotChunks_(commands.slotChunks()),
        position_(commands.position().slots(), commands.position().ticket() - commands.unread()) {}

  struct View {
    abi::MessageHeader header;
    std::uint64_t origin;
    std::uint32_t words; ///< of the payload, in `payload`
  };
  /// True where there is one; then it is in `view` and `payload` (at least the words of a slot),
  /// and the ring has moved on.
  bool tryPop(View& view, std::uint32_t* payload) { return popBatch({&view, 1}, payload) == 1; }
  /// As many as there are, up to views.size(); payload i is at `payloads` + i * payloadWords().
  std::size_t popBatch(std::span<View> views, std::uint32_t* payloads);
  std::uint64_t read() const { return position_.ticket(); }
  /// Words of the largest payload, rounded up so that payloads side by side are aligned to 16.
  std::uint32_t payloadWords() const {
    return (slotChunks_ * abi::kWordsPerChunk - abi::kPayloadWord + 3) / 4 * 4;
  }

private:
  const abi::Chunk* slots_ = nullptr;
  std::uint32_t slotChunks_ = 0;
  RingPosition position_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H
