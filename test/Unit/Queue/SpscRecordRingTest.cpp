// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SpscRecordRing: records of any length in one piece, taken back before they are published, and a
// stress run that audits every byte.
#include <ringkernel/queue/SpscRecordRing.h>

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <thread>

namespace {

using Ring = ring::SpscRecordRing<>;

void fill(std::byte* record, std::size_t bytes, std::uint32_t number) {
  for (std::size_t i = 4; i + 4 <= bytes; i += 4)
    std::memcpy(record + i, &number, 4);
}
bool holds(const std::byte* record, std::size_t bytes, std::uint32_t number) {
  for (std::size_t i = 4; i + 4 <= bytes; i += 4)
    if (std::memcmp(record + i, &number, 4) != 0)
      return false;
  return true;
}

TEST(SpscRecordRing, NothingIsSeenBeforePublish) {
  Ring queue(64);
  std::byte* record = queue.tryReserve(20);
  ASSERT_NE(record, nullptr);
  fill(record, 20, 1);
  EXPECT_EQ(queue.tryPeek(), nullptr);
  queue.commit();
  EXPECT_TRUE(queue.hasUnpublished());
  EXPECT_EQ(queue.tryPeek(), nullptr);
  queue.publish();
  EXPECT_FALSE(queue.hasUnpublished());
  ASSERT_NE(queue.tryPeek(), nullptr);
  EXPECT_TRUE(holds(queue.tryPeek(), 20, 1));
  queue.advance();
  queue.release();
  EXPECT_TRUE(queue.isEmpty());
}

TEST(SpscRecordRing, RolledBackRecordsNeverWere) {
  Ring queue(16);
  fill(queue.tryReserve(32), 32, 1);
  queue.commit();
  for (int i = 0; i < 100; ++i) { // each time the rest of the ring
    while (std::byte* record = queue.tryReserve(48))
      fill(record, 48, 99);
    queue.rollback();
  }
  fill(queue.tryReserve(32), 32, 2);
  queue.commit();
  queue.publish();
  EXPECT_TRUE(holds(queue.tryPeek(), 32, 1));
  queue.advance();
  EXPECT_TRUE(holds(queue.tryPeek(), 32, 2));
  queue.advance();
  EXPECT_EQ(queue.tryPeek(), nullptr);
}

TEST(SpscRecordRing, FullUntilReleased) {
  Ring queue(16);
  int count = 0;
  while (queue.tryReserve(64)) {
    queue.commit();
    ++count;
  }
  EXPECT_EQ(count, 4);
  queue.publish();
  ASSERT_NE(queue.tryPeek(), nullptr);
  queue.advance();
  EXPECT_EQ(queue.tryReserve(64), nullptr) << "gone past, but not given back";
  queue.release();
  EXPECT_NE(queue.tryReserve(64), nullptr);
}

TEST(SpscRecordRing, ARecordOfAQuarterFitsFromAnyPlace) {
  for (std::uint64_t start = 0; start < 64; ++start) {
    Ring queue(64, start);
    ASSERT_NE(queue.tryReserve(queue.maxRecordBytes()), nullptr) << start;
    queue.commit();
    queue.publish();
    ASSERT_NE(queue.tryPeek(), nullptr);
    queue.advance();
    queue.release();
    ASSERT_NE(queue.tryReserve(queue.maxRecordBytes()), nullptr) << start;
  }
}

void stress(std::uint64_t start, std::uint32_t count) {
  Ring queue(128, start);
  const auto sizeOf = [](std::uint32_t number) { return 8 + number * 2654435761u % 400; };
  std::thread producer([&] {
    std::mt19937 random(7);
    for (std::uint32_t next = 0; next < count;) {
      std::uint32_t batch = 0;
      for (const std::uint32_t wanted = 1 + random() % 4; batch < wanted && next + batch < count;
           ++batch) {
        std::byte* record = queue.tryReserve(sizeOf(next + batch));
        if (!record)
          break;
        fill(record, sizeOf(next + batch), next + batch);
      }
      if (batch == 0)
        std::this_thread::yield();
      if (random() % 4 == 0) {
        queue.rollback();
        continue;
      }
      queue.commit();
      if (random() % 2 == 0 || next + batch == count || batch == 0)
        queue.publish();
      next += batch;
    }
    queue.publish();
  });
  std::uint32_t expected = 0;
  while (expected < count) {
    const std::byte* record = queue.tryPeek();
    if (!record) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_TRUE(holds(record, sizeOf(expected), expected)) << expected;
    queue.advance();
    if (expected % 3 == 0 || queue.tryPeek() == nullptr)
      queue.release();
    ++expected;
  }
  producer.join();
  EXPECT_EQ(queue.tryPeek(), nullptr);
}

TEST(SpscRecordRing, StressInOrderEveryByte) { stress(0, 100000); }
TEST(SpscRecordRing, StressAcrossTheWrap) {
  stress(std::numeric_limits<std::uint64_t>::max() - 1000, 30000);
}

TEST(SpscRecordRingDeathTest, ACapacityThatCannotBeEndsTheProgram) {
  EXPECT_DEATH(Ring(100), "power of two");
}

} // namespace
