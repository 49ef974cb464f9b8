// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Killing, restarting and asking for signs of life on the CPU, alone and while others send. That
// other places do the same is tested under test/Execution.
#include "Actors.ring.h"
#include "Support.h"

#include <atomic>
#include <bit>
#include <thread>
#include <vector>

namespace {

using ring::StatusCode;
using test::cpuOptions;
using test::makeRuntime;

constexpr std::uint32_t kReply = 0, kFail = 3, kStop = 4, kWait = 6; // test::Worker's orders

StatusCode ask(ring::Runtime& runtime, ring::ActorRef<test::Worker> actor, std::uint32_t kind,
               std::uint32_t argument = 0) {
  return runtime.ask<test::Order>(actor, test::Order{kind, argument}).get().status().code();
}

TEST(Kill, EndsAfterWhatThisThreadSentAndFreesTheEntry) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.maxActors = 1;
  ring::Runtime runtime = makeRuntime(options);
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  for (int i = 0; i < 1000; ++i)
    EXPECT_OK(runtime.send(*actor, test::Order{2, 0}));
  EXPECT_OK(runtime.kill(*actor));
  EXPECT_EQ(ask(runtime, *actor, kReply), StatusCode::Closed);
  EXPECT_EQ(runtime.state(*actor).value().orders, 1000u) << "until the entry is taken";
  EXPECT_EQ(runtime.kill(*actor).code(), StatusCode::NotFound);
  EXPECT_EQ(runtime.kill(*actor).message(), "the actor is gone");
  EXPECT_EQ(runtime.restart(*actor).code(), StatusCode::NotFound);
  const auto next = runtime.spawn<test::Worker>();
  ASSERT_TRUE(next) << next.status().message();
  EXPECT_EQ(runtime.kill(*actor).code(), StatusCode::NotFound) << "a stale reference";
  EXPECT_EQ(ask(runtime, *next, kReply), StatusCode::Ok);
  EXPECT_OK(runtime.drain());
  const ring::Statistics statistics = runtime.statistics();
  EXPECT_EQ(statistics.killed, 1u);
  EXPECT_EQ(statistics.stopped, 0u);
  EXPECT_EQ(statistics.deadLetters, 1u);
}

TEST(Kill, RefusesReferencesToNobody) {
  ring::Runtime runtime = makeRuntime();
  for (const ring::ActorId id : {ring::ActorRef<test::Worker>{}.id, ring::ActorId{0, 0, 0},
                                 ring::ActorId{3, 7, 0}, ring::ActorId{1u << 30, 1, 0}}) {
    EXPECT_EQ(runtime.kill(id).code(), StatusCode::NotFound) << id.index;
    EXPECT_EQ(runtime.restart(id).code(), StatusCode::NotFound) << id.index;
  }
  EXPECT_OK(runtime.stop());
  EXPECT_EQ(runtime.kill(ring::ActorId{0, 0, 0}).code(), StatusCode::Closed);
  EXPECT_EQ(runtime.restart(ring::ActorId{0, 0, 0}).code(), StatusCode::Closed);
}

TEST(Kill, AnOpenQuestionIsAnsweredBeforeOrClosed) {
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  std::vector<ring::Ask<test::Order>> behind;
  {
    test::ClosedGate gate;
    EXPECT_OK(runtime.send(*actor, test::Order{kWait, 0}));
    std::thread killer([&] { EXPECT_OK(runtime.kill(*actor)); }); // anywhere among these
    for (std::uint32_t i = 0; i < 10; ++i)
      behind.push_back(runtime.ask<test::Order>(*actor, test::Order{kReply, i}));
    gate.open();
    killer.join();
  }
  bool isClosed = false;
  for (ring::Ask<test::Order>& question : behind) {
    const StatusCode code = question.get().status().code();
    EXPECT_TRUE(code == StatusCode::Closed || (code == StatusCode::Ok && !isClosed));
    isClosed |= code == StatusCode::Closed;
  }
  EXPECT_EQ(ask(runtime, *actor, kReply), StatusCode::Closed);
}

TEST(Kill, TakesTheFailedOutOfTheCount) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.maxActors = 2;
  ring::Runtime runtime = makeRuntime(options);
  const auto one = runtime.spawn<test::Worker>(), other = runtime.spawn<test::Worker>();
  ASSERT_TRUE(one && other);
  // It fails, and is killed by the order behind that.
  EXPECT_OK(runtime.send(*one, test::Order{kFail, 1}));
  EXPECT_OK(runtime.kill(*one));
  EXPECT_EQ(ask(runtime, *other, kFail, 5), StatusCode::Failed);
  const auto third = runtime.spawn<test::Worker>();
  ASSERT_TRUE(third) << third.status().message();
  EXPECT_EQ(runtime.spawn<test::Worker>().status().message(),
            "all 2 actors are in use, 1 of them failed: kill those that are given up, or set "
            "`RuntimeOptions::maxActors`");
  EXPECT_OK(runtime.kill(*other));
  EXPECT_TRUE(runtime.spawn<test::Worker>());
  EXPECT_OK(runtime.drain());
  EXPECT_EQ(runtime.statistics().failed, 2u);
  EXPECT_EQ(runtime.statistics().killed, 2u);
}

TEST(Restart, AFailedActorGoesOnUnderItsReference) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  for (std::uint32_t failure = 1; failure <= 3; ++failure) {
    for (std::uint32_t i = 1; i < failure; ++i)
      EXPECT_EQ(ask(runtime, *actor, kReply), StatusCode::Ok);
    EXPECT_EQ(ask(runtime, *actor, kFail, 9), StatusCode::Failed);
    EXPECT_EQ(ask(runtime, *actor, kReply), StatusCode::Closed) << "lost, not kept for later";
    EXPECT_EQ(runtime.state(*actor).value().orders, failure) << "as the handler left it";
    EXPECT_OK(runtime.restart(*actor));
    EXPECT_EQ(runtime.state(*actor).value().orders, 0u);
  }
  // By what the host knows of a failure that nobody asked for.
  EXPECT_OK(runtime.send(*actor, test::Order{kFail, 9}));
  EXPECT_OK(runtime.drain());
  std::optional<ring::Reply> notice = runtime.replies().poll();
  ASSERT_TRUE(notice && notice->status().code() == StatusCode::Failed);
  EXPECT_OK(runtime.restart(notice->from()));
  EXPECT_EQ(ask(runtime, *actor, kReply), StatusCode::Ok);
  EXPECT_EQ(runtime.statistics().restarted, 4u);
}

TEST(Restart, OfARunningActorTakesItsPlaceInTheOrder) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  for (int i = 0; i < 500; ++i)
    EXPECT_OK(runtime.send(*actor, test::Order{2, 0}));
  EXPECT_OK(runtime.restart(*actor));
  for (int i = 0; i < 7; ++i)
    EXPECT_OK(runtime.send(*actor, test::Order{2, 0}));
  EXPECT_EQ(runtime.state(*actor).value().orders, 7u);
  EXPECT_EQ(ask(runtime, *actor, kStop), StatusCode::Ok);
  EXPECT_EQ(runtime.restart(*actor).code(), StatusCode::NotFound) << "it ended by itself";
}

TEST(Restart, TooManyQuestionsAreAStatusAndNothingHappens) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.maxAsks = 1;
  ring::Runtime runtime = makeRuntime(options);
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  EXPECT_OK(runtime.send(*actor, test::Order{2, 0}));
  const auto open = runtime.ask<test::Order>(*actor, test::Order{2, 0}); // holds the one there is
  EXPECT_EQ(runtime.restart(*actor).code(), StatusCode::Exhausted);
  EXPECT_EQ(runtime.kill(*actor).code(), StatusCode::Exhausted);
  EXPECT_EQ(runtime.state(*actor).status().code(), StatusCode::Exhausted);
  EXPECT_OK(runtime.drain());
  EXPECT_EQ(runtime.statistics().handled, 2u);
}

/// Other threads send, ask and look while one kills and restarts: nothing hangs, every question has
/// an answer, and each message was handled or is a dead letter.
TEST(Life, KillsAndRestartsAmongSenders) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  constexpr std::uint32_t kActors = 4, kThreads = 3, kTurns = 300;
  std::atomic<std::uint64_t> refs[kActors]; // an ActorId each
  const auto idOf = [&](std::uint32_t i) {
    return ring::ActorRef<test::Worker>{
        std::bit_cast<ring::ActorId>(refs[i].load(std::memory_order_acquire))};
  };
  const auto spawn = [&](std::uint32_t i) {
    const auto actor = runtime.spawn<test::Worker>();
    ASSERT_TRUE(actor) << actor.status().message();
    refs[i].store(std::bit_cast<std::uint64_t>(actor.value().id), std::memory_order_release);
  };
  for (std::uint32_t i = 0; i < kActors; ++i)
    spawn(i);
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> answered{0};
  std::vector<std::thread> threads;
  for (std::uint32_t id = 0; id < kThreads; ++id)
    threads.emplace_back([&, id] {
      for (std::uint32_t turn = id; !done.load(std::memory_order_relaxed); ++turn) {
        const auto target = idOf(turn % kActors);
        EXPECT_OK(runtime.send(target, test::Order{turn % 5 == 0 ? kFail : 2u, turn}));
        const StatusCode code = ask(runtime, target, turn % 7 == 0 ? kFail : kReply);
        EXPECT_TRUE(code == StatusCode::Ok || code == StatusCode::Closed ||
                    code == StatusCode::Failed)
            << ring::toString(code);
        answered.fetch_add(1, std::memory_order_relaxed);
        if (turn % 16 == 0)
          EXPECT_TRUE(runtime.health(std::chrono::seconds(30)).value().stuck.empty());
      }
    });
  std::uint64_t killed = 0, restarted = 0;
  for (std::uint32_t turn = 0; turn < kTurns || answered.load() < kTurns; ++turn) {
    const std::uint32_t i = turn % kActors;
    if (turn % 3 == 0) {
      EXPECT_OK(runtime.kill(idOf(i)));
      EXPECT_EQ(runtime.restart(idOf(i)).code(), StatusCode::NotFound);
      spawn(i);
      ++killed;
    } else {
      EXPECT_OK(runtime.restart(idOf(i)));
      ++restarted;
    }
  }
  done.store(true, std::memory_order_relaxed);
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_OK(runtime.drain());
  const ring::Statistics statistics = runtime.statistics();
  EXPECT_EQ(statistics.sent, statistics.handled + statistics.deadLetters);
  EXPECT_EQ(statistics.killed, killed);
  EXPECT_EQ(statistics.restarted, restarted);
  EXPECT_GT(statistics.failed, 0u);
}

/// Several threads give the same actor orders at once: each kill that says Ok ended one actor.
TEST(Life, OneOfManyKillsTakesIt) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  for (int round = 0; round < 100; ++round) {
    const auto actor = runtime.spawn<test::Worker>();
    ASSERT_TRUE(actor);
    std::atomic<int> taken{0};
    const auto kill = [&] {
      static_cast<void>(runtime.restart(*actor).isOk());
      const ring::Status status = runtime.kill(*actor);
      EXPECT_TRUE(status || status.code() == StatusCode::NotFound);
      taken += status ? 1 : 0;
    };
    std::thread first(kill), second(kill);
    kill();
    first.join();
    second.join();
    EXPECT_EQ(taken, 1);
  }
}

TEST(Health, AHandlerThatDoesNotReturnIsNamed) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  EXPECT_TRUE(runtime.health(std::chrono::nanoseconds(0)).value().stuck.empty()) << "nothing runs";
  const auto well = runtime.spawn<test::Worker>(), stuck = runtime.spawn<test::Worker>();
  ASSERT_TRUE(well && stuck);
  EXPECT_EQ(ask(runtime, *well, kReply), StatusCode::Ok);
  EXPECT_EQ(ask(runtime, *stuck, kReply), StatusCode::Ok);
  EXPECT_OK(runtime.drain());
  EXPECT_TRUE(runtime.health(std::chrono::nanoseconds(0)).value().stuck.empty()) << "nothing runs";
  test::ClosedGate gate;
  EXPECT_OK(runtime.send(*stuck, test::Order{kWait, 0}));
  ring::Health health;
  EXPECT_TRUE(test::pollUntil(runtime, [&] { // until the handler has begun
    health = runtime.health(std::chrono::milliseconds(5)).value();
    return !health.stuck.empty();
  }));
  EXPECT_EQ(health.shards, 2u);
  ASSERT_EQ(health.stuck.size(), 1u);
  EXPECT_EQ(health.stuck[0].shard, stuck.value().id.index % 2);
  ASSERT_TRUE(health.stuck[0].actor.has_value());
  EXPECT_EQ(health.stuck[0].actor->index, stuck.value().id.index);
  EXPECT_EQ(health.stuck[0].actor->generation, stuck.value().id.generation);
  std::thread waiting([&] { // not in the way of health()
    const StatusCode code = runtime.kill(*stuck).code();
    EXPECT_TRUE(code == StatusCode::Ok || code == StatusCode::Closed) << ring::toString(code);
  });
  EXPECT_EQ(runtime.health(std::chrono::milliseconds(5)).value().stuck.size(), 1u);
  EXPECT_EQ(runtime.stop(std::chrono::milliseconds(5)).code(), StatusCode::Timeout);
  EXPECT_EQ(runtime.health(std::chrono::milliseconds(5)).value().stuck.size(), 1u);
  gate.open();
  waiting.join();
  EXPECT_TRUE(runtime.health(std::chrono::seconds(30)).value().stuck.empty());
}

} // namespace
