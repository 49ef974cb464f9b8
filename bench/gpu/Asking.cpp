// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One question is under way at a time, so a time is that of its whole way.
#include "Asking.h"

#include "bench/transport/Streams.h"

#include <coroutine>
#include <thread>

namespace bench {
namespace {

Ping pingOf(std::uint32_t i) { return {i, {i, i + 1, i + 2, i + 3}}; }
bool isAnswer(const Pong& pong, std::uint32_t i) {
  return pong.number == i && pong.words[0] == i + 1 && pong.words[1] == i + 2 &&
         pong.words[2] == i + 3 && pong.words[3] == i + 4;
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

void pauseFor(Pause pause) {
  if (pause.count() != 0)
    std::this_thread::sleep_for(pause); // idleness is what is asked for; it is not timed
}

} // namespace

Echoes spawnEchoes(ring::Runtime& runtime, std::size_t count) {
  return require("spawn", runtime.spawnMany<Echo>(count));
}

Echoes directEcho(ring::Runtime& runtime) {
  return {require("spawn", runtime.spawn<Echo>(ring::direct))};
}

Figures ask(ring::Runtime& runtime, const Echoes& echoes, std::uint32_t count, How how,
            Pause pause) {
  std::vector<double> times;
  times.reserve(count);
  bool isRight = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const ring::ActorRef<Echo> echo = echoes[std::size_t(i) * 7919 % echoes.size()];
    pauseFor(pause);
    const auto begin = Clock::now();
    if (how == How::Get) {
      const ring::Result<Pong> pong = runtime.ask<Pong>(echo, pingOf(i)).get();
      times.push_back(microsecondsSince(begin));
      isRight &= pong && isAnswer(*pong, i);
      continue;
    }
    bool isDone = false;
    askAwaiting(runtime, echo, i, isDone, isRight);
    while (!isDone)
      runtime.poll();
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times), isRight);
}

Figures askRaw(const Settings& settings, std::uint32_t count, Pause pause) {
  std::vector<double> times;
  times.reserve(count);
  const bool isRight = rawEcho(settings.kernels, count, times, pause);
  return timesOf(std::move(times), isRight);
}

Figures askLaunched(const Settings& settings, Launched what, std::uint32_t count, Pause pause) {
  using ring::abi::Chunk;
  const auto in = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  const auto out = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  cuda::FunctionImpl* const function = settings.limits.function("answerOnce");
  Work work(settings.driver);
  const auto launch = [&] { work.start(function, 1, 32, in.device<Chunk>(), out.device<Chunk>()); };
  launch(); // the first one loads it
  work.wait();
  if (what == Launched::Graph)
    work.capture(launch);
  std::vector<double> times;
  times.reserve(count);
  bool isRight = true;
  for (std::uint32_t i = 1; i <= count; ++i) {
    pauseFor(pause);
    const auto begin = Clock::now();
    for (std::uint32_t c = 0; c < 4; ++c)
      in.host<Chunk>()[c] = {i, {i + c, i * 3 + c, ~i - c}};
    what == Launched::Graph ? work.replay() : launch();
    work.wait();
    for (std::uint32_t c = 0; c < 4; ++c) {
      const Chunk& got = out.host<Chunk>()[c];
      isRight &= got.tag == i && got.words[0] == i + c + 1 && got.words[1] == i * 3 + c + 1 &&
                 got.words[2] == ~i - c + 1;
    }
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times), isRight);
}

Row rawEchoRow(const Settings& settings, std::uint32_t count, Pause pause) {
  return {"raw echo",
          "a warp polls one slot of 64 bytes, four tagged chunks, and answers with each word plus "
          "one; from the host's first store until every word of the answer was compared",
          [&settings, count, pause] { return askRaw(settings, count, pause); }};
}

void addLaunched(Group& group, const Settings& settings, std::uint32_t count, Pause pause) {
  const char* const name = "launch and synchronize";
  group.peer = name;
  group.rows.push_back(
      {name,
       "without actors: the question written to pinned memory, a kernel that answers it launched "
       "(cuLaunchKernel), its stream synchronized, the answer compared",
       [&settings, count, pause] {
         return askLaunched(settings, Launched::Kernel, count, pause);
       }});
  if (settings.driver.hasGraphs())
    group.rows.push_back({"graph launch and synchronize",
                          "the same kernel as a graph of one node (cuGraphLaunch)",
                          [&settings, count, pause] {
                            return askLaunched(settings, Launched::Graph, count, pause);
                          }});
}

} // namespace bench
