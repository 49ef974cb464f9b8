// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes, and the first state.
#include "runtime/backend/cuda/WaitingPool.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace ring::runtime::cuda {

namespace {

/// The most blocks of one queue: a shard whose messages find no room for so long takes no more. The
/// host writes all queues' tables at once, so they are no longer than that wants.
constexpr std::uint32_t kMostBlocks = 256;
/// The most blocks that `bytes` gives to all shards together.
constexpr std::uint64_t kMostShared = std::uint64_t(1) << 24;

} // namespace

WaitingLayout WaitingLayout::of(const Program& program, std::uint32_t shards, std::uint64_t bytes) {
  WaitingLayout layout;
  layout.shards = shards;
  layout.blockMessages = program.blockMessages();
  const auto blocksFor = [&](std::uint32_t messages) {
    return (messages + layout.blockMessages - 1) / layout.blockMessages;
  };
  // Half of what is given is for each shard alone: those that all hold some do not meet at the
  // pool.
  const std::uint64_t given = bytes / (layout.blockMessages * program.waitingBytes());
  const std::uint64_t own = std::min<std::uint64_t>(given / 2 / shards, kMostBlocks / 2);
  const std::uint64_t least = std::uint64_t(shards) * blocksFor(program.batchSends());
  // Handlers that send thousands need more than the most that is given.
  const std::uint64_t shared = std::max(std::min(given - own * shards, kMostShared), least);
  // One more than they need room for, since a queue may begin within a block.
  layout.heldBlocks =
      blocksFor(program.heldRoom() + program.manyOwn()) + static_cast<std::uint32_t>(own) + 1;
  layout.heldKept = (layout.heldBlocks - 1) * layout.blockMessages;
  layout.asideBlocks = blocksFor(program.asideRoom()) + 1;
  layout.blocks = static_cast<std::uint32_t>(
      std::uint64_t(shards) * (layout.heldBlocks + layout.asideBlocks) + shared);
  layout.queueBlocks = std::bit_ceil(std::max(kMostBlocks, 2 * layout.heldBlocks));
  // The other three quarters are for what lies in mailboxes then and may have to be held as well.
  layout.manyHeld = (shared + own * shards) * layout.blockMessages / 4;
  return layout;
}

WaitingLayout::Beginning WaitingLayout::begin(std::span<abi::ResidentShard> records,
                                              std::int64_t laps) const {
  const std::uint64_t first = static_cast<std::uint64_t>(laps) * queueBlocks * blockMessages;
  Beginning beginning;
  beginning.queues.assign(std::size_t(shards) * 2 * queueBlocks, abi::kNoBlock);
  std::uint32_t* queue = beginning.queues.data();
  std::uint32_t next = 0; // block
  const auto open = [&](abi::WaitingQueue& waiting, std::uint32_t count) {
    waiting = {first, first, first + std::uint64_t(count) * blockMessages};
    for (std::uint32_t i = 0; i < count; ++i)
      queue[i] = next++;
    queue += queueBlocks;
  };
  for (abi::ResidentShard& record : records) {
    open(record.held, heldBlocks);
    open(record.aside, asideBlocks);
  }
  // All other blocks are free, in all stacks alike, each linked to the next of its stack.
  constexpr std::uint32_t tops = kTopsBytes / 4;
  beginning.links.assign(tops + std::size_t(blocks), abi::kNoBlock);
  for (std::uint32_t stack = 0; stack < abi::kBlockStacks; ++stack) {
    const std::uint32_t block = next + stack;
    const std::uint64_t top = block < blocks ? block : abi::kNoBlock;
    std::memcpy(beginning.links.data() + stack * abi::kBlockStackWords * 2, &top, sizeof(top));
  }
  for (std::uint32_t block = next; block + abi::kBlockStacks < blocks; ++block)
    beginning.links[tops + block] = block + abi::kBlockStacks;
  return beginning;
}

Result<WaitingPool> WaitingPool::make(const std::shared_ptr<Gpu>& gpu, const Program& program,
                                      const WaitingLayout& layout) {
  const std::string what = "messages that wait" + program.culprit();
  WaitingPool pool;
  pool.layout = layout;
  const struct {
    GpuMemory& memory;
    std::uint64_t bytes;
  } pieces[] = {
      {pool.messages, std::uint64_t(layout.blocks) * layout.blockMessages * program.waitingBytes()},
      {pool.links, WaitingLayout::kTopsBytes + std::uint64_t(layout.blocks) * 4},
      {pool.queues, std::uint64_t(layout.shards) * 2 * layout.queueBlocks * 4},
  };
  for (const auto& piece : pieces) {
    Result<GpuMemory> made =
        GpuMemory::allocate(gpu, GpuMemory::Kind::Device, piece.bytes, what.c_str());
    if (!made)
      return made.status();
    piece.memory = std::move(*made);
  }
  return pool;
}

} // namespace ring::runtime::cuda
