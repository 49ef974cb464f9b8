// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// BroadcastRing, PriorityRing and PartitionedRing: what each promises beyond the rings it is made
// of.
#include "Traffic.h"

#include <ringkernel/queue/BroadcastRing.h>
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/PriorityRing.h>

#include <gtest/gtest.h>

#include <limits>

namespace {

using ring::BroadcastRing;
using ring::PartitionedRing;
using ring::PriorityRing;
using ring::RingResult;

TEST(BroadcastRing, EveryReaderSeesEveryElement) {
  auto [producer, first] = BroadcastRing<int>(8).split();
  auto second = first;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(producer.tryPush(i), RingResult::Ok);
  producer.close();
  for (auto* reader : {&first, &second}) {
    int value = -1;
    std::uint64_t missed = 9;
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(reader->tryPop(value, missed), RingResult::Ok);
      EXPECT_EQ(value, i);
      EXPECT_EQ(missed, 0u);
    }
    EXPECT_EQ(reader->tryPop(value, missed), RingResult::Closed);
  }
  EXPECT_EQ(producer.tryPush(9), RingResult::Closed);
}

TEST(BroadcastRing, ASlowReaderIsToldWhatItMissed) {
  auto [producer, reader] = BroadcastRing<int>(8).split();
  int value = -1;
  std::uint64_t missed = 0;
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(producer.tryPush(i), RingResult::Ok);
  EXPECT_EQ(reader.tryPop(value, missed), RingResult::Ok);
  EXPECT_EQ(missed, std::uint64_t(value)) << "those before it, no more";
  EXPECT_GE(value, 12);
  EXPECT_LE(value, 13);
  std::array<int, 16> batch{};
  std::size_t popped = 0;
  EXPECT_EQ(reader.tryPopBatch(batch, popped, missed), RingResult::Ok);
  EXPECT_EQ(missed, 0u);
  EXPECT_EQ(popped, std::size_t(19 - value));
  EXPECT_EQ(reader.tryPop(value, missed), RingResult::Empty);
}

/// A reader that was overtaken while the index passed 2^64 is told so.
TEST(BroadcastRing, TellsWhatWasMissedAcrossTheWrapOfIndices) {
  for (const std::size_t capacity : {std::size_t(2), std::size_t(8)}) {
    auto [producer, reader] =
        ring::BroadcastRing<int>(capacity, std::uint64_t(0) - capacity).split();
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(producer.tryPush(i), ring::RingResult::Ok);
    int value = -1;
    std::uint64_t missed = 0, missedInAll = 0, read = 0;
    while (reader.tryPop(value, missed) == ring::RingResult::Ok) {
      missedInAll += missed;
      EXPECT_EQ(std::uint64_t(value), missedInAll + read);
      ++read;
    }
    EXPECT_EQ(value, 19);
    EXPECT_EQ(missedInAll + read, 20u);
  }
}

TEST(BroadcastRing, ABatchOfALapIsTooLarge) {
  auto [producer, reader] = BroadcastRing<int>(4).split();
  const std::array<int, 4> batch{};
  EXPECT_EQ(producer.tryPushBatch(batch), RingResult::TooLarge);
  EXPECT_EQ(producer.tryPushBatch(std::span(batch).first(3)), RingResult::Ok);
  EXPECT_EQ(reader.approximateSize(), 3u);
}

/// Readers of different speed: what each gets is whole, in order, and with what it missed complete.
void broadcast(std::uint64_t start, std::uint64_t count) {
  auto ends = BroadcastRing<audit::Message>(32, start).split();
  std::vector readers{ends.consumer, ends.consumer, ends.consumer};
  std::vector<std::thread> threads;
  std::atomic<bool> intact{true};
  for (std::size_t i = 0; i < readers.size(); ++i)
    threads.emplace_back([&, i] {
      std::uint64_t expected = 0, missed = 0;
      for (audit::Message message;;) {
        const RingResult result = readers[i].tryPop(message, missed);
        expected += missed;
        if (result == RingResult::Closed)
          break;
        if (result != RingResult::Ok) {
          std::this_thread::yield();
          continue;
        }
        if (!message.isWhole() || message.number != expected++)
          intact = false;
        for (std::size_t pause = 0; pause < 50 * i && expected % 16 == 0; ++pause)
          std::this_thread::yield();
      }
      if (expected != count)
        intact = false;
    });
  for (std::uint64_t next = 0; next < count; ++next) {
    ASSERT_EQ(ends.producer.tryPush(audit::Message::make(0, next)), RingResult::Ok);
    if (next % 24 == 0)
      std::this_thread::yield();
  }
  ends.producer.close();
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_TRUE(intact);
}
TEST(BroadcastRing, Stress) { broadcast(0, 200000); }
TEST(BroadcastRing, StressNear64Bits) {
  broadcast(std::numeric_limits<std::uint64_t>::max() - 1023, 20000);
}

TEST(PriorityRing, UrgentGoesFirst) {
  auto [producer, consumer] = PriorityRing<int, 3>(8).split();
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(producer.tryPush(2 - i % 3, i), RingResult::Ok);
  EXPECT_EQ(consumer.approximateSize(), 6u);
  producer.close();
  for (const int expected : {2, 5, 1, 4, 0, 3}) {
    int value = -1;
    std::size_t priority = 9;
    EXPECT_EQ(consumer.tryPop(value, priority), RingResult::Ok);
    EXPECT_EQ(value, expected);
    EXPECT_EQ(priority, std::size_t(2 - expected % 3));
  }
  int value;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(PriorityRing, NothingStarves) {
  auto [producer, consumer] = PriorityRing<int, 3>(64, 4).split();
  for (std::size_t lane = 0; lane < 3; ++lane)
    for (int i = 0; i < 64; ++i)
      EXPECT_EQ(producer.tryPush(lane, i), RingResult::Ok);
  std::array<int, 3> taken{};
  for (int i = 0; i < 50; ++i) {
    int value;
    std::size_t priority;
    ASSERT_EQ(consumer.tryPop(value, priority), RingResult::Ok);
    EXPECT_EQ(value, taken[priority]++);
  }
  EXPECT_EQ(taken[0], 40);
  EXPECT_EQ(taken[1], 5);
  EXPECT_EQ(taken[2], 5);
}

TEST(PriorityRing, AFullLaneDoesNotStopOthers) {
  auto [producer, consumer] = PriorityRing<int, 2>(2).split();
  EXPECT_EQ(producer.tryPush(1, 1), RingResult::Ok);
  EXPECT_EQ(producer.tryPush(1, 2), RingResult::Ok);
  EXPECT_EQ(producer.tryPush(1, 3), RingResult::Full);
  EXPECT_EQ(producer.tryPush(0, 4), RingResult::Ok);
}

TEST(PartitionedRing, PartitionsTakeTurns) {
  auto [producers, consumer] = PartitionedRing<int>(3, 16, 2).split();
  ASSERT_EQ(producers.size(), 3u);
  for (int i = 0; i < 4; ++i)
    for (int p = 0; p < 3; ++p)
      EXPECT_EQ(producers[p].tryPush(10 * p + i), RingResult::Ok);
  for (const int expected : {0, 1, 10, 11, 20, 21, 2, 3, 12, 13, 22, 23}) {
    int value = -1;
    EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
    EXPECT_EQ(value, expected);
    EXPECT_EQ(consumer.current(), std::size_t(expected / 10));
  }
  int value;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
    producers[i].close();
  }
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(PartitionedRing, StressFourProducers) {
  auto ends = PartitionedRing<audit::Message>(4, 16, 8).split();
  std::vector<PartitionedRing<audit::Message>::Consumer> consumers;
  consumers.push_back(std::move(ends.consumer));
  EXPECT_TRUE(audit::run(ends.producers, consumers, 50000, 5).intact);
}

static_assert(!std::is_copy_constructible_v<BroadcastRing<int>::Producer>);
static_assert(!std::is_copy_constructible_v<PartitionedRing<int>::Producer>);
static_assert(!std::is_copy_constructible_v<PartitionedRing<int>::Consumer>);

TEST(LanesDeathTest, MisuseEndsTheProgram) {
  auto ends = PriorityRing<int, 2>(2).split();
  EXPECT_DEATH((void)ends.producer.tryPush(2, 0), "no such priority: 2, at most 1");
  EXPECT_DEATH((PriorityRing<int, 2>(2, 0)), "patience must be above 0");
  EXPECT_DEATH((PartitionedRing<int>(0, 8)), "partitions and turn must be above 0");
  EXPECT_DEATH((PartitionedRing<int>(2, 8, 0)), "partitions and turn must be above 0");
  auto parts = PartitionedRing<int>(2, 8).split();
  EXPECT_DEATH(parts.consumer.release(1), "release.*1, at most 0");
}

TEST(LanesDeathTest, CapacitiesThatCannotBeEndTheProgram) {
  EXPECT_DEATH(BroadcastRing<int>(1), "a ring of 1 slots.*power of two from 2");
  EXPECT_DEATH(BroadcastRing<int>(0), "a ring of 0 slots");
  EXPECT_DEATH(BroadcastRing<int>(12), "a ring of 12 slots");
  EXPECT_DEATH((PartitionedRing<int>(2, 0)), "a ring of 0 slots");
  EXPECT_DEATH((PartitionedRing<int>(2, 6)), "a ring of 6 slots");
  EXPECT_DEATH((PriorityRing<int, 2>(0)), "a ring of 0 slots");
  EXPECT_DEATH((PriorityRing<int, 2>(6)), "a ring of 6 slots");
  using Page = std::array<char, 4096>;
  EXPECT_DEATH((PartitionedRing<Page>(2, std::size_t(1) << 52)), "below 2\\^63 bytes");
  EXPECT_DEATH((PriorityRing<Page, 2>(std::size_t(1) << 51)), "below 2\\^63 bytes");
  EXPECT_DEATH((BroadcastRing<Page>(std::size_t(1) << 51)), "below 2\\^63 bytes");
}

} // namespace
