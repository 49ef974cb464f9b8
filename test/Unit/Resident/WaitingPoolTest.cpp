// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of the memory of messages that wait, at the ends of what options and handlers ask for.
#include "runtime/backend/cuda/WaitingPool.h"

#include <gtest/gtest.h>

namespace ring::test {
namespace {

using runtime::cuda::Program;
using runtime::cuda::WaitingLayout;

/// Whatever is asked for: room for a batch of each shard and another one in the pool, queues that
/// have places for that, and fewer messages put aside than an entry can count.
TEST(WaitingPool, LayoutsOfAnySizeHoldABatchOfEachShard) {
  for (const std::uint32_t chunks : {4u, 8u, 16u, 32u, 64u, 128u, 256u})
    for (const std::uint32_t sends : {2u, 7u, 1000u, 20000u})
      for (const std::uint64_t bytes :
           {std::uint64_t(0), std::uint64_t(1), std::uint64_t(64) << 20, std::uint64_t(1) << 48}) {
        SCOPED_TRACE(std::to_string(chunks) + " chunks, " + std::to_string(sends) + " sends, " +
                     std::to_string(bytes) + " bytes");
        Program program;
        program.slotChunks = chunks;
        program.maxSends = sends;
        const std::uint32_t shards = 944;
        const WaitingLayout layout = WaitingLayout::of(program, shards, bytes);
        const std::uint64_t block = layout.blockMessages;
        const std::uint64_t begun =
            std::uint64_t(shards) * (layout.heldBlocks + layout.asideBlocks);
        ASSERT_LT(begun, layout.blocks);
        EXPECT_GE((layout.blocks - begun) * block, std::uint64_t(shards) * program.batchSends());
        EXPECT_GT(layout.heldBlocks * block, program.heldRoom());
        EXPECT_GT(layout.asideBlocks * block, program.asideRoom());
        EXPECT_GE(layout.heldKept, program.heldRoom());
        EXPECT_LE(layout.heldBlocks, layout.queueBlocks / 2);
        EXPECT_GT(layout.manyHeld, 0u);
        EXPECT_LT(layout.queueBlocks * block, std::uint64_t(1) << (32 - abi::kLifeBits));
      }
}

} // namespace
} // namespace ring::test
