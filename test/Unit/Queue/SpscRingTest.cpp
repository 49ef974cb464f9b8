// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SpscRing: bounds, places, closing, and a stress run that audits order, loss and duplicates, begun
// near where indices wrap.
#include <ringkernel/queue/SpscRing.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <thread>

namespace {

using ring::RingResult;
using ring::SpscRing;

TEST(SpscRing, HoldsExactlyItsCapacity) {
  for (const std::size_t capacity : {1u, 2u, 8u}) {
    SpscRing<int> queue(capacity);
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
      EXPECT_EQ(queue.tryPop(value), RingResult::Empty);
    }
  }
}

TEST(SpscRing, ReservedSlotsAreNotSeenBeforePublish) {
  SpscRing<int> queue(8);
  std::span<int> slots;
  ASSERT_EQ(queue.tryReserve(5, slots), RingResult::Ok);
  ASSERT_EQ(slots.size(), 5u);
  for (int i = 0; i < 5; ++i)
    slots[i] = i;
  std::span<int> seen;
  EXPECT_EQ(queue.tryPeek(8, seen), RingResult::Empty);
  queue.publish(3);
  ASSERT_EQ(queue.tryPeek(8, seen), RingResult::Ok);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[2], 2);
  queue.release(2);
  // The ring's end cuts a reservation, not the ring.
  ASSERT_EQ(queue.tryReserve(7, slots), RingResult::Ok);
  EXPECT_EQ(slots.size(), 5u);
  queue.publish(5);
  ASSERT_EQ(queue.tryReserve(7, slots), RingResult::Ok);
  EXPECT_EQ(slots.size(), 2u);
}

TEST(SpscRing, ClosingLetsTheRestOut) {
  SpscRing<int> queue(4);
  EXPECT_EQ(queue.tryPush(1), RingResult::Ok);
  queue.close();
  EXPECT_TRUE(queue.isClosed());
  EXPECT_EQ(queue.tryPush(2), RingResult::Closed);
  int value = 0;
  EXPECT_EQ(queue.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(queue.tryPop(value), RingResult::Closed);
}

TEST(SpscRing, TakesTypesThatOnlyMove) {
  SpscRing<std::unique_ptr<int>> queue(2);
  EXPECT_EQ(queue.tryPush(std::make_unique<int>(7)), RingResult::Ok);
  std::unique_ptr<int> value;
  EXPECT_EQ(queue.tryPop(value), RingResult::Ok);
  EXPECT_EQ(*value, 7);
}

TEST(SpscRingDeathTest, MisuseEndsTheProgram) {
  EXPECT_DEATH(SpscRing<int>(0), "power of two");
  EXPECT_DEATH(SpscRing<int>(6), "power of two");
  EXPECT_DEATH((SpscRing<int, std::atomic, std::uint8_t>(256)), "to 128");
  SpscRing<int> queue(4);
  EXPECT_DEATH(queue.publish(5), "publish");
  EXPECT_DEATH(queue.release(1), "release");
}

/// Every message says which it is, in all its words.
struct Message {
  std::uint64_t words[4];
};

template <class Index> void stress(Index start, std::uint64_t count) {
  SpscRing<Message, std::atomic, Index> queue(16, start);
  std::thread producer([&] {
    for (std::uint64_t next = 0; next < count;) {
      std::span<Message> slots;
      if (queue.tryReserve(1 + next % 7, slots) != RingResult::Ok) {
        std::this_thread::yield();
        continue;
      }
      std::size_t used = 0;
      for (; used < slots.size() && next < count; ++used, ++next)
        for (std::uint64_t& word : slots[used].words)
          word = next;
      queue.publish(used);
    }
    queue.close();
  });
  std::uint64_t expected = 0;
  for (;;) {
    std::span<Message> messages;
    const RingResult result = queue.tryPeek(5, messages);
    if (result == RingResult::Closed)
      break;
    if (result == RingResult::Empty) {
      std::this_thread::yield();
      continue;
    }
    for (const Message& message : messages) {
      for (const std::uint64_t word : message.words)
        EXPECT_EQ(word, expected);
      ++expected;
    }
    queue.release(messages.size());
  }
  producer.join();
  EXPECT_EQ(expected, count);
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
