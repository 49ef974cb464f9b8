// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels against the host on a GPU: several warps, rings that are full, both directions, every
// record once and every byte right. Skipped with its reason where there is no GPU.
#include "test/tools/CudaKernels.h"

#include "test/Unit/Transport/Support.h"

#include <cstdlib>
#include <tuple>

namespace ring::test {
namespace {

constexpr uint64_t kTimeoutNs = 20'000'000'000;
constexpr unsigned kStageBytes = 8192;

uint32_t lengthOf(uint64_t number) {
  return number % 7 == 0 ? uint32_t(8 + number % 900) : uint32_t(8 + number % 150);
}

struct Shape {
  TransportMode mode;
  uint32_t slots, slotBytes, bytes, batch, warps;
  uint64_t start;
};

class OnGpu : public testing::TestWithParam<Shape> {
protected:
  void SetUp() override {
    const auto gpu = CudaKernels::find();
    if (!gpu)
      GTEST_SKIP() << gpu.status().message();
    const char* elsewhere = std::getenv("RINGKERNEL_TRANSPORT_KERNELS"); // of a bundle
    kernels =
        std::make_unique<CudaKernels>(*gpu, elsewhere ? elsewhere : RINGKERNEL_TRANSPORT_KERNELS);
  }
  static TransportOptions options() {
    const Shape& shape = GetParam();
    return {.mode = shape.mode,
            .slots = shape.slots,
            .slotBytes = shape.slotBytes,
            .arenaBytes = 1 << 16,
            .readers = shape.warps,
            .start = shape.start};
  }
  std::unique_ptr<CudaKernels> kernels;
};

std::string nameOf(const testing::TestParamInfo<Shape>& info) {
  const Shape& shape = info.param;
  return std::string(shape.mode == TransportMode::Latency ? "Latency" : "Throughput") +
         std::to_string(shape.slotBytes) + "x" + std::to_string(shape.slots) + "_" +
         std::to_string(shape.bytes) + "x" + std::to_string(shape.batch) + "_" +
         std::to_string(shape.warps) + "warps_" + std::to_string(info.index);
}

TEST_P(OnGpu, ToTheHost) {
  const Shape& shape = GetParam();
  Result<ToHost> made = ToHost::create(options());
  ASSERT_TRUE(made) << made.status().message();
  auto [device, consumer] = std::move(*made).split();
  const uint32_t each = 30000;
  const auto counts = kernels->words(2);
  CudaKernels::Launch launch(*kernels);
  const unsigned perBlock = std::min(shape.warps, 4u);
  launch.start("pushRecords", shape.warps / perBlock, 32 * perBlock, kStageBytes * perBlock,
               device.ring(), each, shape.bytes, shape.batch, kTimeoutNs, counts.device<unsigned>(),
               counts.device<unsigned>() + 1);
  std::vector<uint64_t> next(shape.warps);
  uint64_t wrong = 0;
  TransportConsumer::Record records[64];
  std::size_t count = 0;
  TransportResult result;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while ((result = consumer.peekBatch(records, count, deadline)) == TransportResult::Ok) {
    for (std::size_t i = 0; i < count; ++i) {
      uint32_t warp = shape.warps;
      std::memcpy(&warp, records[i].data(), sizeof(warp));
      if (warp >= shape.warps || !isRecord(records[i], next[warp], warp,
                                           shape.bytes != 0 ? shape.bytes : lengthOf(next[warp])))
        ++wrong;
      else
        ++next[warp];
    }
    consumer.release(count);
  }
  EXPECT_EQ(result, TransportResult::Closed);
  launch.wait();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(counts.host<unsigned>()[1], 0u);
  for (const uint64_t numbers : next)
    EXPECT_EQ(numbers, each);
}

TEST_P(OnGpu, FromTheHost) {
  const Shape& shape = GetParam();
  Result<ToDevice> made = ToDevice::create(options());
  ASSERT_TRUE(made) << made.status().message();
  auto [device, producer] = std::move(*made).split();
  const uint32_t all = 100000;
  const auto counts = kernels->words(all + 1);
  CudaKernels::Launch launch(*kernels);
  const unsigned perBlock = std::min(shape.warps, 4u);
  const unsigned stride = shape.bytes != 0 ? (shape.bytes + 15) / 16 * 16 : 1024;
  launch.start("popRecords", shape.warps / perBlock, 32 * perBlock, (kStageBytes + 128) * perBlock,
               device.ring(), shape.bytes, stride, std::min(kStageBytes / stride, 32u), 5u,
               kTimeoutNs, counts.device<unsigned>(), counts.device<unsigned>() + all);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (uint32_t i = 0; i < all; ++i) {
    const uint32_t bytes = shape.bytes != 0 ? shape.bytes : lengthOf(i);
    const std::vector<uint32_t> record = recordOf(i, 5, bytes);
    ASSERT_EQ(producer.push(std::as_bytes(std::span(record)).first(bytes), deadline),
              TransportResult::Ok)
        << i;
  }
  producer.close();
  launch.wait();
  const unsigned* seen = counts.host<unsigned>();
  EXPECT_EQ(seen[all], 0u) << "wrong";
  EXPECT_TRUE(std::all_of(seen, seen + all, [](unsigned times) { return times == 1; }));
}

constexpr auto kLatency = TransportMode::Latency;
constexpr auto kThroughput = TransportMode::Throughput;
INSTANTIATE_TEST_SUITE_P(
    Shapes, OnGpu,
    testing::Values(Shape{kLatency, 64, 64, 44, 1, 1, 0}, Shape{kLatency, 1024, 64, 44, 32, 16, 0},
                    Shape{kLatency, 1024, 64, 0, 1, 8, 0}, Shape{kLatency, 512, 256, 180, 7, 8, 0},
                    Shape{kLatency, 256, 2048, 1000, 3, 4, 0},
                    Shape{kLatency, 512, 256, 44, 32, 8, (uint64_t(1) << 32) - 1000},
                    Shape{kLatency, 512, 256, 0, 1, 8, 0 - uint64_t(1000)},
                    Shape{kThroughput, 1024, 1024, 1000, 7, 16, 0},
                    Shape{kThroughput, 512, 256, 0, 1, 8, (uint64_t(1) << 32) - 1000},
                    Shape{kThroughput, 64, 64, 64, 20, 2, 0 - uint64_t(1000)},
                    Shape{kThroughput, 256, 4096, 4096, 2, 8, 0}),
    nameOf);

} // namespace
} // namespace ring::test
