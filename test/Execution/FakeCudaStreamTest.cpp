// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events, graphs and quiet times of the CUDA backend over the fake driver: each call may
// fail, and none that may wait for the device is made while the resident kernel runs. The fake runs
// no kernels, so what arrives is shown by copies.
#include "Demo.ring.h"
#include "Kernels.ring.h"
#include "Stencils.ring.h"
#include "test/Execution/FakeCuda.h"

#include <atomic>
#include <numeric>
#include <optional>
#include <thread>

namespace ring::test {
namespace {

using std::chrono::milliseconds;

/// Keeps the first status that is not ok.
class Noted {
public:
  void operator()(const Status& status) {
    if (first_ && !status)
      first_ = status;
  }
  const Status& first() const { return first_; }

private:
  Status first_ = Status::ok();
};

std::vector<float> ramp(std::size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

/// A message to the actor and its answer.
Status exchange(Runtime& runtime, ActorRef<FraudMonitor> actor) {
  const Status answer = runtime.ask<Alert>(actor, Transfer{1, 2, 3, 4.0f}).get().status();
  return answer.code() == StatusCode::NoReply ? Status::ok()
                                              : Status(answer.code(), "asked: " + answer.message());
}

/// A graph of everything, launched twice.
void useGraph(Runtime& runtime, Stream& stream, Buffer<float>& x, Noted& note) {
  auto p = runtime.field<float>({20, 20}), q = runtime.field<float>({20, 20});
  auto event = runtime.event();
  note(p.status());
  note(q.status());
  note(event.status());
  if (!p || !q || !event)
    return;
  const std::vector<float> in = ramp(x.size());
  std::vector<float> out(x.size());
  const Result<Graph> graph = runtime.capture([&](Stream& to) {
    note(to.upload(x, in));
    note(to.record(*event));
    note(to.sweep<wave>(*p, *q, 0.5f));
    note(to.wait(*event));
    note(to.download(x, out));
  });
  note(graph.status());
  if (!graph)
    return;
  for (int i = 0; i < 2; ++i) {
    std::ranges::fill(out, 0.0f);
    note(graph->launch(stream));
    note(stream.finish());
    if (note.first() && out != in)
      note(Status(StatusCode::Internal, "the graph copied nothing"));
  }
}

/// Uses all of streams beside an actor; gives the first status that is not as it should be.
Status useStreams(const RuntimeOptions& options) {
  Result<Runtime> runtime = Runtime::create(options);
  if (!runtime)
    return runtime.status();
  Noted note;
  const auto actor = runtime->spawn<FraudMonitor>(2.0f);
  note(actor.status());
  if (actor)
    note(exchange(*runtime, *actor));
  {
    auto x = runtime->buffer<float>(100), y = runtime->buffer<float>(100);
    auto pinned = runtime->pinned<float>(100);
    auto left = runtime->stream(), right = runtime->stream();
    auto begin = runtime->event(), end = runtime->event();
    for (const Status& status : {x.status(), y.status(), pinned.status(), left.status(),
                                 right.status(), begin.status(), end.status()})
      note(status);
    if (note.first()) {
      note(left->record(*begin));
      note(left->upload(*x, pinned->values()));
      note(left->launch<saxpy>(Grid{2}, *x, *y, 2.0f));
      note(left->download(*y, pinned->values()));
      note(left->record(*end));
      note(right->wait(*end));
      std::vector<float> out(100);
      note(right->download(*y, out));
      note(end->wait());
      note(end->isDone().status());
      note(end->since(*begin).status());
      note(right->isDone().status());
      useGraph(*runtime, *left, *x, note);
      note(left->finish());
      note(right->finish());
      note(runtime->withParked([&] { return x->upload(out); }));
    }
  }
  if (note.first()) // else it may take its time to find that the device is lost
    note(exchange(*runtime, *actor));
  note(runtime->stop());
  return note.first();
}

class FakeCudaStreams : public FakeCuda {
protected:
  void SetUp() override {
    FakeCuda::SetUp();
    begin(FakeGpu());
  }
  void TearDown() override {
    runtime.reset();
    EXPECT_STREQ(disturbance(), "");
    EXPECT_EQ(live(), 0);
  }
  /// A runtime with an actor, whose kernel is resident.
  void begin(const FakeGpu& gpu) {
    runtime.reset();
    reset(&gpu, 0, 0);
    Result<Runtime> made = Runtime::create(options());
    ASSERT_TRUE(made) << made.status().message();
    runtime.emplace(*std::move(made));
    const auto spawned = runtime->spawn<FraudMonitor>(1.0f);
    ASSERT_TRUE(spawned) << spawned.status().message();
    actor = *spawned;
  }

  std::optional<Runtime> runtime;
  ActorRef<FraudMonitor> actor;
};

TEST_F(FakeCuda, StreamsRunWhereNothingFails) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  const Status status = useStreams(options());
  EXPECT_TRUE(status) << status.message();
  EXPECT_EQ(live(), 0);
  EXPECT_STREQ(disturbance(), "");
}

class FakeCudaStreamsFail : public FakeCuda, public testing::WithParamInterface<int> {};

TEST_P(FakeCudaStreamsFail, EveryCallMayFail) {
  failEachCall(GetParam(), 250, [] { return useStreams(options()); });
}
INSTANTIATE_TEST_SUITE_P(Results, FakeCudaStreamsFail,
                         testing::Values(1 /* invalid value */, 2 /* out of memory */,
                                         700 /* illegal address */),
                         testing::PrintToStringParamName());

TEST_F(FakeCudaStreams, AnEventThatIsNotReachedTimesOut) {
  FakeGpu gpu;
  gpu.eventsNeverDone = 1;
  begin(gpu);
  Stream stream = *runtime->stream();
  Event event = *runtime->event();
  EXPECT_TRUE(*event.isDone()) << "there was no record";
  EXPECT_TRUE(event.wait());
  EXPECT_EQ(event.since(event).status().message(),
            "an event was never recorded; `Stream::record` does it");
  EXPECT_TRUE(stream.record(event));
  EXPECT_FALSE(*event.isDone());
  EXPECT_EQ(event.wait(milliseconds(5)).code(), StatusCode::Timeout);
  EXPECT_EQ(event.since(event).status().code(), StatusCode::InvalidArgument);
}

TEST_F(FakeCudaStreams, StreamsAndEventsAreUsedAgain) {
  {
    std::vector<Stream> streams;
    std::vector<Event> events;
    for (int i = 0; i < 3; ++i)
      streams.push_back(*runtime->stream());
    for (int i = 0; i < 40; ++i)
      events.push_back(*runtime->event());
  }
  const int before = live();
  for (int i = 0; i < 10; ++i) {
    const auto stream = runtime->stream();
    const auto event = runtime->event();
    EXPECT_TRUE(stream && event);
  }
  EXPECT_EQ(live(), before);
}

/// The memory that a graph has is freed when the graph is gone, not when its owner is.
TEST_F(FakeCudaStreams, AGraphKeepsItsMemory) {
  std::vector<float> out(100);
  std::optional<Graph> graph;
  int withBuffer = 0;
  {
    const auto x = runtime->buffer<float>(100);
    ASSERT_TRUE(x);
    graph = *runtime->capture([&](Stream& stream) { return stream.download(*x, out); });
    withBuffer = live();
  }
  EXPECT_EQ(live(), withBuffer);
  graph.reset();
  EXPECT_EQ(live(), withBuffer - 2) << "the buffer and the driver's graph";
}

/// Calls by the same thread may do within a capture what they do without: load, allocate, exchange.
TEST_F(FakeCudaStreams, ACaptureForbidsNothingElse) {
  const auto x = runtime->buffer<float>(100);
  auto y = runtime->buffer<float>(100);
  std::optional<Buffer<std::uint32_t>> made;
  const Result<Graph> graph = runtime->capture([&](Stream& stream) {
    EXPECT_TRUE(stream.launch<saxpy>(Grid{1}, *x, *y, 1.0f));
    made = *runtime->buffer<std::uint32_t>(10);
    EXPECT_TRUE(runtime->launch<saxpy>(Grid{1}, *x, *y, 1.0f));
    EXPECT_TRUE(runtime->finish());
    EXPECT_TRUE(exchange(*runtime, actor));
    std::thread([&] {
      Stream other = *runtime->stream();
      EXPECT_TRUE(other.upload(*y, ramp(100)));
      EXPECT_TRUE(other.finish());
    }).join();
  });
  EXPECT_TRUE(graph) << graph.status().message();
}

TEST_F(FakeCudaStreams, WhileParkedOnlyActorsAreOutOfReach) {
  int residents = -1;
  std::vector<float> out(100);
  const Status status = runtime->withParked([&]() -> Status {
    auto x = runtime->buffer<float>(100);
    const auto y = runtime->buffer<float>(100);
    EXPECT_TRUE(x && y);
    Stream stream = *runtime->stream();
    EXPECT_TRUE(stream.upload(*x, ramp(100)));
    EXPECT_TRUE(stream.launch<saxpy>(Grid{1}, *y, *x, 1.0f));
    EXPECT_TRUE(stream.download(*x, out));
    EXPECT_TRUE(stream.finish());
    EXPECT_TRUE(runtime->withParked([&] { residents = 0; }));
    const auto refused = StatusCode::InvalidArgument;
    EXPECT_EQ(runtime->spawn<FraudMonitor>(1.0f).status().code(), refused);
    EXPECT_EQ(runtime->send(actor, Transfer{1, 2, 3, 4.0f}).code(), refused);
    EXPECT_EQ(runtime->ask<Alert>(actor, Transfer{1, 2, 3, 4.0f}).get().status().code(), refused);
    EXPECT_EQ(runtime->kill(actor).code(), refused);
    EXPECT_EQ(runtime->restart(actor).code(), refused);
    EXPECT_EQ(runtime->drain().code(), refused);
    EXPECT_TRUE(runtime->state(actor));
    return {StatusCode::NotFound, "of the caller"};
  });
  EXPECT_EQ(status.message(), "of the caller");
  EXPECT_EQ(residents, 0);
  EXPECT_EQ(out, ramp(100));
  EXPECT_TRUE(exchange(*runtime, actor));
}

/// Who sends meanwhile waits, and loses nothing.
TEST_F(FakeCudaStreams, OthersWaitWhileItIsParked) {
  std::atomic<bool> isStarted{false}, isDone{false};
  std::thread other;
  EXPECT_TRUE(runtime->withParked([&] {
    other = std::thread([&] {
      isStarted = true;
      EXPECT_TRUE(exchange(*runtime, actor));
      isDone = true;
    });
    while (!isStarted)
      std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_FALSE(isDone);
  }));
  other.join();
  EXPECT_TRUE(isDone);
}

} // namespace
} // namespace ring::test
