// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers, kernels and stencils as ringc emits them for MSL (run on the CPU by the shim), WGSL
// (Dawn) and CUDA (where there is a GPU), held against the host: the same messages, the same
// answers and states to the bit.
#include "everything.ring.h"

#include "test/Execution/TestDevices.h"

#include <gtest/gtest.h>
#include <ringkernel/runtime.h>

#include <cstring>
#include <vector>

namespace {

using namespace bank;

enum class Where { Msl, WebGpu, Cuda };

std::string name(const testing::TestParamInfo<Where>& info) {
  return info.param == Where::Msl ? "Msl" : info.param == Where::WebGpu ? "WebGpu" : "Cuda";
}

ring::Result<ring::Runtime> deviceRuntime(Where where) {
  ring::RuntimeOptions options;
  if (where == Where::Cuda) {
    options.backend = ring::Backend::Cuda;
    return ring::Runtime::create(options);
  }
  const auto kind =
      where == Where::Msl ? ring::test::TestDevice::Msl : ring::test::TestDevice::WebGpu;
  ring::Result<std::unique_ptr<ring::ComputeDevice>> device = ring::test::openTestDevice(kind);
  if (!device)
    return device.status();
  return ring::Runtime::create(options, *std::move(device),
                               where == Where::Msl ? ring::ShaderLanguage::Msl
                                                   : ring::ShaderLanguage::Wgsl);
}

ring::Runtime hostRuntime() {
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cpu;
  options.workers = 1;
  options.pinWorkers = false;
  return *ring::Runtime::create(options);
}

constexpr ring::ActorId kNobody{ring::abi::kHostIndex, 0, 0};

class Emitted : public testing::TestWithParam<Where> {
protected:
  void SetUp() override {
    ring::Result<ring::Runtime> made = deviceRuntime(GetParam());
    if (!made) {
      if (GetParam() != Where::Cuda && ring::test::absenceIsFailure())
        FAIL() << made.status().message();
      GTEST_SKIP() << made.status().message();
    }
    device.emplace(*std::move(made));
    host.emplace(hostRuntime());
  }

  /// What an actor answers to each request on one runtime, as bytes, or the code it failed with.
  template <class A>
  static std::vector<std::string> answers(ring::Runtime& runtime, ring::ActorRef<A> actor,
                                          const std::vector<Request>& requests) {
    std::vector<std::string> all;
    for (const Request& request : requests) {
      ring::Result<Answer> answer =
          runtime.ask<Answer>(actor, request).get(std::chrono::seconds(60));
      if (!answer) {
        all.push_back(std::string(toString(answer.status().code())) + " " +
                      std::to_string(answer.status().failCode()));
        continue;
      }
      std::string text = std::to_string(answer->total) + " " + std::to_string(answer->difference) +
                         " " + std::to_string(answer->tag);
      for (const float value : answer->values)
        text += " " + std::to_string(std::bit_cast<std::uint32_t>(value));
      all.push_back(text);
    }
    return all;
  }

  /// Both runtimes get the same actor and requests; answers and final states must be equal.
  template <class A, class... Args>
  void compare(const std::vector<Request>& requests, Args... args) {
    auto hostActor = host->spawn<A>(args...);
    auto deviceActor = device->spawn<A>(args...);
    ASSERT_TRUE(hostActor.isOk() && deviceActor.isOk()) << deviceActor.status().message();
    const auto expected = answers(*host, *hostActor, requests);
    const auto got = answers(*device, *deviceActor, requests);
    for (std::size_t i = 0; i < requests.size(); ++i)
      EXPECT_EQ(expected[i], got[i]) << "request " << i << ", count " << requests[i].count;
    auto hostState = host->template state<A>(*hostActor);
    auto deviceState = device->template state<A>(*deviceActor);
    ASSERT_EQ(hostState.isOk(), deviceState.isOk());
    if (hostState) {
      EXPECT_EQ(0, std::memcmp(&*hostState, &*deviceState, sizeof(A)));
    }
  }

  std::optional<ring::Runtime> host, device;
};

std::vector<Request> requestsOf(std::initializer_list<std::uint32_t> counts,
                                std::uint32_t firstId) {
  std::vector<Request> requests;
  for (const std::uint32_t count : counts) {
    const auto i = static_cast<float>(requests.size());
    requests.push_back(
        {firstId + std::uint32_t(requests.size()), count, {0.75f + i / 8, 3.1f - i}, kNobody});
  }
  return requests;
}

TEST_P(Emitted, handlerWithHelpersAndSmallFields) {
  compare<Teller>(requestsOf({0, 1, 2, 3, 7, 100, 999, 5, 6, 7, 8, 9}, 0), 2.5f);
}

TEST_P(Emitted, failureEndsTheHandlerAndStopsTheActor) {
  compare<Teller>(requestsOf({1, 1000, 2}, 3), 2.5f);
}

TEST_P(Emitted, subWordFieldsAndWideSwitch) {
  auto hostActor = host->spawn<Teller>(1.0f);
  auto deviceActor = device->spawn<Teller>(1.0f);
  ASSERT_TRUE(hostActor.isOk() && deviceActor.isOk());
  for (std::uint8_t i = 0; i < 40; ++i) {
    const Small small{std::uint8_t(i * 7),
                      i % 3 == 0,
                      std::int16_t(-1000 + 77 * i),
                      {std::int8_t(i), -128, 127, std::int8_t(-i), 0},
                      i % 4 == 0   ? 0x100000000ull
                      : i % 4 == 1 ? 2u
                                   : 0xfedcba9876543210ull >> i};
    ASSERT_TRUE(host->send(*hostActor, small).isOk());
    ASSERT_TRUE(device->send(*deviceActor, small).isOk());
  }
  ASSERT_TRUE(host->drain().isOk() && device->drain().isOk());
  const ring::Result<Teller> expected = host->state(*hostActor);
  const ring::Result<Teller> got = device->state(*deviceActor);
  ASSERT_TRUE(expected.isOk() && got.isOk());
  EXPECT_EQ(0, std::memcmp(&*expected, &*got, sizeof(Teller)));
}

TEST_P(Emitted, regionsInAThread) {
  compare<Group<ring::Scope::Thread>>(requestsOf({1, 2, 31, 32, 33, 64, 100, 256, 300, 400}, 0));
}
TEST_P(Emitted, regionsInAWarp) {
  compare<Group<ring::Scope::Warp>>(requestsOf({1, 2, 31, 32, 33, 64, 100, 256, 300, 400}, 0));
}
TEST_P(Emitted, regionsInABlock) {
  compare<Group<ring::Scope::Block>>(requestsOf({1, 2, 31, 32, 33, 64, 100, 256, 300, 400}, 0));
}
TEST_P(Emitted, failureOfAGroup) {
  compare<Group<ring::Scope::Warp>>(requestsOf({40, 0, 3}, 5));
  compare<Group<ring::Scope::Block>>(requestsOf({40, 0, 3}, 5));
}

TEST_P(Emitted, sharedMemoryAndBarriers) {
  constexpr std::uint32_t width = 64;
  std::vector<float> in(width * width), expected(in.size()), got(in.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    in[i] = float(i) * 0.25f;
  const auto run = [&](ring::Runtime& runtime, std::vector<float>& to) {
    auto a = *runtime.buffer<float>(in.size());
    auto b = *runtime.buffer<float>(in.size());
    ASSERT_TRUE(a.upload(in).isOk());
    const ring::Status launched = runtime.launch<&transpose>(
        ring::Grid{width / 16, width / 16}, a, b, width, true, std::int8_t(-3), Pair{0.5f, 0.125f});
    ASSERT_TRUE(launched.isOk()) << launched.message();
    ASSERT_TRUE(b.download(std::span<float>(to)).isOk());
  };
  run(*host, expected);
  run(*device, got);
  EXPECT_EQ(expected, got);
}

TEST_P(Emitted, atomicsAndBytes) {
  std::vector<std::uint8_t> bytes(5000);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = std::uint8_t(i * i / 7 + 3);
  const auto run = [&](ring::Runtime& runtime) {
    auto in = *runtime.buffer<std::uint8_t>(bytes.size());
    auto counts = *runtime.buffer<std::uint32_t>(256);
    auto low = *runtime.buffer<std::int32_t>(1);
    auto marks = *runtime.buffer<std::uint8_t>(bytes.size());
    EXPECT_TRUE(in.upload(bytes).isOk());
    const ring::Status launched = runtime.launch<&histogram>(ring::Grid{4}, in, counts, low, marks);
    EXPECT_TRUE(launched.isOk()) << launched.message();
    std::vector<std::uint32_t> all(256);
    std::vector<std::int32_t> lowest(1);
    std::vector<std::uint8_t> marked(bytes.size());
    EXPECT_TRUE(counts.download(std::span<std::uint32_t>(all)).isOk());
    EXPECT_TRUE(low.download(std::span<std::int32_t>(lowest)).isOk());
    EXPECT_TRUE(marks.download(std::span<std::uint8_t>(marked)).isOk());
    return std::tuple(all, lowest, marked);
  };
  EXPECT_EQ(run(*host), run(*device));
}

TEST_P(Emitted, sweeps) {
  const auto run = [&](ring::Runtime& runtime) {
    auto line = *runtime.field<float>(ring::Extents{1000});
    auto blurred = *runtime.field<float>(ring::Extents{1000});
    std::vector<float> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = float(i % 17) * 1.1f;
    EXPECT_TRUE(line.upload(values).isOk());
    EXPECT_TRUE(runtime.sweep<&blur>(line, blurred).isOk());
    EXPECT_TRUE(blurred.download(std::span<float>(values)).isOk());

    auto solid = *runtime.field<float>(ring::Extents{20, 9, 7});
    auto boxed = *runtime.field<std::uint16_t>(ring::Extents{20, 9, 7});
    std::vector<float> cells(20 * 9 * 7);
    for (std::size_t i = 0; i < cells.size(); ++i)
      cells[i] = float(i % 29);
    EXPECT_TRUE(solid.upload(cells).isOk());
    const ring::Status swept = runtime.sweep<&box>(solid, boxed, 3.0f, std::uint16_t(65000));
    EXPECT_TRUE(swept.isOk()) << swept.message();
    std::vector<std::uint16_t> result(cells.size());
    EXPECT_TRUE(boxed.download(std::span<std::uint16_t>(result)).isOk());
    return std::pair(values, result);
  };
  EXPECT_EQ(run(*host), run(*device));
}

INSTANTIATE_TEST_SUITE_P(Targets, Emitted, testing::Values(Where::Msl, Where::WebGpu, Where::Cuda),
                         name);

} // namespace
