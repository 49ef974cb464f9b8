// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Question and answer, one at a time, every word of both checked.
#include "Actors.ring.h"
#include "Rows.h"
#include "bench/transport/Streams.h"

#include <coroutine>
#include <memory>
#include <thread>

namespace bench {
namespace {

using Echoes = std::vector<ring::ActorRef<Echo>>;

Ping pingOf(std::uint32_t i) { return {i, {i, i + 1, i + 2, i + 3}}; }
bool isAnswer(const Pong& pong, std::uint32_t i) {
  return pong.number == i && pong.words[0] == i + 1 && pong.words[1] == i + 2 &&
         pong.words[2] == i + 3 && pong.words[3] == i + 4;
}

/// Asks `count` times, the actors in an order without pattern, with `pause` before each.
Figures ask(ring::Runtime& runtime, const Echoes& echoes, std::uint32_t count,
            std::chrono::microseconds pause = {}) {
  std::vector<double> times;
  bool isRight = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const ring::ActorRef<Echo> echo = echoes[std::size_t(i) * 7919 % echoes.size()];
    if (pause.count() != 0)
      std::this_thread::sleep_for(pause); // idleness is what is asked for; it is not timed
    const auto begin = Clock::now();
    const ring::Result<Pong> pong = runtime.ask<Pong>(echo, pingOf(i)).get();
    times.push_back(microsecondsSince(begin));
    isRight &= pong && isAnswer(*pong, i);
  }
  return timesOf(std::move(times), isRight);
}

/// A coroutine that starts at once and keeps nothing.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Task askAwaiting(ring::Runtime& runtime, ring::ActorRef<Echo> echo, std::uint32_t i, bool& isDone,
                 bool& isRight) {
  const ring::Result<Pong> pong = co_await runtime.ask<Pong>(echo, pingOf(i));
  isRight &= pong && isAnswer(*pong, i);
  isDone = true;
}

Figures await(ring::Runtime& runtime, ring::ActorRef<Echo> echo, std::uint32_t count) {
  std::vector<double> times;
  bool isRight = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    bool isDone = false;
    const auto begin = Clock::now();
    askAwaiting(runtime, echo, i, isDone, isRight);
    while (!isDone)
      runtime.poll();
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times), isRight);
}

Figures submit(ring::Runtime& runtime, ring::ActorRef<Sink> sink, std::uint32_t count) {
  std::vector<double> times;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    require("send", runtime.send(sink, Item{i, {i, i * 3, i ^ 5, ~i}}));
    times.push_back(microsecondsSince(begin));
    if (i % 64 == 63)
      require("drain", runtime.drain());
  }
  const Sink state = require("state", runtime.state(sink));
  return timesOf(std::move(times), state.received == count && state.outOfOrder == 0);
}

Figures launchAndWait(ring::test::CudaKernels& kernels, std::uint32_t count) {
  std::vector<double> times;
  ring::test::CudaKernels::Launch launch(kernels);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    launch.start("rawNothing", 1, 32, 0);
    launch.wait();
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times));
}

Echoes spawnEchoes(ring::Runtime& runtime, std::size_t count) {
  Echoes echoes;
  for (std::size_t i = 0; i < count; ++i)
    echoes.push_back(require("spawn", runtime.spawn<Echo>()));
  return echoes;
}

} // namespace

std::vector<Group> roundTrips(const Settings& settings) {
  const auto count = static_cast<std::uint32_t>(20000 * settings.scale);
  ring::test::CudaKernels& kernels = settings.kernels;
  Group group{
      "question and answer", "us", "direct 1.10, p99 / p50 1.3; launch and wait / direct 2.7", {}};
  group.rows.push_back({"raw echo",
                        "a warp polls one slot of 64 bytes, four tagged chunks, and "
                        "answers with each word plus one; the host's thread as ours",
                        [&kernels, count] {
                          std::vector<double> times;
                          const bool isRight = rawEcho(kernels, count, times);
                          return timesOf(std::move(times), isRight);
                        }});
  const auto add = [&](const char* name, const char* definition, auto run) {
    group.rows.push_back({name, definition, [run] {
                            ring::Runtime runtime = makeRuntime();
                            return run(runtime);
                          }});
  };
  const auto direct = [](ring::Runtime& runtime) {
    return Echoes{require("spawn", runtime.spawn<Echo>(ring::direct))};
  };
  add("direct, get()", "ask(...).get() to an actor on the warp that polls this thread's ring",
      [=](ring::Runtime& runtime) { return ask(runtime, direct(runtime), count); });
  add("direct, co_await", "the same with co_await, resumed in poll()",
      [=](ring::Runtime& runtime) { return await(runtime, direct(runtime)[0], count); });
  add("any of 100,000 actors", "ask(...).get(), a hop through L2 for nearly all",
      [=](ring::Runtime& runtime) { return ask(runtime, spawnEchoes(runtime, 100000), count); });
  add("direct, after 1 ms idle", "the same after a sleep of 1 ms, which is not timed",
      [=](ring::Runtime& runtime) {
        return ask(runtime, direct(runtime), std::max(1u, count / 200),
                   std::chrono::milliseconds(1));
      });
  add("direct, after 1 s idle", "the same after a sleep of 1 s", [=](ring::Runtime& runtime) {
    return ask(runtime, direct(runtime), 3, std::chrono::seconds(1));
  });
  add("submit only", "send() until it returns, an actor near to the thread; drained every 64",
      [=](ring::Runtime& runtime) {
        return submit(runtime, require("spawn", runtime.spawn<Sink>(ring::direct)), count / 4);
      });
  group.rows.push_back({"launch and wait", "an empty kernel of one warp and a wait for its stream",
                        [&kernels, count] { return launchAndWait(kernels, count / 4); }});
  return {std::move(group)};
}

} // namespace bench
