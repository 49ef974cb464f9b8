// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MpscRing and MpmcRing: bounds, batches, slots in place, closing, and stress runs that audit each
// producer's order, loss and duplicates, begun near where indices wrap.
#include "Traffic.h"

#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>

#include <gtest/gtest.h>

#include <limits>
#include <memory>

namespace {

using ring::MpmcRing;
using ring::MpscRing;
using ring::RingResult;

template <class RingT> class SharedTail : public testing::Test {};
using Kinds = testing::Types<MpscRing<int>, MpmcRing<int>>;
TYPED_TEST_SUITE(SharedTail, Kinds);

TYPED_TEST(SharedTail, HoldsExactlyItsCapacity) {
  for (const std::size_t capacity : {2u, 4u, 16u}) {
    auto [producer, consumer] = TypeParam(capacity).split();
    int value = -1;
    EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(consumer.approximateSize(), i);
        EXPECT_EQ(producer.tryPush(static_cast<int>(i)), RingResult::Ok);
      }
      EXPECT_EQ(producer.tryPush(99), RingResult::Full);
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
        EXPECT_EQ(value, static_cast<int>(i));
      }
      EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
    }
  }
}

TYPED_TEST(SharedTail, BatchesGoInWholeOrNotAtAll) {
  auto [producer, consumer] = TypeParam(4).split();
  std::array<int, 3> batch{1, 2, 3};
  std::size_t count = 9;
  EXPECT_EQ(producer.tryPushBatch(batch, count), RingResult::Ok);
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(producer.tryPushBatch(batch, count), RingResult::Full);
  EXPECT_EQ(count, 0u);
  EXPECT_EQ(producer.tryPush(4), RingResult::Ok);
  std::array<int, 8> out{};
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Ok);
  ASSERT_EQ(count, 4u);
  EXPECT_EQ(out[3], 4);
  std::array<int, 5> tooMany{};
  EXPECT_EQ(producer.tryPushBatch(tooMany, count), RingResult::TooLarge);
  typename TypeParam::Producer::Reservation places;
  EXPECT_EQ(producer.tryReserve(5, places), RingResult::TooLarge);
  EXPECT_EQ(producer.tryReserve(std::numeric_limits<std::size_t>::max(), places),
            RingResult::TooLarge);
}

TYPED_TEST(SharedTail, AReservationHidesWhatLiesBehindIt) {
  auto [producer, consumer] = TypeParam(8).split();
  typename TypeParam::Producer::Reservation places;
  ASSERT_EQ(producer.tryReserve(2, places), RingResult::Ok);
  auto second = producer;
  EXPECT_EQ(second.tryPush(3), RingResult::Ok);
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
  places[0] = 1;
  places[1] = 2;
  places.publish();
  for (int expected = 1; expected <= 3; ++expected) {
    EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
    EXPECT_EQ(value, expected);
  }
}

TYPED_TEST(SharedTail, ClosingLetsTheRestOut) {
  auto [producer, consumer] = TypeParam(4).split();
  EXPECT_EQ(producer.tryPush(1), RingResult::Ok);
  producer.close();
  EXPECT_EQ(producer.tryPush(2), RingResult::Closed);
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TYPED_TEST(SharedTail, TheLastProducerThatGoesClosesTheRing) {
  auto ends = TypeParam(4).split();
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

TYPED_TEST(SharedTail, LivesInTheCallersMemory) {
  alignas(64) std::array<std::byte, 2048> memory;
  ASSERT_LE(TypeParam::bytesFor(16), memory.size());
  auto [producer, consumer] = TypeParam(memory, 16).split();
  int value = 0;
  EXPECT_EQ(producer.tryPush(3), RingResult::Ok);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 3);
}

TEST(MpscRing, PeekedElementsStayUntilReleased) {
  auto [producer, consumer] = MpscRing<int>(4).split();
  std::array<int, 4> batch{1, 2, 3, 4};
  std::size_t count = 0;
  EXPECT_EQ(producer.tryPushBatch(batch, count), RingResult::Ok);
  ring::RingView<MpscRing<int>::Consumer::Slot> seen;
  ASSERT_EQ(consumer.tryPeek(3, seen), RingResult::Ok);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[2], 3);
  EXPECT_EQ(producer.tryPush(5), RingResult::Full);
  consumer.release(1);
  EXPECT_EQ(producer.tryPush(5), RingResult::Ok);
  ASSERT_EQ(consumer.tryPeek(9, seen), RingResult::Ok);
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[3], 5);
}

TEST(MpmcRing, WhatOneTookNobodyElseGets) {
  auto [producer, consumer] = MpmcRing<int>(4).split();
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(producer.tryPush(i), RingResult::Ok);
  MpmcRing<int>::Consumer::Taken first, second;
  ASSERT_EQ(consumer.tryTake(2, first), RingResult::Ok);
  ASSERT_EQ(consumer.tryTake(9, second), RingResult::Ok);
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[1], 3);
  second.release();
  EXPECT_EQ(producer.tryPush(9), RingResult::Full) << "places are in order";
  EXPECT_EQ(first[1], 1);
  first.release();
  EXPECT_EQ(producer.tryPush(9), RingResult::Ok);
}

static_assert(!std::is_copy_constructible_v<MpscRing<int>::Consumer>);
static_assert(std::is_copy_constructible_v<MpscRing<int>::Producer>);

TEST(MpscRingDeathTest, MisuseEndsTheProgram) {
  EXPECT_DEATH(MpscRing<int>(1), "power of two from 2");
  EXPECT_DEATH(MpscRing<int>(12), "a ring of 12 slots");
  EXPECT_DEATH(MpscRing<int>(0), "a ring of 0 slots");
  EXPECT_DEATH(MpmcRing<int>(0), "a ring of 0 slots");
  EXPECT_DEATH(MpmcRing<int>(12), "a ring of 12 slots");
  using Page = std::array<char, 4088>; // with its sequence 4096
  EXPECT_DEATH(MpscRing<Page>(std::size_t(1) << 51), "below 2\\^63 bytes");
  EXPECT_DEATH(MpmcRing<Page>(std::size_t(1) << 51), "below 2\\^63 bytes");
  auto ends = MpscRing<int>(4).split();
  EXPECT_DEATH(ends.consumer.release(1), "release.*1, at most 0");
  EXPECT_DEATH(
      {
        MpscRing<int>::Producer::Reservation places;
        (void)ends.producer.tryReserve(1, places);
      },
      "destroyed unpublished");
  EXPECT_DEATH(
      {
        MpscRing<int>::Producer::Reservation places;
        (void)ends.producer.tryReserve(1, places);
        (void)ends.producer.tryReserve(1, places);
      },
      "into a reservation that is not published");
}

template <template <class, template <class> class, class, class> class Ring, class Index>
void stress(Index start, std::size_t producers, std::size_t consumers, std::uint64_t count) {
  const audit::Outcome outcome = audit::run(
      Ring<audit::Message, std::atomic, Index, ring::detail::NoClaims>(16, start).split(),
      producers, consumers, count, 5);
  EXPECT_TRUE(outcome.intact) << outcome.received << " of " << outcome.expected;
}
constexpr std::uint32_t kNear32 = std::numeric_limits<std::uint32_t>::max() - 1000;
constexpr std::uint64_t kNear64 = std::numeric_limits<std::uint64_t>::max() - 1000;

TEST(MpscRing, StressOneProducer) { stress<MpscRing, std::uint64_t>(0, 1, 1, 100000); }
TEST(MpscRing, StressFourProducers) { stress<MpscRing, std::uint64_t>(0, 4, 1, 50000); }
TEST(MpscRing, StressNear32Bits) { stress<MpscRing, std::uint32_t>(kNear32, 3, 1, 20000); }
TEST(MpscRing, StressNear64Bits) { stress<MpscRing, std::uint64_t>(kNear64, 3, 1, 20000); }
TEST(MpmcRing, StressOneAndOne) { stress<MpmcRing, std::uint64_t>(0, 1, 1, 100000); }
TEST(MpmcRing, StressThreeAndThree) { stress<MpmcRing, std::uint64_t>(0, 3, 3, 50000); }
TEST(MpmcRing, StressNear32Bits) { stress<MpmcRing, std::uint32_t>(kNear32, 2, 2, 20000); }
TEST(MpmcRing, StressNear64Bits) { stress<MpmcRing, std::uint64_t>(kNear64, 2, 2, 20000); }

} // namespace
