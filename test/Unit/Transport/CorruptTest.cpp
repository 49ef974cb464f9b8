// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Slots that somebody else wrote into: reported once each, never a stall, nothing read out of
// bounds, and what was lost of ring and arena comes back.
#include "test/Unit/Transport/Support.h"

#include <array>
#include <functional>

namespace ring::test {
namespace {

using Record = TransportConsumer::Record;

TransportOptions smallOptions(TransportMode mode) {
  TransportOptions made;
  made.mode = mode;
  made.slots = 64;
  made.slotBytes = 128;
  made.arenaBytes = 1 << 13;
  made.maxRecordBytes = 4096;
  made.readers = 1;
  return made;
}

class Corrupt : public testing::TestWithParam<TransportMode> {
protected:
  static abi::Chunk& slot(const abi::TransportRing& ring, uint64_t ticket) {
    return ring.slots[(ticket & 63) << ring.chunkShift];
  }
};

void pushTo(gpu::TransportProducer& producer, uint64_t number, uint32_t bytes) {
  ASSERT_EQ(producer.tryPush(recordOf(number, 1, bytes).data(), bytes), TransportResult::Ok);
}
void pushTo(TransportProducer& producer, uint64_t number, uint32_t bytes) {
  const std::vector<uint32_t> record = recordOf(number, 1, bytes);
  ASSERT_EQ(producer.tryPush(std::as_bytes(std::span(record)).first(bytes)), TransportResult::Ok);
}

TEST_P(Corrupt, ALengthThatCannotBeIsReportedAndPassed) {
  InMemory<ToHost> transport(smallOptions(GetParam()));
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  std::byte place[4096];
  std::size_t size;
  uint64_t ticket = 0;
  for (const uint32_t length : {4097u, 0xffffffffu, 0x80000000u}) {
    for (int lap = 0; lap < 3; ++lap) {
      for (uint64_t i = 0; i < 50; ++i)
        pushTo(producer, i, 40);
      slot(ring, ticket + 20).words[0] = length;
      for (uint64_t i = 0; i < 50; ++i) {
        const TransportResult expected = i == 20 ? TransportResult::Corrupt : TransportResult::Ok;
        ASSERT_EQ(transport.ends.host.tryPop(place, size), expected) << i;
        if (i != 20) {
          ASSERT_TRUE(isRecord({place, size}, i, 1, 40));
        }
      }
      ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
      ticket += 50;
    }
  }
  EXPECT_EQ(transport.ends.host.statistics().corrupt, 9u);
}

/// Every bit of a descriptor of an arena record: none leads outside, all that is read is right.
TEST_P(Corrupt, AnyBitOfADescriptor) {
  for (uint32_t word = 0; word < 3; ++word)
    for (uint32_t bit = 0; bit < 32; ++bit) {
      InMemory<ToHost> transport(smallOptions(GetParam()));
      const abi::TransportRing& ring = transport.ends.device.ring();
      gpu::TransportProducer producer(ring);
      for (uint64_t i = 0; i < 3; ++i)
        pushTo(producer, i, 1000);
      slot(ring, 1).words[word] ^= 1u << bit;
      std::byte place[4096];
      std::size_t size;
      ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
      const TransportResult second = transport.ends.host.tryPop(place, size);
      ASSERT_EQ(second, TransportResult::Corrupt) << word << " " << bit;
      TransportResult last = transport.ends.host.tryPop(place, size);
      for (uint64_t i = 3; last != TransportResult::Ok && i < 12; ++i) {
        ASSERT_EQ(last, TransportResult::Corrupt);
        pushTo(producer, i, 1000);
        last = transport.ends.host.tryPop(place, size);
      }
      ASSERT_EQ(last, TransportResult::Ok) << word << " " << bit;
      // Nothing of the arena is lost for good.
      for (uint64_t i = 0; i < 40; ++i) {
        TransportResult pushed = producer.tryPush(recordOf(i, 1, 4096).data(), 4096);
        while (pushed == TransportResult::Full) {
          ASSERT_NE(transport.ends.host.tryPop(place, size), TransportResult::Closed);
          pushed = producer.tryPush(recordOf(i, 1, 4096).data(), 4096);
        }
        ASSERT_EQ(pushed, TransportResult::Ok);
      }
    }
}

/// A place that is another record's, told as whole: granules have an order.
TEST_P(Corrupt, APlaceOutOfOrder) {
  InMemory<ToHost> transport(smallOptions(GetParam()));
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  std::byte place[4096];
  std::size_t size;
  for (uint64_t i = 0; i < 3; ++i)
    pushTo(producer, i, 1000);
  slot(ring, 1).words[1] = slot(ring, 0).words[1];
  slot(ring, 1).words[2] = slot(ring, 0).words[2];
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Corrupt);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_TRUE(isRecord({place, size}, 2, 1, 1000));
}

/// All of the arena hidden behind corrupt slots, and producers that want nothing but arena: their
/// note tells what is free.
TEST_P(Corrupt, GranulesBehindCorruptSlotsComeBackThoughNoRecordFollows) {
  InMemory<ToHost> transport(smallOptions(GetParam()));
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  std::byte place[4096];
  std::size_t size;
  pushTo(producer, 0, 4096);
  pushTo(producer, 1, 4096);
  const std::vector<uint32_t> third = recordOf(2, 1, 4096);
  slot(ring, 0).words[0] = slot(ring, 1).words[0] = ~0u;
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Corrupt);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Corrupt);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
  // The first attempt hears of the slots, the second finds nothing new, and says what it wants.
  int attempts = 0;
  while (producer.tryPush(third.data(), 4096) == TransportResult::Full) {
    ASSERT_LT(++attempts, 4);
    EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
  }
  ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_TRUE(isRecord({place, size}, 2, 1, 4096));
}

TEST_P(Corrupt, ATagOfNoLapIsReported) {
  InMemory<ToHost> transport(smallOptions(GetParam()));
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  std::byte place[256];
  std::size_t size;
  for (uint64_t i = 0; i < 3; ++i)
    pushTo(producer, i, 40);
  slot(ring, 1).tag = 0xdeadbeef;
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Corrupt);
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
  EXPECT_TRUE(isRecord({place, size}, 2, 1, 40));
}

/// Pops until something else than Empty comes, for some milliseconds at least.
template <class Pop> TransportResult patiently(Pop pop) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  TransportResult result;
  while ((result = pop()) == TransportResult::Empty)
    if (std::chrono::steady_clock::now() > until)
      return result;
  return result;
}

/// A length that could be, longer or shorter than the true one, is no record either.
TEST_P(Corrupt, EveryOtherLengthIsReported) {
  InMemory<ToHost> toHost(smallOptions(GetParam()));
  gpu::TransportProducer producer(toHost.ends.device.ring());
  InMemory<ToDevice> toDevice(smallOptions(GetParam()));
  gpu::TransportConsumer reader(toDevice.ends.device.ring(), 0);
  alignas(16) std::byte place[4096];
  std::size_t size;
  uint32_t size32;
  uint64_t ticket = 0;
  for (const uint32_t right : {0u, 40u, 92u})
    for (uint32_t other = 0; other <= 200; ++other) {
      pushTo(producer, 0, right);
      pushTo(toDevice.ends.host, 0, right);
      slot(toHost.ends.device.ring(), ticket).words[0] = other;
      slot(toDevice.ends.device.ring(), ticket).words[0] = other;
      ++ticket;
      ASSERT_EQ(toHost.ends.host.tryPop(place, size), TransportResult::Corrupt) << other;
      ASSERT_EQ(reader.tryPop(place, sizeof(place), size32), TransportResult::Corrupt) << other;
      const uint32_t bit = other % 32;
      pushTo(producer, 0, right);
      pushTo(toDevice.ends.host, 0, right);
      slot(toHost.ends.device.ring(), ticket).words[0] ^= 1u << bit;
      slot(toDevice.ends.device.ring(), ticket).words[0] ^= 1u << bit;
      ++ticket;
      ASSERT_EQ(toHost.ends.host.tryPop(place, size), TransportResult::Corrupt) << bit;
      ASSERT_EQ(reader.tryPop(place, sizeof(place), size32), TransportResult::Corrupt) << bit;
    }
}

/// Tags that say that a slot was not written yet, of the first chunk or, in latency mode, another.
TEST_P(Corrupt, AnOldTagIsReportedAtTheEnd) {
  const uint32_t chunks = GetParam() == TransportMode::Latency ? 4 : 1;
  for (const bool byTheHost : {false, true})
    for (uint32_t chunk = 0; chunk < chunks; ++chunk)
      for (const uint64_t which : {0u, 1u, 2u}) { // the last has nothing behind it
        InMemory<ToHost> transport(smallOptions(GetParam()));
        const abi::TransportRing& ring = transport.ends.device.ring();
        gpu::TransportProducer producer(ring);
        for (uint64_t i = 0; i < 3; ++i)
          pushTo(producer, i, 40);
        (&slot(ring, which))[chunk].tag = 0;
        if (byTheHost)
          transport.ends.device.close();
        else
          producer.close();
        std::byte place[256];
        std::size_t size;
        for (uint64_t i = 0; i < 3; ++i) {
          ASSERT_EQ(patiently([&] { return transport.ends.host.tryPop(place, size); }),
                    i == which ? TransportResult::Corrupt : TransportResult::Ok)
              << byTheHost << chunk << which;
          if (i != which) {
            ASSERT_TRUE(isRecord({place, size}, i, 1, 40));
          }
        }
        EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Closed);
        EXPECT_EQ(transport.ends.host.statistics().corrupt, 1u);
      }
}

/// The same while producers go on: told by what comes after it.
TEST_P(Corrupt, AnOldTagIsReportedOnceLaterRecordsAreThere) {
  for (const uint64_t gap : {1u, 5u, 40u}) { // slots that are overwritten together
    TransportOptions options = smallOptions(GetParam());
    options.lateMs = 5;
    InMemory<ToHost> transport(options);
    const abi::TransportRing& ring = transport.ends.device.ring();
    gpu::TransportProducer producer(ring);
    std::byte place[256];
    std::size_t size;
    for (uint64_t i = 0; i <= gap; ++i)
      pushTo(producer, i, 40);
    for (uint64_t i = 0; i < gap; ++i)
      slot(ring, i).tag = 0;
    EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty)
        << "may be on its way";
    for (uint64_t i = 0; i < gap; ++i)
      ASSERT_EQ(patiently([&] { return transport.ends.host.tryPop(place, size); }),
                TransportResult::Corrupt);
    ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
    EXPECT_TRUE(isRecord({place, size}, gap, 1, 40));
    for (int i = 0; i < 10000; ++i)
      ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
  }
}
/// A record of which the first chunk alone is right; nothing comes after it.
TEST_P(Corrupt, HalfARecordIsReported) {
  if (GetParam() != TransportMode::Latency)
    return; // a slot is one chunk there
  TransportOptions options = smallOptions(GetParam());
  options.lateMs = 5;
  InMemory<ToHost> transport(options);
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  pushTo(producer, 0, 40);
  (&slot(ring, 0))[2].tag = 0;
  std::byte place[256];
  std::size_t size;
  EXPECT_EQ(patiently([&] { return transport.ends.host.tryPop(place, size); }),
            TransportResult::Corrupt);
}
TEST_P(Corrupt, WaitsForEverWhereToldSo) {
  TransportOptions options = smallOptions(GetParam());
  options.lateMs = 0;
  InMemory<ToHost> transport(options);
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportProducer producer(ring);
  pushTo(producer, 0, 40);
  pushTo(producer, 1, 40);
  const uint32_t tag = std::exchange(slot(ring, 0).tag, 0);
  std::byte place[256];
  std::size_t size;
  for (int i = 0; i < 100000; ++i)
    ASSERT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Empty);
  slot(ring, 0).tag = tag;
  EXPECT_EQ(transport.ends.host.tryPop(place, size), TransportResult::Ok);
}

TEST_P(Corrupt, AnOldTagOnTheWayToTheDevice) {
  const uint32_t chunks = GetParam() == TransportMode::Latency ? 4 : 1;
  for (const bool isClosed : {false, true})
    for (uint32_t chunk = 0; chunk < chunks; ++chunk)
      for (const uint64_t which : {0u, 1u, 2u}) {
        if (!isClosed && which == 2)
          continue; // nothing tells that it was sent
        InMemory<ToDevice> transport(smallOptions(GetParam()));
        const abi::TransportRing& ring = transport.ends.device.ring();
        gpu::TransportConsumer reader(ring, 0);
        for (uint64_t i = 0; i < 3; ++i)
          pushTo(transport.ends.host, i, 40);
        (&slot(ring, which))[chunk].tag = 0;
        if (isClosed)
          transport.ends.host.close();
        alignas(16) std::byte place[256];
        uint32_t size;
        const auto pop = [&] { return reader.tryPop(place, sizeof(place), size); };
        for (uint64_t i = 0; i < 3; ++i)
          ASSERT_EQ(patiently(pop), i == which ? TransportResult::Corrupt : TransportResult::Ok)
              << isClosed << chunk << which;
        if (isClosed) {
          EXPECT_EQ(patiently(pop), TransportResult::Closed);
        } else {
          for (int i = 0; i < 100000; ++i)
            ASSERT_EQ(pop(), TransportResult::Empty);
          pushTo(transport.ends.host, 3, 40);
          EXPECT_EQ(pop(), TransportResult::Ok);
        }
      }
}

/// Marks that somebody wrote into: neither side goes by what cannot be, and all are written again
/// by who reads, also where it has read everything and the other side waits for room.
TEST_P(Corrupt, MarksAreWrittenAgain) {
  const std::vector<uint32_t> record = recordOf(7, 1, 40);
  alignas(16) std::byte place[256];
  std::size_t size;
  uint32_t size32;
  // By 64 slots less than there were, of which the producer has not heard: that could be.
  for (const uint64_t wrong : {uint64_t(0), uint64_t(1) << 40, ~uint64_t(0), uint64_t(64)}) {
    InMemory<ToHost> toHost(smallOptions(GetParam()));
    gpu::TransportProducer producer(toHost.ends.device.ring());
    InMemory<ToDevice> toDevice(smallOptions(GetParam()));
    gpu::TransportConsumer reader(toDevice.ends.device.ring(), 0);
    const auto pushes = std::array<std::function<TransportResult()>, 2>{
        [&] { return producer.tryPush(record.data(), 40); },
        [&] { return toDevice.ends.host.tryPush(std::as_bytes(std::span(record)).first(40)); }};
    const auto pops = std::array<std::function<TransportResult()>, 2>{
        [&] { return toHost.ends.host.tryPop(place, size); },
        [&] { return reader.tryPop(place, sizeof(place), size32); }};
    const abi::TransportRing* rings[2] = {&toHost.ends.device.ring(), &toDevice.ends.device.ring()};
    for (int way = 0; way < 2; ++way) {
      for (int lap = 0; lap < 2; ++lap) {
        for (int i = 0; i < 64; ++i)
          ASSERT_EQ(pushes[way](), TransportResult::Ok);
        for (int i = 0; i < 64; ++i)
          ASSERT_EQ(pops[way](), TransportResult::Ok);
        for (int i = 0; i < 40; ++i) // says so when it has nothing to do
          ASSERT_EQ(pops[way](), TransportResult::Empty);
      }
      *rings[way]->toProducer = {wrong, uint32_t(wrong >> 8), uint32_t(wrong >> 8)};
      *rings[way]->toConsumer = {wrong, uint32_t(wrong >> 8), uint32_t(wrong >> 8)};
      for (int i = 0; i < 300; ++i) {
        int tries = 0;
        TransportResult pushed;
        while ((pushed = pushes[way]()) == TransportResult::Full && ++tries < 20000)
          ASSERT_EQ(pops[way](), TransportResult::Empty);
        ASSERT_EQ(pushed, TransportResult::Ok) << way << " " << wrong << " " << i;
        ASSERT_EQ(pops[way](), TransportResult::Ok);
        ASSERT_TRUE(isRecord({place, way == 0 ? size : size32}, 7, 1, 40));
      }
    }
  }
}

TEST_P(Corrupt, OnTheWayToTheDevice) {
  InMemory<ToDevice> transport(smallOptions(GetParam()));
  const abi::TransportRing& ring = transport.ends.device.ring();
  gpu::TransportConsumer reader(ring, 0);
  alignas(16) std::byte place[4096];
  uint32_t size;
  for (uint64_t round = 0; round < 40; ++round) {
    for (uint64_t i = 0; i < 5; ++i)
      pushTo(transport.ends.host, i, i == 1 ? 600 : 40);
    abi::Chunk& second = slot(ring, round * 5 + 1);
    (round % 3 == 0   ? second.words[0]
     : round % 3 == 1 ? second.words[2]
                      : second.tag) = 0xfffffff0u;
    for (uint64_t i = 0; i < 5; ++i) {
      const TransportResult expected = i == 1 ? TransportResult::Corrupt : TransportResult::Ok;
      ASSERT_EQ(reader.tryPop(place, sizeof(place), size), expected) << round << " " << i;
      if (i != 1) {
        ASSERT_TRUE(isRecord({place, size}, i, 1, 40));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Corrupt,
                         testing::Values(TransportMode::Latency, TransportMode::Throughput));

} // namespace
} // namespace ring::test
