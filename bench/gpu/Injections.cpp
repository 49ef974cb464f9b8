// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long a command takes to be gone, to be on the device, and to be known to be there: three
// times that are easily taken for each other.
#include "Asking.h"
#include "Makers.h"

namespace bench {
namespace {

Figures submit(std::uint32_t count) {
  ring::Runtime runtime = makeRuntime();
  const ring::ActorRef<Sink> sink = require("spawn", runtime.spawn<Sink>(ring::direct));
  std::vector<double> times;
  times.reserve(count);
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

Figures clockAlone(std::uint32_t count) {
  return timed(count, [](std::uint32_t) {});
}

/// One read of the host's memory by the GPU, in microseconds.
Figures readAcross(const Settings& settings) {
  const auto from = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  const auto told = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  std::memset(from.host<void>(), 0, 4096);
  cuda::FunctionImpl* const function = settings.limits.function("readAcross");
  Work work(settings.driver);
  std::vector<double> times;
  for (int i = 0; i < 20; ++i) {
    work.start(function, 1, 32, from.device<ring::abi::Chunk>(), 1000u,
               told.device<unsigned long long>(), told.device<unsigned>() + 16);
    work.wait();
    times.push_back(double(*told.host<std::uint64_t>()) / 1e3);
  }
  return timesOf(std::move(times));
}

/// What is left of `whole` without half of a read's time, which the answer is under way.
Figures without(Figures whole, double wayBack) {
  whole.value -= wayBack;
  whole.p99 -= wayBack;
  for (double& quantile : whole.quantiles)
    quantile -= wayBack;
  return whole;
}

} // namespace

void injections(const Settings& settings, const Groups& add) {
  const auto count = static_cast<std::uint32_t>(10000 * settings.scale);
  Group group{"injection of a command", "us", "", {}};
  group.rows.push_back({"the clock alone", "two looks at the clock: part of every time here",
                        [count] { return clockAlone(count); }});
  group.rows.push_back(
      {"submit",
       "send() until it returns: the message lies in the ring, nobody may have seen it; "
       "drained every 64 messages, which is not timed",
       [count] { return submit(count); }});
  group.rows.push_back(
      {"visible, raw",
       "the raw echo less its way back: until the warp has every word and answers. The way back is "
       "taken as half of a read of the host's memory by the GPU in this run",
       [&settings, count] {
         return without(askRaw(settings, count), readAcross(settings).value / 2);
       }});
  group.rows.push_back({"visible",
                        "`acknowledged` less the same way back: until the actor's handler has run",
                        [&settings, count] {
                          const double wayBack = readAcross(settings).value / 2;
                          ring::Runtime runtime = makeRuntime();
                          return without(ask(runtime, directEcho(runtime), count), wayBack);
                        }});
  group.rows.push_back({"acknowledged",
                        "ask(...).get() to an actor near to the thread: the host knows that its "
                        "handler has run",
                        [count] {
                          ring::Runtime runtime = makeRuntime();
                          return ask(runtime, directEcho(runtime), count);
                        }});
  group.rows.push_back(
      {"acknowledged, drain()", "send() and drain() to an actor near to the thread", [count] {
         ring::Runtime runtime = makeRuntime();
         const ring::ActorRef<Sink> sink = require("spawn", runtime.spawn<Sink>(ring::direct));
         return timed(count / 10, [&](std::uint32_t i) {
           require("send", runtime.send(sink, Item{i, {i, i * 3, i ^ 5, ~i}}));
           require("drain", runtime.drain());
         });
       }});
  group.rows.push_back({"read across the link",
                        "one read of pinned memory by the GPU, the mean of 1,000, each behind the "
                        "one before; half of it is the way back above",
                        [&settings] { return readAcross(settings); }});
  addLaunched(group, settings, std::max(1u, count / 4));
  add(std::move(group));
}

} // namespace bench
