// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel of several modules is put together and compiled for every architecture that
// is promised; what the device would be told of handlers is right. NVRTC needs no GPU.
#include "runtime/backend/cuda/Program.h"
#include "test/Execution/TestDevices.h"

#include "Demo.ring.h"
#include "Faults.ring.h"
#include "Scopes.ring.h"
#include "Traffic.ring.h"
#include "Wide.ring.h"

#include <ringkernel/abi/Resident.h>

#include <gtest/gtest.h>

namespace ring::runtime::cuda {
namespace {

constexpr Placement kChip{116, 16};

class ProgramTest : public testing::Test {
protected:
  template <class... Actors> Result<Program> composeAll() {
    std::vector<const ActorType*> actors;
    for (const TypeInfo* info : {&detail::Registered<Actors>::info()...}) {
      Result<const ActorType*> actor = registry.actor(*info);
      EXPECT_TRUE(actor) << actor.status().message();
      actors.push_back(*actor);
    }
    return compose(actors, registry, kChip);
  }
  Registry registry;
};

TEST_F(ProgramTest, CompilesForEveryArchitecture) {
  if (Status status = compilerStatus(); !status) {
    if (test::absenceIsFailure())
      FAIL() << status.message();
    GTEST_SKIP() << status.message();
  }
  Result<Program> program =
      composeAll<FraudMonitor, traffic::Register, traffic::Feeder, scopes::OnThread, scopes::OnWarp,
                 scopes::OnBlock, faults::OnThread, faults::OnWarp, faults::OnBlock,
                 wide::Calculator, wide::Collector>();
  ASSERT_TRUE(program) << program.status().message();
  for (const int capability : {75, 80, 90}) {
    Result<std::vector<char>> cubin = compile(program->source, capability, programHeaders());
    ASSERT_TRUE(cubin) << capability << ": " << cubin.status().message();
    EXPECT_GT(cubin->size(), 1000u);
  }
}

/// Both reply rings may be full of what the host has read and not told: that must be fewer than
/// either holds, or the device waits for ever.
TEST(ProgramSizes, TheHostTellsWhatItHasReadBeforeARingIsFull) {
  for (std::uint32_t chunks = 4; chunks <= 256; chunks *= 2) {
    Program program;
    program.slotChunks = chunks;
    EXPECT_GT(program.creditEvery(), 0u);
    EXPECT_LE(program.creditEvery(), program.ownSlots() / 2) << chunks;
    EXPECT_LE(program.creditEvery(), program.sharedSlots() / 2) << chunks;
  }
}

/// 64 KiB (sm_75), 99 (sm_86) and 227 (sm_90) less the kernel's own variables.
TEST(ProgramSizes, NearMailboxesAreWhatTheChipHasRoomFor) {
  for (const std::uint32_t limit : {0u, 16u << 10, 56u << 10, 91u << 10, kSharedOfBlock})
    for (std::uint32_t chunks = 4; chunks <= 256; chunks *= 2) {
      Program program;
      program.slotChunks = chunks;
      program.mostShared = limit;
      const std::uint32_t slots = program.nearSlots();
      EXPECT_TRUE(slots == 0 || program.sharedBytes() <= limit) << chunks << " of " << limit;
      EXPECT_TRUE(slots == 0 || slots >= std::max(8u, program.stagedAtOnce())) << chunks;
    }
  Program program;
  EXPECT_EQ(program.nearSlots(), 128u);
  program.mostShared = 91 << 10;
  EXPECT_EQ(program.nearSlots(), 64u);
  program.mostShared = 56 << 10;
  EXPECT_EQ(program.nearSlots(), 32u);
  program.slotChunks = 16;
  program.mostShared = kSharedOfBlock;
  EXPECT_EQ(program.nearSlots(), 16u);
}

TEST_F(ProgramTest, SlotsFitTheLargestMessage) {
  Result<Program> small = composeAll<FraudMonitor>();
  ASSERT_TRUE(small);
  EXPECT_EQ(small->slotChunks, 4u); // 24 bytes of Transfer
  EXPECT_GE(small->maxPayload(), sizeof(Transfer));
  Result<Program> all = composeAll<FraudMonitor, wide::Collector>();
  ASSERT_TRUE(all);
  EXPECT_GE(all->maxPayload(), sizeof(wide::Shape));
  EXPECT_LT(all->maxPayload(), 2 * sizeof(wide::Shape) + 64);
}

} // namespace
} // namespace ring::runtime::cuda
