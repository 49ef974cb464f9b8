// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RecordRing: records of any length in one piece, padding that nobody sees, lengths that cannot be,
// and a stress run that audits every byte.
#include <ringkernel/queue/RecordRing.h>

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <thread>
#include <vector>

namespace {

using ring::RecordRing;
using ring::RingResult;

void fill(std::span<std::byte> record, std::uint64_t number) {
  for (std::size_t i = 0; i < record.size(); ++i)
    record[i] = std::byte(number * 31 + i);
}
bool holds(std::span<const std::byte> record, std::size_t bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < record.size(); ++i)
    if (record[i] != std::byte(number * 31 + i))
      return false;
  return record.size() == bytes;
}

TEST(RecordRing, PublishedTogetherSeenTogether) {
  auto [producer, consumer] = RecordRing<>(256).split();
  std::span<std::byte> record;
  for (const std::size_t bytes : {0u, 1u, 20u}) {
    ASSERT_EQ(producer.tryReserve(bytes, record), RingResult::Ok);
    fill(record, bytes);
  }
  EXPECT_EQ(consumer.tryPeek(record), RingResult::Empty);
  producer.publish();
  for (const std::size_t bytes : {0u, 1u, 20u}) {
    ASSERT_EQ(consumer.tryPeek(record), RingResult::Ok);
    EXPECT_TRUE(holds(record, bytes, bytes));
  }
  EXPECT_EQ(consumer.tryPeek(record), RingResult::Empty);
  consumer.release();
}

TEST(RecordRing, CancelledRecordsNeverWere) {
  auto [producer, consumer] = RecordRing<>(256).split();
  std::span<std::byte> record;
  for (int i = 0; i < 100; ++i) { // each time all of the ring
    while (producer.tryReserve(40, record) == RingResult::Ok)
      fill(record, 99);
    producer.cancel();
  }
  ASSERT_EQ(producer.tryReserve(5, record), RingResult::Ok);
  fill(record, 7);
  producer.publish();
  ASSERT_EQ(consumer.tryPeek(record), RingResult::Ok);
  EXPECT_TRUE(holds(record, 5, 7));
  EXPECT_EQ(consumer.tryPeek(record), RingResult::Empty);
}

TEST(RecordRing, ARecordOfHalfTheRingFitsFromAnyPlace) {
  for (std::uint64_t start = 0; start < 64; ++start) {
    auto [producer, consumer] = RecordRing<>(256, start).split();
    std::vector<std::byte> in(producer.maxRecordBytes()), out(in.size());
    for (int round = 0; round < 3; ++round) {
      fill(in, round);
      ASSERT_EQ(producer.tryPush(in), RingResult::Ok) << start;
      std::size_t bytes = 0;
      ASSERT_EQ(consumer.tryPop(out, bytes), RingResult::Ok);
      EXPECT_TRUE(holds(out, bytes, round));
    }
  }
}

TEST(RecordRing, SizesThatCannotBeAreRefused) {
  auto [producer, consumer] = RecordRing<>(256).split();
  std::span<std::byte> record;
  EXPECT_EQ(producer.tryReserve(producer.maxRecordBytes() + 1, record), RingResult::TooLarge);
  EXPECT_EQ(producer.tryReserve(std::numeric_limits<std::size_t>::max(), record),
            RingResult::TooLarge);
  std::array<std::byte, 8> in{}, out{};
  EXPECT_EQ(producer.tryPush(in), RingResult::Ok);
  std::size_t bytes = 0;
  EXPECT_EQ(consumer.tryPop(std::span(out).first(7), bytes), RingResult::TooLarge);
  EXPECT_EQ(bytes, 8u);
  EXPECT_EQ(consumer.tryPop(out, bytes), RingResult::Ok) << "the record stayed";
}

TEST(RecordRing, DamagedMemoryIsPoisonedAndNotReadPast) {
  for (const std::uint64_t damage :
       {std::uint64_t(0xffffffff) | std::uint64_t(0x5245434f) << 32,
        std::uint64_t(4096) | std::uint64_t(0x5245434f) << 32, std::uint64_t(8),
        std::uint64_t(8) | std::uint64_t(0x50414444) << 32}) {
    alignas(64) std::array<std::byte, 1024> memory{};
    auto [producer, consumer] = RecordRing<>(memory, 256).split();
    std::array<std::byte, 8> in{};
    ASSERT_EQ(producer.tryPush(in), RingResult::Ok);
    std::memcpy(memory.data() + RecordRing<>::Body::kSlotsOffset, &damage, 8);
    std::span<std::byte> record;
    EXPECT_EQ(consumer.tryPeek(record), RingResult::Poisoned);
    EXPECT_EQ(producer.tryPush(in), RingResult::Closed);
  }
}

static_assert(!std::is_copy_constructible_v<RecordRing<>::Producer>);
static_assert(!std::is_copy_constructible_v<RecordRing<>::Consumer>);

TEST(RecordRingDeathTest, MisuseEndsTheProgram) {
  EXPECT_DEATH(RecordRing<>(100), "power of two");
  EXPECT_DEATH(RecordRing<>(32), "power of two from 64");
  auto ends = RecordRing<>(256).split();
  EXPECT_DEATH(ends.consumer.release(), "without a peeked record");
}

void stress(std::uint64_t start, std::uint64_t count) {
  auto ends = RecordRing<>(1024, start).split();
  const auto sizeOf = [](std::uint64_t number) { return number * 2654435761u % 300; };
  std::thread sender([&, producer = std::move(ends.producer)]() mutable {
    for (std::uint64_t next = 0; next < count;) {
      std::uint64_t batch = 0;
      for (std::span<std::byte> record; batch <= next % 3 && next + batch < count; ++batch) {
        if (producer.tryReserve(sizeOf(next + batch), record) != RingResult::Ok)
          break;
        fill(record, next + batch);
      }
      if (batch == 0 || next % 5 == 4) { // now and then thinks better of it
        producer.cancel();
        std::this_thread::yield();
        if (batch == 0 || producer.statistics().size > 0)
          continue;
        std::span<std::byte> record;
        if (producer.tryReserve(sizeOf(next), record) != RingResult::Ok)
          continue;
        fill(record, next);
        batch = 1;
      }
      producer.publish();
      next += batch;
    }
  });
  std::uint64_t expected = 0;
  bool intact = true;
  for (std::span<std::byte> record;;) {
    const RingResult result = ends.consumer.tryPeek(record);
    if (result == RingResult::Closed)
      break;
    if (result != RingResult::Ok) {
      std::this_thread::yield();
      continue;
    }
    intact &= holds(record, sizeOf(expected), expected);
    ++expected;
    if (expected % 2 == 0 || ends.consumer.tryPeek(record) != RingResult::Ok) {
      ends.consumer.release();
      continue;
    }
    intact &= holds(record, sizeOf(expected), expected);
    ++expected;
    ends.consumer.release();
  }
  sender.join();
  EXPECT_TRUE(intact);
  EXPECT_EQ(expected, count);
}

TEST(RecordRing, StressInOrderEveryByte) { stress(0, 100000); }
TEST(RecordRing, StressNear64Bits) {
  stress(std::numeric_limits<std::uint64_t>::max() - 1000, 30000);
}

} // namespace
