// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Capacity.h: sizes by rate, warnings at their limits and not at each sample, advice.
#include <ringkernel/queue/Capacity.h>
#include <ringkernel/queue/SpscRing.h>

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace std::chrono_literals;
using ring::RingLevel;
using ring::RingMonitor;

TEST(Capacity, HoldsAPauseAtThreeQuarters) {
  EXPECT_EQ(ring::ringCapacityFor(1e6, 1ms),
            2048u); // 1000 in a pause, 1334 slots at three quarters
  EXPECT_EQ(ring::ringCapacityFor(768e6, 1us), 1024u); // exactly
  EXPECT_EQ(ring::ringCapacityFor(769e6, 1us), 2048u);
  EXPECT_EQ(ring::ringCapacityFor(0, 1s), 2u);
  EXPECT_EQ(ring::ringCapacityFor(-1, 1s), 2u);
  EXPECT_EQ(ring::ringCapacityFor(1e12, 1h), std::size_t(1) << 30);
}

TEST(Capacity, TiersGrowWithTheRate) {
  using ring::RingTier;
  EXPECT_EQ(ring::ringTierFor(10), RingTier::Small);
  EXPECT_EQ(ring::ringTierFor(1e5), RingTier::Medium);
  EXPECT_EQ(ring::ringTierFor(1e6), RingTier::Large);
  EXPECT_EQ(ring::ringTierFor(5e7), RingTier::Huge);
  EXPECT_EQ(ring::ringTierFor(1e9), RingTier::Giant);
}

TEST(RingMonitor, WarnsAtThreeQuartersAndNineTenths) {
  std::vector<RingLevel> changes;
  RingMonitor monitor(
      [](void* context, RingLevel level, const ring::RingStatistics&) {
        static_cast<std::vector<RingLevel>*>(context)->push_back(level);
      },
      &changes);
  const auto at = [&](std::size_t size) { return monitor.sample({0, 0, size, 100}); };
  EXPECT_EQ(at(74), RingLevel::Normal);
  EXPECT_EQ(at(75), RingLevel::High);
  EXPECT_EQ(at(89), RingLevel::High);
  EXPECT_EQ(at(90), RingLevel::Critical);
  EXPECT_EQ(at(86), RingLevel::Critical) << "stays until 5 % below";
  EXPECT_EQ(at(84), RingLevel::High);
  EXPECT_EQ(at(71), RingLevel::High);
  EXPECT_EQ(at(69), RingLevel::Normal);
  EXPECT_EQ(changes, (std::vector{RingLevel::High, RingLevel::Critical, RingLevel::High,
                                  RingLevel::Normal}));
  EXPECT_EQ(monitor.highWater(), 90u);
}

TEST(RingMonitor, AdvisesToGrow) {
  RingMonitor monitor;
  auto [producer, consumer] = ring::SpscRing<int>(16).split();
  for (int i = 0; i < 11; ++i)
    ASSERT_EQ(producer.tryPush(i), ring::RingResult::Ok);
  monitor.sample(consumer.statistics());
  EXPECT_EQ(monitor.advisedCapacity(), 16u);
  EXPECT_NE(monitor.advice().find("enough"), std::string::npos);
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(producer.tryPush(i), ring::RingResult::Ok);
  monitor.sample(consumer.statistics());
  EXPECT_EQ(monitor.advisedCapacity(), 32u);
  EXPECT_EQ(monitor.advice(),
            "at most 16 of 16 slots were used, above 75 % in 1 of 2 samples: grow "
            "to 32 slots or more, the ring was full");
}

} // namespace
