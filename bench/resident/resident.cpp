// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way into the resident kernel and back, through the public interface and real handlers: round
// trips to an actor on the polling warp and to actors anywhere, streams in, spawning. Every word of
// every message is checked. Reports; asserts nothing but that the answers are right.
#include "Echo.ring.h"

#include <ringkernel/runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::micro>(Clock::now() - from).count();
}

void row(const char* what, std::vector<double> times) {
  std::ranges::sort(times);
  const auto at = [&](double q) {
    return times[static_cast<std::size_t>(q * double(times.size() - 1))];
  };
  std::printf("%-44s p50 %8.3f  p99 %8.3f  p99.9 %8.3f us  (n %zu)\n", what, at(.5), at(.99),
              at(.999), times.size());
  std::fflush(stdout);
}

void fail(const char* what, const ring::Status& status) {
  std::printf("%s: %s\n", what, status.message().c_str());
  std::exit(1);
}

double ask(ring::Runtime& runtime, ring::ActorRef<bench::Echo> echo, std::uint32_t i) {
  const auto begin = Clock::now();
  auto reply = runtime.ask<bench::Pong>(echo, bench::Ping{i, {i, i + 1, i + 2, i + 3}}).get();
  const double time = microseconds(begin);
  if (!reply)
    fail("ask", reply.status());
  if (reply->number != i || reply->words[0] != i + 1 || reply->words[3] != i + 4) {
    std::printf("wrong answer to %u\n", i);
    std::exit(1);
  }
  return time;
}

void stream(ring::Runtime& runtime, const std::vector<ring::ActorRef<bench::Sink>>& sinks,
            unsigned threads, std::uint32_t perSink) {
  const auto begin = Clock::now();
  std::vector<std::thread> senders;
  for (unsigned t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < perSink; ++i)
        for (std::size_t s = t; s < sinks.size(); s += threads)
          if (ring::Status status = runtime.send(sinks[s], bench::Item{i, {i, i * 3, i ^ 5, ~i}});
              !status)
            fail("send", status);
    });
  for (std::thread& sender : senders)
    sender.join();
  if (ring::Status status = runtime.drain(); !status)
    fail("drain", status);
  const double time = microseconds(begin);
  std::uint64_t expected = 0, bad = 0;
  for (std::uint64_t i = 0; i < perSink; ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    for (const std::uint32_t word : {n, n * 3, n ^ 5, ~n})
      expected += word ^ i;
  }
  for (std::size_t s = 0; s < sinks.size(); s += 17) {
    auto state = runtime.state(sinks[s]);
    if (!state)
      fail("state", state.status());
    bad += state->received != perSink || state->outOfOrder != 0 || state->sum != expected;
  }
  std::printf("stream in, %2u threads, %4zu actors: %8.2f Mmsg/s, %s\n", threads, sinks.size(),
              double(sinks.size()) * perSink / time, bad ? "WRONG" : "right");
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  const std::uint32_t n = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : 20000;
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cuda;
  options.maxActors = 1 << 17;
  ring::Result<ring::Runtime> made = ring::Runtime::create(options);
  if (!made)
    fail("create", made.status());
  ring::Runtime& runtime = *made;
  std::printf("%s\n", runtime.backendName().c_str());
  auto begin = Clock::now();
  const auto first = runtime.spawn<bench::Echo>();
  if (!first)
    fail("spawn", first.status());
  std::printf("first actor after %.1f ms\n", microseconds(begin) / 1e3);
  std::vector<double> times;
  for (std::uint32_t i = 0; i < n; ++i)
    times.push_back(ask(runtime, *first, i));
  row("ask, actor on the polling warp", times);

  std::vector<ring::ActorRef<bench::Echo>> echoes;
  times.clear();
  for (std::uint32_t i = 0; i < 10000; ++i) {
    begin = Clock::now();
    const auto echo = runtime.spawn<bench::Echo>();
    times.push_back(microseconds(begin));
    if (!echo)
      fail("spawn", echo.status());
    echoes.push_back(*echo);
  }
  row("spawn, acknowledged", times);
  times.clear();
  for (std::uint32_t i = 0; i < n; ++i)
    times.push_back(ask(runtime, echoes[i * 7919 % echoes.size()], i));
  row("ask, any of 10,000 actors", times);

  std::vector<ring::ActorRef<bench::Sink>> sinks;
  for (int i = 0; i < 1024; ++i) {
    const auto sink = runtime.spawn<bench::Sink>();
    if (!sink)
      fail("spawn", sink.status());
    sinks.push_back(*sink);
  }
  for (const unsigned threads : {1u, 4u, 14u}) {
    for (auto& sink : sinks) {
      const auto fresh = runtime.spawn<bench::Sink>();
      if (!fresh)
        fail("spawn", fresh.status());
      sink = *fresh;
    }
    stream(runtime, sinks, threads, 2000);
  }
  const ring::Statistics counts = runtime.statistics();
  std::printf("sent %llu handled %llu replies %llu dead %llu spilled %llu\n",
              static_cast<unsigned long long>(counts.sent),
              static_cast<unsigned long long>(counts.handled),
              static_cast<unsigned long long>(counts.replies),
              static_cast<unsigned long long>(counts.deadLetters),
              static_cast<unsigned long long>(counts.spilled));
  begin = Clock::now();
  if (ring::Status status = runtime.stop(); !status)
    fail("stop", status);
  std::printf("stopped after %.1f us\n", microseconds(begin));
}
