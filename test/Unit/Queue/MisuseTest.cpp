// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every kind of ring does with a caller that breaks its contract, in release builds too: ends
// the program, and says what, given, limit or the way out. Counts of what is reserved and peeked,
// handles that were moved from, rings split twice, spans that are nowhere, slots held for too long.
#include <ringkernel/queue/Blocking.h>
#include <ringkernel/queue/BroadcastRing.h>
#include <ringkernel/queue/LanedRing.h>
#include <ringkernel/queue/LatencyRing.h>
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/PriorityRing.h>
#include <ringkernel/queue/RecordRing.h>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

namespace {

using ring::RingResult;
using Spsc = ring::SpscRing<int>;
using Latency = ring::LatencyRing<int>;
using Record = ring::RecordRing<>;
using Mpsc = ring::MpscRing<int>;
using Mpmc = ring::MpmcRing<int>;
using Broadcast = ring::BroadcastRing<int>;
using Laned = ring::LanedRing<int>;
using Partitioned = ring::PartitionedRing<int>;
using Priority = ring::PriorityRing<int, 2>;

constexpr const char* kMoved = "a ring's handle was used after it was moved from; use the one that";
constexpr const char* kSplit = "`split` of a ring that was split or moved from before";

TEST(MisuseDeathTest, PublishCountsWhatIsReserved) {
  auto [producer, consumer] = Spsc(8).split();
  std::span<int> slots;
  EXPECT_DEATH(producer.publish(1), "`publish` of more slots than were reserved: 1, at most 0");
  ASSERT_EQ(producer.tryReserve(2, slots), RingResult::Ok);
  EXPECT_DEATH(producer.publish(3), "reserved: 3, at most 2") << "though 8 are free";
  producer.publish(1);
  EXPECT_DEATH(producer.publish(2), "reserved: 2, at most 1");
  producer.publish(1);
  producer.publish(0);
  EXPECT_DEATH(producer.publish(1), "reserved: 1, at most 0");
  ASSERT_EQ(producer.tryReserve(4, slots), RingResult::Ok);
  ASSERT_EQ(producer.tryPush(7), RingResult::Ok); // into the first of the four
  EXPECT_DEATH(producer.publish(4), "reserved: 4, at most 0");
  ASSERT_EQ(producer.tryReserve(4, slots), RingResult::Ok);
  producer.close();
  ASSERT_EQ(producer.tryReserve(1, slots), RingResult::Closed);
  producer.publish(4); // what is reserved may still go out
}

TEST(MisuseDeathTest, ReleaseCountsWhatIsPeeked) {
  auto [producer, consumer] = Spsc(8).split();
  std::array<int, 6> values{};
  std::size_t pushed = 0;
  ASSERT_EQ(producer.tryPushBatch(values, pushed), RingResult::Ok);
  std::span<int> elements;
  EXPECT_DEATH(consumer.release(1), "`release` of more elements than were peeked: 1, at most 0");
  ASSERT_EQ(consumer.tryPeek(2, elements), RingResult::Ok);
  EXPECT_DEATH(consumer.release(3), "peeked: 3, at most 2") << "though 6 are ready";
  consumer.release(2);
  EXPECT_DEATH(consumer.release(2), "peeked: 2, at most 0") << "twice what was peeked once";
  ASSERT_EQ(consumer.tryPeek(2, elements), RingResult::Ok);
  int value = 0;
  ASSERT_EQ(consumer.tryPop(value), RingResult::Ok);
  EXPECT_DEATH(consumer.release(2), "peeked: 2, at most 0");
  consumer.release(0);
  EXPECT_EQ(consumer.approximateSize(), 3u);
}

TEST(MisuseDeathTest, OneSlotInPlaceIsOneStep) {
  auto [producer, consumer] = Latency(8).split();
  int* slot = nullptr;
  EXPECT_DEATH(producer.publish(), "`publish` without a reserved slot; `tryReserve` comes before");
  ASSERT_EQ(producer.tryReserve(slot), RingResult::Ok);
  producer.publish();
  EXPECT_DEATH(producer.publish(), "`publish` without a reserved slot");
  ASSERT_EQ(producer.tryPush(2), RingResult::Ok);
  EXPECT_DEATH(consumer.release(), "`release` without a peeked element; `tryPeek` comes before");
  ASSERT_EQ(consumer.tryPeek(slot), RingResult::Ok);
  consumer.release();
  EXPECT_DEATH(consumer.release(), "`release` without a peeked element") << "though one is ready";
}

TEST(MisuseDeathTest, RecordsCountToo) {
  auto [producer, consumer] = Record(256).split();
  std::span<std::byte> record;
  EXPECT_DEATH(producer.publish(), "`publish` without a reserved record; `tryReserve` comes");
  ASSERT_EQ(producer.tryReserve(8, record), RingResult::Ok);
  producer.cancel();
  EXPECT_DEATH(producer.publish(), "`publish` without a reserved record");
  ASSERT_EQ(producer.tryReserve(8, record), RingResult::Ok);
  producer.publish();
  EXPECT_DEATH(consumer.release(), "`release` without a peeked record; `tryPeek` comes");
  ASSERT_EQ(consumer.tryPeek(record), RingResult::Ok);
  consumer.release();
  EXPECT_DEATH(consumer.release(), "`release` without a peeked record");
}

TEST(MisuseDeathTest, PartitionsCountToo) {
  auto [producers, consumer] = Partitioned(2, 8).split();
  std::span<int> elements;
  ASSERT_EQ(producers[1].tryPush(1), RingResult::Ok);
  ASSERT_EQ(producers[1].tryPush(2), RingResult::Ok);
  ASSERT_EQ(consumer.tryPeek(1, elements), RingResult::Ok);
  consumer.release(1);
  EXPECT_DEATH(consumer.release(1), "peeked: 1, at most 0") << "though one is ready";
  EXPECT_DEATH((void)consumer.partition(2), "no such partition: 2, at most 1");
  EXPECT_DEATH(ring::PartitionedConsumer<int>({}), "must be above 0");
  std::vector<Spsc::Consumer> one;
  one.push_back(Spsc(2).split().consumer);
  EXPECT_DEATH(ring::PartitionedConsumer<int>(std::move(one), 0), "must be above 0");
  std::vector<Spsc::Consumer> gone;
  gone.push_back(Spsc(2).split().consumer);
  const auto moved = std::move(gone[0]);
  EXPECT_DEATH(ring::PartitionedConsumer<int>(std::move(gone)), kMoved);
}

/// Each call on `handle`, which is moved from first.
template <class Handle, class... Calls> void expectDeathOfMoved(Handle& handle, Calls... calls) {
  [[maybe_unused]] const Handle owner = std::move(handle);
  const auto each = [&](auto call) { EXPECT_DEATH(call(handle), kMoved); };
  (each(calls), ...);
}
constexpr auto kCapacity = [](auto& handle) { (void)handle.capacity(); };
constexpr auto kClose = [](auto& handle) { handle.close(); };
constexpr auto kIsClosed = [](auto& handle) { (void)handle.isClosed(); };
constexpr auto kSize = [](auto& handle) { (void)handle.approximateSize(); };
constexpr auto kPush = [](auto& handle) { (void)handle.tryPush(1); };
constexpr auto kPushBatch = [](auto& handle) {
  std::array<int, 2> values{};
  std::size_t pushed;
  (void)handle.tryPushBatch(values, pushed);
};
constexpr auto kPop = [](auto& handle) {
  int value;
  (void)handle.tryPop(value);
};
constexpr auto kPopBatch = [](auto& handle) {
  std::array<int, 2> values{};
  std::size_t popped;
  (void)handle.tryPopBatch(values, popped);
};
constexpr auto kCopy = [](auto& handle) {
  auto copy = handle;
  (void)copy.isClosed();
};

TEST(MisuseDeathTest, OneToOneHandlesThatWereMovedFrom) {
  auto spsc = Spsc(4).split();
  ASSERT_EQ(spsc.producer.tryPush(1), RingResult::Ok);
  std::span<int> span;
  ASSERT_EQ(spsc.producer.tryReserve(1, span), RingResult::Ok);
  expectDeathOfMoved(
      spsc.producer, kCapacity, kClose, kIsClosed, kSize, kPush, kPushBatch,
      [](auto& handle) { handle.publish(0); }, [](auto& handle) { handle.publish(1); },
      [&](auto& handle) { (void)handle.tryReserve(0, span); },
      [&](auto& handle) { (void)handle.tryReserve(9, span); });
  expectDeathOfMoved(
      spsc.consumer, kCapacity, kClose, kIsClosed, kSize, kPop, kPopBatch,
      [](auto& handle) { handle.release(0); }, [](auto& handle) { handle.release(1); },
      [&](auto& handle) { (void)handle.tryPeek(0, span); });
  auto latency = Latency(4).split();
  ASSERT_EQ(latency.producer.tryPush(1), RingResult::Ok);
  expectDeathOfMoved(latency.producer, kCapacity, kClose, kIsClosed, kSize, kPush,
                     [](auto& handle) { handle.publish(); });
  expectDeathOfMoved(latency.consumer, kCapacity, kClose, kIsClosed, kSize, kPop,
                     [](auto& handle) { handle.release(); });
  auto record = Record(256).split();
  std::span<std::byte> bytes;
  expectDeathOfMoved(
      record.producer, kCapacity, kClose, kIsClosed, kSize,
      [&](auto& handle) { (void)handle.tryReserve(1, bytes); },
      [](auto& handle) { handle.publish(); }, [](auto& handle) { handle.cancel(); });
  expectDeathOfMoved(
      record.consumer, kCapacity, kClose, kIsClosed, kSize,
      [&](auto& handle) { (void)handle.tryPeek(bytes); }, [](auto& handle) { handle.release(); });
}

TEST(MisuseDeathTest, SharedHandlesThatWereMovedFrom) {
  auto mpsc = Mpsc(4).split();
  expectDeathOfMoved(mpsc.producer, kCapacity, kClose, kIsClosed, kSize, kPush, kPushBatch, kCopy);
  expectDeathOfMoved(mpsc.consumer, kCapacity, kClose, kIsClosed, kSize, kPop, kPopBatch,
                     [](auto& handle) { handle.release(0); });
  auto mpmc = Mpmc(4).split();
  expectDeathOfMoved(mpmc.producer, kCapacity, kClose, kIsClosed, kSize, kPush, kPushBatch, kCopy);
  expectDeathOfMoved(mpmc.consumer, kCapacity, kClose, kIsClosed, kSize, kPop, kPopBatch, kCopy);
  auto laned = Laned(2, 4).split();
  expectDeathOfMoved(laned.producer, kCapacity, kClose, kIsClosed, kSize, kPush, kPushBatch, kCopy);
  expectDeathOfMoved(laned.consumer, kCapacity, kClose, kIsClosed, kSize, kPop, kPopBatch, kCopy);
  auto priority = Priority(4).split();
  expectDeathOfMoved(priority.producer, kClose, kIsClosed,
                     [](auto& handle) { (void)handle.tryPush(1, 1); });
  expectDeathOfMoved(priority.consumer, kClose, kIsClosed, kSize, kPop,
                     [](auto& handle) { (void)handle.statistics(1); });
  auto partitioned = Partitioned(2, 4).split();
  expectDeathOfMoved(
      partitioned.consumer, kClose, kIsClosed, kSize, kPop, kPopBatch,
      [](auto& handle) { handle.release(0); }, [](auto& handle) { (void)handle.partitions(); });
}

TEST(MisuseDeathTest, OtherHandlesThatWereMovedFrom) {
  auto broadcast = Broadcast(4).split();
  int value;
  std::uint64_t missed;
  expectDeathOfMoved(broadcast.producer, kCapacity, kClose, kIsClosed, kPush);
  expectDeathOfMoved(broadcast.consumer, kCapacity, kIsClosed, kSize, kCopy,
                     [&](auto& handle) { (void)handle.tryPop(value, missed); });
  auto blocking = ring::blocking(Spsc(4).split());
  const ring::RingDeadline now{};
  expectDeathOfMoved(blocking.producer, kCapacity, kClose, kPush,
                     [&](auto& handle) { (void)handle.push(1, now); });
  expectDeathOfMoved(blocking.consumer, kCapacity, kClose, kPop,
                     [&](auto& handle) { (void)handle.pop(value, now); });
}

template <class Ring> void expectSplitOnce(Ring ring) {
  {
    [[maybe_unused]] const auto ends = std::move(ring).split();
    EXPECT_DEATH((void)std::move(ring).split(), kSplit) << "while its ends live";
  }
  EXPECT_DEATH((void)std::move(ring).split(), kSplit);
}
TEST(MisuseDeathTest, ARingIsSplitOnce) {
  expectSplitOnce(Spsc(4));
  expectSplitOnce(Latency(4));
  expectSplitOnce(Record(256));
  expectSplitOnce(Mpsc(4));
  expectSplitOnce(Mpmc(4));
  expectSplitOnce(Broadcast(4));
  expectSplitOnce(Laned(2, 4));
  expectSplitOnce(Partitioned(2, 4));
  expectSplitOnce(Priority(4));
  Spsc first(4);
  const Spsc second = std::move(first);
  EXPECT_DEATH((void)std::move(first).split(), kSplit) << "moved from";
  Priority lanes(4);
  const Priority otherLanes = std::move(lanes);
  EXPECT_DEATH((void)std::move(lanes).split(), kSplit) << "moved from";
}

TEST(MisuseDeathTest, SpansThatAreNowhere) {
  const std::span<int> nowhere(static_cast<int*>(nullptr), 3);
  constexpr const char* kNowhere = "a batch's elements are nowhere: the span's data is null: 3";
  std::size_t count;
  std::uint64_t missed;
  const auto batches = [&](auto ends) {
    EXPECT_DEATH((void)ends.producer.tryPushBatch(nowhere, count), kNowhere);
    EXPECT_DEATH((void)ends.consumer.tryPopBatch(nowhere, count), kNowhere);
    std::span<int> none;
    EXPECT_EQ(ends.producer.tryPushBatch(none, count), RingResult::Ok) << "nothing lies anywhere";
  };
  batches(Spsc(4).split());
  batches(Mpsc(4).split());
  batches(Mpmc(4).split());
  batches(Laned(2, 4).split());
  auto partitioned = Partitioned(2, 4).split();
  EXPECT_DEATH((void)partitioned.consumer.tryPopBatch(nowhere, count), kNowhere);
  auto broadcast = Broadcast(4).split();
  EXPECT_DEATH((void)broadcast.producer.tryPushBatch(nowhere), kNowhere);
  EXPECT_DEATH((void)broadcast.consumer.tryPopBatch(nowhere, count, missed), kNowhere);
  auto record = Record(256).split();
  const std::array<std::byte, 3> three{};
  ASSERT_EQ(record.producer.tryPush(three), RingResult::Ok);
  const std::span<std::byte> noBytes(static_cast<std::byte*>(nullptr), 3);
  EXPECT_DEATH((void)record.producer.tryPush(noBytes), kNowhere);
  EXPECT_DEATH((void)record.consumer.tryPop(noBytes, count), kNowhere);
  const std::span<std::byte> noMemory(static_cast<std::byte*>(nullptr), 4096);
  EXPECT_DEATH(Spsc(noMemory, 4), "the memory given to a ring is null");
  EXPECT_DEATH(Record(noMemory, 256), "the memory given to a ring is null");
}

TEST(MisuseDeathTest, WhatIsHeldMustNotOutliveTheRing) {
  constexpr const char* kHeld = "last handle was destroyed while a reservation or elements taken";
  const auto take = [](auto ring) {
    auto ends = std::optional(std::move(ring).split());
    (void)ends->producer.tryPush(1);
    (void)ends->producer.tryPush(2);
    typename decltype(ends->consumer)::Taken taken;
    (void)ends->consumer.tryTake(1, taken);
    ends.reset();
  };
  EXPECT_DEATH(take(Mpmc(4)), kHeld);
  EXPECT_DEATH(take(Laned(2, 4)), kHeld);
  const auto reserve = [](auto ring) {
    auto ends = std::optional(std::move(ring).split());
    (void)ends->producer.tryPush(1);
    typename decltype(ends->producer)::Reservation places;
    (void)ends->producer.tryReserve(2, places);
    ends.reset();
  };
  EXPECT_DEATH(reserve(Mpsc(4)), kHeld);
  EXPECT_DEATH(reserve(Mpmc(4)), kHeld);
  EXPECT_DEATH(reserve(Laned(2, 4)), kHeld);
}
/// Only the last handle counts, and elements that are left inside are nobody's.
TEST(Misuse, WhatIsHeldMayOutliveItsHandle) {
  auto ends = Mpmc(4).split();
  auto other = ends.consumer;
  Mpmc::Consumer::Taken taken;
  Mpmc::Producer::Reservation places;
  {
    auto producer = std::move(ends.producer);
    auto consumer = std::move(ends.consumer);
    ASSERT_EQ(producer.tryPush(1), RingResult::Ok);
    ASSERT_EQ(producer.tryPush(2), RingResult::Ok);
    ASSERT_EQ(producer.tryReserve(1, places), RingResult::Ok);
    ASSERT_EQ(consumer.tryTake(1, taken), RingResult::Ok);
  }
  EXPECT_EQ(taken[0], 1);
  taken.release();
  places[0] = 3;
  places.publish();
  int value = 0;
  EXPECT_EQ(other.tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 2);
}

} // namespace
