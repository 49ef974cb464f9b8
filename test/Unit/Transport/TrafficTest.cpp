// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads as warps against the host's end, rings small enough to be full most of the time: every
// record once, in its sender's order, every byte right. Not under ThreadSanitizer, which does not
// see accesses of 16 bytes that are assembly.
#include "test/Unit/Transport/Support.h"

#include <atomic>
#include <thread>
#include <tuple>

namespace ring::test {
namespace {

constexpr uint32_t kWarps = 4;
constexpr uint64_t kEach = 20000;

/// Most in the slot, some in the arena, some empty.
uint32_t lengthOf(uint64_t number) {
  return number % 7 == 0 ? uint32_t(8 + number % 900) : uint32_t(8 + number % 150);
}

class Traffic : public testing::TestWithParam<std::tuple<TransportMode, unsigned>> {
protected:
  static TransportOptions options() {
    TransportOptions made;
    made.mode = std::get<0>(GetParam());
    made.slots = 128;
    made.slotBytes = 128;
    made.arenaBytes = 1 << 13;
    made.readers = kWarps;
    made.start = starts(made.slots)[std::get<1>(GetParam())];
    return made;
  }
};

TEST_P(Traffic, ManyWarpsToTheHost) {
  InMemory<ToHost> transport(options());
  std::atomic<uint32_t> failures{0}, left{kWarps};
  std::vector<std::thread> warps;
  for (uint32_t warp = 0; warp < kWarps; ++warp)
    warps.emplace_back([&, warp] {
      gpu::TransportProducer producer(transport.ends.device.ring());
      for (uint64_t i = 0; i < kEach; ++i) {
        const std::vector<uint32_t> record = recordOf(i, warp, lengthOf(i));
        TransportResult result;
        while ((result = producer.tryPush(record.data(), lengthOf(i))) == TransportResult::Full)
          std::this_thread::yield();
        failures += result != TransportResult::Ok;
      }
      if (left.fetch_sub(1) == 1)
        producer.close();
    });
  uint64_t next[kWarps] = {}, wrong = 0;
  TransportConsumer::Record records[16];
  std::size_t count = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  TransportResult result;
  while ((result = transport.ends.host.peekBatch(records, count, deadline)) ==
         TransportResult::Ok) {
    for (std::size_t i = 0; i < count; ++i) {
      uint32_t warp = kWarps;
      std::memcpy(&warp, records[i].data(), sizeof(warp));
      if (warp >= kWarps || !isRecord(records[i], next[warp], warp, lengthOf(next[warp])))
        ++wrong;
      else
        ++next[warp];
    }
    transport.ends.host.release(count);
  }
  for (std::thread& warp : warps)
    warp.join();
  EXPECT_EQ(result, TransportResult::Closed);
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(failures, 0u);
  for (const uint64_t numbers : next)
    EXPECT_EQ(numbers, kEach);
}

/// More is wanted at once than the ring has, most of the time.
TEST_P(Traffic, BatchesInARingTooSmallForAll) {
  TransportOptions small = options();
  small.slots = 64;
  constexpr uint32_t kBatch = 24, kBytes = 40;
  InMemory<ToHost> transport(small);
  std::atomic<uint32_t> failures{0}, left{kWarps};
  std::vector<std::thread> warps;
  for (uint32_t warp = 0; warp < kWarps; ++warp)
    warps.emplace_back([&, warp] {
      gpu::TransportProducer producer(transport.ends.device.ring());
      std::vector<uint32_t> records(kBatch * kBytes / 4);
      for (uint64_t i = 0; i < 24000; i += kBatch) {
        for (uint32_t k = 0; k < kBatch; ++k)
          std::memcpy(records.data() + k * kBytes / 4, recordOf(i + k, warp, kBytes).data(),
                      kBytes);
        TransportResult result;
        while ((result = producer.tryPushBatch(records.data(), kBytes, kBytes, kBatch)) ==
               TransportResult::Full)
          std::this_thread::yield();
        failures += result != TransportResult::Ok;
      }
      if (left.fetch_sub(1) == 1)
        producer.close();
    });
  uint64_t next[kWarps] = {}, wrong = 0;
  std::byte place[64];
  std::size_t size;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  TransportResult result;
  while ((result = transport.ends.host.pop(place, size, deadline)) != TransportResult::Closed &&
         wrong == 0) {
    uint32_t warp = kWarps;
    std::memcpy(&warp, place, sizeof(warp));
    wrong += result != TransportResult::Ok || warp >= kWarps ||
             !isRecord({place, size}, next[warp]++, warp, kBytes);
  }
  transport.ends.host.close();
  for (std::thread& warp : warps)
    warp.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(failures, 0u);
  for (const uint64_t numbers : next)
    EXPECT_EQ(numbers, 24000u);
}

TEST_P(Traffic, FromTheHostToManyWarps) {
  InMemory<ToDevice> transport(options());
  constexpr uint64_t kAll = kEach * kWarps;
  std::vector<std::vector<uint32_t>> seen(kWarps);
  std::atomic<uint32_t> wrong{0};
  std::vector<std::thread> warps;
  for (uint32_t warp = 0; warp < kWarps; ++warp)
    warps.emplace_back([&, warp] {
      gpu::TransportConsumer reader(transport.ends.device.ring(), warp);
      std::vector<std::byte> place(4096);
      for (;;) {
        uint32_t size = 0;
        const TransportResult result = reader.tryPop(place.data(), 4096, size);
        if (result == TransportResult::Empty) {
          std::this_thread::yield();
          continue;
        }
        if (result != TransportResult::Ok) {
          wrong += result != TransportResult::Closed;
          break;
        }
        uint32_t number = 0;
        std::memcpy(&number, place.data() + 4, sizeof(number));
        wrong += !isRecord({place.data(), size}, number, 5, lengthOf(number));
        seen[warp].push_back(number);
      }
    });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  for (uint64_t i = 0; i < kAll; ++i) {
    const std::vector<uint32_t> record = recordOf(i, 5, lengthOf(i));
    const auto bytes = std::as_bytes(std::span(record)).first(lengthOf(i));
    ASSERT_EQ(transport.ends.host.push(bytes, deadline), TransportResult::Ok) << i;
  }
  transport.ends.host.close();
  for (std::thread& warp : warps)
    warp.join();
  EXPECT_EQ(wrong, 0u);
  std::vector<bool> once(kAll);
  uint64_t all = 0;
  for (const std::vector<uint32_t>& numbers : seen)
    for (std::size_t i = 0; i < numbers.size(); ++i, ++all) {
      ASSERT_TRUE(i == 0 || numbers[i - 1] < numbers[i]) << "out of order";
      ASSERT_FALSE(once[numbers[i]]) << "twice";
      once[numbers[i]] = true;
    }
  EXPECT_EQ(all, kAll);
}

INSTANTIATE_TEST_SUITE_P(All, Traffic,
                         testing::Combine(testing::Values(TransportMode::Latency,
                                                          TransportMode::Throughput),
                                          testing::Range(0u, 3u)));

} // namespace
} // namespace ring::test
