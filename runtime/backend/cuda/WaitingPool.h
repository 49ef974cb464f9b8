// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of messages that find no room in a mailbox: blocks that all shards of the resident
// kernel share, and each shard's two queues of them (resident/waiting.cuh, resident/aside.cuh). The
// device alone uses them; here they are made, and begin.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_WAITINGPOOL_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_WAITINGPOOL_H

#include "runtime/backend/cuda/GpuMemory.h"
#include "runtime/backend/cuda/Program.h"

#include <memory>
#include <span>
#include <vector>

namespace ring::runtime::cuda {

/// How many blocks there are, and how queues begin.
struct WaitingLayout {
  std::uint32_t shards = 0;
  std::uint32_t blocks = 0;                      ///< altogether
  std::uint32_t blockMessages = 1;               ///< of a block
  std::uint32_t heldBlocks = 0, asideBlocks = 0; ///< that a shard's queues begin with
  std::uint32_t queueBlocks = 0;                 ///< the most of a queue, a power of two
  std::uint32_t heldKept = 0; ///< messages: abi::ResidentTable::heldKept, as manyHeld
  std::uint64_t manyHeld = 0;
  /// Of the tops of the stacks of free blocks.
  static constexpr std::uint32_t kTopsBytes = abi::kBlockStacks * abi::kBlockStackWords * 8;

  /// Blocks for a batch of each shard, and beside them for `bytes`, half of that for each shard and
  /// half for all, but for another batch of each at least.
  static WaitingLayout of(const Program& program, std::uint32_t shards, std::uint64_t bytes);

  /// What the device is to find before the first launch of a program.
  struct Beginning {
    std::vector<std::uint32_t> links;  ///< stacks of free blocks (kTopsBytes), then [blocks]
    std::vector<std::uint32_t> queues; ///< [shards][2][queueBlocks]
  };
  /// Sets all shards' queues: empty, and as old as `laps` times their length.
  Beginning begin(std::span<abi::ResidentShard> records, std::int64_t laps) const;
};

struct WaitingPool {
  WaitingLayout layout;
  GpuMemory messages;      ///< [blocks][messages of a block]
  GpuMemory links, queues; ///< as WaitingLayout::Beginning has them

  /// Exhausted where the GPU has less memory.
  static Result<WaitingPool> make(const std::shared_ptr<Gpu>& gpu, const Program& program,
                                  const WaitingLayout& layout);
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_WAITINGPOOL_H
