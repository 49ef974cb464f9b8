// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What travels with every message. Chunks are 16 bytes, the width of one access across PCIe.
#ifndef RINGKERNEL_ABI_MESSAGE_H
#define RINGKERNEL_ABI_MESSAGE_H

#include <cstdint>

namespace ring {

/// Who an actor is: an index into the directory and the generation of that entry, so that a message
/// to an actor that is gone is told from one to its successor. Trivially copyable, 8 bytes.
struct ActorId {
  std::uint32_t index;
  std::uint16_t generation;
  std::uint16_t shard; ///< reserved for placement; 0
};

} // namespace ring

namespace ring::abi {

/// ActorId::index of a sender that is no actor: a client of the host.
inline constexpr std::uint32_t kHostIndex = 0xffffffffu;

/// MessageHeader::flags
inline constexpr std::uint8_t kFlagReply = 1;   ///< an answer; `correlation` names the question
inline constexpr std::uint8_t kFlagRequest = 2; ///< the sender waits for an answer

/// Chunk 0.
struct MessageHeader {
  std::uint32_t
      tag; ///< rings: lap number, 0 skipped; rounds: number of the send within its activation
  std::uint32_t targetIndex;
  std::uint16_t targetGeneration;
  std::uint16_t type; ///< dense type index; in emitted code the index within its module
  std::uint8_t flags;
  std::uint8_t chunks; ///< of the whole message, this one included
  std::uint16_t sourceShard;
};

/// Chunk 1: where an answer goes.
struct MessageSource {
  ActorId source;
  std::uint64_t correlation; ///< 0: none
};

/// Header and source; the payload follows at byte kPayloadOffset.
struct Envelope {
  MessageHeader header;
  MessageSource source;
};

inline constexpr std::uint32_t kChunkBytes = 16;
inline constexpr std::uint32_t kPayloadOffset = 32;
/// Of a message type, without the envelope: MessageHeader::chunks counts both in 8 bits.
inline constexpr std::uint32_t kMaxMessageBytes = 255 * kChunkBytes - kPayloadOffset;

static_assert(sizeof(MessageHeader) == kChunkBytes && sizeof(MessageSource) == kChunkBytes);
static_assert(sizeof(Envelope) == kPayloadOffset && alignof(Envelope) == 8);
static_assert(sizeof(ActorId) == 8);

} // namespace ring::abi

#endif
