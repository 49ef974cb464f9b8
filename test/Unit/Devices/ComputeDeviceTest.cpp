// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ComputeDevice's contract, held against every implementation that runs here. Each test has its
// kernel in each device's language.

#include "test/Execution/TestDevices.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace ring::runtime {
namespace {

using test::TestDevice;

struct Kernel {
  const char* msl;
  const char* wgsl;
};

#define MSL_HEAD "#include <metal_stdlib>\nusing namespace metal;\n"
#define MSL_LANE                                                                                   \
  "uint3 ring_tid [[thread_position_in_threadgroup]], uint3 ring_gid "                             \
  "[[threadgroup_position_in_grid]]"

constexpr Kernel kAdd{
    MSL_HEAD
    "kernel void add(device const uint* x [[buffer(0)]], device uint* y [[buffer(3)]], " MSL_LANE
    ") {\n  const uint i = ring_gid.x * 64 + ring_tid.x;\n  y[i] += x[i];\n}\n",
    "@group(0) @binding(0) var<storage, read> x: array<u32>;\n"
    "@group(0) @binding(1) var<storage, read_write> unused: array<u32>;\n"
    "@group(0) @binding(3) var<storage, read_write> y: array<u32>;\n"
    "@compute @workgroup_size(64) fn add(@builtin(global_invocation_id) id: vec3<u32>) {\n"
    "  y[id.x] += x[id.x];\n}\n"};

constexpr Kernel kReduce{MSL_HEAD
                         "kernel void total(device const uint* x [[buffer(0)]], device uint* sum "
                         "[[buffer(1)]], " MSL_LANE ") {\n"
                         "  threadgroup uint tile[128];\n"
                         "  tile[ring_tid.x] = x[ring_gid.x * 128 + ring_tid.x];\n"
                         "  for (uint s = 64; s > 0; s /= 2) {\n"
                         "    threadgroup_barrier(mem_flags::mem_threadgroup);\n"
                         "    if (ring_tid.x < s) tile[ring_tid.x] += tile[ring_tid.x + s];\n"
                         "  }\n"
                         "  if (ring_tid.x == 0) sum[ring_gid.x] = tile[0];\n}\n",
                         "@group(0) @binding(0) var<storage, read> x: array<u32>;\n"
                         "@group(0) @binding(1) var<storage, read_write> sum: array<u32>;\n"
                         "var<workgroup> tile: array<u32, 128>;\n"
                         "@compute @workgroup_size(128)\n"
                         "fn total(@builtin(local_invocation_id) id: vec3<u32>, "
                         "@builtin(workgroup_id) group: vec3<u32>) {\n"
                         "  tile[id.x] = x[group.x * 128 + id.x];\n"
                         "  for (var s = 64u; s > 0; s /= 2) {\n"
                         "    workgroupBarrier();\n"
                         "    if (id.x < s) { tile[id.x] += tile[id.x + s]; }\n"
                         "  }\n"
                         "  if (id.x == 0) { sum[group.x] = tile[0]; }\n}\n"};

/// 64-bit numbers: native in MSL, pairs of u32 with a carry in WGSL; one atomic counter beside
/// them.
constexpr Kernel kWide{
    MSL_HEAD "kernel void wide(device ulong* x [[buffer(0)]], device atomic_uint* count "
             "[[buffer(1)]], " MSL_LANE ") {\n  x[ring_tid.x + 8 * ring_gid.x] += 0x100000001ul;\n"
             "  atomic_fetch_add_explicit(count, ring_tid.y + 1, memory_order_relaxed);\n}\n",
    "@group(0) @binding(0) var<storage, read_write> x: array<vec2<u32>>;\n"
    "@group(0) @binding(1) var<storage, read_write> count: atomic<u32>;\n"
    "@compute @workgroup_size(8, 1, 1)\n"
    "fn wide(@builtin(local_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) "
    "{\n"
    "  let i = id.x + 8 * group.x;\n"
    "  let low = x[i].x + 1;\n"
    "  x[i] = vec2<u32>(low, x[i].y + 1 + select(0u, 1u, low == 0));\n"
    "  atomicAdd(&count, id.y + 1);\n}\n"};

class ComputeDeviceTest : public testing::TestWithParam<TestDevice> {
protected:
  void SetUp() override {
    auto opened = test::openTestDevice(GetParam());
    if (!opened && !test::absenceIsFailure())
      GTEST_SKIP() << opened.status().message();
    ASSERT_TRUE(opened.isOk()) << opened.status().message();
    device = std::move(*opened);
  }

  const char* source(const Kernel& kernel) const {
    return GetParam() == TestDevice::Msl ? kernel.msl : kernel.wgsl;
  }

  template <class T> BufferId bufferOf(const std::vector<T>& values) {
    const auto buffer = device->createBuffer(values.size() * sizeof(T));
    EXPECT_TRUE(buffer.isOk()) << buffer.status().message();
    EXPECT_TRUE(device->write(*buffer, 0, std::as_bytes(std::span(values))).isOk());
    return *buffer;
  }

  template <class T> std::vector<T> contents(BufferId buffer, std::size_t count) {
    std::vector<T> values(count);
    const Status status = device->read(buffer, 0, std::as_writable_bytes(std::span(values)));
    EXPECT_TRUE(status.isOk()) << status.message();
    return values;
  }

  std::unique_ptr<ComputeDevice> device;
};

TEST_P(ComputeDeviceTest, SaysWhatItIs) {
  EXPECT_FALSE(device->info().name.empty());
  EXPECT_FALSE(device->info().description.empty());
  EXPECT_GE(device->limits().maxStorageBuffersPerStage, 8u);
  EXPECT_GE(device->limits().maxInvocationsPerWorkgroup, 256u);
  EXPECT_GE(device->limits().maxBufferBytes, 128u << 20);
}

TEST_P(ComputeDeviceTest, BuffersAreZeroAndHoldWhatIsWritten) {
  const auto buffer = device->createBuffer(4096 + 3);
  ASSERT_TRUE(buffer.isOk());
  EXPECT_EQ(contents<std::uint32_t>(*buffer, 1025), std::vector<std::uint32_t>(1025, 0));
  // Small writes that touch, leave a word between them, and overlap earlier ones.
  std::vector<std::uint32_t> expected(1025, 0xa5a5a5a5u);
  ASSERT_TRUE(device->write(*buffer, 0, std::as_bytes(std::span(expected))).isOk());
  ASSERT_TRUE(device->wait().isOk());
  for (std::uint32_t i = 0; i < 600; ++i) {
    const std::uint32_t at = i < 300 ? i : i < 400 ? 2 * i - 298 : i - 350;
    expected[at] = i + 1;
    ASSERT_TRUE(device->write(*buffer, at * 4, std::as_bytes(std::span(&expected[at], 1))).isOk());
  }
  EXPECT_EQ(contents<std::uint32_t>(*buffer, 1025), expected);
}

TEST_P(ComputeDeviceTest, LargeBuffersComeBackWhole) {
  std::vector<std::uint32_t> values((80 << 20) / 4);
  std::iota(values.begin(), values.end(), 7u);
  const BufferId buffer = bufferOf(values);
  EXPECT_EQ(contents<std::uint32_t>(buffer, values.size()), values);
}

TEST_P(ComputeDeviceTest, LaterDispatchesSeeEarlierOnes) {
  const auto pipeline = device->createPipeline(source(kAdd), "add", {64, 1, 1});
  ASSERT_TRUE(pipeline.isOk()) << pipeline.status().message();
  std::vector<std::uint32_t> ones(256, 1);
  const BufferId a = bufferOf(ones);
  const BufferId b = bufferOf(ones);
  const Binding aToB[] = {{0, a, 0, 1024}, {3, b, 0, 1024}};
  const Binding bToA[] = {{0, b, 0, 1024}, {3, a, 0, 1024}};
  // Fibonacci: each dispatch needs the one before it.
  const Dispatch steps[] = {{*pipeline, aToB, {4, 1, 1}},
                            {*pipeline, bToA, {4, 1, 1}},
                            {*pipeline, aToB, {4, 1, 1}},
                            {*pipeline, bToA, {4, 1, 1}}};
  ASSERT_TRUE(device->submit(steps).isOk());
  ASSERT_TRUE(device->submit(steps).isOk());
  EXPECT_EQ(contents<std::uint32_t>(a, 256), std::vector<std::uint32_t>(256, 55));
}

TEST_P(ComputeDeviceTest, BindsRangesAndIgnoresSlotsThatAreNotUsed) {
  const auto pipeline = device->createPipeline(source(kAdd), "add", {64, 1, 1});
  ASSERT_TRUE(pipeline.isOk()) << pipeline.status().message();
  std::vector<std::uint32_t> values(128);
  std::iota(values.begin(), values.end(), 0u);
  const BufferId x = bufferOf(values);
  const BufferId y = bufferOf(std::vector<std::uint32_t>(64, 0));
  const BufferId unused = bufferOf(values);
  const Binding bindings[] = {{0, x, 256, 256}, {1, unused, 0, 4}, {3, y, 0, 256}, {9, x, 0, 4}};
  const Dispatch dispatch[] = {{*pipeline, bindings, {1, 1, 1}}};
  const Status status = device->submit(dispatch);
  ASSERT_TRUE(status.isOk()) << status.message();
  EXPECT_EQ(contents<std::uint32_t>(y, 64),
            std::vector<std::uint32_t>(values.begin() + 64, values.end()));
}

TEST_P(ComputeDeviceTest, BarriersOrderAWorkgroup) {
  const auto pipeline = device->createPipeline(source(kReduce), "total", {128, 1, 1});
  ASSERT_TRUE(pipeline.isOk()) << pipeline.status().message();
  std::vector<std::uint32_t> values(128 * 40);
  std::iota(values.begin(), values.end(), 0u);
  const BufferId x = bufferOf(values);
  const BufferId sums = bufferOf(std::vector<std::uint32_t>(40, 0));
  const Binding bindings[] = {{0, x, 0, values.size() * 4}, {1, sums, 0, 160}};
  const Dispatch dispatch[] = {{*pipeline, bindings, {40, 1, 1}}};
  ASSERT_TRUE(device->submit(dispatch).isOk());
  std::vector<std::uint32_t> expected;
  for (std::uint32_t group = 0; group < 40; ++group)
    expected.push_back(128 * 128 * group + 127 * 64);
  EXPECT_EQ(contents<std::uint32_t>(sums, 40), expected);
}

TEST_P(ComputeDeviceTest, SixtyFourBitNumbersAndAtomics) {
  const auto pipeline = device->createPipeline(source(kWide), "wide", {8, 1, 1});
  ASSERT_TRUE(pipeline.isOk()) << pipeline.status().message();
  const std::vector<std::uint64_t> values(64, 0xfffffffful);
  const BufferId x = bufferOf(values);
  const BufferId count = bufferOf(std::vector<std::uint32_t>{5});
  const Binding bindings[] = {{0, x, 0, 512}, {1, count, 0, 4}};
  const Dispatch dispatch[] = {{*pipeline, bindings, {8, 1, 1}}};
  ASSERT_TRUE(device->submit(dispatch).isOk());
  ASSERT_TRUE(device->wait().isOk());
  EXPECT_EQ(contents<std::uint64_t>(x, 64), std::vector<std::uint64_t>(64, 0x200000000ul));
  EXPECT_EQ(contents<std::uint32_t>(count, 1)[0], 5u + 64u);
}

TEST_P(ComputeDeviceTest, NoGroupsRunNothing) {
  const auto pipeline = device->createPipeline(source(kAdd), "add", {64, 1, 1});
  ASSERT_TRUE(pipeline.isOk());
  const BufferId x = bufferOf(std::vector<std::uint32_t>(64, 1));
  const BufferId y = bufferOf(std::vector<std::uint32_t>(64, 1));
  const Binding bindings[] = {{0, x, 0, 256}, {3, y, 0, 256}};
  const Dispatch dispatch[] = {{*pipeline, bindings, {1, 0, 1}}};
  ASSERT_TRUE(device->submit(dispatch).isOk());
  ASSERT_TRUE(device->submit({}).isOk());
  EXPECT_EQ(contents<std::uint32_t>(y, 64), std::vector<std::uint32_t>(64, 1));
}

TEST_P(ComputeDeviceTest, RefusedBuffers) {
  EXPECT_EQ(device->createBuffer(0).status().code(), StatusCode::InvalidArgument);
  EXPECT_EQ(device->createBuffer(device->limits().maxBufferBytes + 1).status().code(),
            StatusCode::InvalidArgument);
  EXPECT_EQ(device->destroyBuffer(BufferId{99}).code(), StatusCode::NotFound);
  const BufferId buffer = bufferOf(std::vector<std::uint32_t>(4, 0));
  std::vector<std::byte> bytes(8);
  EXPECT_EQ(device->write(buffer, 12, bytes).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(device->write(buffer, 2, bytes).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(device->read(buffer, 16, bytes).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(device->read(buffer, ~std::uint64_t(3), bytes).code(), StatusCode::InvalidArgument);
  EXPECT_TRUE(device->destroyBuffer(buffer).isOk());
  EXPECT_EQ(device->read(buffer, 0, bytes).code(), StatusCode::NotFound);
  EXPECT_EQ(device->destroyBuffer(buffer).code(), StatusCode::NotFound);
}

TEST_P(ComputeDeviceTest, RefusedPipelinesCarryTheCompilersWords) {
  const auto broken = device->createPipeline("this is no shader\n", "main", {1, 1, 1});
  ASSERT_EQ(broken.status().code(), StatusCode::InvalidArgument);
  EXPECT_NE(broken.status().message().find("1:1: error: "), std::string::npos)
      << broken.status().message();
  EXPECT_EQ(device->createPipeline(source(kAdd), "subtract", {64, 1, 1}).status().code(),
            StatusCode::NotFound);
  EXPECT_EQ(device->createPipeline(source(kAdd), "add", {2048, 1, 1}).status().code(),
            StatusCode::InvalidArgument);
}

TEST_P(ComputeDeviceTest, ARefusedSubmitQueuesNothing) {
  const auto pipeline = device->createPipeline(source(kAdd), "add", {64, 1, 1});
  ASSERT_TRUE(pipeline.isOk());
  const BufferId x = bufferOf(std::vector<std::uint32_t>(128, 1));
  const BufferId y = bufferOf(std::vector<std::uint32_t>(128, 1));
  const Binding good[] = {{0, x, 0, 512}, {3, y, 0, 512}};
  const Binding missing[] = {{0, x, 0, 512}};
  const Binding beyond[] = {{0, x, 256, 512}, {3, y, 0, 512}};
  const Binding unaligned[] = {{0, x, 4, 256}, {3, y, 0, 512}};
  const Binding gone[] = {{0, BufferId{99}, 0, 256}, {3, y, 0, 512}};
  const std::uint32_t tooMany = device->limits().maxWorkgroupsPerDimension + 1;
  const std::pair<Dispatch, StatusCode> refused[] = {
      {{*pipeline, missing, {1, 1, 1}}, StatusCode::InvalidArgument},
      {{*pipeline, beyond, {1, 1, 1}}, StatusCode::InvalidArgument},
      {{*pipeline, unaligned, {1, 1, 1}}, StatusCode::InvalidArgument},
      {{*pipeline, gone, {1, 1, 1}}, StatusCode::NotFound},
      {{*pipeline, good, {1, tooMany, 1}}, StatusCode::InvalidArgument},
      {{PipelineId{0}, good, {1, 1, 1}}, StatusCode::NotFound},
      {{PipelineId{77}, good, {1, 1, 1}}, StatusCode::NotFound}};
  for (const auto& [dispatch, code] : refused) {
    const Dispatch both[] = {{*pipeline, good, {2, 1, 1}}, dispatch};
    EXPECT_EQ(device->submit(both).code(), code);
  }
  EXPECT_EQ(contents<std::uint32_t>(y, 128), std::vector<std::uint32_t>(128, 1));
  const Dispatch fine[] = {{*pipeline, good, {2, 1, 1}}};
  EXPECT_TRUE(device->submit(fine).isOk());
  EXPECT_EQ(contents<std::uint32_t>(y, 128), std::vector<std::uint32_t>(128, 2));
}

INSTANTIATE_TEST_SUITE_P(All, ComputeDeviceTest,
                         testing::Values(TestDevice::Msl, TestDevice::WebGpu),
                         [](const auto& info) { return std::string(test::toString(info.param)); });

} // namespace
} // namespace ring::runtime
