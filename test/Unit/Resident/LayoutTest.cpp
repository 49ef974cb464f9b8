// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes that host and device compute each for itself: memory is laid out by those of Program.h.
#include "test/Unit/Resident/Messages.h"

#include "runtime/backend/cuda/Program.h"

#include <gtest/gtest.h>

namespace ring::test {
namespace {

TEST(Layout, HostAndDeviceHaveTheSameSizes) {
  for (const Configuration* device : {&smallSlots(), &largeSlots(), &hugeSlots()}) {
    SCOPED_TRACE(device->name);
    runtime::cuda::Program host;
    host.slotChunks = device->slotChunks;
    host.maxSends = device->maxSends;
    EXPECT_EQ(host.stageBytes(), device->stageBytes);
    EXPECT_EQ(host.sharedSends(), device->sharedSends);
    EXPECT_EQ(host.stagedAtOnce(), device->stagedAtOnce);
    EXPECT_EQ(host.blockMessages(), device->blockMessages);
    EXPECT_EQ(host.waitingBytes(), device->waitingBytes);
    EXPECT_EQ(host.heldRoom(), device->heldRoom);
    EXPECT_EQ(host.asideRoom(), device->asideRoom);
  }
}

} // namespace
} // namespace ring::test
