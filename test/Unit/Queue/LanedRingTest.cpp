// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LanedRing: who has which lane, each producer's order and no other, turns, batches, slots in
// place, closing, and stress runs that audit order, loss and duplicates, begun near where indices
// wrap.
#include "Traffic.h"

#include <ringkernel/queue/LanedRing.h>

#include <gtest/gtest.h>

#include <limits>
#include <memory>

namespace {

using ring::LanedRing;
using ring::RingResult;

template <class Consumer> std::vector<int> popAll(Consumer& consumer) {
  std::vector<int> values;
  for (int value; consumer.tryPop(value) == RingResult::Ok;)
    values.push_back(value);
  return values;
}

TEST(LanedRing, EachProducerHasALaneWhileThereAreLanes) {
  auto [first, consumer] = LanedRing<int>(2, 4).split();
  auto second = first;
  auto third = second; // shares a lane with the first
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(first.tryPush(i), RingResult::Ok);
  EXPECT_EQ(first.tryPush(9), RingResult::Full);
  EXPECT_EQ(third.tryPush(9), RingResult::Full) << "the same lane";
  EXPECT_EQ(second.approximateSize(), 0u);
  EXPECT_EQ(second.tryPush(10), RingResult::Ok);
  EXPECT_EQ(consumer.lanes(), 2u);
  EXPECT_EQ(consumer.approximateSize(), 5u);
  EXPECT_EQ(popAll(consumer), (std::vector{0, 1, 2, 3, 10}));
}

TEST(LanedRing, AConsumerGoesOnAfterItsTurn) {
  auto [first, consumer] = LanedRing<int>(3, 8, 2).split();
  auto second = first, third = second;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(first.tryPush(i), RingResult::Ok);
    EXPECT_EQ(second.tryPush(10 + i), RingResult::Ok);
    EXPECT_EQ(third.tryPush(20 + i), RingResult::Ok);
  }
  EXPECT_EQ(popAll(consumer), (std::vector{0, 1, 10, 11, 20, 21, 2, 3, 12, 13, 22, 23}));
}

TEST(LanedRing, ConsumersBeginWithDifferentLanes) {
  auto [first, consumer] = LanedRing<int>(2, 8).split();
  auto second = first;
  auto other = consumer;
  EXPECT_EQ(first.tryPush(1), RingResult::Ok);
  EXPECT_EQ(second.tryPush(2), RingResult::Ok);
  int value = 0;
  EXPECT_EQ(other.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 2);
  EXPECT_EQ(other.tryPop(value), RingResult::Ok) << "any consumer gets what any producer sent";
  EXPECT_EQ(value, 1);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
}

TEST(LanedRing, BatchesGoIntoOneLaneAndComeOutOfOne) {
  auto [first, consumer] = LanedRing<int>(2, 4).split();
  auto second = first;
  std::array<int, 3> batch{1, 2, 3};
  std::size_t count = 0;
  EXPECT_EQ(first.tryPushBatch(batch, count), RingResult::Ok);
  EXPECT_EQ(first.tryPushBatch(batch, count), RingResult::Full);
  EXPECT_EQ(count, 0u);
  EXPECT_EQ(second.tryPush(10), RingResult::Ok);
  std::array<int, 8> out{};
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Ok);
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(out[2], 3);
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Ok);
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(out[0], 10);
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Empty);
  EXPECT_EQ(count, 0u);
  std::array<int, 5> tooMany{};
  EXPECT_EQ(first.tryPushBatch(tooMany, count), RingResult::TooLarge);
  LanedRing<int>::Producer::Reservation places;
  EXPECT_EQ(first.tryReserve(5, places), RingResult::TooLarge);
}

TEST(LanedRing, SlotsInPlace) {
  auto [producer, consumer] = LanedRing<int>(2, 4).split();
  LanedRing<int>::Producer::Reservation places;
  ASSERT_EQ(producer.tryReserve(2, places), RingResult::Ok);
  places[0] = 1;
  places[1] = 2;
  LanedRing<int>::Consumer::Taken taken;
  EXPECT_EQ(consumer.tryTake(2, taken), RingResult::Empty);
  places.publish();
  ASSERT_EQ(consumer.tryTake(9, taken), RingResult::Ok);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[1], 2);
  auto other = consumer;
  int value = 0;
  EXPECT_EQ(other.tryPop(value), RingResult::Empty) << "what one took is nobody else's";
}

TEST(LanedRing, TakesTypesThatOnlyMove) {
  auto [producer, consumer] = LanedRing<std::unique_ptr<int>>(2, 4).split();
  EXPECT_EQ(producer.tryPush(std::make_unique<int>(7)), RingResult::Ok);
  std::unique_ptr<int> value;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(*value, 7);
}

TEST(LanedRing, ClosingLetsTheRestOfAllLanesOut) {
  auto [first, consumer] = LanedRing<int>(2, 4).split();
  auto second = first;
  EXPECT_EQ(first.tryPush(1), RingResult::Ok);
  EXPECT_EQ(second.tryPush(2), RingResult::Ok);
  first.close();
  EXPECT_EQ(second.tryPush(3), RingResult::Closed);
  EXPECT_TRUE(consumer.isClosed());
  EXPECT_EQ(popAll(consumer), (std::vector{1, 2}));
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(LanedRing, TheLastHandleOfARoleClosesTheRing) {
  {
    auto ends = LanedRing<int>(3, 4).split();
    auto consumer = std::move(ends.consumer);
    {
      auto last = std::move(ends.producer);
      {
        const auto copy = last;
      }
      EXPECT_FALSE(consumer.isClosed());
    }
    int value = 0;
    EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
  }
  auto ends = LanedRing<int>(3, 4).split();
  auto producer = std::move(ends.producer);
  {
    const auto last = std::move(ends.consumer);
  }
  EXPECT_EQ(producer.tryPush(1), RingResult::Closed);
}

TEST(LanedRingDeathTest, MisuseEndsTheProgram) {
  EXPECT_DEATH(LanedRing<int>(0, 4), "lanes and turn must be above 0");
  EXPECT_DEATH(LanedRing<int>(2, 4, 0), "lanes and turn must be above 0");
  EXPECT_DEATH(LanedRing<int>(2, 0), "a ring of 0 slots");
  EXPECT_DEATH(LanedRing<int>(2, 6), "a ring of 6 slots.*power of two from 2");
  using Page = std::array<char, 4088>; // with its sequence 4096
  EXPECT_DEATH(LanedRing<Page>(2, std::size_t(1) << 51), "below 2\\^63 bytes");
}

template <class Index>
void stress(Index start, std::size_t lanes, std::size_t producers, std::size_t consumers,
            std::uint64_t count) {
  const audit::Outcome outcome =
      audit::run(LanedRing<audit::Message, std::atomic, Index>(lanes, 16, 24, start).split(),
                 producers, consumers, count, 5);
  EXPECT_TRUE(outcome.intact) << outcome.received << " of " << outcome.expected;
}
constexpr std::uint32_t kNear32 = std::numeric_limits<std::uint32_t>::max() - 1000;
constexpr std::uint64_t kNear64 = std::numeric_limits<std::uint64_t>::max() - 1000;

TEST(LanedRing, StressALaneEach) { stress<std::uint64_t>(0, 3, 3, 3, 50000); }
TEST(LanedRing, StressSharedLanes) { stress<std::uint64_t>(0, 2, 4, 3, 30000); }
TEST(LanedRing, StressOneConsumer) { stress<std::uint64_t>(0, 4, 4, 1, 30000); }
TEST(LanedRing, StressNear32Bits) { stress<std::uint32_t>(kNear32, 2, 2, 2, 20000); }
TEST(LanedRing, StressNear64Bits) { stress<std::uint64_t>(kNear64, 2, 2, 2, 20000); }

} // namespace
