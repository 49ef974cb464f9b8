// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels and stencils on the CPU, and both ways to run threads that meet at barriers.
#include "Actors.ring.h"
#include "Demo.ring.h"
#include "Support.h"

#include "runtime/backend/cpu/BlockRunner.h"

#include <numeric>
#include <vector>

namespace {

using ring::StatusCode;
using test::cpuOptions;
using test::makeRuntime;

TEST(Kernel, EveryElementOnceInAnyGrid) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::size_t kSize = 10007;
  for (const std::uint32_t blocks : {1u, 3u, 64u}) {
    auto x = runtime.buffer<float>(kSize), y = runtime.buffer<float>(kSize);
    ASSERT_TRUE(x && y);
    std::vector<float> in(kSize), out(kSize, 1.0f);
    std::iota(in.begin(), in.end(), 0.0f);
    EXPECT_OK(x->upload(in));
    EXPECT_OK(y->upload(out));
    EXPECT_OK(runtime.launch<saxpy>(ring::Grid{blocks}, *x, *y, 2.0f));
    EXPECT_OK(runtime.finish());
    EXPECT_OK(y->download(out));
    for (std::size_t i = 0; i < kSize; ++i)
      ASSERT_EQ(out[i], 1.0f + 2.0f * float(i));
  }
}

TEST(Kernel, BarriersAndSharedMemory) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::uint32_t kBlocks = 37;
  std::vector<std::uint32_t> in(100000), out(kBlocks), expected(kBlocks);
  for (std::size_t i = 0; i < in.size(); ++i) {
    in[i] = static_cast<std::uint32_t>(i * 7 + 3);
    expected[i / 64 % kBlocks] += in[i];
  }
  auto input = runtime.buffer<std::uint32_t>(in.size());
  auto output = runtime.buffer<std::uint32_t>(kBlocks);
  EXPECT_OK(input->upload(in));
  EXPECT_OK(runtime.launch<test::blockSum>(ring::Grid{kBlocks}, *input, *output));
  EXPECT_OK(output->download(out));
  EXPECT_EQ(out, expected);
}

TEST(Kernel, ThreadsThatPartAtABarrierAreAnError) {
  ring::Runtime runtime = makeRuntime();
  auto out = runtime.buffer<std::uint32_t>(32);
  EXPECT_OK(runtime.launch<test::parting>(ring::Grid{4}, *out, 8u));
  const ring::Status status = runtime.launch<test::parting>(ring::Grid{4}, *out, 5u);
  EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
  EXPECT_NE(status.message().find("3 of 8 threads"), std::string::npos) << status.message();
  EXPECT_OK(runtime.launch<test::parting>(ring::Grid{4}, *out, 8u));
}

TEST(Kernel, PlacesInTwoDimensionalBlocks) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::uint32_t kBlocks = 3 * 2 * 2, kThreads = 8;
  auto out = runtime.buffer<std::uint32_t>(kBlocks * kThreads);
  auto count = runtime.buffer<std::uint32_t>(1);
  EXPECT_OK(runtime.launch<test::places>(ring::Grid{3, 2, 2}, *out, *count));
  std::vector<std::uint32_t> values(kBlocks * kThreads), counted(1);
  EXPECT_OK(out->download(values));
  EXPECT_OK(count->download(counted));
  for (std::uint32_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(values[i], 1000 * (i / kThreads) + i % kThreads);
  EXPECT_EQ(counted[0], kBlocks * kThreads);
}

TEST(Kernel, MisuseIsToldBeforeAnythingRuns) {
  ring::Runtime runtime = makeRuntime();
  auto x = runtime.buffer<float>(4);
  EXPECT_EQ(runtime.launch<saxpy>(ring::Grid{1}, *x, *x, 1.0f).code(), StatusCode::InvalidArgument);
  auto y = runtime.buffer<float>(4);
  EXPECT_EQ(runtime.launch<saxpy>(ring::Grid{0}, *x, *y, 1.0f).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(runtime.launch<saxpy>(ring::Grid{-1}, *x, *y, 1.0f).code(),
            StatusCode::InvalidArgument);
  std::vector<float> three(3);
  EXPECT_EQ(x->upload(three).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(runtime.buffer<float>(0).status().code(), StatusCode::InvalidArgument);
}

/// Both ways to run a block with barriers must agree with each other, not only the one in use.
class Runner : public testing::TestWithParam<bool> {
protected:
  std::unique_ptr<ring::runtime::cpu::BlockRunner>
  make(const ring::runtime::cpu::KernelCall& call) {
    return GetParam() ? ring::runtime::cpu::makeFiberRunner(call)
                      : ring::runtime::cpu::makeThreadRunner(call);
  }
};

TEST_P(Runner, SumsAndReportsPartings) {
  const auto& kernel = ring::detail::RegisteredFn<&test::blockSum>::info();
  std::vector<std::uint32_t> in(1000, 3), out(4);
  ring::detail::SpanValue inSpan{in.data(), in.size()}, outSpan{out.data(), out.size()};
  void* arguments[] = {&inSpan, &outSpan};
  auto runner = make({&kernel, {4, 1, 1}, arguments});
  if (!runner)
    GTEST_SKIP() << "this build has no fibers";
  for (std::uint64_t block = 0; block < 4; ++block)
    EXPECT_FALSE(runner->run(block));
  EXPECT_EQ(std::accumulate(out.begin(), out.end(), 0u), 3000u);

  const auto& parting = ring::detail::RegisteredFn<&test::parting>::info();
  std::uint32_t from = 2;
  std::vector<std::uint32_t> marks(8);
  ring::detail::SpanValue marksSpan{marks.data(), marks.size()};
  void* partingArguments[] = {&marksSpan, &from};
  auto second = make({&parting, {1, 1, 1}, partingArguments});
  const std::optional<std::string> wrong = second->run(0);
  ASSERT_TRUE(wrong);
  EXPECT_NE(wrong->find("6 of 8 threads"), std::string::npos) << *wrong;
  EXPECT_EQ(std::accumulate(marks.begin(), marks.end(), 0u), 0u);
}

INSTANTIATE_TEST_SUITE_P(Ways, Runner, testing::Values(false, true),
                         [](const auto& i) { return i.param ? "Fibers" : "Threads"; });

TEST(Sweep, OneDimensionWithUnequalMargins) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::int32_t kSize = 1000;
  auto in = runtime.field<std::int32_t>({kSize}), out = runtime.field<std::int32_t>({kSize});
  std::vector<std::int32_t> a(kSize), b(kSize, -1);
  std::iota(a.begin(), a.end(), 5);
  EXPECT_OK(in->upload(a));
  EXPECT_OK(out->upload(b));
  EXPECT_OK(runtime.sweep<test::shift1>(*in, *out, 3));
  EXPECT_OK(out->download(b));
  for (std::int32_t x = 0; x < kSize; ++x)
    ASSERT_EQ(b[x], x < 1 || x >= kSize - 2 ? -1 : a[x - 1] + 10 * a[x + 2] + 3 + x) << x;
}

TEST(Sweep, TwoDimensionsEqualAPlainLoop) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::int32_t kX = 301, kY = 203;
  auto p = runtime.field<float>({kX, kY}), q = runtime.field<float>({kX, kY});
  std::vector<float> a(kX * kY), b(kX * kY);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = float(i % 97) * 0.25f;
    b[i] = float(i % 31) * 0.5f;
  }
  EXPECT_OK(p->upload(a));
  EXPECT_OK(q->upload(b));
  for (int step = 0; step < 4; ++step) {
    EXPECT_OK(step % 2 ? runtime.sweep<wave>(*q, *p, 0.1f) : runtime.sweep<wave>(*p, *q, 0.1f));
    for (std::int32_t y = 1; y < kY - 1; ++y)
      for (std::int32_t x = 1; x < kX - 1; ++x) {
        const float* c = &a[y * kX + x];
        const float lap = c[kX] + c[-kX] + c[1] + c[-1] - 4.0f * c[0];
        float& prev = b[y * kX + x];
        prev = 2.0f * c[0] - prev + 0.1f * lap;
      }
    std::swap(a, b);
  }
  std::vector<float> result(a.size());
  EXPECT_OK(p->download(result));
  EXPECT_EQ(result, a);
  EXPECT_OK(q->download(result));
  EXPECT_EQ(result, b);
}

TEST(Sweep, ThreeDimensionsAndPartOfThem) {
  ring::Runtime runtime = makeRuntime();
  constexpr std::int32_t kX = 17, kY = 13, kZ = 11;
  auto in = runtime.field<double>({kX, kY, kZ}), out = runtime.field<double>({kX, kY, kZ});
  std::vector<double> a(kX * kY * kZ), b(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] = double(i * i % 1009);
  EXPECT_OK(in->upload(a));
  ring::Range range;
  range.origin = {2, 1, 4};
  range.count = {14, 5, 6};
  EXPECT_OK(runtime.sweep<test::sum3>(range, *in, *out));
  EXPECT_OK(out->download(b));
  const auto at = [&](int x, int y, int z) { return a[(z * kY + y) * kX + x]; };
  for (int z = 0; z < kZ; ++z)
    for (int y = 0; y < kY; ++y)
      for (int x = 0; x < kX; ++x) {
        const bool written = x >= 2 && x < 16 && y >= 1 && y < 6 && z >= 4 && z < 10;
        const double expected = !written
                                    ? 0
                                    : at(x + 1, y, z) + 2 * at(x - 1, y, z) + 3 * at(x, y + 1, z) +
                                          4 * at(x, y - 1, z) + 5 * at(x, y, z + 1) +
                                          6 * at(x, y, z - 1) + 100 * z + 10 * y + x;
        ASSERT_EQ(b[(z * kY + y) * kX + x], expected) << x << " " << y << " " << z;
      }
}

TEST(Sweep, MisuseIsToldWithNumbers) {
  ring::Runtime runtime = makeRuntime();
  auto a = runtime.field<float>({8, 8}), b = runtime.field<float>({8, 9});
  auto c = runtime.field<float>({8, 8}), line = runtime.field<float>({64});
  const auto message = [](const ring::Status& status) {
    EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
    return status.message();
  };
  EXPECT_NE(message(runtime.sweep<wave>(*a, *a, 0.1f)).find("same field"), std::string::npos);
  EXPECT_NE(message(runtime.sweep<wave>(*a, *b, 0.1f)).find("8 x 9"), std::string::npos);
  EXPECT_NE(message(runtime.sweep<wave>(*a, *line, 0.1f)).find("1 dimensions"), std::string::npos);
  ring::Range range;
  range.origin = {0, 1, 0};
  range.count = {4, 4, 1};
  EXPECT_NE(message(runtime.sweep<wave>(range, *a, *c, 0.1f)).find("from 1 to 6"),
            std::string::npos);
  EXPECT_EQ(runtime.field<float>({8, 0}).status().code(), StatusCode::InvalidArgument);
  auto tiny = runtime.field<float>({2, 2}), small = runtime.field<float>({2, 2});
  EXPECT_OK(runtime.sweep<wave>(*tiny, *small, 0.1f)); // no cell lies inside
}

} // namespace
