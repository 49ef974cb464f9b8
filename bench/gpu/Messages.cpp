// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages between actors on the GPU: one ball there and back, many at once, and a pipeline.
#include "Actors.ring.h"
#include "Rows.h"

#include <fmt/core.h>

#include <algorithm>

namespace bench {
namespace {

using Players = std::vector<ring::ActorRef<Player>>;

/// `pairs` pairs, each with a ball that is thrown `throws` times; gives the time from the first
/// throw until the last ball has come to the host.
double play(ring::Runtime& runtime, std::size_t pairs, std::uint32_t throws) {
  Players players;
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    players.push_back(require("spawn", runtime.spawn<Player>()));
  for (std::size_t i = 0; i < pairs; ++i) {
    const ring::ActorRef<Player> one = players[i], other = players[pairs + i];
    require("send", runtime.send(one, Partner{other.id}));
    require("send", runtime.send(other, Partner{one.id}));
  }
  require("drain", runtime.drain());
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < pairs; ++i)
    require("send", runtime.send(players[i], Ball{throws}));
  for (std::size_t ended = 0; ended < pairs;)
    ended += runtime.replies().drainOwn<Ball>([](const Ball&) {});
  return microsecondsSince(begin);
}

Figures oneBall(std::uint32_t throws) {
  ring::Runtime runtime = makeRuntime();
  static_cast<void>(play(runtime, 1, 100));
  std::vector<double> times;
  for (int i = 0; i < 9; ++i)
    times.push_back(play(runtime, 1, throws) / throws);
  return timesOf(std::move(times));
}

Figures manyBalls(std::size_t pairs, std::uint32_t throws) {
  ring::Runtime runtime = makeRuntime();
  const double time = play(runtime, pairs, throws);
  const ring::Statistics counts = runtime.statistics();
  const std::uint64_t balls = std::uint64_t(pairs) * (throws + 1);
  return {double(pairs) * throws / time, 0,
          counts.handled == balls + 2 * pairs && counts.deadLetters == 0};
}

/// Chains of four stages, some for each thread that feeds them.
Figures pipeline(unsigned threads, std::size_t chains, std::uint32_t turns) {
  constexpr std::uint32_t kStages = 4;
  ring::Runtime runtime = makeRuntime();
  std::vector<std::vector<ring::ActorRef<Stage>>> all(threads);
  const auto prepare = [&](unsigned t) {
    std::vector<ring::ActorRef<Stage>>& stages = all[t];
    for (std::size_t i = 0; i < kStages * chains; ++i)
      stages.push_back(require("spawn", runtime.spawn<Stage>()));
    for (std::size_t i = 0; i + chains < stages.size(); ++i)
      require("send", runtime.send(stages[i], Partner{stages[i + chains].id}));
    require("drain", runtime.drain());
  };
  const auto run = [&](unsigned t) {
    std::vector<Event> events(256);
    const std::span<const ring::ActorRef<Stage>> firsts(all[t].data(), chains);
    for (std::uint32_t turn = 0; turn < turns; ++turn)
      for (std::size_t at = 0; at < chains; at += events.size()) {
        std::ranges::fill(events, Event{turn, {turn, turn ^ 9, turn + 1, kStages - 1}});
        require("send", runtime.sendBatch(firsts.subspan(at, events.size()),
                                          std::span<const Event>(events)));
      }
  };
  const double time = together(threads, prepare, run, [&] { require("drain", runtime.drain()); });
  bool isRight = runtime.statistics().deadLetters == 0;
  for (const std::vector<ring::ActorRef<Stage>>& stages : all)
    for (std::size_t i = 0; i < chains; i += chains / 16) {
      const Stage last = require("state", runtime.state(stages[(kStages - 1) * chains + i]));
      const std::uint64_t sum =
          std::uint64_t(turns) * (turns - 1) / 2 + std::uint64_t(turns) * (kStages - 1);
      isRight &= last.passed == turns && last.sum == sum;
    }
  return {double(threads) * double(chains) * turns / time, 0, isRight};
}

} // namespace

std::vector<Group> messages(const Settings& settings) {
  const auto throws = static_cast<std::uint32_t>(20000 * settings.scale);
  Group ball{"actor to actor, one ball, one way", "us", "0.290", {}};
  ball.rows.push_back({"two warps, through L2",
                       "one message at a time between two Thread actors: handler, outbox, ticket, "
                       "mailbox, poll",
                       [throws] { return oneBall(throws); }});
  Group many{"actor to actor, many at once", "Mmsg/s", "3000", {}};
  for (const std::size_t pairs : {1024u, 32768u})
    many.rows.push_back({fmt::format("{} pairs, anywhere", pairs),
                         "each pair has a ball; from the first throw until all have ended",
                         [pairs, throws] { return manyBalls(pairs, std::max(8u, throws / 40)); }});
  Group line{"pipeline of four actors", "Mevent/s", "200 fed from the host", {}};
  for (const unsigned threads : {1u, settings.threads})
    line.rows.push_back(
        {fmt::format("fed by {} threads", threads),
         "1,024 chains a thread, anywhere; events of 24 bytes, none dropped",
         [threads, throws] { return pipeline(threads, 1024, std::max(4u, throws / 8)); }});
  return {std::move(ball), std::move(many), std::move(line)};
}

} // namespace bench
