// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MpscRing: bounds, batches, closing, and a stress run that audits each producer's order, loss and
// duplicates, begun near where indices wrap.
#include <ringkernel/queue/MpscRing.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

namespace {

using ring::MpscRing;
using ring::RingResult;

TEST(MpscRing, HoldsExactlyItsCapacity) {
  for (const std::size_t capacity : {2u, 4u, 16u}) {
    MpscRing<int> queue(capacity);
    int value = -1;
    EXPECT_EQ(queue.tryPop(value), RingResult::Empty);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(queue.approximateSize(), i);
        EXPECT_EQ(queue.tryPush(static_cast<int>(i)), RingResult::Ok);
      }
      EXPECT_EQ(queue.tryPush(99), RingResult::Full);
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(queue.tryPop(value), RingResult::Ok);
        EXPECT_EQ(value, static_cast<int>(i));
      }
    }
  }
}

TEST(MpscRing, BatchesGoInWholeOrNotAtAll) {
  MpscRing<int> queue(4);
  std::array<int, 3> batch{1, 2, 3};
  std::size_t count = 9;
  EXPECT_EQ(queue.tryPushBatch(batch, count), RingResult::Ok);
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(queue.tryPushBatch(batch, count), RingResult::Full);
  EXPECT_EQ(count, 0u);
  EXPECT_EQ(queue.tryPush(4), RingResult::Ok);
  std::array<int, 8> out{};
  EXPECT_EQ(queue.tryPopBatch(out, count), RingResult::Ok);
  ASSERT_EQ(count, 4u);
  EXPECT_EQ(out[3], 4);
  std::array<int, 5> tooMany{};
  EXPECT_EQ(queue.tryPushBatch(tooMany, count), RingResult::Full);
}

TEST(MpscRing, ClosingLetsTheRestOut) {
  MpscRing<int> queue(4);
  EXPECT_EQ(queue.tryPush(1), RingResult::Ok);
  queue.close();
  EXPECT_EQ(queue.tryPush(2), RingResult::Closed);
  int value = 0;
  EXPECT_EQ(queue.tryPop(value), RingResult::Ok);
  EXPECT_EQ(queue.tryPop(value), RingResult::Closed);
}

TEST(MpscRingDeathTest, ACapacityThatCannotBeEndsTheProgram) {
  EXPECT_DEATH(MpscRing<int>(1), "power of two from 2");
  EXPECT_DEATH(MpscRing<int>(12), "power of two");
}

struct Message {
  std::uint32_t producer = 0;
  std::uint32_t number = 0;
  std::uint64_t copy = 0; ///< both again: torn messages show
};

template <class Index> void stress(Index start, std::uint32_t producers, std::uint32_t count) {
  MpscRing<Message, std::atomic, Index> queue(16, start);
  std::vector<std::thread> threads;
  for (std::uint32_t producer = 0; producer < producers; ++producer)
    threads.emplace_back([&, producer] {
      for (std::uint32_t next = 0; next < count;) {
        std::array<Message, 5> batch;
        std::uint32_t size = 0;
        for (; size < 1 + (next + producer) % 5 && next + size < count; ++size)
          batch[size] = {producer, next + size, std::uint64_t(producer) << 32 | (next + size)};
        std::size_t pushed = 0;
        if (queue.tryPushBatch(std::span(batch.data(), size), pushed) != RingResult::Ok)
          std::this_thread::yield();
        next += static_cast<std::uint32_t>(pushed);
      }
    });
  std::vector<std::uint32_t> expected(producers);
  for (std::uint64_t total = 0; total < std::uint64_t(producers) * count;) {
    std::array<Message, 7> batch;
    std::size_t popped = 0;
    if (queue.tryPopBatch(batch, popped) != RingResult::Ok)
      std::this_thread::yield();
    for (std::size_t i = 0; i < popped; ++i) {
      const Message& message = batch[i];
      ASSERT_EQ(message.copy, std::uint64_t(message.producer) << 32 | message.number);
      ASSERT_EQ(message.number, expected[message.producer]++);
    }
    total += popped;
  }
  for (std::thread& thread : threads)
    thread.join();
  Message rest;
  EXPECT_EQ(queue.tryPop(rest), RingResult::Empty);
}

TEST(MpscRing, StressOneProducer) { stress<std::size_t>(0, 1, 100000); }
TEST(MpscRing, StressFourProducers) { stress<std::size_t>(0, 4, 50000); }
TEST(MpscRing, StressAcrossTheWrapOf32Bits) {
  stress<std::uint32_t>(std::numeric_limits<std::uint32_t>::max() - 1000, 3, 20000);
}
TEST(MpscRing, StressAcrossTheWrapOf64Bits) {
  stress<std::uint64_t>(std::numeric_limits<std::uint64_t>::max() - 1000, 3, 20000);
}
TEST(MpscRing, StressAcrossManyWraps) { stress<std::uint8_t>(250, 2, 20000); }

} // namespace
