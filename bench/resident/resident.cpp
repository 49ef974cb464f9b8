// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way into the resident kernel and back, through the public interface and real handlers: round
// trips to an actor on the polling warp and to actors anywhere, streams in, spawning. Every word of
// every message is checked. Reports; asserts nothing but that the answers are right.
#include "Echo.ring.h"

#include <ringkernel/runtime.h>

#include <algorithm>
#include <atomic>
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

std::uint64_t sumOf(std::uint32_t perSink) {
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < perSink; ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    for (const std::uint32_t word : {n, n * 3, n ^ 5, ~n})
      expected += word ^ i;
  }
  return expected;
}

/// Each thread has `perThread` sinks near to it, or anywhere, and sends to them in turn.
void streamIn(ring::Runtime& runtime, unsigned threads, std::size_t perThread,
              std::uint32_t perSink, bool isDirect) {
  std::vector<std::vector<ring::ActorRef<bench::Sink>>> sinks(threads);
  std::atomic<unsigned> ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> senders;
  for (unsigned t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (std::size_t i = 0; i < perThread; ++i) {
        const auto sink =
            isDirect ? runtime.spawn<bench::Sink>(ring::direct) : runtime.spawn<bench::Sink>();
        if (!sink)
          fail("spawn", sink.status());
        sinks[t].push_back(*sink);
      }
      ++ready;
      while (!go)
        ;
      bench::Item items[256];
      const std::span<const ring::ActorRef<bench::Sink>> targets(sinks[t]);
      for (std::uint32_t i = 0; i < perSink; ++i)
        for (std::size_t first = 0; first < perThread; first += std::size(items)) {
          for (bench::Item& item : items)
            item = {i, {i, i * 3, i ^ 5, ~i}};
          if (ring::Status status = runtime.sendBatch(targets.subspan(first, std::size(items)),
                                                      std::span<const bench::Item>(items));
              !status)
            fail("send", status);
        }
    });
  while (ready != threads)
    ;
  const auto begin = Clock::now();
  go = true;
  for (std::thread& sender : senders)
    sender.join();
  const double sent = microseconds(begin);
  if (ring::Status status = runtime.drain(); !status)
    fail("drain", status);
  const double time = microseconds(begin);
  const std::uint64_t expected = sumOf(perSink);
  std::uint64_t bad = 0;
  for (unsigned t = 0; t < threads; ++t)
    for (std::size_t s = 0; s < perThread; s += 37) {
      auto state = runtime.state(sinks[t][s]);
      if (!state)
        fail("state", state.status());
      bad += state->received != perSink || state->outOfOrder != 0 || state->sum != expected;
    }
  std::printf("stream in, %2u threads, %4zu actors each, %s: %8.2f Mmsg/s (sent %8.2f), %s\n",
              threads, perThread, isDirect ? "direct" : "routed",
              double(threads) * perThread * perSink / time,
              double(threads) * perThread * perSink / sent, bad ? "WRONG" : "right");
  std::fflush(stdout);
}

void streamOut(ring::Runtime& runtime, unsigned threads, std::size_t perThread,
               std::uint32_t perSource) {
  std::atomic<unsigned> ready{0}, bad{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < threads; ++t)
    readers.emplace_back([&] {
      std::vector<ring::ActorRef<bench::Source>> sources;
      std::uint32_t lowest = ~0u;
      for (std::size_t i = 0; i < perThread; ++i) {
        const auto source = runtime.spawn<bench::Source>(ring::direct);
        if (!source)
          fail("spawn", source.status());
        sources.push_back(*source);
        lowest = std::min(lowest, source->id.index);
      }
      std::uint32_t highest = 0;
      for (const auto& source : sources)
        highest = std::max(highest, source.id.index);
      std::vector<std::uint64_t> next(highest - lowest + 1);
      ++ready;
      while (!go)
        ;
      for (const auto& source : sources)
        if (ring::Status status = runtime.send(source, bench::Emit{perSource, 1}); !status)
          fail("send", status);
      std::uint64_t wrong = 0;
      for (std::uint64_t got = 0; got < std::uint64_t(perThread) * perSource;)
        got += runtime.replies().drainOwn<bench::Item>(
            [&](const bench::Item& item, ring::ActorId from) {
              std::uint64_t& expected = next[from.index - lowest];
              const auto n = static_cast<std::uint32_t>(expected);
              wrong += item.number != expected || item.words[0] != n || item.words[1] != n * 3 ||
                       item.words[2] != (n ^ 5) || item.words[3] != ~n;
              ++expected;
            });
      bad += wrong != 0;
    });
  while (ready != threads)
    ;
  const auto begin = Clock::now();
  go = true;
  for (std::thread& reader : readers)
    reader.join();
  const double time = microseconds(begin);
  std::printf("stream out, %2u threads, %4zu actors each: %8.2f Mmsg/s, %s\n", threads, perThread,
              double(threads) * perThread * perSource / time, bad ? "WRONG" : "right");
  std::fflush(stdout);
}

void relay(ring::Runtime& runtime, unsigned threads, std::size_t perThread, std::uint32_t perEcho) {
  std::atomic<unsigned> ready{0}, bad{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      std::vector<ring::ActorRef<bench::Echo>> echoes;
      for (std::size_t i = 0; i < perThread; ++i) {
        const auto echo = runtime.spawn<bench::Echo>(ring::direct);
        if (!echo)
          fail("spawn", echo.status());
        echoes.push_back(*echo);
      }
      std::vector<bench::Ping> pings(perThread);
      ++ready;
      while (!go)
        ;
      std::uint64_t got = 0, sum = 0, wrong = 0;
      const auto take = [&](const bench::Pong& pong) {
        const auto i = static_cast<std::uint32_t>(pong.number);
        wrong += pong.words[0] != i + 1 || pong.words[1] != i + 2 || pong.words[2] != i + 3 ||
                 pong.words[3] != i + 4;
        sum += i;
      };
      for (std::uint32_t i = 0; i < perEcho; ++i) {
        for (bench::Ping& ping : pings)
          ping = {i, {i, i + 1, i + 2, i + 3}};
        if (ring::Status status =
                runtime.sendBatch(std::span<const ring::ActorRef<bench::Echo>>(echoes),
                                  std::span<const bench::Ping>(pings));
            !status)
          fail("send", status);
        got += runtime.replies().drainOwn<bench::Pong>(take);
      }
      while (got < std::uint64_t(perThread) * perEcho)
        got += runtime.replies().drainOwn<bench::Pong>(take);
      wrong += sum != std::uint64_t(perThread) * perEcho * (perEcho - 1) / 2;
      bad += wrong != 0;
    });
  while (ready != threads)
    ;
  const auto begin = Clock::now();
  go = true;
  for (std::thread& worker : workers)
    worker.join();
  const double time = microseconds(begin);
  std::printf("there and back, %2u threads, %4zu actors each: %8.2f Mmsg/s each way, %s\n", threads,
              perThread, double(threads) * perThread * perEcho / time, bad ? "WRONG" : "right");
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  const std::uint32_t n = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : 20000;
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cuda;
  options.maxActors = 1 << 18;
  ring::Result<ring::Runtime> made = ring::Runtime::create(options);
  if (!made)
    fail("create", made.status());
  ring::Runtime& runtime = *made;
  std::printf("%s\n", runtime.backendName().c_str());
  auto begin = Clock::now();
  const auto first = runtime.spawn<bench::Echo>(ring::direct);
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

  for (const unsigned threads : {1u, 4u, 14u})
    streamIn(runtime, threads, 1024, 20000 / threads, true);
  for (const unsigned threads : {1u, 14u})
    streamIn(runtime, threads, 1024, 5000 / threads, false);
  for (const unsigned threads : {1u, 4u, 14u})
    streamOut(runtime, threads, 1024, 8000 / threads);
  for (const unsigned threads : {1u, 4u, 14u})
    relay(runtime, threads, 256, 20000 / threads);
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
