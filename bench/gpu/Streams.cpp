// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams between host threads and actors, slots of 64 bytes: in, out, both, and for long. The
// clock runs from the first send until all was handled and the counters say so (in), or until the
// last answer was taken (out, both).
#include "bench/transport/Streams.h"
#include "Actors.ring.h"
#include "Rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <thread>

namespace bench {
namespace {

constexpr std::size_t kBatch = 256;

Item itemOf(std::uint32_t i) { return {i, {i, i * 3, i ^ 5, ~i}}; }
std::uint64_t sumOf(std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Item item = itemOf(static_cast<std::uint32_t>(i));
    for (const std::uint32_t word : item.words)
      sum += word ^ i;
  }
  return sum;
}

/// Which of its sinks a thread sends to.
enum class Targets { InTurn, Uniform, Zipf, Hot };

struct Inward {
  unsigned threads;
  std::size_t sinks;      ///< a thread
  std::uint64_t messages; ///< a thread
  bool isDirect;
  Targets targets;
};

/// A thread's targets, drawn beforehand: drawing is not timed.
std::vector<std::uint32_t> draw(const Inward& shape, unsigned thread) {
  // In turn no more than a round of them, so that they stay in the first cache.
  const bool isDrawn = shape.targets == Targets::Uniform || shape.targets == Targets::Zipf;
  std::vector<std::uint32_t> drawn(isDrawn ? 1 << 16 : std::max(kBatch, shape.sinks));
  std::mt19937 random(thread + 1);
  if (!isDrawn) {
    for (std::size_t i = 0; i < drawn.size(); ++i)
      drawn[i] = shape.targets == Targets::Hot ? 0 : static_cast<std::uint32_t>(i % shape.sinks);
  } else if (shape.targets == Targets::Uniform) {
    for (std::uint32_t& target : drawn)
      target = static_cast<std::uint32_t>(random() % shape.sinks);
  } else {
    std::vector<double> weights(shape.sinks);
    for (std::size_t i = 0; i < shape.sinks; ++i)
      weights[i] = std::pow(double(i + 1), -0.99);
    std::discrete_distribution<std::uint32_t> zipf(weights.begin(), weights.end());
    for (std::uint32_t& target : drawn)
      target = zipf(random);
  }
  return drawn;
}

Figures streamIn(ring::Runtime& runtime, const Inward& shape) {
  struct alignas(128) Thread { // no two on one line
    std::vector<ring::ActorRef<Sink>> sinks, order;
    std::vector<std::uint32_t> drawn;
    std::vector<std::uint32_t> numbers; ///< the next of each sink
  };
  std::vector<Thread> all(shape.threads);
  const auto prepare = [&](unsigned t) {
    Thread& mine = all[t];
    for (std::size_t i = 0; i < shape.sinks; ++i)
      mine.sinks.push_back(require("spawn", shape.isDirect ? runtime.spawn<Sink>(ring::direct)
                                                           : runtime.spawn<Sink>()));
    mine.drawn = draw(shape, t);
    for (const std::uint32_t target : mine.drawn)
      mine.order.push_back(mine.sinks[target]);
    mine.numbers.assign(shape.sinks, 0);
  };
  const auto run = [&](unsigned t) {
    Thread& mine = all[t];
    Item items[kBatch];
    for (std::uint64_t sent = 0; sent < shape.messages; sent += kBatch) {
      const std::size_t at = sent % mine.drawn.size();
      if (shape.targets == Targets::InTurn) {
        const auto number = static_cast<std::uint32_t>(sent / shape.sinks);
        std::ranges::fill(items, itemOf(number));
        for (std::size_t i = 0; i < kBatch; ++i)
          mine.numbers[at % shape.sinks + i] = number + 1;
      } else {
        for (std::size_t i = 0; i < kBatch; ++i)
          items[i] = itemOf(mine.numbers[mine.drawn[at + i]]++);
      }
      require("send", runtime.sendBatch(
                          std::span<const ring::ActorRef<Sink>>(mine.order).subspan(at, kBatch),
                          std::span<const Item>(items)));
    }
  };
  const double time =
      together(shape.threads, prepare, run, [&] { require("drain", runtime.drain()); });
  bool isRight = true;
  const auto check = [&](unsigned t) {
    for (std::size_t s = 0; s < shape.sinks; s += std::max<std::size_t>(1, shape.sinks / 16)) {
      const Sink state = require("state", runtime.state(all[t].sinks[s]));
      isRight &= state.received == all[t].numbers[s] && state.outOfOrder == 0 &&
                 state.sum == sumOf(state.received);
    }
  };
  for (unsigned t = 0; t < shape.threads; ++t)
    check(t);
  const ring::Statistics counts = runtime.statistics();
  isRight &= counts.deadLetters == 0 && counts.handled == counts.sent;
  return {double(shape.messages) * shape.threads / time, 0, isRight};
}

Figures streamOut(ring::Runtime& runtime, unsigned threads, std::uint64_t messages) {
  constexpr std::size_t kSources = 1024;
  struct alignas(128) Thread {
    std::vector<ring::ActorRef<Source>> sources;
    std::vector<std::uint32_t> next; ///< by index less the lowest
    std::uint32_t lowest = ~0u;
    std::uint64_t wrong = 0;
  };
  const auto each = static_cast<std::uint32_t>(messages / kSources);
  std::vector<Thread> all(threads);
  const auto prepare = [&](unsigned t) {
    Thread& mine = all[t];
    std::uint32_t highest = 0;
    for (std::size_t i = 0; i < kSources; ++i) {
      mine.sources.push_back(require("spawn", runtime.spawn<Source>(ring::direct)));
      mine.lowest = std::min(mine.lowest, mine.sources[i].id.index);
      highest = std::max(highest, mine.sources[i].id.index);
    }
    mine.next.assign(highest - mine.lowest + 1, 0);
  };
  const auto run = [&](unsigned t) {
    Thread& mine = all[t];
    for (const ring::ActorRef<Source> source : mine.sources)
      require("send", runtime.send(source, Emit{each, 1}));
    std::uint64_t wrong = 0;
    const auto take = [&mine, &wrong](const Item& item, ring::ActorId from) {
      const std::uint32_t expected = mine.next[from.index - mine.lowest]++;
      const Item right = itemOf(expected);
      wrong += item.number != expected || item.words[0] != right.words[0] ||
               item.words[1] != right.words[1] || item.words[2] != right.words[2] ||
               item.words[3] != right.words[3];
    };
    for (std::uint64_t got = 0; got < std::uint64_t(each) * kSources;)
      got += runtime.replies().drainOwn<Item>(take);
    mine.wrong = wrong;
  };
  const double time = together(threads, prepare, run, [] {});
  const bool isRight =
      std::ranges::all_of(all, [](const Thread& thread) { return thread.wrong == 0; });
  return {double(each) * kSources * threads / time, 0, isRight};
}

Figures relay(ring::Runtime& runtime, unsigned threads, std::uint64_t messages) {
  struct alignas(128) Thread {
    std::vector<ring::ActorRef<Echo>> echoes;
    std::uint64_t wrong = 0;
  };
  std::vector<Thread> all(threads);
  const auto prepare = [&](unsigned t) {
    for (std::size_t i = 0; i < kBatch; ++i)
      all[t].echoes.push_back(require("spawn", runtime.spawn<Echo>(ring::direct)));
  };
  const auto run = [&](unsigned t) {
    Thread& mine = all[t];
    const auto turns = static_cast<std::uint32_t>(messages / kBatch);
    std::uint64_t got = 0, sum = 0, wrong = 0;
    const auto take = [&](const Pong& pong) {
      const auto i = static_cast<std::uint32_t>(pong.number);
      for (std::uint32_t k = 0; k < 4; ++k)
        wrong += pong.words[k] != i + k + 1;
      sum += i;
    };
    Ping pings[kBatch];
    for (std::uint32_t i = 0; i < turns; ++i) {
      for (Ping& ping : pings)
        ping = {i, {i, i + 1, i + 2, i + 3}};
      require("send", runtime.sendBatch(std::span<const ring::ActorRef<Echo>>(mine.echoes),
                                        std::span<const Ping>(pings)));
      got += runtime.replies().drainOwn<Pong>(take);
    }
    while (got < std::uint64_t(turns) * kBatch)
      got += runtime.replies().drainOwn<Pong>(take);
    mine.wrong = wrong + (sum != kBatch * std::uint64_t(turns) * (turns - 1) / 2);
  };
  const double time = together(threads, prepare, run, [] {});
  const bool isRight =
      std::ranges::all_of(all, [](const Thread& thread) { return thread.wrong == 0; });
  return {double(messages / kBatch * kBatch) * threads / time, 0, isRight};
}

StreamShape rawShape(ring::TransportDirection direction, unsigned threads, std::uint64_t messages) {
  StreamShape shape{};
  shape.direction = direction;
  shape.slotBytes = 64;
  shape.slots = 1u << 14;
  shape.threads = threads;
  shape.messages = static_cast<std::uint32_t>(messages);
  return shape;
}

Figures rateOf(Stream& stream, double messages) {
  const auto begin = Clock::now();
  const bool isRight = stream.run();
  return {messages / microsecondsSince(begin), 0, isRight};
}

Group oneWay(const Settings& settings, ring::TransportDirection direction, unsigned threads,
             std::uint64_t messages) {
  const bool toHost = direction == ring::TransportDirection::ToHost;
  Group group{
      fmt::format("stream {}, {} threads", toHost ? "out" : "in", threads), "Mmsg/s", "0.9", {}};
  const std::shared_ptr<Stream> raw =
      rawStream(settings.kernels, rawShape(direction, threads, messages));
  group.rows.push_back(
      {"raw ring", "transport-bench's raw ring, a ring a thread, 64 bytes",
       [raw, threads, messages] { return rateOf(*raw, double(messages) * threads); }});
  if (toHost) {
    group.rows.push_back({"actors near to the thread",
                          "1,024 a thread, each handler call sends eight items of 24 bytes; "
                          "taken by drainOwn()",
                          [=] {
                            ring::Runtime runtime = makeRuntime();
                            return streamOut(runtime, threads, messages);
                          }});
    return group;
  }
  for (const bool isDirect : {true, false})
    group.rows.push_back({isDirect ? "actors near to the thread" : "actors anywhere",
                          "1,024 a thread in turn, items of 24 bytes by sendBatch() of 256", [=] {
                            ring::Runtime runtime = makeRuntime();
                            return streamIn(runtime,
                                            {threads, 1024, messages, isDirect, Targets::InTurn});
                          }});
  return group;
}

Group bothWays(const Settings& settings, unsigned threads, std::uint64_t messages) {
  Group group{fmt::format("there and back, {} threads", threads), "Mmsg/s", "0.85", {}};
  const std::shared_ptr<Stream> raw =
      rawRelay(settings.kernels, rawShape(ring::TransportDirection::ToDevice, threads, messages));
  group.rows.push_back(
      {"raw relay", "half of the threads write, half read; a message each way",
       [raw, threads, messages] { return rateOf(*raw, double(messages) * (threads / 2)); }});
  group.rows.push_back(
      {"actors near to the thread", "256 a thread; each thread sends and takes the answers", [=] {
         ring::Runtime runtime = makeRuntime();
         return relay(runtime, threads, messages);
       }});
  return group;
}

Group distributions(unsigned threads, std::uint64_t messages) {
  Group group{fmt::format("targets, {} threads", threads), "Mmsg/s", "", {}};
  const struct {
    const char* name;
    Targets targets;
    std::size_t sinks;
  } rows[] = {{"uniform", Targets::Uniform, 7000},
              {"Zipf 0.99", Targets::Zipf, 7000},
              {"one hot actor a thread", Targets::Hot, 1}};
  for (const auto& row : rows)
    group.rows.push_back({row.name, "7,000 actors a thread, anywhere (one for the hot one)",
                          [row, threads, messages] {
                            ring::Runtime runtime = makeRuntime();
                            return streamIn(runtime,
                                            {threads, row.sinks,
                                             row.targets == Targets::Hot ? messages / 16 : messages,
                                             false, row.targets});
                          }});
  return group;
}

} // namespace

std::vector<Group> streams(const Settings& settings) {
  std::vector<Group> groups;
  const auto messagesOf = [&](unsigned threads) {
    const double each = double(1 << 24) * settings.scale / std::sqrt(threads);
    return std::uint64_t(std::max(1.0, each / 16384)) * 16384;
  };
  for (const unsigned threads : {1u, 4u, 8u, 14u}) {
    if (threads > settings.threads)
      continue;
    for (const auto direction :
         {ring::TransportDirection::ToDevice, ring::TransportDirection::ToHost})
      groups.push_back(oneWay(settings, direction, threads, messagesOf(threads)));
    if (threads > 1)
      groups.push_back(bothWays(settings, threads, messagesOf(threads)));
  }
  groups.push_back(distributions(settings.threads, messagesOf(settings.threads)));
  return groups;
}

Group sustained(const Settings& settings, unsigned seconds) {
  Group group{fmt::format("stream in, {} s", seconds), "Mmsg/s", "spread 0.01", {}};
  Row row{
      "each second, actors anywhere",
      "1,024 actors a thread; the rate of each second as a round; counts, order and sums at the "
      "end",
      nullptr};
  ring::Runtime runtime = makeRuntime(1u << 22); // new actors every second
  std::vector<double> rates;
  const Inward shape{settings.threads, 1024, std::uint64_t(1) << 25, false, Targets::InTurn};
  bool isRight = true;
  for (const auto begin = Clock::now(); microsecondsSince(begin) < seconds * 1e6;) {
    row.rounds.push_back(streamIn(runtime, shape));
    isRight &= row.rounds.back().isRight;
    rates.push_back(row.rounds.back().value);
  }
  const double mean = std::accumulate(rates.begin(), rates.end(), 0.0) / double(rates.size());
  double squares = 0;
  for (const double rate : rates)
    squares += (rate - mean) * (rate - mean);
  group.rows.push_back(row);
  Row spread{"spread: deviation / mean", "of the rates above", nullptr};
  spread.rounds.push_back({std::sqrt(squares / double(rates.size())) / mean, 0, isRight});
  group.rows.push_back(spread);
  return group;
}

} // namespace bench
