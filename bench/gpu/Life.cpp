// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spawning actors, reading their states, restarting and ending them, each acknowledged; and how
// many are spawned in a second, one by one and together.
#include "Asking.h"
#include "Makers.h"

#include <fmt/core.h>

namespace bench {
namespace {

using Sinks = std::vector<ring::ActorRef<Sink>>;

template <class... Where> Figures spawnOneByOne(std::uint32_t count, Where... where) {
  ring::Runtime runtime = makeRuntime();
  require("spawn", runtime.spawn<Sink>(where...)); // the program is composed
  return timed(count, [&](std::uint32_t) { require("spawn", runtime.spawn<Sink>(where...)); });
}

/// `work(runtime, actor)` on each of `count`.
template <class Work> Figures onEach(std::uint32_t count, Work&& work) {
  ring::Runtime runtime = makeRuntime();
  const Sinks sinks = require("spawn", runtime.spawnMany<Sink>(count));
  return timed(count, [&](std::uint32_t i) { work(runtime, sinks[i]); });
}

/// Each of `count` is told to stop and says so before it does.
Figures stopOneByOne(std::uint32_t count) {
  ring::Runtime runtime = makeRuntime();
  const auto leavers = require("spawn", runtime.spawnMany<Leaver>(count));
  bool isRight = true;
  Figures figures = timed(count, [&](std::uint32_t i) {
    const ring::Result<Left> left = runtime.ask<Left>(leavers[i], Leave{i}).get();
    isRight &= left && left->number == i;
  });
  require("drain", runtime.drain());
  figures.isRight &= isRight && runtime.statistics().stopped == count;
  return figures;
}

/// A second after the other, all by `threads` threads, until the last is acknowledged.
Figures spawnRate(unsigned threads, std::uint32_t count) {
  ring::Runtime runtime = makeRuntime();
  require("spawn", runtime.spawn<Sink>());
  const double time = together(
      threads, [](unsigned) {},
      [&](unsigned) {
        for (std::uint32_t i = 0; i < count; ++i)
          require("spawn", runtime.spawn<Sink>());
      },
      [] {});
  return rateOf(double(threads) * count, time,
                runtime.statistics().spawned == std::uint64_t(threads) * count + 1);
}

/// Alike: all of a call have the same state; else each has a word of its own, its number.
enum class States { Alike, Each };

/// As many by one call of each thread, until the last call has returned.
Figures spawnManyRate(unsigned threads, std::uint32_t count, States states) {
  ring::Runtime runtime = makeRuntime();
  require("spawn", runtime.spawn<Sink>());
  std::vector<Sinks> made(threads);
  const auto sinkOf = [](std::uint64_t i) { return Sink{i + 1, 2, 3}; };
  const double time = together(
      threads, [](unsigned) {},
      [&](unsigned t) {
        made[t] =
            require("spawnMany", states == States::Alike ? runtime.spawnMany<Sink>(count, sinkOf(0))
                                                         : runtime.spawnEach<Sink>(count, sinkOf));
      },
      [] {});
  bool isRight = runtime.statistics().spawned == std::uint64_t(threads) * count + 1;
  for (const Sinks& sinks : made)
    for (std::uint32_t i = 0; i < count; i += 97) {
      const Sink state = require("state", runtime.state(sinks[i]));
      isRight &= state.received == (states == States::Alike ? 0 : i) + 1 && state.outOfOrder == 2 &&
                 state.sum == 3;
    }
  return rateOf(double(threads) * count, time, isRight);
}

void addLives(Group& group, std::uint32_t count) {
  const char* const anywhere =
      "an actor of 24 bytes anywhere, until the device has acknowledged it";
  group.rows.push_back({"spawn", anywhere, [count] { return spawnOneByOne(count); }});
  group.rows.push_back({"spawn, near to the thread",
                        "the same on the warps that read this thread's ring",
                        [count] { return spawnOneByOne(count, ring::direct); }});
  group.rows.push_back({"read the state", "24 bytes, each of as many actors", [count] {
                          return onEach(count, [](ring::Runtime& runtime, auto sink) {
                            require("state", runtime.state(sink));
                          });
                        }});
  group.rows.push_back({"restart", anywhere, [count] {
                          return onEach(count, [](ring::Runtime& runtime, auto sink) {
                            require("restart", runtime.restart(sink));
                          });
                        }});
  group.rows.push_back({"kill", anywhere, [count] {
                          return onEach(count, [](ring::Runtime& runtime, auto sink) {
                            require("kill", runtime.kill(sink));
                          });
                        }});
  group.rows.push_back({"stop, told by a message",
                        "a question whose handler answers and calls stop(), until the answer is "
                        "there; afterwards all must have stopped",
                        [count] { return stopOneByOne(count); }});
}

} // namespace

void lives(const Settings& settings, const Groups& add) {
  const auto count = static_cast<std::uint32_t>(std::max(100.0, 10000 * settings.scale));
  Group group{"life of an actor", "us", "1.3 round trips", {rawEchoRow(settings, count)}};
  group.peer = "question and answer, direct";
  group.rows.push_back(
      {group.peer, "as above, the round trip that the others are set against", [count] {
         ring::Runtime runtime = makeRuntime();
         return ask(runtime, directEcho(runtime), count);
       }});
  addLives(group, count);
  add(std::move(group));

  Group rate{"spawns a second", "Mspawn/s", "1", {}};
  for (const unsigned threads : {1u, settings.threads})
    rate.rows.push_back({fmt::format("one call each, {} threads", threads),
                         "actors of 24 bytes anywhere, each acknowledged before the thread spawns "
                         "the next",
                         [=] { return spawnRate(threads, std::max(100u, count / threads)); }});
  const char* const together =
      "as many by one call of each thread, until each call has returned: the device has "
      "acknowledged all; every 97th state is read afterwards";
  for (const unsigned threads : {1u, settings.threads})
    rate.rows.push_back({fmt::format("spawnMany() of {}, {} threads", count, threads),
                         fmt::format("actors of 24 bytes that begin alike, anywhere, {}", together),
                         [=] { return spawnManyRate(threads, count, States::Alike); }});
  rate.rows.push_back({fmt::format("spawnEach() of {}, 1 threads", count),
                       fmt::format("actors of 24 bytes, each begins with its number, {}", together),
                       [=] { return spawnManyRate(1, count, States::Each); }});
  add(std::move(rate));
}

} // namespace bench
