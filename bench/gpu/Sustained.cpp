// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One stream in for long: threads that stay, each on a processor of its own, to actors that stay.
// Once a second the threads' counters are read with the clock; the rate of a second is what was
// taken between two looks over the time between them. What a counter has and no actor yet is at
// most what the rings hold, below a thousandth of a second's messages. At the end every actor is
// asked for its count, its order and its sum.
#include "Actors.ring.h"
#include "Makers.h"
#include "Rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

namespace bench {
namespace {

constexpr std::size_t kBatch = 256, kSinks = 1024; ///< sinks of a thread

struct alignas(128) Sender { // no two on one line
  std::vector<ring::ActorRef<Sink>> sinks;
  std::atomic<std::uint64_t> sent{0};
};

struct Look {
  Clock::time_point time;
  std::uint64_t sent;
};

void sendUntil(ring::Runtime& runtime, Sender& mine, const std::atomic<bool>& isOver) {
  Item items[kBatch];
  std::uint64_t sent = 0;
  for (std::uint32_t number = 0; !isOver.load(std::memory_order_relaxed); ++number) {
    std::ranges::fill(items, Item{number, {number, number * 3, number ^ 5, ~number}});
    for (std::size_t at = 0; at < kSinks; at += kBatch) {
      require("send", runtime.sendBatch(
                          std::span<const ring::ActorRef<Sink>>(mine.sinks).subspan(at, kBatch),
                          std::span<const Item>(items)));
      sent += kBatch;
      mine.sent.store(sent, std::memory_order_relaxed); // only to be looked at
    }
  }
}

std::uint64_t sumOf(std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    for (const std::uint32_t word : {n, n * 3, n ^ 5, ~n})
      sum += word ^ i;
  }
  return sum;
}

/// How many actors have not exactly what was sent to them, in order.
std::size_t audit(ring::Runtime& runtime, const std::vector<Sender>& senders) {
  std::size_t wrong = 0;
  for (const Sender& sender : senders) {
    const std::uint64_t count = sender.sent / kSinks, sum = sumOf(count);
    for (const ring::ActorRef<Sink> sink : sender.sinks) {
      const Sink state = require("state", runtime.state(sink));
      wrong += state.received != count || state.outOfOrder != 0 || state.sum != sum;
    }
  }
  return wrong;
}

double residentMiB() {
  std::ifstream file("/proc/self/statm");
  double pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096 / (1 << 20);
}

Look lookAt(const std::vector<Sender>& senders) {
  const auto time = Clock::now();
  std::uint64_t sent = 0;
  for (const Sender& sender : senders)
    sent += sender.sent.load(std::memory_order_relaxed);
  return {time, sent};
}

/// Rates in millions a second between looks, without the first second, which warms up.
std::vector<double> ratesOf(const std::vector<Look>& looks) {
  std::vector<double> rates;
  for (std::size_t i = 2; i < looks.size(); ++i)
    rates.push_back(
        double(looks[i].sent - looks[i - 1].sent) /
        std::chrono::duration<double, std::micro>(looks[i].time - looks[i - 1].time).count());
  return rates;
}

double spreadOf(const std::vector<double>& rates) {
  const double mean = std::accumulate(rates.begin(), rates.end(), 0.0) / double(rates.size());
  double squares = 0;
  for (const double rate : rates)
    squares += (rate - mean) * (rate - mean);
  return std::sqrt(squares / double(rates.size())) / mean;
}

struct Outcome {
  std::vector<Look> looks;
  nlohmann::json log;
  bool isRight = false;
};

Outcome stream(const Settings& settings, unsigned seconds) {
  Outcome outcome;
  ring::Runtime runtime = makeRuntime();
  std::vector<Sender> senders(settings.threads);
  std::atomic<bool> isOver{false};
  std::atomic<unsigned> ready{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < settings.threads; ++t)
    threads.emplace_back([&, t] {
      pinThread(t + 1); // the first is left to who looks
      for (std::size_t i = 0; i < kSinks; ++i)
        senders[t].sinks.push_back(require("spawn", runtime.spawn<Sink>()));
      ++ready;
      while (ready != settings.threads)
        std::this_thread::yield();
      sendUntil(runtime, senders[t], isOver);
    });
  while (ready != settings.threads)
    std::this_thread::yield();
  const double memoryBefore = residentMiB();
  Watch watch(settings.meter, std::chrono::seconds(1));
  const auto begin = Clock::now();
  for (unsigned second = 0; second <= seconds + 1; ++second) {
    // When a look comes does not matter: it carries its time.
    std::this_thread::sleep_until(begin + std::chrono::seconds(second));
    outcome.looks.push_back(lookAt(senders));
  }
  isOver = true;
  for (std::thread& thread : threads)
    thread.join();
  outcome.log["power"] = nlohmann::json::array();
  for (const Reading& reading : watch.stop())
    outcome.log["power"].push_back(toJson(reading));
  require("drain", runtime.drain());
  outcome.log["host_mib_before"] = memoryBefore;
  outcome.log["host_mib_after"] = residentMiB();
  const ring::Statistics counts = runtime.statistics();
  const std::uint64_t sent = lookAt(senders).sent;
  const std::size_t wrong = audit(runtime, senders);
  outcome.log["audit"] = {{"sent", sent},
                          {"handled", counts.handled},
                          {"dead_letters", counts.deadLetters},
                          {"dropped", counts.dropped},
                          {"actors", settings.threads * kSinks},
                          {"actors_wrong", wrong}};
  outcome.isRight = wrong == 0 && counts.handled == sent && counts.deadLetters == 0;
  return outcome;
}

} // namespace

void sustained(const Settings& settings, const Groups& add) {
  const unsigned seconds = settings.sustain;
  Group group{fmt::format("sustained stream in, {} s", seconds), "Mmsg/s", "spread 0.01", {}};
  if (seconds == 0 || !settings.wants(group.name))
    return;
  const Outcome outcome = stream(settings, seconds);
  const std::vector<double> rates = ratesOf(outcome.looks);
  group.log = outcome.log;
  Row each{
      "each second, actors anywhere",
      "1,024 actors a thread in turn, items of 24 bytes by sendBatch() of 256; what the threads "
      "had taken off them between two looks over the time between these; the first second is "
      "left out",
      nullptr, sizeof(Item), 64};
  for (const double rate : rates)
    each.rounds.push_back({rate, 0, outcome.isRight, std::uint64_t(rate * 1e6)});
  group.rows.push_back(each);
  Row spread{
      "spread: deviation / mean",
      "of those rates; right: every actor got every message once, in order, every word right",
      nullptr};
  spread.rounds.push_back({spreadOf(rates), 0, outcome.isRight, rates.size()});
  group.rows.push_back(spread);
  add(std::move(group));
}

} // namespace bench
