// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions: each outcome, waiting, coroutines, many at once.
#include "Actors.ring.h"
#include "Support.h"

#include <coroutine>
#include <thread>
#include <vector>

namespace {

using ring::StatusCode;
using test::cpuOptions;
using test::makeRuntime;
using test::Order;

/// A coroutine that runs at once and keeps its frame until destroyed.
struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
  };
  std::coroutine_handle<promise_type> handle;
};

TEST(Ask, GivesTheReply) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  auto ask = runtime.ask<Order>(*actor, Order{0, 5});
  ring::Result<Order> reply = ask.get();
  ASSERT_TRUE(reply) << reply.status().message();
  EXPECT_EQ(reply->argument, 5u);
  EXPECT_EQ(ask.get().status().code(), StatusCode::InvalidArgument) << "the answer is given once";
}

TEST(Ask, TellsEachOutcomeApart) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  const auto code = [&](std::uint32_t kind) {
    return runtime.ask<Order>(*actor, Order{kind, 77}).get().status();
  };
  EXPECT_EQ(code(2).code(), StatusCode::NoReply);
  EXPECT_EQ(code(5).code(), StatusCode::WrongType);
  EXPECT_EQ(runtime.ask<Order>(actor.value().id, test::Number{}).get().status().code(),
            StatusCode::WrongType);
  const ring::Status failed = code(3);
  EXPECT_EQ(failed.code(), StatusCode::Failed);
  EXPECT_EQ(failed.failCode(), 77u);
  EXPECT_EQ(code(0).code(), StatusCode::Closed) << "the actor has failed before";
  EXPECT_EQ(runtime.ask<Order>(ring::ActorRef<test::Worker>{}, Order{}).get().status().code(),
            StatusCode::Closed);
  EXPECT_FALSE(runtime.replies().poll()) << "answers to asks are no replies";
}

TEST(Ask, LaterRepliesGoToReplies) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  auto first = runtime.ask<Order>(*actor, Order{1, 5}).get();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->argument, 5u);
  EXPECT_OK(runtime.drain());
  std::optional<ring::Reply> second = runtime.replies().poll();
  ASSERT_TRUE(second && second->as<Order>());
  EXPECT_EQ(second->as<Order>()->argument, 6u);
  {
    auto given = runtime.ask<Order>(*actor, Order{0, 9});
  } // given up
  EXPECT_OK(runtime.drain());
  std::optional<ring::Reply> late = runtime.replies().poll();
  ASSERT_TRUE(late && late->as<Order>());
  EXPECT_EQ(late->as<Order>()->argument, 9u);
}

TEST(Ask, TimeoutLeavesTheQuestionOpen) {
  test::ClosedGate gate;
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto actor = runtime.spawn<test::Worker>();
  auto ask = runtime.ask<Order>(*actor, Order{6, 0});
  EXPECT_FALSE(ask.ready());
  EXPECT_EQ(ask.get(std::chrono::milliseconds(1)).status().code(), StatusCode::Timeout);
  gate.open();
  ring::Result<Order> reply = ask.get(std::chrono::nanoseconds::max());
  ASSERT_TRUE(reply) << reply.status().message();
  EXPECT_EQ(reply->kind, 6u);
}

TEST(Ask, TooManyAreExhausted) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.maxAsks = 4;
  ring::Runtime runtime = makeRuntime(options);
  const auto actor = runtime.spawn<test::Worker>();
  std::vector<ring::Ask<Order>> asks;
  for (std::uint32_t i = 0; i < 5; ++i)
    asks.push_back(runtime.ask<Order>(*actor, Order{0, i}));
  EXPECT_EQ(asks[4].get().status().code(), StatusCode::Exhausted);
  for (std::uint32_t i = 0; i < 4; ++i)
    EXPECT_EQ(asks[i].get().value().argument, i);
  EXPECT_TRUE(runtime.ask<Order>(*actor, Order{0, 1}).get()) << "answered questions free theirs";
}

TEST(Ask, ManyThreadsAsk) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  const auto one = runtime.spawn<test::Worker>(), other = runtime.spawn<test::Worker>();
  const auto ask = [&](std::uint32_t base) {
    for (std::uint32_t i = 0; i < 2000; ++i) {
      auto reply = runtime.ask<Order>(i % 2 ? *one : *other, Order{0, base + i}).get();
      ASSERT_TRUE(reply) << reply.status().message();
      ASSERT_EQ(reply->argument, base + i);
    }
  };
  std::thread a(ask, 10000), b(ask, 20000);
  ask(30000);
  a.join();
  b.join();
}

Task sumOf(ring::Runtime& runtime, ring::ActorRef<test::Worker> actor, std::uint32_t count,
           std::uint64_t& sum, bool& done) {
  for (std::uint32_t i = 0; i < count; ++i) {
    auto ask = runtime.ask<Order>(actor, Order{0, i});
    ring::Result<Order> reply = co_await ask;
    sum += reply ? reply->argument : 0;
  }
  done = true;
}

TEST(Ask, CoroutinesResumeInPoll) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  const auto actor = runtime.spawn<test::Worker>();
  constexpr int kTasks = 10;
  std::array<std::uint64_t, kTasks> sums{};
  std::array<bool, kTasks> done{};
  std::vector<Task> tasks;
  for (int i = 0; i < kTasks; ++i)
    tasks.push_back(sumOf(runtime, *actor, 100, sums[i], done[i]));
  EXPECT_TRUE(test::pollUntil(
      runtime, [&] { return std::all_of(done.begin(), done.end(), [](bool d) { return d; }); }));
  for (int i = 0; i < kTasks; ++i) {
    EXPECT_EQ(sums[i], 4950u);
    tasks[i].handle.destroy();
  }
}

TEST(Ask, ADestroyedCoroutineIsNotResumed) {
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto actor = runtime.spawn<test::Worker>();
  std::uint64_t sum = 0;
  bool done = false;
  Task task = sumOf(runtime, *actor, 100, sum, done);
  while (sum == 0)
    runtime.poll();
  EXPECT_OK(runtime.drain()); // its answer is here, and it waits to be resumed
  const std::uint64_t before = sum;
  if (!done)
    task.handle.destroy();
  runtime.poll();
  EXPECT_EQ(sum, before);
}

TEST(Ask, CoroutinesLearnThatTheRuntimeStops) {
  test::ClosedGate gate;
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto actor = runtime.spawn<test::Worker>();
  StatusCode code = StatusCode::Ok;
  const auto body = [&]() -> Task {
    auto ask = runtime.ask<Order>(*actor, Order{6, 0});
    auto late = runtime.ask<Order>(*actor, Order{0, 1});
    ring::Result<Order> reply = co_await late;
    code = reply.status().code();
  };
  Task task = body();
  EXPECT_FALSE(runtime.stop(std::chrono::milliseconds(5)));
  gate.open();
  EXPECT_EQ(runtime.poll(), 1u);
  EXPECT_EQ(code, StatusCode::Closed);
  task.handle.destroy();
}

TEST(Ask, OutlivesItsRuntime) {
  std::optional<ring::Ask<Order>> ask;
  {
    ring::Runtime runtime = makeRuntime(cpuOptions(1));
    const auto actor = runtime.spawn<test::Worker>();
    ask.emplace(runtime.ask<Order>(*actor, Order{0, 3}));
  }
  ring::Result<Order> reply = ask->get();
  ASSERT_TRUE(reply) << "what was sent before the end is handled: " << reply.status().message();
  EXPECT_EQ(reply->argument, 3u);
}

} // namespace
