// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams in, by whom they go to: all alike, a few much more than others, one for each thread, one
// for all threads.
#include "Actors.ring.h"
#include "Makers.h"
#include "Streaming.h"

#include <fmt/core.h>

#include <algorithm>

namespace bench {
namespace {

constexpr std::size_t kActors = 7000; ///< a thread

Tagged taggedOf(std::uint64_t number, std::uint32_t sender) {
  const auto n = static_cast<std::uint32_t>(number);
  return {number, sender, {n * 3, n ^ 5, ~n}};
}

/// All threads to one actor, which looks at each one's order.
Figures toOne(unsigned threads, std::uint64_t messages) {
  ring::Runtime runtime = makeRuntime();
  const auto sink = require("spawn", runtime.spawn<SharedSink>());
  const auto run = [&](unsigned t) {
    std::vector<Tagged> batch(kBatch);
    for (std::uint64_t sent = 0; sent < messages; sent += kBatch) {
      for (std::size_t i = 0; i < kBatch; ++i)
        batch[i] = taggedOf(sent + i, t);
      require("send", runtime.sendBatch(sink, std::span<const Tagged>(batch)));
    }
  };
  const double time =
      together(threads, [](unsigned) {}, run, [&] { require("drain", runtime.drain()); });
  const SharedSink state = require("state", runtime.state(sink));
  bool isRight = state.outOfOrder == 0;
  for (unsigned t = 0; t < threads; ++t)
    isRight &= state.received[t] == messages;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < messages; ++i)
    for (const std::uint32_t word : taggedOf(i, 0).words)
      sum += word ^ i;
  return rateOf(double(messages) * threads, time, isRight && state.sum == sum * threads);
}

} // namespace

void targets(const Settings& settings, const Groups& add) {
  const unsigned threads = settings.threads;
  const std::uint64_t messages = messagesOf(settings, threads);
  Group group{fmt::format("targets, {} threads", threads), "Mmsg/s", "", {}};
  const struct {
    const char* name;
    Targets targets;
    std::size_t sinks;
    std::uint64_t messages;
  } rows[] = {{"in turn", Targets::InTurn, kActors / kBatch * kBatch, messages},
              {"uniform", Targets::Uniform, kActors, messages},
              {"Zipf 0.99", Targets::Zipf, kActors, messages},
              {"one hot actor a thread", Targets::Hot, 1, messages / 16}};
  for (const auto& row : rows)
    group.rows.push_back({row.name, "7,000 actors a thread, anywhere (one for the hot one)",
                          [row, threads] {
                            ring::Runtime runtime = makeRuntime();
                            return streamIn(runtime,
                                            {threads, row.sinks, row.messages, false, row.targets});
                          },
                          24, 64});
  group.rows.push_back(
      {"one hot actor for all", "all threads to one actor anywhere, which sees each thread's order",
       [threads, messages] {
         return toOne(threads, std::max<std::uint64_t>(kBatch, messages / 64 / kBatch * kBatch));
       },
       24, 64});
  add(std::move(group));
}

} // namespace bench
