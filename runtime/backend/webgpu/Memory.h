// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The buffers of a session: their ids, writes into them, reads out of them, and waiting for the
// queue. ComputeDevice's contract for these calls holds here.

#ifndef RINGKERNEL_RUNTIME_BACKEND_WEBGPU_MEMORY_H
#define RINGKERNEL_RUNTIME_BACKEND_WEBGPU_MEMORY_H

#include "runtime/backend/webgpu/Session.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace ring::runtime::webgpu {

struct BufferRecord {
  Owned<BufferImpl> handle;
  std::uint64_t sizeBytes;
};

class Memory {
public:
  explicit Memory(Session& session);

  Result<BufferId> create(std::uint64_t sizeBytes);
  Status destroy(BufferId buffer);
  Status write(BufferId buffer, std::uint64_t offsetBytes, std::span<const std::byte> bytes);
  Status read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes);
  Status wait();

  /// Gives collected writes to the queue. To be called before a submission.
  void flushWrite();

  /// The buffer, if the range lies inside it and is made of whole words; `what` begins the message
  /// if not.
  Result<BufferRecord*> range(BufferId buffer, std::uint64_t offsetBytes, std::uint64_t sizeBytes,
                              const char* what);

private:
  /// Contiguous bytes not yet given to the queue.
  struct PendingWrite {
    BufferId buffer{};
    std::uint64_t offsetBytes = 0;
    std::vector<std::byte> bytes;
  };

  Result<Owned<BufferImpl>> allocate(std::uint64_t sizeBytes, Flags usage);
  Status growReadback(std::uint64_t sizeBytes);
  /// Copies from `source` into `readback` behind all submitted work, waits for it and hands the
  /// bytes out.
  Status copyAndMap(BufferImpl* source, std::uint64_t offsetBytes, std::span<std::byte> bytes);

  Session& session;
  const Api& api;
  std::unordered_map<BufferId, BufferRecord> buffers;
  PendingWrite pending;
  BufferRecord readback;   ///< mapped to read; grows
  Owned<BufferImpl> fence; ///< what wait() copies from
  std::uint32_t lastId = 0;
};

} // namespace ring::runtime::webgpu

#endif // RINGKERNEL_RUNTIME_BACKEND_WEBGPU_MEMORY_H
