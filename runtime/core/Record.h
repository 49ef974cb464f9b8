// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A message on its way through host memory: abi::Envelope and, from kPayloadOffset, the payload. In
// record rings and queues the envelope's tag is the record's length. Also the records that only the
// host side knows.
#ifndef RINGKERNEL_RUNTIME_CORE_RECORD_H
#define RINGKERNEL_RUNTIME_CORE_RECORD_H

#include "runtime/core/Registry.h"

#include <ringkernel/abi/Message.h>

#include <cstring>

namespace ring::runtime {

/// MessageHeader::flags beside those of the abi.
inline constexpr std::uint8_t kFlagStatus = 0x40;  ///< to the host: the payload is an Outcome
inline constexpr std::uint8_t kFlagControl = 0x80; ///< to an actor's runner: the type is a Control

/// What the host asks of who runs an actor, at its place in the order of messages.
enum class Control : TypeIndex { ReadState, Kill, Restart };

/// What became of a message that got no reply.
struct Outcome {
  StatusCode code; ///< NoReply, Failed, Closed, WrongType, Exhausted; Ok for a control that is done
  std::uint32_t failCode;
};

inline abi::Envelope& envelopeOf(std::byte* record) {
  return *reinterpret_cast<abi::Envelope*>(record);
}

/// Everything of the envelope but the tag, which is the ring's.
inline void writeEnvelope(std::byte* record, ActorId target, TypeIndex type, std::uint8_t flags,
                          ActorId source, std::uint64_t correlation) {
  abi::Envelope& envelope = envelopeOf(record);
  envelope.header.targetIndex = target.index;
  envelope.header.targetGeneration = target.generation;
  envelope.header.type = type;
  envelope.header.flags = flags;
  envelope.header.chunks = 0;
  envelope.header.sourceShard = 0;
  envelope.source.source = source;
  envelope.source.correlation = correlation;
}

inline constexpr ActorId kHostId{abi::kHostIndex, 0, 0};

/// memcpy for messages: most are a few words, for which a call costs more than the copy. In words
/// of the width in which fields were written just before: a wider load would wait for their stores.
inline void copyMessage(std::byte* to, const void* message, std::size_t bytes) {
  const auto* from = static_cast<const std::byte*>(message);
  constexpr std::size_t kWord = 8;
  if (bytes > 64) {
    std::memcpy(to, from, bytes);
    return;
  }
  std::size_t i = 0;
  for (; i + kWord <= bytes; i += kWord)
    __builtin_memcpy(to + i, from + i, kWord);
  if (bytes & 4) {
    __builtin_memcpy(to + i, from + i, 4);
    i += 4;
  }
  for (; i < bytes; ++i)
    to[i] = from[i];
}

} // namespace ring::runtime

#endif
