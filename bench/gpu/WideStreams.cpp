// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The streams of gpu-bench-slots-N: messages that fill slots of N bytes, in, out, and there and
// back, beside the raw ring of the same slots. Every word is made and checked on both sides.
#include "RawRows.h"
#include "Wide.ring.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace bench {
namespace {

constexpr std::uint32_t kSlot = RINGKERNEL_BENCH_SLOT;
constexpr std::size_t kActors = 256, kAtOnce = 32; ///< of a thread; of a sendBatch()

void fill(WideItem& item, std::uint32_t number) {
  const std::uint32_t seed = number * 2654435761u;
  item.number = number;
  for (std::uint32_t i = 0; i < kWideWords; ++i)
    item.words[i] = seed ^ i * 0x9e3779b9u;
}
bool isWhole(const WideItem& item) {
  const std::uint32_t seed = static_cast<std::uint32_t>(item.number) * 2654435761u;
  std::uint32_t bad = 0;
  for (std::uint32_t i = 0; i < kWideWords; ++i)
    bad |= item.words[i] ^ seed ^ i * 0x9e3779b9u;
  return bad == 0;
}

template <class Actor> struct alignas(128) Thread { // no two on one line
  std::vector<ring::ActorRef<Actor>> actors;
  std::uint64_t wrong = 0, sum = 0;

  void spawn(ring::Runtime& runtime) {
    for (std::size_t i = 0; i < kActors; ++i)
      actors.push_back(require("spawn", runtime.spawn<Actor>(ring::direct)));
  }
  /// One item to each actor, `number` in all of them.
  template <class Between>
  void sendRound(ring::Runtime& runtime, std::vector<WideItem>& items, std::uint32_t number,
                 Between&& between) {
    for (std::size_t at = 0; at < kActors; at += kAtOnce) {
      for (WideItem& item : items)
        fill(item, number);
      require("send",
              runtime.sendBatch(std::span<const ring::ActorRef<Actor>>(actors).subspan(at, kAtOnce),
                                std::span<const WideItem>(items)));
      between();
    }
  }
};

template <class Actor> bool allRight(const std::vector<Thread<Actor>>& all) {
  return std::ranges::all_of(all, [](const Thread<Actor>& one) { return one.wrong == 0; });
}

Figures in(unsigned threads, std::uint32_t rounds) {
  ring::Runtime runtime = makeRuntime(1u << 16);
  std::vector<Thread<WideSink>> all(threads);
  const double time = together(
      threads, [&](unsigned t) { all[t].spawn(runtime); },
      [&](unsigned t) {
        std::vector<WideItem> items(kAtOnce);
        for (std::uint32_t i = 0; i < rounds; ++i)
          all[t].sendRound(runtime, items, i, [] {});
      },
      [&] { require("drain", runtime.drain()); });
  bool isRight = runtime.statistics().deadLetters == 0;
  for (const Thread<WideSink>& one : all)
    for (const ring::ActorRef<WideSink> sink : one.actors) {
      const WideSink state = require("state", runtime.state(sink));
      isRight &= state.received == rounds && state.wrong == 0;
    }
  return rateOf(double(threads) * kActors * rounds, time, isRight);
}

Figures out(unsigned threads, std::uint32_t rounds) {
  ring::Runtime runtime = makeRuntime(1u << 16);
  std::vector<Thread<WideSource>> all(threads);
  const double time = together(
      threads, [&](unsigned t) { all[t].spawn(runtime); },
      [&](unsigned t) {
        Thread<WideSource>& mine = all[t];
        for (const ring::ActorRef<WideSource> source : mine.actors)
          require("send", runtime.send(source, WideEmit{rounds, 1}));
        std::vector<std::uint32_t> next; // by the actor's index
        const auto take = [&](const WideItem& item, ring::ActorId from) {
          if (from.index >= next.size())
            next.resize(from.index + 1);
          mine.wrong += item.number != next[from.index]++ || !isWhole(item);
        };
        for (std::uint64_t got = 0; got < kActors * std::uint64_t(rounds);)
          got += runtime.replies().drainOwn<WideItem>(take);
      },
      [] {});
  return rateOf(double(threads) * kActors * rounds, time, allRight(all));
}

Figures thereAndBack(unsigned threads, std::uint32_t rounds) {
  ring::Runtime runtime = makeRuntime(1u << 16);
  std::vector<Thread<WideEcho>> all(threads);
  const double time = together(
      threads, [&](unsigned t) { all[t].spawn(runtime); },
      [&](unsigned t) {
        Thread<WideEcho>& mine = all[t];
        std::vector<WideItem> items(kAtOnce);
        std::uint64_t got = 0;
        const auto take = [&](const WideItem& item) {
          mine.wrong += !isWhole(item);
          mine.sum += item.number;
        };
        for (std::uint32_t i = 0; i < rounds; ++i)
          mine.sendRound(runtime, items, i,
                         [&] { got += runtime.replies().drainOwn<WideItem>(take); });
        while (got < kActors * std::uint64_t(rounds))
          got += runtime.replies().drainOwn<WideItem>(take);
        mine.wrong += mine.sum != kActors * std::uint64_t(rounds) * (rounds - 1) / 2;
      },
      [] {});
  return rateOf(double(threads) * kActors * rounds, time, allRight(all));
}

/// Why this runtime has no actors with such messages; empty where it has.
std::string refusal() {
  const ring::Result<ring::ActorRef<WideSink>> sink = makeRuntime(1u << 16).spawn<WideSink>();
  if (sink)
    return "";
  fmt::print(stderr, "no rows of actors for slots of {} bytes: {}\n", kSlot,
             sink.status().message());
  return sink.status().message();
}

Group make(const char* way, unsigned threads, Row raw, const char* target,
           const std::string& refused, std::function<Figures()> run) {
  Group group{fmt::format("{}, {} threads, slots of {} bytes", way, threads, kSlot),
              "Mmsg/s",
              target,
              {std::move(raw)}};
  group.mostRounds = 3;
  if (!refused.empty()) {
    group.log = "no rows of actors: " + refused;
    return group;
  }
  group.rows.push_back({"actors near to the thread",
                        "256 a thread, a message each in turn; by sendBatch() of 32 and drainOwn()",
                        std::move(run), sizeof(WideItem), kSlot});
  return group;
}

void wideStreams(const Settings& settings, const Groups& add) {
  using ring::TransportDirection;
  const std::string refused = refusal();
  for (const unsigned threads : {1u, 4u, 8u, 14u}) {
    if (threads > settings.threads)
      continue;
    const double bytes = double(128 << 20) * settings.scale / std::sqrt(threads); // a thread
    const auto rounds = static_cast<std::uint32_t>(std::max(4.0, bytes / kSlot / kActors));
    const std::uint64_t messages = std::uint64_t(rounds) * kActors;
    add(make("stream in", threads,
             rawRow(settings, TransportDirection::ToDevice, threads, kSlot, messages), "0.9",
             refused, [=] { return in(threads, rounds); }));
    add(make("stream out", threads,
             rawRow(settings, TransportDirection::ToHost, threads, kSlot, messages), "0.9", refused,
             [=] { return out(threads, rounds); }));
    if (threads > 1)
      add(make("there and back", threads, rawRelayRow(settings, threads, kSlot, messages), "0.85",
               refused, [=] { return thereAndBack(threads, rounds); }));
  }
}

} // namespace

std::vector<Maker> makers() { return {wideStreams}; }

} // namespace bench
