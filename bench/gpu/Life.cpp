// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spawning actors, reading their states, restarting and ending them, each acknowledged.
#include "Actors.ring.h"
#include "Rows.h"
#include "bench/transport/Streams.h"

namespace bench {
namespace {

template <class Work> Figures timed(std::uint32_t count, Work&& work) {
  std::vector<double> times;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    work(i);
    times.push_back(microsecondsSince(begin));
  }
  return timesOf(std::move(times));
}

} // namespace

std::vector<Group> lives(const Settings& settings) {
  const auto count = static_cast<std::uint32_t>(std::max(100.0, 10000 * settings.scale));
  ring::test::CudaKernels& kernels = settings.kernels;
  Group group{"life of an actor", "us", "1.3 round trips", {}};
  group.rows.push_back({"raw echo", "as in question and answer", [&kernels, count] {
                          std::vector<double> times;
                          const bool isRight = rawEcho(kernels, count, times);
                          return timesOf(std::move(times), isRight);
                        }});
  group.rows.push_back(
      {"spawn", "an actor of 24 bytes anywhere, acknowledged", [count] {
         ring::Runtime runtime = makeRuntime();
         require("spawn", runtime.spawn<Sink>()); // the program is composed
         return timed(count, [&](std::uint32_t) { require("spawn", runtime.spawn<Sink>()); });
       }});
  group.rows.push_back({"spawn, near to the thread", "the same on the warps of its lanes", [count] {
                          ring::Runtime runtime = makeRuntime();
                          require("spawn", runtime.spawn<Sink>(ring::direct));
                          return timed(count, [&](std::uint32_t) {
                            require("spawn", runtime.spawn<Sink>(ring::direct));
                          });
                        }});
  group.rows.push_back({"read the state", "24 bytes, of any of 1,000 actors", [count] {
                          ring::Runtime runtime = makeRuntime();
                          std::vector<ring::ActorRef<Sink>> sinks;
                          for (int i = 0; i < 1000; ++i)
                            sinks.push_back(require("spawn", runtime.spawn<Sink>()));
                          return timed(count, [&](std::uint32_t i) {
                            require("state", runtime.state(sinks[i * 7919u % sinks.size()]));
                          });
                        }});
  const auto ofMany = [&](const char* name, const char* definition, auto work) {
    group.rows.push_back({name, definition, [count, work] {
                            ring::Runtime runtime = makeRuntime();
                            std::vector<ring::ActorRef<Sink>> sinks;
                            for (std::uint32_t i = 0; i < count; ++i)
                              sinks.push_back(require("spawn", runtime.spawn<Sink>()));
                            return timed(count, [&](std::uint32_t i) { work(runtime, sinks[i]); });
                          }});
  };
  ofMany("restart", "an actor of 24 bytes anywhere, acknowledged",
         [](ring::Runtime& runtime, ring::ActorRef<Sink> sink) {
           require("restart", runtime.restart(sink));
         });
  ofMany("kill", "the same", [](ring::Runtime& runtime, ring::ActorRef<Sink> sink) {
    require("kill", runtime.kill(sink));
  });
  return {std::move(group)};
}

} // namespace bench
