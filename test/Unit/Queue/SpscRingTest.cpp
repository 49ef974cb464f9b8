// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SpscRing: bounds, places, closing, handles, and a stress run that audits order, loss and
// duplicates, begun near where indices wrap.
#include "Traffic.h"

#include <ringkernel/queue/SpscRing.h>

#include <gtest/gtest.h>

#include <limits>
#include <memory>

namespace {

using ring::RingResult;
using ring::SpscRing;

TEST(SpscRing, HoldsExactlyItsCapacity) {
  for (const std::size_t capacity : {1u, 2u, 8u}) {
    auto [producer, consumer] = SpscRing<int>(capacity).split();
    int value = -1;
    EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(producer.approximateSize(), i);
        EXPECT_EQ(producer.tryPush(static_cast<int>(i)), RingResult::Ok);
      }
      EXPECT_EQ(producer.tryPush(99), RingResult::Full);
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
        EXPECT_EQ(value, static_cast<int>(i));
      }
      EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
    }
    EXPECT_EQ(consumer.statistics().pushed, 3 * capacity);
    EXPECT_EQ(consumer.statistics().popped, 3 * capacity);
  }
}

TEST(SpscRing, ReservedSlotsAreNotSeenBeforePublish) {
  auto [producer, consumer] = SpscRing<int>(8).split();
  std::span<int> slots;
  ASSERT_EQ(producer.tryReserve(5, slots), RingResult::Ok);
  ASSERT_EQ(slots.size(), 5u);
  for (int i = 0; i < 5; ++i)
    slots[i] = i;
  std::span<int> seen;
  EXPECT_EQ(consumer.tryPeek(8, seen), RingResult::Empty);
  producer.publish(3);
  ASSERT_EQ(consumer.tryPeek(8, seen), RingResult::Ok);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[2], 2);
  consumer.release(2);
  // The ring's end cuts a reservation, not the ring.
  ASSERT_EQ(producer.tryReserve(7, slots), RingResult::Ok);
  EXPECT_EQ(slots.size(), 5u);
  producer.publish(5);
  ASSERT_EQ(producer.tryReserve(7, slots), RingResult::Ok);
  EXPECT_EQ(slots.size(), 2u);
}

TEST(SpscRing, BatchesGoAcrossTheEndOfTheRing) {
  auto [producer, consumer] = SpscRing<int>(8, std::size_t(6)).split();
  std::array<int, 10> in{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, out{};
  std::size_t count = 0;
  EXPECT_EQ(producer.tryPushBatch(in, count), RingResult::Ok);
  EXPECT_EQ(count, 8u);
  EXPECT_EQ(producer.tryPushBatch(in, count), RingResult::Full);
  EXPECT_EQ(count, 0u);
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Ok);
  EXPECT_EQ(count, 8u);
  EXPECT_EQ(out[7], 8);
  EXPECT_EQ(consumer.tryPopBatch(out, count), RingResult::Empty);
}

TEST(SpscRing, ClosingLetsTheRestOut) {
  auto [producer, consumer] = SpscRing<int>(4).split();
  EXPECT_EQ(producer.tryPush(1), RingResult::Ok);
  producer.close();
  EXPECT_TRUE(consumer.isClosed());
  EXPECT_EQ(producer.tryPush(2), RingResult::Closed);
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(SpscRing, AHandleThatGoesClosesTheRing) {
  auto ends = SpscRing<int>(4).split();
  auto consumer = std::move(ends.consumer);
  EXPECT_FALSE(consumer.isClosed()) << "moving is not the end";
  {
    auto producer = std::move(ends.producer);
    EXPECT_EQ(producer.tryPush(5), RingResult::Ok);
  }
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(SpscRing, TakesTypesThatOnlyMoveAndDestroysWhatIsLeft) {
  const auto counted = std::make_shared<int>(7);
  {
    auto [producer, consumer] = SpscRing<std::unique_ptr<std::shared_ptr<int>>>(2).split();
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(producer.tryPush(std::make_unique<std::shared_ptr<int>>(counted)), RingResult::Ok);
    std::unique_ptr<std::shared_ptr<int>> value;
    EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
    EXPECT_EQ(**value, 7);
    EXPECT_EQ(counted.use_count(), 3);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(SpscRing, LivesInTheCallersMemory) {
  alignas(64) std::array<std::byte, 1024> memory;
  ASSERT_LE(SpscRing<int>::bytesFor(16), memory.size());
  auto [producer, consumer] = SpscRing<int>(memory, 16).split();
  int value = 0;
  EXPECT_EQ(producer.tryPush(3), RingResult::Ok);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 3);
}

// A second producer, or consumer, does not compile: no way leads to one.
template <class Ring>
concept SplitsTwice = requires(Ring& ring) { ring.split(); };
static_assert(!SplitsTwice<SpscRing<int>>);
static_assert(!std::is_copy_constructible_v<SpscRing<int>::Producer>);
static_assert(!std::is_copy_constructible_v<SpscRing<int>::Consumer>);
static_assert(!std::is_default_constructible_v<SpscRing<int>::Producer>);
static_assert(!std::is_constructible_v<SpscRing<int>::Producer, SpscRing<int>&>);

TEST(SpscRingDeathTest, MisuseEndsTheProgram) {
  EXPECT_DEATH(SpscRing<int>(0), "a ring of 0 slots.*power of two");
  EXPECT_DEATH(SpscRing<int>(6), "a ring of 6 slots.*power of two");
  EXPECT_DEATH((SpscRing<std::array<char, 4096>>(std::size_t(1) << 52)), "below 2\\^63 bytes");
  EXPECT_DEATH((SpscRing<int, std::atomic, std::uint8_t>(256)), "to 128");
  auto ends = SpscRing<int>(4).split();
  EXPECT_DEATH(ends.producer.publish(5), "publish.*5, at most 0");
  EXPECT_DEATH(ends.consumer.release(1), "release.*1, at most 0");
  alignas(64) std::array<std::byte, 1024> memory;
  EXPECT_DEATH(SpscRing<int>(std::span(memory).subspan(8), 16), "cache line");
  EXPECT_DEATH(SpscRing<int>(memory, 1024), "more bytes");
}

TEST(SpscRing, AReservationLargerThanTheRingIsRefused) {
  auto [producer, consumer] = SpscRing<int>(4).split();
  std::span<int> slots;
  EXPECT_EQ(producer.tryReserve(5, slots), RingResult::TooLarge);
  EXPECT_EQ(producer.tryReserve(4, slots), RingResult::Ok);
}

template <class Index> void stress(Index start, std::uint64_t count) {
  const audit::Outcome outcome =
      audit::run(SpscRing<audit::Message, std::atomic, Index>(16, start).split(), 1, 1, count, 7);
  EXPECT_TRUE(outcome.intact) << outcome.received << " of " << outcome.expected;
}

TEST(SpscRing, StressInOrderWithoutLossOrDuplicates) { stress<std::size_t>(0, 300000); }
TEST(SpscRing, StressAcrossTheWrapOf32Bits) {
  stress<std::uint32_t>(std::numeric_limits<std::uint32_t>::max() - 1000, 100000);
}
TEST(SpscRing, StressAcrossTheWrapOf64Bits) {
  stress<std::uint64_t>(std::numeric_limits<std::uint64_t>::max() - 1000, 100000);
}
TEST(SpscRing, StressAcrossManyWraps) { stress<std::uint8_t>(200, 100000); }

} // namespace
