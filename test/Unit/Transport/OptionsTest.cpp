// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options that cannot be, with the value given and the limit; and what the files for NVRTC are.
#include "test/Unit/Transport/Support.h"

#include <set>
#include <string>

namespace ring::test {
namespace {

template <class TransportT> std::string refusal(const TransportOptions& options) {
  const Result<TransportT> made = TransportT::create(options);
  EXPECT_EQ(made.status().code(), StatusCode::InvalidArgument);
  EXPECT_EQ(TransportT::bytesFor(options) == 0,
            options.memory.data() == nullptr && options.memory.empty());
  return made.status().message();
}

TEST(TransportOptionsTest, SaysWhatWasGivenAndWhatMayBe) {
  const struct {
    TransportOptions options;
    const char* message;
  } cases[] = {
      {{.slots = 0}, "`slots` is 0; it must be a power of two from 64 to 16777216"},
      {{.slots = 96}, "`slots` is 96; it must be a power of two from 64 to 16777216"},
      {{.slots = 1u << 25}, "`slots` is 33554432; it must be a power of two from 64 to 16777216"},
      {{.slotBytes = 96},
       "`slotBytes` is 96; it must be a power of two from 64 to 2048 in latency mode"},
      {{.slotBytes = 4096},
       "`slotBytes` is 4096; it must be a power of two from 64 to 2048 in latency mode"},
      {{.mode = TransportMode::Throughput, .slotBytes = 100},
       "`slotBytes` is 100; it must be a multiple of 64 up to 65536 in throughput mode"},
      {{.mode = static_cast<TransportMode>(7)},
       "`mode` is 7; it must be 0 (latency) or 1 (throughput)"},
      {{.arenaBytes = std::uint64_t(1) << 31, .maxRecordBytes = 1u << 31},
       "`maxRecordBytes` is 2147483648; it must be at most 2147483647, the larger of arena and a "
       "slot's payload, below 2^31"},
      {{.arenaBytes = 5000},
       "`arenaBytes` is 5000; it must be 0 or a power of two from 4096 to 2147483648"},
      {{.arenaBytes = 4096, .maxRecordBytes = 4097},
       "`maxRecordBytes` is 4097; it must be at most 4096, the larger of arena and a slot's "
       "payload, below 2^31"},
      {{.arenaBytes = 0, .maxRecordBytes = 300},
       "`maxRecordBytes` is 300; it must be at most 188, the larger of arena and a slot's payload, "
       "below 2^31"},
  };
  for (const auto& each : cases)
    EXPECT_EQ(refusal<ToHost>(each.options),
              std::string("cannot make a transport: ") + each.message);
  EXPECT_EQ(refusal<ToDevice>({.readers = 3}),
            "cannot make a transport: `readers` is 3; it must be a power of two up to 64");
  EXPECT_EQ(refusal<ToDevice>({.slots = 64, .readers = 4}),
            "cannot make a transport: `readers` is 4; it must be at most 2 with 64 slots");
}

TEST(TransportOptionsTest, MemoryOfTheCallerIsChecked) {
  TransportOptions options{.slots = 64};
  const std::size_t bytes = ToHost::bytesFor(options);
  std::vector<std::byte> memory(bytes + 256);
  const std::size_t off = (128 - reinterpret_cast<std::uintptr_t>(memory.data()) % 128) % 128;
  options.memory = {memory.data() + off, bytes - 1};
  EXPECT_EQ(refusal<ToHost>(options), "cannot make a transport: `memory` is " +
                                          std::to_string(bytes - 1) + "; it must be at least " +
                                          std::to_string(bytes) + " bytes");
  options.memory = {memory.data() + off + 16, bytes};
  EXPECT_EQ(refusal<ToHost>(options), "cannot make a transport: `memory` is 16; it must be 0 bytes "
                                      "behind a multiple of 128");
  options.memory = {memory.data() + off, std::size_t(0)};
  EXPECT_EQ(refusal<ToHost>(options),
            "cannot make a transport: `memory` is 0; it must be at least " + std::to_string(bytes) +
                " bytes");
  options.memory = {static_cast<std::byte*>(nullptr), bytes};
  EXPECT_EQ(refusal<ToHost>(options),
            "cannot make a transport: `memory` is 0; it must be a place of "
            "its " +
                std::to_string(bytes) + " bytes");
  options.memory = {memory.data() + off, bytes};
  EXPECT_TRUE(ToHost::create(options));
}

TEST(TransportOptionsTest, ATransportWithoutArenaTakesWhatASlotHolds) {
  InMemory<ToHost> transport({.slots = 64, .slotBytes = 64, .arenaBytes = 0});
  gpu::TransportProducer producer(transport.ends.device.ring());
  EXPECT_EQ(producer.tryPush(recordOf(0, 1, 44).data(), 44), TransportResult::Ok);
  EXPECT_EQ(producer.tryPush(recordOf(0, 1, 48).data(), 45), TransportResult::TooLarge);
}

TEST(TransportOptionsTest, AnEndOfReadersIsNotClosedByTheHost) {
  InMemory<ToDevice> transport({.slots = 64, .readers = 2});
  EXPECT_DEATH(transport.ends.device.close(), "readers close in their kernel");
}

TEST(TransportOptionsTest, MisuseEndsTheProgram) {
  constexpr const char* kMoved = "an end was used after it was moved from; use the one that";
  const TransportOptions options{.slots = 64, .readers = 1};
  const std::span<std::byte> nowhere(static_cast<std::byte*>(nullptr), 8);
  std::size_t size;
  {
    InMemory<ToHost> transport(options);
    EXPECT_DEATH((void)transport.ends.host.tryPop(nowhere, size), "`pop` to nowhere, bytes: 8");
    EXPECT_DEATH((void)transport.ends.host.tryPeekBatch(
                     {static_cast<TransportConsumer::Record*>(nullptr), 3}, size),
                 "`peek` of records to nowhere: 3");
    EXPECT_DEATH(transport.ends.host.release(), "`release` of more records than were peeked: 1");
    const TransportConsumer host = std::move(transport.ends.host);
    const TransportDevice device = std::move(transport.ends.device);
    TransportConsumer::Record record;
    EXPECT_DEATH((void)transport.ends.host.tryPeek(record), kMoved);
    EXPECT_DEATH(transport.ends.host.release(), kMoved);
    EXPECT_DEATH(transport.ends.host.close(), kMoved);
    EXPECT_DEATH((void)transport.ends.host.statistics(), kMoved);
    EXPECT_DEATH((void)transport.ends.device.ring(), kMoved);
    EXPECT_DEATH(transport.ends.device.close(), kMoved);
  }
  InMemory<ToDevice> transport(options);
  EXPECT_DEATH((void)transport.ends.host.tryPush(nowhere),
               "records that are nowhere, their bytes: 8");
  const TransportProducer host = std::move(transport.ends.host);
  EXPECT_DEATH((void)transport.ends.host.tryPush({}), kMoved);
  EXPECT_DEATH(transport.ends.host.close(), kMoved);
  EXPECT_DEATH((void)transport.ends.host.approximateSize(), kMoved);
  EXPECT_DEATH((void)transport.ends.host.statistics(), kMoved);
}

TEST(TransportOptionsTest, ATransportIsSplitOnce) {
  TransportOptions options{.slots = 64, .arenaBytes = 0};
  std::vector<std::byte> memory(ToHost::bytesFor(options) + 128);
  const std::size_t off = (128 - reinterpret_cast<std::uintptr_t>(memory.data()) % 128) % 128;
  options.memory = std::span(memory).subspan(off);
  Result<ToHost> made = ToHost::create(options);
  ASSERT_TRUE(made);
  const auto ends = std::move(*made).split();
  EXPECT_DEATH((void)std::move(*made).split(), "`split` of a transport that was split or moved");
}

TEST(TransportOptionsTest, HeadersHaveTheNamesThatAreIncluded) {
  std::set<std::string> names;
  for (const TransportHeader& header : transportHeaders())
    names.insert(header.name);
  EXPECT_EQ(names, (std::set<std::string>{"cstdint", "ringkernel/abi/Chunk.h",
                                          "ringkernel/abi/Transport.h",
                                          "ringkernel/cuda/transport.cuh", "transport/consumer.cuh",
                                          "transport/memory.cuh", "transport/producer.cuh"}));
}

} // namespace
} // namespace ring::test
