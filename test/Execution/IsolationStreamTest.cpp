// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events, graphs and pinned memory with Isolation::Process: they work there, and what a
// lost GPU takes with it says so and can be had again.
#include "Apart.h"
#include "FakeScenario.h"
#include "Kernels.ring.h"

#include <algorithm>
#include <numeric>

namespace ring::test {
namespace {

constexpr std::size_t kValues = 5000;

void expectLost(const Status& status) {
  EXPECT_EQ(status.code(), StatusCode::DeviceLost) << status.message();
}

class ApartStreams : public Apart {
protected:
  void SetUp() override {
    Apart::SetUp();
    Result<Runtime> made = Runtime::create(options());
    ASSERT_TRUE(made) << made.status().message();
    runtime_.emplace(*std::move(made));
    ASSERT_TRUE(runtime_->spawn<traffic::Register>(7u));
  }
  void TearDown() override {
    runtime_.reset();
    Apart::TearDown();
  }
  /// Bytes through a stream and back, from and to any memory.
  void expectCopies(Stream& stream, std::span<const std::uint32_t> from,
                    std::span<std::uint32_t> to) {
    Result<Buffer<std::uint32_t>> buffer = runtime_->buffer<std::uint32_t>(from.size());
    ASSERT_TRUE(buffer) << buffer.status().message();
    std::ranges::fill(to, 0u);
    EXPECT_TRUE(stream.upload(*buffer, from));
    EXPECT_TRUE(stream.download(*buffer, to));
    EXPECT_TRUE(stream.finish());
    EXPECT_TRUE(std::ranges::equal(from, to));
  }

  std::optional<Runtime> runtime_;
};

TEST_F(ApartStreams, CopyMemoryOfAnyKind) {
  Result<Stream> stream = runtime_->stream();
  ASSERT_TRUE(stream) << stream.status().message();
  Result<Pinned<std::uint32_t>> in = runtime_->pinned<std::uint32_t>(kValues),
                                out = runtime_->pinned<std::uint32_t>(kValues);
  ASSERT_TRUE(in && out) << in.status().message();
  std::vector<std::uint32_t> plain(kValues), back(kValues);
  std::iota(plain.begin(), plain.end(), 1u);
  std::iota(in->values().begin(), in->values().end(), 3u);
  expectCopies(*stream, in->values(), out->values());
  expectCopies(*stream, plain, out->values());
  expectCopies(*stream, in->values(), back);
  expectCopies(*stream, plain, back);
}

TEST_F(ApartStreams, CaptureCopiesOfSharedMemoryOnly) {
  Result<Stream> stream = runtime_->stream();
  Result<Buffer<std::uint32_t>> buffer = runtime_->buffer<std::uint32_t>(kValues);
  Result<Pinned<std::uint32_t>> in = runtime_->pinned<std::uint32_t>(kValues),
                                out = runtime_->pinned<std::uint32_t>(kValues);
  Result<Event> event = runtime_->event();
  ASSERT_TRUE(stream && buffer && in && out && event);
  const auto captured = [&](std::span<const std::uint32_t> from) {
    return runtime_->capture([&](Stream& to) {
      EXPECT_TRUE(to.upload(*buffer, from));
      EXPECT_TRUE(to.record(*event));
      EXPECT_TRUE(to.wait(*event));
      EXPECT_TRUE(to.download(*buffer, out->values()));
    });
  };
  const std::vector<std::uint32_t> plain(kValues);
  const Status refused = captured(plain).status();
  EXPECT_EQ(refused.code(), StatusCode::Unsupported);
  EXPECT_NE(refused.message().find("pinned memory"), std::string::npos) << refused.message();
  const Result<Graph> graph = captured(in->values());
  ASSERT_TRUE(graph) << graph.status().message();
  for (std::uint32_t round = 1; round <= 3; ++round) {
    std::iota(in->values().begin(), in->values().end(), round);
    EXPECT_TRUE(graph->launch(*stream));
    EXPECT_TRUE(stream->finish());
    EXPECT_TRUE(std::ranges::equal(in->values(), out->values()));
  }
}

TEST_F(ApartStreams, GoDownWithTheirGpu) {
  Result<Stream> stream = runtime_->stream();
  Result<Event> event = runtime_->event(), late = runtime_->event();
  Result<Buffer<std::uint32_t>> buffer = runtime_->buffer<std::uint32_t>(kValues),
                                sums = runtime_->buffer<std::uint32_t>(1);
  Result<Pinned<std::uint32_t>> pinned = runtime_->pinned<std::uint32_t>(kValues);
  ASSERT_TRUE(stream && event && late && buffer && sums && pinned);
  std::iota(pinned->values().begin(), pinned->values().end(), 5u);
  const Result<Graph> graph =
      runtime_->capture([&](Stream& to) { EXPECT_TRUE(to.upload(*buffer, pinned->values())); });
  ASSERT_TRUE(graph) << graph.status().message();
  EXPECT_TRUE(stream->record(*event));
  EXPECT_TRUE(graph->launch(*stream));
  killChild(*runtime_);

  expectLost(stream->finish());
  expectLost(stream->isDone().status());
  expectLost(stream->upload(*buffer, pinned->values()));
  expectLost(stream->record(*event));
  expectLost(stream->launch<kernels::blockSum>(Grid(1), *buffer, *sums));
  expectLost(event->isDone().status());
  expectLost(event->wait());
  Result<Stream> next = runtime_->stream();
  ASSERT_TRUE(next) << next.status().message();
  expectLost(next->upload(*buffer, pinned->values()));
  expectLost(next->wait(*event));
  expectLost(next->record(*late));
  expectLost(graph->launch(*next));
  expectLost(runtime_->capture([&](Stream& to) { EXPECT_TRUE(to.record(*event)); }).status());

  EXPECT_EQ((*pinned)[7], 12u) << "the host's memory is as it was";
  std::vector<std::uint32_t> back(kValues);
  expectCopies(*next, pinned->values(), back);
  Result<Event> again = runtime_->event();
  ASSERT_TRUE(again);
  EXPECT_TRUE(next->record(*again));
  EXPECT_TRUE(again->wait());
  EXPECT_TRUE(next->finish());
}

TEST_F(ApartStreams, ALossWithinQuietTimeIsTold) {
  const Status within = runtime_->withParked([&] {
    kill(child(), SIGKILL);
    EXPECT_TRUE(within10s([] { return children().empty(); }));
    expectLost(runtime_->buffer<float>(10).status());
  });
  EXPECT_TRUE(within) << "the kernel goes on, on the next GPU: " << within.message();
  EXPECT_TRUE(runtime_->buffer<float>(10));
  EXPECT_EQ(runtime_->statistics().recoveries, 1u);
}

} // namespace
} // namespace ring::test
