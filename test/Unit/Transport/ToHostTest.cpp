// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GPU to host, step by step: what pushes and pops give, and every byte that passes.
#include "test/Unit/Transport/Support.h"

#include <atomic>
#include <thread>
#include <tuple>
#include <vector>

namespace ring::test {
namespace {

using gpu::TransportProducer;
using Record = TransportConsumer::Record;

/// Mode, first ticket, bytes of a slot.
class ToHostTest : public testing::TestWithParam<std::tuple<TransportMode, unsigned, uint32_t>> {
protected:
  static TransportOptions options() {
    TransportOptions made;
    made.mode = std::get<0>(GetParam());
    made.slots = 64;
    made.slotBytes = std::get<2>(GetParam());
    made.arenaBytes = 1 << 14;
    made.maxRecordBytes = 5000;
    made.start = starts(made.slots)[std::get<1>(GetParam())];
    return made;
  }
  static TransportResult push(TransportProducer& producer, uint64_t number, uint32_t bytes) {
    const std::vector<uint32_t> record = recordOf(number, 7, bytes);
    return producer.tryPush(record.data(), bytes);
  }
};

/// Lengths on both sides of every limit: chunks, slots, granules, the arena's end.
TEST_P(ToHostTest, RecordsOfEverySizeArriveWhole) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  uint64_t sent = 0, got = 0;
  for (uint32_t bytes = 0; bytes <= 5000; bytes += bytes < 700 ? 1 : 61) {
    ASSERT_EQ(push(producer, sent++, bytes), TransportResult::Ok) << bytes;
    Record record;
    ASSERT_EQ(consumer.tryPeek(record), TransportResult::Ok) << bytes;
    ASSERT_TRUE(isRecord(record, got++, 7, bytes)) << bytes;
    consumer.release();
  }
  EXPECT_EQ(push(producer, 0, 5001), TransportResult::TooLarge);
  EXPECT_EQ(consumer.statistics().records, got);
}

TEST_P(ToHostTest, AFullRingRefusesAndLosesNothing) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  uint64_t sent = 0, got = 0;
  for (int lap = 0; lap < 12; ++lap) {
    while (push(producer, sent, 40) == TransportResult::Ok)
      ++sent;
    EXPECT_EQ(push(producer, sent, 40), TransportResult::Full);
    ASSERT_EQ(sent, got + 64);
    std::vector<Record> records(37);
    std::size_t count = 0;
    ASSERT_EQ(consumer.tryPeekBatch(records, count), TransportResult::Ok);
    ASSERT_EQ(count, 37u);
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_TRUE(isRecord(records[i], got + i, 7, 40));
    consumer.release(30);
    got += 30;
    ASSERT_EQ(consumer.tryPeekBatch(records, count), TransportResult::Ok);
    ASSERT_TRUE(isRecord(records[0], got, 7, 40)); // what was not released stays
    consumer.release(count);
    got += count;
  }
}

TEST_P(ToHostTest, AFullArenaRefusesAndLosesNothing) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  std::vector<std::byte> place(5000);
  uint64_t sent = 0, got = 0;
  for (int round = 0; round < 200; ++round) {
    const uint32_t bytes = 300 + round * 23;
    while (push(producer, sent, bytes) == TransportResult::Ok)
      ++sent;
    ASSERT_LT(sent - got, 64u) << "the arena is the tighter one";
    EXPECT_EQ(push(producer, sent, 20), TransportResult::Ok) << "slots are left";
    std::size_t size;
    for (; got < sent; ++got) {
      ASSERT_EQ(consumer.tryPop(place, size), TransportResult::Ok);
      ASSERT_TRUE(isRecord({place.data(), size}, got, 7, bytes));
    }
    ASSERT_EQ(consumer.tryPop(place, size), TransportResult::Ok);
    ASSERT_TRUE(isRecord({place.data(), size}, sent, 7, 20));
    ASSERT_EQ(consumer.tryPop(place, size), TransportResult::Empty);
  }
}

TEST_P(ToHostTest, BatchesGoAllOrNot) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  for (const uint32_t bytes : {24u, 184u, 256u, 700u}) {
    const uint32_t stride = (bytes + 15) / 16 * 16 + (bytes == 700 ? 4 : 0); // aligned, and not
    std::vector<uint32_t> records(16 * stride / 4);
    for (uint32_t i = 0; i < 16; ++i)
      std::memcpy(records.data() + i * stride / 4, recordOf(i, 9, bytes).data(), bytes);
    for (int round = 0; round < 10; ++round) {
      ASSERT_EQ(producer.tryPushBatch(records.data(), stride, bytes, 16), TransportResult::Ok);
      std::size_t size;
      std::byte place[1024];
      for (uint32_t i = 0; i < 16; ++i) {
        ASSERT_EQ(consumer.tryPop(place, size), TransportResult::Ok);
        ASSERT_TRUE(isRecord({place, size}, i, 9, bytes)) << bytes << " " << i;
      }
    }
  }
  TransportConsumer::Record record;
  ASSERT_EQ(consumer.tryPeek(record), TransportResult::Empty); // which tells all that was read
  const std::vector<uint32_t> records(65 * 2);
  EXPECT_EQ(producer.tryPushBatch(records.data(), 8, 8, 65), TransportResult::TooLarge);
  ASSERT_EQ(producer.tryPushBatch(records.data(), 8, 8, 40), TransportResult::Ok);
  EXPECT_EQ(producer.tryPushBatch(records.data(), 8, 8, 40), TransportResult::Full);
  EXPECT_EQ(producer.tryPushBatch(records.data(), 8, 8, 24), TransportResult::Ok);
}

TEST_P(ToHostTest, ClosedComesAfterTheLastRecord) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  std::byte place[64];
  std::size_t size;
  EXPECT_EQ(consumer.tryPop(place, size), TransportResult::Empty);
  for (uint64_t i = 0; i < 5; ++i)
    ASSERT_EQ(push(producer, i, 16), TransportResult::Ok);
  producer.close();
  EXPECT_EQ(push(producer, 5, 16), TransportResult::Closed);
  for (uint64_t i = 0; i < 5; ++i)
    ASSERT_EQ(consumer.tryPop(place, size), TransportResult::Ok);
  EXPECT_EQ(consumer.tryPop(place, size), TransportResult::Closed);
  EXPECT_EQ(consumer.tryPop(place, size), TransportResult::Closed);
}

/// Writes to the host arrive in any order: the mark of a close may overtake records.
TEST_P(ToHostTest, ClosedWaitsForWhatIsOnItsWay) {
  InMemory<ToHost> transport(options());
  const abi::TransportRing& ring = transport.ends.device.ring();
  TransportProducer producer(ring);
  std::byte place[64];
  std::size_t size;
  *ring.toConsumer = {options().start + 2, 0, 1};
  for (uint64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
    ASSERT_EQ(push(producer, i, 16), TransportResult::Ok);
    EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  }
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Closed);
}

TEST_P(ToHostTest, TheHostMayEndTheKernelsSide) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  ASSERT_EQ(push(producer, 0, 16), TransportResult::Ok);
  transport.ends.device.close();
  std::byte place[64];
  std::size_t size;
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Closed);
}

/// ThreadSanitizer finds it where the count of tickets is not one thread's.
TEST_P(ToHostTest, SeveralThreadsMayEndTheKernelsSide) {
  InMemory<ToHost> transport(options());
  std::atomic<int> ready{0};
  std::vector<std::thread> closers;
  for (int i = 0; i < 2; ++i)
    closers.emplace_back([&] {
      for (++ready; ready < 2;)
        std::this_thread::yield();
      transport.ends.device.close();
    });
  std::byte place[64];
  std::size_t size;
  while (transport.ends.host.tryPop(place, size) != TransportResult::Closed)
    std::this_thread::yield();
  for (std::thread& closer : closers)
    closer.join();
}

TEST_P(ToHostTest, AConsumerThatClosesEndsThePushes) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  transport.ends.host.close();
  TransportResult result = TransportResult::Ok;
  for (uint64_t i = 0; i <= 64 && result == TransportResult::Ok; ++i)
    result = push(producer, i, 16);
  EXPECT_EQ(result, TransportResult::Closed);
}

TEST_P(ToHostTest, WaitingEndsAtItsDeadline) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  TransportConsumer& consumer = transport.ends.host;
  using Clock = std::chrono::steady_clock;
  std::byte place[64];
  std::size_t size;
  const auto begin = Clock::now();
  EXPECT_EQ(consumer.pop(place, size, begin + std::chrono::milliseconds(3)),
            TransportResult::Empty);
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(3));
  for (uint64_t i = 0; i < 64; ++i)
    ASSERT_EQ(push(producer, i, 16), TransportResult::Ok);
  const std::vector<uint32_t> record = recordOf(64, 7, 16);
  const uint64_t from = gpu::detail::nanoseconds();
  EXPECT_EQ(producer.push(record.data(), 16, 2000000), TransportResult::Full);
  EXPECT_GE(gpu::detail::nanoseconds() - from, 2000000u);
  EXPECT_EQ(consumer.pop(place, size, Clock::now()), TransportResult::Ok); // one look all the same
}

TEST_P(ToHostTest, ARecordTooLongForThePlaceStays) {
  InMemory<ToHost> transport(options());
  TransportProducer producer(transport.ends.device.ring());
  ASSERT_EQ(push(producer, 3, 900), TransportResult::Ok);
  std::vector<std::byte> place(900);
  std::size_t size;
  EXPECT_EQ(transport.ends.host.tryPop({place.data(), 899}, size), TransportResult::TooLarge);
  EXPECT_EQ(size, 900u);
  ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_TRUE(isRecord(place, 3, 7, 900));
}

TEST_P(ToHostTest, ReleasingMoreThanWasPeekedEndsTheProgram) {
  InMemory<ToHost> transport(options());
  EXPECT_DEATH(transport.ends.host.release(),
               "`release` of more records than were peeked: 1, at most 0");
}

/// Chunks arrive in any order, here one after the other from a ring in which they lie all.
template <class TransportT, class Push, class Pop>
void arriveChunkByChunk(uint32_t slotBytes, Push push, Pop pop) {
  const TransportOptions options{.slots = 64, .slotBytes = slotBytes, .readers = 1};
  const uint32_t bytes = abi::transportInline(slotBytes / 16), chunks = slotBytes / 16;
  for (uint32_t last = 0; last < chunks; ++last) {
    InMemory<TransportT> from(options), to(options);
    push(from, bytes);
    const abi::Chunk* written = from.ends.device.ring().slots;
    for (uint32_t i = 1; i < chunks; ++i) {
      to.ends.device.ring().slots[(last + i) % chunks] = written[(last + i) % chunks];
      ASSERT_EQ(pop(to, bytes), TransportResult::Empty) << i << " before " << last;
    }
    to.ends.device.ring().slots[last] = written[last];
    ASSERT_EQ(pop(to, bytes), TransportResult::Ok);
  }
}

TEST(TransportChunks, TheHostTakesWholeRecords) {
  for (const uint32_t slotBytes : {64u, 128u, 2048u})
    arriveChunkByChunk<ToHost>(
        slotBytes,
        [](InMemory<ToHost>& transport, uint32_t bytes) {
          const std::vector<uint32_t> record = recordOf(1, 2, bytes);
          ASSERT_EQ(TransportProducer(transport.ends.device.ring()).tryPush(record.data(), bytes),
                    TransportResult::Ok);
        },
        [](InMemory<ToHost>& transport, uint32_t bytes) {
          Record record;
          const TransportResult result = transport.ends.host.tryPeek(record);
          EXPECT_EQ(result == TransportResult::Ok,
                    result == TransportResult::Ok && isRecord(record, 1, 2, bytes));
          return result;
        });
}

TEST(TransportChunks, ReadersTakeWholeRecords) {
  for (const uint32_t slotBytes : {64u, 128u, 2048u})
    arriveChunkByChunk<ToDevice>(
        slotBytes,
        [](InMemory<ToDevice>& transport, uint32_t bytes) {
          const std::vector<uint32_t> record = recordOf(1, 2, bytes);
          ASSERT_EQ(transport.ends.host.tryPush(std::as_bytes(std::span(record)).first(bytes)),
                    TransportResult::Ok);
        },
        [](InMemory<ToDevice>& transport, uint32_t bytes) {
          std::vector<std::byte> place(2048);
          uint32_t size = 0;
          gpu::TransportConsumer reader(transport.ends.device.ring(), 0);
          const TransportResult result = reader.tryPop(place.data(), 2048, size);
          EXPECT_EQ(result == TransportResult::Ok,
                    result == TransportResult::Ok && isRecord({place.data(), size}, 1, 2, bytes));
          return result;
        });
}

/// So that no tag lives until it is used again; the first ticket lies shortly before such a lap.
TEST(TransportLaps, UnusedChunksAreWrittenOnceInManyLaps) {
  const TransportOptions options{.slots = 64, .readers = 2, .start = starts(64)[3]};
  InMemory<ToHost> toHost(options);
  InMemory<ToDevice> toDevice(options);
  TransportProducer producer(toHost.ends.device.ring());
  std::byte place[64];
  std::size_t size;
  uint32_t popped;
  std::vector<gpu::TransportConsumer> readers;
  for (uint32_t i = 0; i < 2; ++i)
    readers.emplace_back(toDevice.ends.device.ring(), i);
  for (uint64_t i = 0; i < 190; ++i) { // into the lap after
    ASSERT_EQ(producer.tryPush(recordOf(i, 1, i % 3 == 0 ? 300 : 20).data(), i % 3 == 0 ? 300 : 20),
              TransportResult::Ok);
    std::byte large[300];
    ASSERT_EQ(toHost.ends.host.tryPop(large, size), TransportResult::Ok);
    ASSERT_EQ(toDevice.ends.host.tryPush(std::span(place).first(20)), TransportResult::Ok);
    auto& reader = readers[(options.start + i) / abi::kReaderBlock % 2];
    ASSERT_EQ(reader.tryPop(place, 64, popped), TransportResult::Ok);
    reader.publish();
  }
  for (const abi::TransportRing& ring : {toHost.ends.device.ring(), toDevice.ends.device.ring()})
    for (uint32_t slot = 0; slot < 64; ++slot)
      ASSERT_EQ(ring.slots[(slot << ring.chunkShift) + 15].tag,
                abi::tagOfLap(abi::kWholeSlotLaps - 1))
          << slot;
}

INSTANTIATE_TEST_SUITE_P(All, ToHostTest,
                         testing::Combine(testing::Values(TransportMode::Latency,
                                                          TransportMode::Throughput),
                                          testing::Range(0u, 4u), testing::Values(64u, 256u)));

} // namespace
} // namespace ring::test
