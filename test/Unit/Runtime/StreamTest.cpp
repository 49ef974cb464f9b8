// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events and graphs on the CPU: what is refused, what goes wrong later, how long things
// live. What they compute is compared in test/Execution/StreamCases.cpp.
#include "Actors.ring.h"
#include "Demo.ring.h"
#include "Support.h"

#include <optional>
#include <thread>
#include <vector>

namespace {

using ring::StatusCode;
using std::chrono::nanoseconds;
using test::makeRuntime;

constexpr auto kInvalid = StatusCode::InvalidArgument;

/// A stream that works for some time: a single block of a kernel with barriers over much memory.
class LongWork {
public:
  explicit LongWork(ring::Runtime& runtime)
      : in_(*runtime.buffer<std::uint32_t>(8 << 20)), out_(*runtime.buffer<std::uint32_t>(1)) {}
  void give(ring::Stream& stream) {
    for (int i = 0; i < 8; ++i)
      EXPECT_OK(stream.launch<test::blockSum>(ring::Grid{1}, in_, out_));
  }

private:
  ring::Buffer<std::uint32_t> in_, out_;
};

TEST(Stream, WorkGoesOnWhileItsOwnerDoes) {
  ring::Runtime runtime = makeRuntime();
  LongWork work(runtime);
  ring::Stream stream = *runtime.stream();
  ring::Event begin = *runtime.event(), end = *runtime.event();
  EXPECT_TRUE(*stream.isDone());
  EXPECT_OK(stream.record(begin));
  work.give(stream);
  EXPECT_OK(stream.record(end));
  EXPECT_FALSE(*stream.isDone());
  EXPECT_FALSE(*end.isDone());
  EXPECT_EQ(end.wait(nanoseconds(1)).code(), StatusCode::Timeout);
  EXPECT_EQ(end.since(begin).status().code(), kInvalid);
  EXPECT_OK(end.wait());
  EXPECT_TRUE(*begin.isDone());
  EXPECT_GT(*end.since(begin), nanoseconds(1000));
  EXPECT_EQ(*begin.since(end), -*end.since(begin));
  EXPECT_GT(end.resolution(), nanoseconds(0));
  EXPECT_OK(stream.finish());
}

TEST(Stream, StreamsAreBesideEachOther) {
  ring::Runtime runtime = makeRuntime();
  LongWork work(runtime);
  ring::Stream slow = *runtime.stream(), fast = *runtime.stream();
  auto buffer = *runtime.buffer<float>(100);
  std::vector<float> in(100, 2.0f), out(100);
  work.give(slow);
  EXPECT_OK(fast.upload(buffer, in));
  EXPECT_OK(fast.download(buffer, out));
  EXPECT_OK(fast.finish());
  EXPECT_EQ(out, in);
  EXPECT_FALSE(*slow.isDone());
}

TEST(Stream, MemoryAndEventsLiveAsLongAsTheWork) {
  std::vector<float> out(1000);
  std::optional<ring::Stream> stream;
  {
    ring::Runtime runtime = makeRuntime();
    LongWork work(runtime);
    stream = *runtime.stream();
    ring::Event event = *runtime.event();
    auto x = *runtime.buffer<float>(1000), y = *runtime.buffer<float>(1000);
    EXPECT_OK(x.upload(std::vector<float>(1000, 3.0f)));
    work.give(*stream);
    EXPECT_OK(stream->launch<saxpy>(ring::Grid{2}, x, y, 2.0f));
    EXPECT_OK(stream->record(event));
    EXPECT_OK(stream->wait(event));
    EXPECT_OK(stream->download(y, out));
  } // all but the stream is gone
  EXPECT_OK(stream->finish());
  EXPECT_EQ(out, std::vector<float>(1000, 6.0f));
  stream.reset();
}

TEST(Stream, ItsEndWaits) {
  ring::Runtime runtime = makeRuntime();
  LongWork work(runtime);
  ring::Event event = *runtime.event();
  {
    ring::Stream stream = *runtime.stream();
    work.give(stream);
    EXPECT_OK(stream.record(event));
    ring::Stream moved = std::move(stream);
    EXPECT_FALSE(*event.isDone());
  }
  EXPECT_TRUE(*event.isDone());
}

TEST(Stream, WhatGoesWrongIsToldOnceAndEndsTheRest) {
  ring::Runtime runtime = makeRuntime();
  ring::Stream stream = *runtime.stream();
  ring::Event event = *runtime.event();
  auto marks = *runtime.buffer<std::uint32_t>(32);
  auto buffer = *runtime.buffer<float>(10);
  std::vector<float> in(10, 1.0f), out(10, -1.0f);
  EXPECT_OK(stream.launch<test::parting>(ring::Grid{4}, marks, 5u));
  EXPECT_OK(stream.launch<test::parting>(ring::Grid{4}, marks, 6u));
  EXPECT_OK(stream.download(buffer, out));
  EXPECT_OK(stream.record(event));
  EXPECT_OK(event.wait());
  const ring::Status status = stream.finish();
  EXPECT_EQ(status.code(), kInvalid);
  EXPECT_NE(status.message().find("3 of 8 threads"), std::string::npos) << status.message();
  EXPECT_EQ(out, std::vector<float>(10, -1.0f)) << "was skipped";
  EXPECT_OK(stream.finish());
  EXPECT_OK(stream.upload(buffer, in));
  EXPECT_OK(stream.download(buffer, out));
  EXPECT_OK(stream.finish());
  EXPECT_EQ(out, in);
}

TEST(Stream, MoreWorkThanWaitsInIt) {
  ring::Runtime runtime = makeRuntime();
  ring::Stream stream = *runtime.stream();
  auto x = *runtime.buffer<float>(1), y = *runtime.buffer<float>(1);
  EXPECT_OK(x.upload(std::vector<float>{1.0f}));
  for (int i = 0; i < 10000; ++i)
    ASSERT_TRUE(stream.launch<saxpy>(ring::Grid{1}, x, y, 1.0f));
  EXPECT_OK(stream.finish());
  std::vector<float> out(1);
  EXPECT_OK(y.download(out));
  EXPECT_EQ(out[0], 10000.0f);
}

TEST(Stream, MisuseIsToldAtOnce) {
  ring::Runtime runtime = makeRuntime(), other = makeRuntime();
  ring::Stream stream = *runtime.stream();
  auto x = *runtime.buffer<float>(4), theirs = *other.buffer<float>(4);
  ring::Event event = *other.event();
  std::vector<float> three(3), four(4);
  EXPECT_EQ(stream.launch<saxpy>(ring::Grid{1}, x, x, 1.0f).code(), kInvalid);
  EXPECT_EQ(stream.upload(x, three).message(), "`upload` was given 12 bytes for memory of 16");
  EXPECT_EQ(stream.download(x, three).message(), "`download` was given 12 bytes for memory of 16");
  float* const nowhere = nullptr;
  EXPECT_EQ(stream.upload(x, std::span<const float>(nowhere, 4)).message(),
            "`upload` was given 16 bytes at a null address for memory of 16");
  EXPECT_EQ(stream.download(x, std::span<float>(nowhere, 4)).code(), kInvalid);
  EXPECT_EQ(x.upload(std::span<const float>(nowhere, 4)).code(), kInvalid);
  EXPECT_EQ(stream.upload(theirs, four).message(),
            "the memory is of another runtime than the stream");
  EXPECT_EQ(stream.download(theirs, four).code(), kInvalid);
  EXPECT_EQ(stream.record(event).message(), "the event is of another runtime than the stream");
  EXPECT_EQ(stream.wait(event).code(), kInvalid);
  EXPECT_EQ(event.since(*runtime.event()).status().code(), kInvalid);
  EXPECT_EQ(other.capture([](ring::Stream&) {})->launch(stream).message(),
            "the graph is of another runtime than the stream");
  EXPECT_EQ(runtime.pinned<float>(0).status().code(), kInvalid);
  EXPECT_EQ(runtime.pinned<float>(SIZE_MAX / 4).status().code(), StatusCode::Exhausted);
  EXPECT_OK(stream.finish());
}

TEST(Graph, WhatIsRefusedInACaptureRefusesTheGraph) {
  ring::Runtime runtime = makeRuntime();
  auto x = *runtime.buffer<float>(4);
  const auto ofFinish =
      runtime.capture([](ring::Stream& stream) { EXPECT_EQ(stream.finish().code(), kInvalid); });
  EXPECT_NE(ofFinish.status().message().find("`finish` of a stream that is captured"),
            std::string::npos);
  EXPECT_EQ(runtime.capture([](ring::Stream& stream) { return stream.isDone().status(); })
                .status()
                .code(),
            kInvalid);
  const auto ofArguments = runtime.capture([&](ring::Stream& stream) {
    static_cast<void>(stream.launch<saxpy>(ring::Grid{1}, x, x, 1.0f).isOk());
  });
  EXPECT_NE(ofArguments.status().message().find("the same buffer"), std::string::npos);
  const auto ofCaller = runtime.capture(
      [](ring::Stream&) { return ring::Status(StatusCode::NotFound, "of the caller"); });
  EXPECT_EQ(ofCaller.status().message(), "of the caller");
}

TEST(Graph, AStreamOfACaptureEndsWithIt) {
  ring::Runtime runtime = makeRuntime();
  auto x = *runtime.buffer<float>(4);
  std::vector<float> in(4, 1.0f), out(4);
  std::optional<ring::Stream> kept;
  const auto graph = runtime.capture([&](ring::Stream& stream) {
    EXPECT_OK(stream.upload(x, in));
    kept = std::move(stream);
  });
  ASSERT_TRUE(graph);
  EXPECT_EQ(kept->upload(x, in).code(), kInvalid);
  ring::Stream stream = *runtime.stream();
  EXPECT_OK(graph->launch(stream));
  EXPECT_OK(stream.download(x, out));
  EXPECT_OK(stream.finish());
  EXPECT_EQ(out, in);
}

TEST(Graph, EmptyOnesAndThreads) {
  ring::Runtime runtime = makeRuntime();
  const auto empty = runtime.capture([](ring::Stream&) {});
  ASSERT_TRUE(empty);
  auto x = *runtime.buffer<float>(64);
  std::vector<float> in(64, 1.0f);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      ring::Stream stream = *runtime.stream();
      EXPECT_OK(empty->launch(stream));
      auto y = *runtime.buffer<float>(64);
      const auto graph = runtime.capture([&](ring::Stream& to) {
        EXPECT_OK(to.upload(y, in));
        EXPECT_OK(to.launch<saxpy>(ring::Grid{1}, x, y, 1.0f));
      });
      for (int turn = 0; turn < 20; ++turn)
        EXPECT_OK(graph->launch(stream));
      std::vector<float> out(64);
      EXPECT_OK(stream.download(y, out));
      EXPECT_OK(stream.finish());
      EXPECT_EQ(out, in);
    });
  for (std::thread& thread : threads)
    thread.join();
}

TEST(Quiet, WorkIsCalledAndItsStatusGiven) {
  ring::Runtime runtime = makeRuntime();
  bool isCalled = false;
  EXPECT_OK(runtime.withParked([&] { isCalled = true; }));
  EXPECT_TRUE(isCalled);
  const auto fail = [] { return ring::Status(StatusCode::Failed, "of the caller"); };
  EXPECT_EQ(runtime.withParked(fail).message(), "of the caller");
}

} // namespace
