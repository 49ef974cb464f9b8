// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages to actors that just died: by an order, by themselves, by a failure, while threads and
// other actors go on sending. Each message is handled, a dead letter, or answered; the sums are
// exact.
#include "AuditSmall.ring.h"
#include "test/Device/OnBackend.h"

#include <array>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace ring::test {
namespace {

using audit::Deed;
using audit::Mortal;
using audit::Poke;

/// How actors end.
enum class Death { Kill, Stop, Fail };

/// How questions were answered.
struct Answers {
  std::uint64_t ok = 0, failed = 0, closed = 0, others = 0;
  std::uint64_t wrong = 0; ///< answers to another question

  void count(const Result<Poke>& answer, std::uint32_t number) {
    switch (answer.status().code()) {
    case StatusCode::Ok:
      ++ok;
      wrong += answer->number != number;
      return;
    case StatusCode::Failed:
      ++failed;
      wrong += answer.status().failCode() != number;
      return;
    case StatusCode::Closed:
      ++closed;
      return;
    default:
      ++others;
    }
  }
  Answers& operator+=(const Answers& more) {
    ok += more.ok;
    failed += more.failed;
    closed += more.closed;
    others += more.others;
    wrong += more.wrong;
    return *this;
  }
};

class DeadActor : public OnBackend {
protected:
  static constexpr std::size_t kVictims = 8;
  static constexpr std::uint32_t kAskers = 4;

  /// Ends the victim now and then; for a Stop or a failure the message is the cause. Gives whether
  /// a question was sent for it.
  static void end(Runtime& runtime, ActorRef<Mortal> victim, Death death, Answers& answers) {
    if (death == Death::Kill) {
      const Status status = runtime.kill(victim);
      EXPECT_TRUE(status || status.code() == StatusCode::NotFound) << status.message();
      return;
    }
    const Poke poke{death == Death::Stop ? Deed::Stop : Deed::Fail, 77};
    answers.count(runtime.ask<Poke>(victim, poke).get(), poke.number);
  }

  /// Questions and plain messages until the victims have long been dead.
  static void pester(Runtime& runtime, std::span<const ActorRef<Mortal>> victims,
                     const std::atomic<bool>& isOver, std::uint64_t most, Answers& answers,
                     std::uint64_t& sent) {
    std::deque<std::pair<Ask<Poke>, std::uint32_t>> open;
    const auto takeOne = [&] {
      answers.count(open.front().first.get(), open.front().second);
      open.pop_front();
    };
    std::uint64_t behind = 0; // after the end
    for (std::uint32_t i = 0; behind < 200 && i < most; ++i) {
      const auto victim = victims[i * 2654435761u % victims.size()];
      const Poke poke{Deed::Nothing, i};
      open.emplace_back(runtime.ask<Poke>(victim, poke), i);
      if (i % 3 == 0) {
        EXPECT_OK(runtime.send(victim, poke));
        ++sent;
      }
      if (open.size() > 50)
        takeOne();
      behind += isOver.load(std::memory_order_relaxed);
    }
    while (!open.empty())
      takeOne();
  }

  void race(Death death) {
    Runtime runtime = start(options());
    std::uint64_t handled = 0, plain = 0;
    Answers answers;
    for (std::uint64_t round = 0; round < times(20, 100); ++round) {
      std::vector<ActorRef<Mortal>> victims;
      for (std::size_t i = 0; i < kVictims; ++i)
        victims.push_back(spawnIn<Mortal>(runtime));
      std::atomic<bool> isOver{false};
      std::array<Answers, kAskers + 1> told{};
      std::array<std::uint64_t, kAskers> sent{};
      std::vector<std::thread> threads;
      for (std::uint32_t i = 0; i < kAskers; ++i)
        threads.emplace_back(
            [&, i] { pester(runtime, victims, isOver, 100000, told[i], sent[i]); });
      for (const auto victim : victims)
        end(runtime, victim, death, told[kAskers]);
      isOver.store(true, std::memory_order_relaxed);
      for (std::thread& thread : threads)
        thread.join();
      for (const auto victim : victims) {
        const Result<Mortal> left = runtime.state(victim);
        ASSERT_TRUE(left) << left.status().message();
        handled += left->handled;
        if (death == Death::Fail) // else it counts for maxActors
          EXPECT_OK(runtime.kill(victim));
      }
      for (const Answers& one : told)
        answers += one;
      for (const std::uint64_t count : sent)
        plain += count;
    }
    EXPECT_OK(runtime.drain());
    std::uint64_t plainAnswers = 0;
    runtime.replies().drain<Poke>([&](const Poke&) { ++plainAnswers; });
    const Statistics counts = runtime.statistics();
    EXPECT_EQ(answers.others, 0u);
    EXPECT_EQ(answers.wrong, 0u);
    EXPECT_GT(answers.ok, 0u);
    EXPECT_GT(answers.closed, 0u) << "no question came after an end";
    EXPECT_EQ(counts.sent, answers.ok + answers.failed + answers.closed + plain);
    EXPECT_EQ(counts.handled, handled);
    EXPECT_EQ(handled, answers.ok + answers.failed + plainAnswers);
    EXPECT_EQ(counts.deadLetters, answers.closed + plain - plainAnswers);
    const std::uint64_t all = times(20, 100) * kVictims;
    EXPECT_EQ(counts.killed, death == Death::Stop ? 0 : all);
    EXPECT_EQ(counts.stopped, death == Death::Stop ? all : 0);
    EXPECT_EQ(counts.failed, death == Death::Fail ? all : 0);
  }
};

TEST_P(DeadActor, KilledAmongItsMessages) { race(Death::Kill); }
TEST_P(DeadActor, StoppedAmongItsMessages) { race(Death::Stop); }
TEST_P(DeadActor, FailedAmongItsMessages) { race(Death::Fail); }

/// Failures and restarts race with questions: whatever is asked is answered, and an Active one
/// answers.
TEST_P(DeadActor, RestartedAmongItsMessages) {
  Runtime runtime = start(options());
  const std::array<ActorRef<Mortal>, 2> victims{spawnIn<Mortal>(runtime), spawnIn<Mortal>(runtime)};
  std::atomic<bool> isOver{false};
  std::array<Answers, kAskers + 1> told{};
  std::array<std::uint64_t, kAskers> sent{};
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < kAskers; ++i)
    threads.emplace_back([&, i] { pester(runtime, victims, isOver, 1u << 31, told[i], sent[i]); });
  const std::uint64_t failures = times(100, 2000);
  for (std::uint64_t i = 0; i < failures; ++i)
    for (const auto victim : victims) {
      end(runtime, victim, Death::Fail, told[kAskers]);
      EXPECT_OK(runtime.restart(victim));
      told[kAskers].count(runtime.ask<Poke>(victim, Poke{Deed::Nothing, 5}).get(), 5);
    }
  isOver.store(true, std::memory_order_relaxed);
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_OK(runtime.drain());
  std::uint64_t plainAnswers = 0, plain = 0;
  runtime.replies().drain<Poke>([&](const Poke&) { ++plainAnswers; });
  for (const std::uint64_t count : sent)
    plain += count;
  EXPECT_EQ(told[kAskers].ok, failures * victims.size());
  EXPECT_EQ(told[kAskers].failed, failures * victims.size());
  Answers answers;
  for (const Answers& one : told)
    answers += one;
  EXPECT_EQ(answers.others + answers.wrong, 0u);
  const Statistics counts = runtime.statistics();
  EXPECT_EQ(counts.sent, answers.ok + answers.failed + answers.closed + plain);
  EXPECT_EQ(counts.handled, answers.ok + answers.failed + plainAnswers);
  EXPECT_EQ(counts.deadLetters, counts.sent - counts.handled);
  EXPECT_EQ(counts.restarted, failures * victims.size());
}

/// Actors whose receivers are killed one after another.
TEST_P(DeadActor, ActorsSendToTheDying) {
  Runtime runtime = start(options());
  std::vector<ActorRef<audit::SmallTally>> receivers;
  std::vector<ActorRef<audit::Source>> sources;
  for (std::uint32_t i = 0; i < 8; ++i)
    receivers.push_back(spawnIn<audit::SmallTally>(runtime, 0u));
  const auto calls = static_cast<std::uint32_t>(times(2000, 20000));
  for (std::uint32_t i = 0; i < 8; ++i) {
    sources.push_back(spawnIn<audit::Source>(runtime, i));
    for (const auto receiver : receivers)
      EXPECT_OK(runtime.send(sources.back(), audit::Link{receiver.id}));
  }
  for (const auto source : sources)
    EXPECT_OK(runtime.send(source, audit::Go{calls}));
  for (std::size_t i = 0; i + 1 < receivers.size(); ++i)
    EXPECT_OK(runtime.kill(receivers[i]));
  EXPECT_OK(runtime.drain());
  std::uint64_t received = 0;
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    const auto left = runtime.state(receivers[i]);
    ASSERT_TRUE(left) << left.status().message();
    EXPECT_EQ(left->count.lost + left->count.outOfOrder + left->count.damaged, 0u) << i;
    received += left->count.received;
    if (i + 1 == receivers.size()) // lived
      EXPECT_EQ(left->count.received, 8u * calls);
  }
  const Statistics counts = runtime.statistics();
  const std::uint64_t items = std::uint64_t(64) * calls;
  const std::uint64_t others = 8 * 8 /* links */ + 8 * (calls + std::uint64_t(1));
  EXPECT_EQ(counts.sent, items + others);
  EXPECT_EQ(counts.handled, received + others);
  EXPECT_EQ(counts.deadLetters, items - received);
}

INSTANTIATE_TEST_SUITE_P(, DeadActor, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
