// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Killing and restarting actors, on every place as on the CPU: at their place in the order of
// messages, with the state of the start, of actors that run and of actors that failed.
#include "Scopes.ring.h"
#include "Traffic.ring.h"
#include "test/Execution/OnDevice.h"

namespace ring::test {
namespace {

template <class A, class... Args> ActorRef<A> spawn(Runtime& runtime, Args&&... args) {
  Result<ActorRef<A>> actor = runtime.spawn<A>(std::forward<Args>(args)...);
  if (!actor) {
    ADD_FAILURE() << actor.status().message();
    return {};
  }
  return *actor;
}

/// What was asked or ordered, and what it came to.
struct Told {
  std::uint32_t code = 0, failCode = 0, value = 0, calls = 0;

  Told(const Status& status)
      : code(static_cast<std::uint32_t>(status.code())), failCode(status.failCode()) {}
  Told(const Result<traffic::Value>& reply) : Told(reply.status()) {
    if (reply)
      *this = Told(reply->value, reply->calls);
  }
  Told(const Result<traffic::Trial>& reply) : Told(reply.status()) {
    if (reply)
      *this = Told(reply->kind, reply->argument);
  }
  Told(std::uint32_t value, std::uint32_t calls) : value(value), calls(calls) {}
  Told(const Statistics& counts)
      : code(static_cast<std::uint32_t>(counts.handled)),
        failCode(static_cast<std::uint32_t>(counts.deadLetters)),
        value(static_cast<std::uint32_t>(counts.killed)),
        calls(static_cast<std::uint32_t>(counts.restarted)) {}
};

TEST_P(OnDevice, KillsTakeTheirPlaceInTheOrder) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    for (std::uint32_t count : {0u, 1u, 100u}) {
      const auto actor = spawn<traffic::Register>(runtime, count);
      for (std::uint32_t i = 0; i < count; ++i)
        EXPECT_OK(runtime.send(actor, traffic::Add{static_cast<std::int32_t>(i)}));
      auto before = runtime.ask<traffic::Value>(actor, traffic::Read{});
      told.push_back(runtime.kill(actor));
      auto behind = runtime.ask<traffic::Value>(actor, traffic::Read{});
      EXPECT_OK(runtime.send(actor, traffic::Add{1}));
      told.push_back(before.get());
      told.push_back(behind.get());
      const Result<traffic::Register> left = runtime.state(actor);
      EXPECT_TRUE(left) << left.status().message();
      told.push_back(runtime.kill(actor));
      told.push_back(runtime.restart(actor));
    }
    EXPECT_OK(runtime.drain());
    told.push_back(runtime.statistics());
    return told;
  });
}

TEST_P(OnDevice, ManyAreSpawnedAtOnce) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    const auto alike = runtime.spawnMany<traffic::Register>(100, 7u);
    const auto each = runtime.spawnEach<traffic::Register>(
        100, [](std::size_t i) { return traffic::Register(static_cast<std::uint32_t>(i)); });
    EXPECT_OK(alike.status());
    EXPECT_OK(each.status());
    told.push_back(runtime.spawnMany<traffic::Register>(0, 7u).status());
    for (std::size_t i = 0; alike && each && i < 100; ++i)
      for (const auto& actor : {alike->at(i), each->at(i)}) {
        EXPECT_OK(runtime.send(actor, traffic::Add{static_cast<std::int32_t>(i)}));
        told.push_back(runtime.ask<traffic::Value>(actor, traffic::Read{}).get());
      }
    EXPECT_OK(runtime.drain());
    told.push_back(runtime.statistics());
    return told;
  });
}

TEST_P(OnDevice, RestartsBringTheFirstStateBack) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    const auto one = spawn<traffic::Register>(runtime, 5u),
               other = spawn<traffic::Register>(runtime, 77u);
    for (int round = 0; round < 3; ++round) {
      for (std::int32_t i = 0; i < 40; ++i) {
        EXPECT_OK(runtime.send(one, traffic::Add{i}));
        EXPECT_OK(runtime.send(other, traffic::Multiply{3u}));
      }
      auto before = runtime.ask<traffic::Value>(one, traffic::Read{});
      told.push_back(runtime.restart(one));
      told.push_back(before.get());
      told.push_back(runtime.ask<traffic::Value>(one, traffic::Read{}).get());
      told.push_back(runtime.ask<traffic::Value>(other, traffic::Read{}).get());
    }
    told.push_back(runtime.restart(other.id));
    told.push_back(runtime.ask<traffic::Value>(other, traffic::Read{}).get());
    EXPECT_OK(runtime.drain());
    told.push_back(runtime.statistics());
    return told;
  });
}

TEST_P(OnDevice, FailedActorsGoOnOnceTheyAreRestarted) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    const auto actor = spawn<traffic::Moody>(runtime);
    const auto trial = [&](std::uint32_t kind) {
      told.push_back(runtime.ask<traffic::Trial>(actor, traffic::Trial{kind, 5}).get());
    };
    trial(0);
    for (const std::uint32_t kind : {2u, 6u, 2u}) {
      trial(kind);
      trial(0); // Closed
      told.push_back(runtime.restart(actor));
      told.push_back(runtime.restart(actor)); // of an Active one too
      trial(0);
    }
    // The message that fails it and the order may come to its shard together.
    for (int i = 0; i < 10; ++i) {
      EXPECT_OK(runtime.send(actor, traffic::Trial{0, 1}));
      EXPECT_OK(runtime.send(actor, traffic::Trial{6, 4}));
      EXPECT_OK(runtime.send(actor, traffic::Trial{0, 2}));
      told.push_back(runtime.restart(actor));
    }
    trial(2);
    told.push_back(runtime.kill(actor));
    told.push_back(runtime.restart(actor));
    trial(0);
    // One that ended by itself stays ended.
    const auto stopped = spawn<traffic::Moody>(runtime);
    told.push_back(runtime.ask<traffic::Trial>(stopped, traffic::Trial{3, 1}).get());
    told.push_back(runtime.restart(stopped));
    told.push_back(runtime.kill(stopped));
    EXPECT_OK(runtime.drain());
    told.push_back(runtime.statistics());
    return told;
  });
}

TEST_P(OnDevice, AnActorThatAlwaysHasAMessageCanBeKilled) {
  expectSame([](Runtime& runtime) {
    const auto actor = spawn<traffic::Restless>(runtime);
    EXPECT_OK(runtime.send(actor, traffic::Tick{}));
    while (runtime.statistics().handled < 100)
      runtime.poll();
    std::vector<Told> told{runtime.restart(actor), runtime.kill(actor)};
    EXPECT_OK(runtime.drain());
    const Statistics counts = runtime.statistics();
    told.push_back({static_cast<std::uint32_t>(counts.sent - counts.handled),
                    static_cast<std::uint32_t>(counts.deadLetters)});
    return told;
  });
}

TEST_P(OnDevice, MessagesOfActorsToTheKilledAreDeadLetters) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    const auto left = spawn<traffic::Register>(runtime, 1u),
               right = spawn<traffic::Register>(runtime, 2u);
    const auto feeder = spawn<traffic::Feeder>(runtime);
    const auto feed = [&] {
      for (std::uint32_t i = 0; i < 10; ++i)
        EXPECT_OK(runtime.send(feeder, traffic::Work{i * 3u}));
      EXPECT_OK(runtime.drain());
      told.push_back(runtime.statistics());
    };
    EXPECT_OK(runtime.send(feeder, traffic::Connect{left, right}));
    feed();
    told.push_back(runtime.kill(left));
    feed();
    told.push_back(runtime.restart(feeder)); // it knows nobody any more
    feed();
    told.push_back(runtime.ask<traffic::Value>(right, traffic::Read{}).get());
    // Who takes the entry is not who was killed.
    const auto next = spawn<traffic::Register>(runtime, 3u);
    EXPECT_OK(runtime.send(left, traffic::Add{1}));
    told.push_back(runtime.ask<traffic::Value>(next, traffic::Read{}).get());
    return told;
  });
}

template <class A> std::vector<scopes::Sums> restartedSums(Runtime& runtime) {
  std::vector<scopes::Sums> sums;
  const auto actor = spawn<A>(runtime);
  for (int round = 0; round < 3; ++round) {
    for (const std::uint32_t count : {33u, scopes::kSize}) {
      EXPECT_OK(runtime.send(actor, scopes::Smooth{2}));
      EXPECT_OK(runtime.send(actor, scopes::Fill{count, count}));
      EXPECT_OK(runtime.send(actor, scopes::Smooth{4}));
    }
    EXPECT_OK(runtime.restart(actor));
  }
  EXPECT_OK(runtime.kill(actor));
  EXPECT_OK(runtime.drain());
  runtime.replies().drain<scopes::Sums>([&](const scopes::Sums& one) { sums.push_back(one); });
  return sums;
}
TEST_P(OnDevice, WarpActorsRestart) { expectSame(restartedSums<scopes::OnWarp>); }
TEST_P(OnDevice, BlockActorsRestart) { expectSame(restartedSums<scopes::OnBlock>); }

TEST_P(OnDevice, ShardsThatAnswerAreNotStuck) {
  const auto [expected, actual] = onBoth([](Runtime& runtime) {
    std::vector<std::size_t> stuck;
    const auto look = [&] {
      const Result<Health> health = runtime.health(std::chrono::seconds(20));
      EXPECT_TRUE(health) << health.status().message();
      EXPECT_TRUE(!health || health->shards > 0);
      stuck.push_back(health ? health->stuck.size() : 99);
    };
    look();
    const auto actor = spawn<traffic::Register>(runtime, 1u);
    for (int i = 0; i < 20; ++i) {
      for (int message = 0; message < 100; ++message)
        EXPECT_OK(runtime.send(actor, traffic::Add{message}));
      look();
    }
    EXPECT_OK(runtime.drain());
    look();
    return stuck;
  });
  EXPECT_EQ(expected, std::vector<std::size_t>(22));
  EXPECT_EQ(actual, expected);
}

} // namespace
} // namespace ring::test
