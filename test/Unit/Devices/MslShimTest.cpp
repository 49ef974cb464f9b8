// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only the MSL device has: its scheduler's faults, simdgroups, and Metal's functions with
// their values.

#include "test/Execution/MslDevice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ring::test {
namespace {

/// Runs the body as a kernel over one threadgroup of `lanes` with `out` at slot 0; the words of
/// `out`.
struct Outcome {
  Status status = Status::ok();
  std::vector<std::uint32_t> out;
};

Outcome run(const std::string& body, std::uint32_t lanes, const std::string& functions = "") {
  const std::string source = "#include <metal_stdlib>\nusing namespace metal;\n" + functions +
                             "\n#line 1 \"body\"\nkernel void k(device uint* out [[buffer(0)]], "
                             "uint3 tid [[thread_position_in_threadgroup]]) {\n" +
                             body + "\n}\n";
  const auto device = makeMslDevice(1);
  Outcome result;
  const auto pipeline = device->createPipeline(source, "k", {lanes, 1, 1});
  if (!pipeline) {
    result.status = pipeline.status();
    return result;
  }
  const auto buffer = device->createBuffer(lanes * 4);
  const Binding bindings[] = {{0, *buffer, 0, lanes * 4}};
  const Dispatch dispatch[] = {{*pipeline, bindings, {1, 1, 1}}};
  result.status = device->submit(dispatch);
  if (result.status.isOk())
    result.status = device->wait();
  result.out.resize(lanes);
  EXPECT_TRUE(device->read(*buffer, 0, std::as_writable_bytes(std::span(result.out))).isOk());
  return result;
}

std::uint32_t bits(float x) {
  std::uint32_t result;
  memcpy(&result, &x, 4);
  return result;
}

TEST(MslShim, BarrierThatALaneNeverReachesIsReported) {
  const Outcome early =
      run("if (tid.x == 3) return;\nthreadgroup_barrier(mem_flags::mem_threadgroup);", 40);
  EXPECT_EQ(early.status.message(),
            "`k`: divergent barrier: lane 0 waits at body:3 and lane 3 has ended");
  const Outcome apart =
      run("if (tid.x < 20)\nthreadgroup_barrier(mem_flags::mem_threadgroup);\nelse\n"
          "threadgroup_barrier(mem_flags::mem_none);",
          40);
  EXPECT_EQ(apart.status.message(),
            "`k`: divergent barrier: lane 0 waits at body:3 and lane 20 waits at body:5");
}

TEST(MslShim, SimdgroupsOf32) {
  const Outcome sum = run("out[tid.x] = simd_sum(tid.x);", 40);
  ASSERT_TRUE(sum.status.isOk()) << sum.status.message();
  EXPECT_EQ(sum.out[0], 31u * 16u);
  EXPECT_EQ(sum.out[39], 32u + 33 + 34 + 35 + 36 + 37 + 38 + 39);
  // The first lane is at the second sum before the last one has read the first.
  const Outcome twice = run("out[tid.x] = simd_sum(simd_sum(tid.x) + tid.x);", 32);
  ASSERT_TRUE(twice.status.isOk()) << twice.status.message();
  EXPECT_EQ(twice.out, std::vector<std::uint32_t>(32, 33 * 31 * 16));
  const Outcome shuffle =
      run("out[tid.x] = simd_shuffle_xor(tid.x, 5) + 1000 * simd_shuffle_down(tid.x, 1) + "
          "100000 * simd_prefix_exclusive_sum(1u);",
          32);
  ASSERT_TRUE(shuffle.status.isOk()) << shuffle.status.message();
  for (std::uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(shuffle.out[i], (i ^ 5) + 1000 * (i == 31 ? 31 : i + 1) + 100000 * i) << i;
}

TEST(MslShim, SimdFunctionsUnderAConditionTakeTheLanesThere) {
  const Outcome vote =
      run("if (tid.x % 3 == 0) out[tid.x] = uint(ulong(simd_ballot(tid.x < 10)));\n"
          "threadgroup_barrier(mem_flags::mem_threadgroup);\n"
          "out[tid.x] += simd_any(tid.x == 31) ? 0x80000000u : 0u;",
          32);
  ASSERT_TRUE(vote.status.isOk()) << vote.status.message();
  EXPECT_EQ(vote.out[0], 0x80000000u | 1u | 8u | 64u | 512u);
  EXPECT_EQ(vote.out[1], 0x80000000u);
}

TEST(MslShim, ThreadgroupMemoryIsSharedAndPointersToItAreNot) {
  const Outcome shared = run(
      "threadgroup uint tile[64];\nthreadgroup uint* mine = &tile[tid.x];\n*mine = tid.x * tid.x;\n"
      "threadgroup_barrier(mem_flags::mem_threadgroup);\n"
      "threadgroup uint& other = tile[63 - tid.x];\nout[tid.x] = read(tile, tid.x + 0) + other;",
      64, "static uint read(threadgroup uint (&tile)[64], uint i) { return tile[i]; }");
  ASSERT_TRUE(shared.status.isOk()) << shared.status.message();
  for (std::uint32_t i = 0; i < 64; ++i)
    EXPECT_EQ(shared.out[i], i * i + (63 - i) * (63 - i));
}

TEST(MslShim, FunctionsHaveMetalsValues) {
  const std::pair<const char*, std::uint32_t> cases[] = {
      {"clz(0u)", 32},
      {"clz(uchar(1))", 7},
      {"ctz(8ul)", 3},
      {"popcount(-1)", 32},
      {"reverse_bits(1u)", 0x80000000u},
      {"rotate(0x80000001u, 4u)", 0x18},
      {"mulhi(0xffffffffu, 16u)", 15},
      {"uint(mulhi(ulong(1) << 63, 6ul))", 3},
      {"mulhi(-1, 2)", 0xffffffffu},
      {"absdiff(-2, 3)", 5},
      {"addsat(uchar(250), uchar(10))", 255},
      {"uint(addsat(0x7ffffff0, 0x20))", 0x7fffffff},
      {"extract_bits(0xabcd1234u, 8, 8)", 0x12},
      {"uint(extract_bits(int(0x00008000), 8, 8))", 0xffffff80u},
      {"insert_bits(0xffffffffu, 0u, 4, 8)", 0xfffff00fu},
      {"clamp(7, 1, 3)", 3},
      {"select(1u, 2u, true)", 2},
      {"as_type<uint>(round(-2.5f))", bits(-3.0f)},
      {"as_type<uint>(rint(2.5f))", bits(2.0f)},
      {"as_type<uint>(trunc(-2.5f))", bits(-2.0f)},
      {"as_type<uint>(fma(0x1.000002p0f, 0x1.000002p0f, -0x1.000004p0f))", bits(0x1p-46f)},
      {"as_type<uint>(min(NAN, 3.0f))", bits(3.0f)},
      {"as_type<uint>(fract(-0.25f))", bits(0.75f)},
      {"as_type<uint>(sign(-3.0f))", bits(-1.0f)},
      {"uint(isnan(NAN) && isinf(-INFINITY) && isfinite(1.0f) && signbit(-0.0f))", 1},
      {"uint(as_type<ushort>(half(1.0f) / half(3.0f)))", 0x3555},
      {"uint(exp2(half(3.0f)))", 8},
      {"as_type<uint>(dot(float3(1, 2, 3), float3(4.0f)))", bits(24.0f)},
      {"as_type<uint>(float3(uint3(1, 2, 3)).zyx.x)", bits(3.0f)},
      {"uint(sizeof(packed_float3)) + uint(sizeof(float3))", 12 + 16},
      {"as_type<uint>(precise::sqrt(2.0f))", bits(0x1.6a09e6p0f)},
  };
  std::string body;
  for (std::size_t i = 0; i < std::size(cases); ++i)
    body += "out[" + std::to_string(i) + "] = uint(" + cases[i].first + ");\n";
  const Outcome all = run(body, 64);
  ASSERT_TRUE(all.status.isOk()) << all.status.message();
  for (std::size_t i = 0; i < std::size(cases); ++i)
    EXPECT_EQ(all.out[i], cases[i].second) << cases[i].first;
}

TEST(MslShim, RefusesKernelsWithoutBindings) {
  const auto device = makeMslDevice(1);
  const auto pipeline = device->createPipeline(
      "#include <metal_stdlib>\nkernel void k(device uint* out) {}\n", "k", {1, 1, 1});
  EXPECT_EQ(pipeline.status().message(),
            "2:15: error: parameter of kernel `k` without `[[buffer(N)]]` or a known built-in\n");
}

} // namespace
} // namespace ring::test
