// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams between host threads and actors, slots of 64 bytes: in, out and both. The clock runs from
// the first send until all was handled and the counters say so (in), or until the last answer was
// taken (out, both).
#include "Actors.ring.h"
#include "Makers.h"
#include "RawRows.h"
#include "Streaming.h"

#include <fmt/core.h>

#include <algorithm>

namespace bench {
namespace {

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
  return rateOf(double(each) * kSources * threads, time, isRight);
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
  return rateOf(double(messages / kBatch * kBatch) * threads, time, isRight);
}

Group oneWay(const Settings& settings, ring::TransportDirection direction, unsigned threads,
             std::uint64_t messages) {
  const bool toHost = direction == ring::TransportDirection::ToHost;
  Group group{
      fmt::format("stream {}, {} threads, slots of 64 bytes", toHost ? "out" : "in", threads),
      "Mmsg/s",
      "0.9",
      {rawRow(settings, direction, threads, 64, messages)}};
  if (toHost) {
    group.rows.push_back(
        {"actors near to the thread",
         "1,024 a thread, each handler call sends eight items of 24 bytes; taken by "
         "drainOwn()",
         [=] {
           ring::Runtime runtime = makeRuntime();
           return streamOut(runtime, threads, messages);
         },
         sizeof(Item), 64});
    return group;
  }
  for (const bool isDirect : {true, false})
    group.rows.push_back({isDirect ? "actors near to the thread" : "actors anywhere",
                          "1,024 a thread in turn, items of 24 bytes by sendBatch() of 256",
                          [=] {
                            ring::Runtime runtime = makeRuntime();
                            return streamIn(runtime,
                                            {threads, 1024, messages, isDirect, Targets::InTurn});
                          },
                          sizeof(Item), 64});
  return group;
}

Group bothWays(const Settings& settings, unsigned threads, std::uint64_t messages) {
  Group group{fmt::format("there and back, {} threads, slots of 64 bytes", threads),
              "Mmsg/s",
              "0.85",
              {rawRelayRow(settings, threads, 64, messages)}};
  group.rows.push_back({"actors near to the thread",
                        "256 a thread; each thread sends and takes the answers; a message each way",
                        [=] {
                          ring::Runtime runtime = makeRuntime();
                          return relay(runtime, threads, messages);
                        },
                        sizeof(Ping), 64});
  return group;
}

} // namespace

void streams(const Settings& settings, const Groups& add) {
  for (const unsigned threads : {1u, 4u, 8u, 14u}) {
    if (threads > settings.threads)
      continue;
    const std::uint64_t messages = messagesOf(settings, threads);
    for (const auto direction :
         {ring::TransportDirection::ToDevice, ring::TransportDirection::ToHost})
      add(oneWay(settings, direction, threads, messages));
    if (threads > 1)
      add(bothWays(settings, threads, messages));
  }
}

} // namespace bench
