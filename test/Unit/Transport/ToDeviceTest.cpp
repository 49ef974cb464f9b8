// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Host to GPU, step by step: readers take their blocks in turn, and every byte is looked at.
#include "test/Unit/Transport/Support.h"

#include <tuple>

namespace ring::test {
namespace {

using Reader = gpu::TransportConsumer;

class ToDeviceTest : public testing::TestWithParam<std::tuple<TransportMode, unsigned>> {
protected:
  static TransportOptions options() {
    TransportOptions made;
    made.mode = std::get<0>(GetParam());
    made.slots = 256;
    made.slotBytes = 128;
    made.arenaBytes = 1 << 14;
    made.maxRecordBytes = 5000;
    made.readers = 4;
    made.start = starts(made.slots)[std::get<1>(GetParam())];
    return made;
  }
  static TransportResult push(TransportProducer& producer, uint64_t number, uint32_t bytes) {
    const std::vector<uint32_t> record = recordOf(number, 7, bytes);
    return producer.tryPush(std::as_bytes(std::span(record)).first(bytes));
  }
  static std::vector<Reader> readersOf(const InMemory<ToDevice>& transport) {
    std::vector<Reader> readers;
    for (uint32_t i = 0; i < 4; ++i)
      readers.emplace_back(transport.ends.device.ring(), i);
    return readers;
  }
  /// The reader whose turn ticket `start + number` is.
  static uint32_t turn(uint64_t number) {
    return uint32_t((options().start + number) / abi::kReaderBlock % 4);
  }

  std::vector<std::byte> place = std::vector<std::byte>(5120);
};

TEST_P(ToDeviceTest, RecordsOfEverySizeArriveWhole) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  uint64_t number = 0;
  for (uint32_t bytes = 0; bytes <= 5000; bytes += bytes < 700 ? 1 : 61, ++number) {
    ASSERT_EQ(push(transport.ends.host, number, bytes), TransportResult::Ok) << bytes;
    uint32_t size = 0;
    for (uint32_t i = 0; i < 4; ++i)
      ASSERT_EQ(readers[i].tryPop(place.data(), 5120, size),
                i == turn(number) ? TransportResult::Ok : TransportResult::Empty)
          << bytes << " by " << i;
    ASSERT_TRUE(isRecord({place.data(), size}, number, 7, bytes)) << bytes;
    for (Reader& reader : readers)
      reader.publish();
  }
  EXPECT_EQ(push(transport.ends.host, 0, 5001), TransportResult::TooLarge);
}

TEST_P(ToDeviceTest, AFullRingRefusesAndLosesNothing) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  uint64_t sent = 0, got = 0;
  for (int lap = 0; lap < 12; ++lap) {
    while (push(transport.ends.host, sent, 40) == TransportResult::Ok)
      ++sent;
    ASSERT_LE(sent - got, 256u);
    for (; got < sent; ++got) {
      uint32_t size;
      ASSERT_EQ(readers[turn(got)].tryPop(place.data(), 64, size), TransportResult::Ok) << got;
      ASSERT_TRUE(isRecord({place.data(), size}, got, 7, 40));
    }
  }
  EXPECT_GT(sent, 2000u) << "what was read came back without being asked for";
}

TEST_P(ToDeviceTest, BatchesPackAndEndWithTheBlock) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  constexpr uint32_t kBytes = 40, kCount = 256;
  std::vector<uint32_t> records;
  for (uint32_t i = 0; i < kCount; ++i)
    for (const uint32_t word : recordOf(i, 7, kBytes))
      records.push_back(word);
  std::size_t pushed = 0;
  ASSERT_EQ(transport.ends.host.tryPushBatch(records.data(), kBytes, kBytes, kCount, pushed),
            TransportResult::Ok);
  ASSERT_EQ(pushed, kCount);
  EXPECT_EQ(transport.ends.host.approximateSize(), kCount);
  EXPECT_EQ(transport.ends.host.tryPushBatch(records.data(), kBytes, kBytes, 1, pushed),
            TransportResult::Full);
  uint64_t got = 0;
  while (got < kCount) {
    uint32_t lengths[32], popped = 0;
    ASSERT_EQ(readers[turn(got)].tryPopBatch(place.data(), 48, 20, lengths, popped),
              TransportResult::Ok);
    for (uint32_t i = 0; i < popped; ++i, ++got) {
      ASSERT_EQ(lengths[i], kBytes);
      ASSERT_TRUE(isRecord({place.data() + i * 48, kBytes}, got, 7, kBytes)) << got;
    }
  }
}

TEST_P(ToDeviceTest, ClosedComesAfterTheLastRecord) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  uint32_t size;
  ASSERT_EQ(push(transport.ends.host, 0, 16), TransportResult::Ok);
  transport.ends.host.close();
  EXPECT_EQ(push(transport.ends.host, 1, 16), TransportResult::Closed);
  for (uint32_t i = 0; i < 4; ++i) {
    if (i == turn(0)) {
      EXPECT_EQ(readers[i].tryPop(place.data(), 64, size), TransportResult::Ok);
    }
    EXPECT_EQ(readers[i].tryPop(place.data(), 64, size), TransportResult::Closed) << i;
    EXPECT_EQ(readers[i].tryPop(place.data(), 64, size), TransportResult::Closed) << "and stays";
  }
  EXPECT_EQ(transport.ends.host.approximateSize(), 0u) << "told at the end";
}

/// Its mark may overtake records.
TEST_P(ToDeviceTest, ClosedWaitsForWhatIsOnItsWay) {
  InMemory<ToDevice> transport(options());
  const abi::TransportRing& ring = transport.ends.device.ring();
  std::vector<Reader> readers = readersOf(transport);
  uint32_t size;
  *ring.toConsumer = {options().start + 1, 0, 1};
  EXPECT_EQ(readers[turn(0)].tryPop(place.data(), 64, size), TransportResult::Empty);
  ASSERT_EQ(push(transport.ends.host, 0, 16), TransportResult::Ok);
  EXPECT_EQ(readers[turn(0)].tryPop(place.data(), 64, size), TransportResult::Ok);
  EXPECT_EQ(readers[turn(0)].tryPop(place.data(), 64, size), TransportResult::Closed);
}

TEST_P(ToDeviceTest, AReaderThatClosesEndsThePushes) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  readers[2].close();
  TransportResult result = TransportResult::Ok;
  for (uint64_t i = 0; i <= 256 && result == TransportResult::Ok; ++i)
    result = push(transport.ends.host, i, 16);
  EXPECT_EQ(result, TransportResult::Closed);
}

TEST_P(ToDeviceTest, AReaderGoesOnWhereTheOneBeforeItStopped) {
  InMemory<ToDevice> transport(options());
  for (uint64_t number = 0; number < 100; ++number) {
    ASSERT_EQ(push(transport.ends.host, number, 16), TransportResult::Ok);
    std::vector<Reader> readers = readersOf(transport);
    uint32_t size;
    ASSERT_EQ(readers[turn(number)].tryPop(place.data(), 64, size), TransportResult::Ok) << number;
    ASSERT_TRUE(isRecord({place.data(), size}, number, 7, 16));
  }
}

TEST_P(ToDeviceTest, WaitingEndsAtItsDeadline) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  uint32_t size;
  const uint64_t from = gpu::detail::nanoseconds();
  EXPECT_EQ(readers[0].pop(place.data(), 64, size, 2000000), TransportResult::Empty);
  EXPECT_GE(gpu::detail::nanoseconds() - from, 2000000u);
  for (uint64_t i = 0; i < 256; ++i)
    ASSERT_EQ(push(transport.ends.host, i, 16), TransportResult::Ok);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(transport.ends.host.push({}, begin + std::chrono::milliseconds(3)),
            TransportResult::Full);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(3));
}

TEST_P(ToDeviceTest, ARecordTooLongForThePlaceStays) {
  InMemory<ToDevice> transport(options());
  std::vector<Reader> readers = readersOf(transport);
  ASSERT_EQ(push(transport.ends.host, 3, 900), TransportResult::Ok);
  uint32_t size = 0;
  EXPECT_EQ(readers[turn(0)].tryPop(place.data(), 896, size), TransportResult::TooLarge);
  EXPECT_EQ(size, 900u);
  ASSERT_EQ(readers[turn(0)].tryPop(place.data(), 900, size), TransportResult::Ok);
  EXPECT_TRUE(isRecord({place.data(), size}, 3, 7, 900));
}

INSTANTIATE_TEST_SUITE_P(All, ToDeviceTest,
                         testing::Combine(testing::Values(TransportMode::Latency,
                                                          TransportMode::Throughput),
                                          testing::Range(0u, 4u)));

} // namespace
} // namespace ring::test
