// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's ends of a client's rings (ringkernel/abi/Resident.h): it writes commands and reads
// replies. Every chunk is one access (WideAccess.h); a tag that matches says that its chunk is
// whole, and nothing about any other.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H

#include <ringkernel/abi/Resident.h>

#include <cstddef>
#include <span>

namespace ring::runtime::cuda {

/// Writes commands. One thread at a time.
class CommandWriter {
public:
  CommandWriter() = default;
  /// `slots`: `count` of `slotChunks`; `read` is written by the device.
  CommandWriter(abi::Chunk* slots, std::uint32_t count, std::uint64_t* read,
                std::uint32_t slotChunks)
      : slots_(slots), read_(read), count_(count), slotChunks_(slotChunks) {}

  /// False where the ring is full. `header.chunks` is set here; `payload` fits the slot.
  bool tryPush(abi::MessageHeader header, std::uint64_t origin, const void* payload,
               std::uint32_t bytes);

  /// Bytes of payload that a slot has room for.
  std::uint32_t maxPayload() const {
    return (slotChunks_ * abi::kWordsPerChunk - abi::kPayloadWord) * 4;
  }

private:
  abi::Chunk* slots_ = nullptr;
  std::uint64_t* read_ = nullptr;
  std::uint32_t count_ = 0, slotChunks_ = 0;
  std::uint64_t ticket_ = 0;
  std::uint64_t seen_ = 0; ///< the last look at *read_
};

/// Reads replies. One thread at a time.
class ReplyReader {
public:
  /// Of no ring: always empty.
  ReplyReader() = default;
  ReplyReader(const abi::Chunk* slots, std::uint32_t count, std::uint32_t slotChunks)
      : slots_(slots), count_(count), slotChunks_(slotChunks) {}

  struct View {
    abi::MessageHeader header;
    std::uint64_t origin;
    std::uint32_t words; ///< of the payload, in `payload`
  };
  /// True where there is one; then it is in `view` and `payload` (at least the words of a slot),
  /// and the ring has moved on.
  bool tryPop(View& view, std::uint32_t* payload);
  std::uint64_t read() const { return read_; }

private:
  const abi::Chunk* slots_ = nullptr;
  std::uint32_t count_ = 0, slotChunks_ = 0;
  std::uint64_t read_ = 0;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_HOSTRING_H
