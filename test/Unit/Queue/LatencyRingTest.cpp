// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LatencyRing: bounds, closing, types that only move, layout, and stress runs in order without
// loss, begun near where indices wrap, one way and there and back.
#include "Audit.h"

#include <ringkernel/queue/LatencyRing.h>

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <thread>

namespace {

using ring::LatencyRing;
using ring::RingResult;

using Small = std::array<std::uint64_t, 7>; // 56 bytes
static_assert(sizeof(LatencyRing<Small>::Body::Slot) == 64, "one line");
static_assert(sizeof(LatencyRing<std::array<std::uint64_t, 8>>::Body::Slot) == 128);
static_assert(!std::is_copy_constructible_v<LatencyRing<int>::Producer>);
static_assert(!std::is_copy_constructible_v<LatencyRing<int>::Consumer>);

TEST(LatencyRing, HoldsExactlyItsCapacity) {
  for (const std::size_t capacity : {1u, 2u, 8u}) {
    auto [producer, consumer] = LatencyRing<int>(capacity).split();
    int value = -1;
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(consumer.tryPop(value), RingResult::Empty);
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(consumer.approximateSize(), i);
        EXPECT_EQ(producer.tryPush(static_cast<int>(i)), RingResult::Ok);
      }
      EXPECT_EQ(producer.tryPush(99), RingResult::Full);
      for (std::size_t i = 0; i < capacity; ++i) {
        EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
        EXPECT_EQ(value, static_cast<int>(i));
      }
    }
    EXPECT_EQ(consumer.statistics().popped, 3 * capacity);
  }
}

TEST(LatencyRing, ClosingLetsTheRestOut) {
  auto [producer, consumer] = LatencyRing<int>(4).split();
  EXPECT_EQ(producer.tryPush(1), RingResult::Ok);
  consumer.close();
  EXPECT_EQ(producer.tryPush(2), RingResult::Closed);
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(LatencyRing, AHandleThatGoesClosesTheRing) {
  auto ends = LatencyRing<int>(4).split();
  auto consumer = std::move(ends.consumer);
  EXPECT_FALSE(consumer.isClosed());
  {
    const auto last = std::move(ends.producer);
  }
  int value = 0;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Closed);
}

TEST(LatencyRing, TakesTypesThatOnlyMoveInTheCallersMemory) {
  using Ring = LatencyRing<std::unique_ptr<int>>;
  alignas(64) std::array<std::byte, 4096> memory;
  ASSERT_LE(Ring::bytesFor(4), memory.size());
  auto [producer, consumer] = Ring(memory, 4).split();
  EXPECT_EQ(producer.tryPush(std::make_unique<int>(7)), RingResult::Ok);
  EXPECT_EQ(producer.tryPush(std::make_unique<int>(8)), RingResult::Ok); // left inside
  std::unique_ptr<int> value;
  EXPECT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_EQ(*value, 7);
}

TEST(LatencyRing, SlotsInPlace) {
  auto [producer, consumer] = LatencyRing<int>(2).split();
  int* slot = nullptr;
  int* element = nullptr;
  ASSERT_EQ(producer.tryReserve(slot), RingResult::Ok);
  *slot = 5;
  EXPECT_EQ(consumer.tryPeek(element), RingResult::Empty) << "not published";
  producer.publish();
  ASSERT_EQ(consumer.tryPeek(element), RingResult::Ok);
  EXPECT_EQ(*element, 5);
  EXPECT_EQ(producer.tryPush(6), RingResult::Ok);
  EXPECT_EQ(producer.tryReserve(slot), RingResult::Full) << "peeked is not released";
  consumer.release();
  EXPECT_EQ(producer.tryReserve(slot), RingResult::Ok);
}

TEST(LatencyRingDeathTest, MisuseEndsTheProgram) {
  auto ends = LatencyRing<int>(1).split();
  EXPECT_DEATH(ends.consumer.release(), "release. without a peeked element");
  EXPECT_EQ(ends.producer.tryPush(1), RingResult::Ok);
  EXPECT_DEATH(ends.producer.publish(), "publish. without a reserved slot");
  EXPECT_DEATH(LatencyRing<int>(0), "a ring of 0 slots.*power of two");
  EXPECT_DEATH(LatencyRing<int>(6), "a ring of 6 slots.*power of two");
  EXPECT_DEATH((LatencyRing<int>(std::size_t(1) << 58)), "below 2\\^63 bytes");
  EXPECT_DEATH((LatencyRing<int, std::atomic, std::uint8_t>(256)), "to 128");
  alignas(64) std::array<std::byte, 1024> memory;
  EXPECT_DEATH(LatencyRing<int>(memory, 1024), "more bytes");
}

template <class Producer> void send(Producer& producer, std::uint64_t number) {
  while (producer.tryPush(audit::Message::make(0, number)) != RingResult::Ok)
    std::this_thread::yield();
}

template <class Index> void stress(Index start, std::uint64_t count) {
  auto ends = LatencyRing<audit::Message, std::atomic, Index>(8, start).split();
  std::thread sender([&] {
    for (std::uint64_t next = 0; next < count; ++next)
      send(ends.producer, next);
    ends.producer.close();
  });
  audit::Stream stream(1);
  bool intact = true;
  for (audit::Message message;;) {
    const RingResult result = ends.consumer.tryPop(message);
    if (result == RingResult::Closed)
      break;
    if (result == RingResult::Ok)
      intact &= stream.take(message);
    else
      std::this_thread::yield();
  }
  sender.join();
  EXPECT_TRUE(intact);
  EXPECT_EQ(stream.count(), count);
}
TEST(LatencyRing, Stress) { stress<std::size_t>(0, 200000); }
TEST(LatencyRing, StressNear32Bits) {
  stress<std::uint32_t>(std::numeric_limits<std::uint32_t>::max() - 1000, 20000);
}
TEST(LatencyRing, StressNear64Bits) {
  stress<std::uint64_t>(std::numeric_limits<std::uint64_t>::max() - 1000, 20000);
}
TEST(LatencyRing, StressAcrossManyWraps) { stress<std::uint8_t>(200, 50000); }

TEST(LatencyRing, ThereAndBack) {
  auto there = LatencyRing<audit::Message>(1).split();
  auto back = LatencyRing<audit::Message>(1).split();
  constexpr std::uint64_t kTurns = 20000;
  const auto receive = [](auto& consumer, audit::Message& message) {
    RingResult result;
    while ((result = consumer.tryPop(message)) == RingResult::Empty)
      std::this_thread::yield();
    return result == RingResult::Ok;
  };
  std::thread other([&] {
    audit::Message message;
    while (receive(there.consumer, message))
      send(back.producer, message.number + 1);
  });
  bool right = true;
  for (std::uint64_t turn = 0; turn < kTurns; ++turn) {
    send(there.producer, turn);
    audit::Message answer;
    right &= receive(back.consumer, answer) && answer.isWhole() && answer.number == turn + 1;
  }
  there.producer.close();
  other.join();
  EXPECT_TRUE(right);
}

} // namespace
