// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that send to sinks of their own as fast as they are taken.
#include "Streaming.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace bench {
namespace {

std::uint64_t sumOf(std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Item item = itemOf(static_cast<std::uint32_t>(i));
    for (const std::uint32_t word : item.words)
      sum += word ^ i;
  }
  return sum;
}

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

} // namespace

Figures streamIn(ring::Runtime& runtime, const Inward& shape) {
  struct alignas(128) Thread { // no two on one line
    std::vector<ring::ActorRef<Sink>> sinks, order;
    std::vector<std::uint32_t> drawn;
    std::vector<std::uint32_t> numbers; ///< the next of each sink
  };
  std::vector<Thread> all(shape.threads);
  const auto prepare = [&](unsigned t) {
    Thread& mine = all[t];
    mine.sinks =
        require("spawn", shape.isDirect ? runtime.spawnMany<Sink>(ring::direct, shape.sinks)
                                        : runtime.spawnMany<Sink>(shape.sinks));
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
  return rateOf(double(shape.messages) * shape.threads, time, isRight);
}

std::uint64_t messagesOf(const Settings& settings, unsigned threads) {
  const double each = double(1 << 24) * settings.scale / std::sqrt(threads);
  return std::uint64_t(std::max(1.0, each / 16384)) * 16384;
}

} // namespace bench
