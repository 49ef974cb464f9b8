// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors: emitted code against the C++ that it was emitted from.
#include "Demo.ring.h"
#include "Scopes.ring.h"
#include "Traffic.ring.h"
#include "Wide.ring.h"
#include "test/Execution/OnDevice.h"

#include <random>

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

template <class M> void drainInto(Runtime& runtime, std::vector<M>& all) {
  EXPECT_OK(runtime.drain());
  runtime.replies().drain<M>([&](const M& message) { all.push_back(message); });
}

TEST_P(OnDevice, FraudMonitorRaisesTheSameAlerts) {
  const auto [expected, actual] = onBoth([](Runtime& runtime) {
    const auto monitor = spawn<FraudMonitor>(runtime, 40.0f);
    std::mt19937 random(3);
    for (std::uint64_t id = 0; id < 2000; ++id)
      EXPECT_OK(runtime.send(
          monitor, Transfer{id << 33 | id, 1, 2, static_cast<float>(random() % 10000) * 0.01f}));
    std::vector<Alert> alerts;
    drainInto(runtime, alerts);
    return alerts;
  });
  ASSERT_EQ(expected.size(), actual.size());
  ASSERT_GT(expected.size(), 1000u);
  // Division: correctly rounded but for WGSL, which promises 2.5 units.
  const std::uint32_t bound = GetParam() == Place::WebGpu ? 3 : 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i].id, actual[i].id);
    ASSERT_LE(ulpsApart(expected[i].score, actual[i].score), bound) << i;
  }
}

TEST_P(OnDevice, MessagesOfSeveralTypesComeInOrder) {
  expectSame([](Runtime& runtime) {
    const auto one = spawn<traffic::Register>(runtime, 1u),
               other = spawn<traffic::Register>(runtime, 2u);
    std::mt19937 random(5);
    std::vector<traffic::Value> values;
    for (int i = 0; i < 500; ++i) {
      const auto target = random() % 3 != 0 ? one : other;
      if (random() % 2 != 0)
        EXPECT_OK(runtime.send(target, traffic::Add{static_cast<std::int32_t>(random())}));
      else
        EXPECT_OK(
            runtime.send(target, traffic::Multiply{static_cast<std::uint32_t>(random()) | 1u}));
      if (i % 50 == 0) {
        Result<traffic::Value> value = runtime.ask<traffic::Value>(one, traffic::Read{}).get();
        EXPECT_TRUE(value) << value.status().message();
        if (value)
          values.push_back(*value);
      }
    }
    for (const auto target : {one, other})
      values.push_back(runtime.ask<traffic::Value>(target, traffic::Read{}).get().value());
    return values;
  });
}

TEST_P(OnDevice, ActorsSendToActorsInOrder) {
  expectSame([](Runtime& runtime) {
    std::vector<traffic::Value> values;
    std::vector<ActorRef<traffic::Register>> registers;
    for (std::uint32_t pair = 0; pair < 20; ++pair) {
      const auto left = spawn<traffic::Register>(runtime, pair),
                 right = spawn<traffic::Register>(runtime, pair * 3);
      const auto feeder = spawn<traffic::Feeder>(runtime);
      EXPECT_OK(runtime.send(feeder, traffic::Connect{left, right}));
      for (std::uint32_t i = 0; i < 30; ++i)
        EXPECT_OK(runtime.send(feeder, traffic::Work{i * 77u + pair}));
      registers.insert(registers.end(), {left, right});
    }
    std::vector<traffic::Work> work;
    drainInto(runtime, work);
    EXPECT_EQ(work.size(), 600u);
    for (const auto actor : registers)
      values.push_back(runtime.ask<traffic::Value>(actor, traffic::Read{}).get().value());
    return values;
  });
}

/// Two actors that send more than mailboxes hold, to each other: nothing waits for ever, and
/// nothing is lost in silence.
TEST_P(OnDevice, FullMailboxesInACircleComeToAnEnd) {
  const auto run = [](Runtime& runtime) {
    const auto one = spawn<traffic::Cloud>(runtime), other = spawn<traffic::Cloud>(runtime);
    EXPECT_OK(runtime.send(one, traffic::Storm{7, other.id}));
    EXPECT_OK(runtime.drain());
    const auto trial = spawn<traffic::Register>(runtime, 5u); // it works as before
    EXPECT_OK(runtime.send(trial, traffic::Add{1}));
    EXPECT_EQ(runtime.ask<traffic::Value>(trial, traffic::Read{}).get().value().calls, 2u);
    EXPECT_OK(runtime.drain()); // an answer comes before its handler was counted
    return runtime.statistics();
  };
  const auto [expected, actual] = onBoth(run);
  EXPECT_EQ(expected.handled, expected.sent);
  EXPECT_EQ(actual.handled + actual.deadLetters, actual.sent);
  EXPECT_GE(actual.deadLetters, actual.dropped);
}

/// What a question came to.
struct Told {
  std::uint32_t code, failCode, kind, argument;
};

TEST_P(OnDevice, FailingStoppingAndAnsweringComeOutTheSame) {
  expectSame([](Runtime& runtime) {
    std::vector<Told> told;
    for (std::uint32_t kind = 0; kind <= 6; ++kind) {
      const auto actor = spawn<traffic::Moody>(runtime);
      for (const std::uint32_t then : {0u, kind, 0u}) {
        const Result<traffic::Trial> reply =
            runtime.ask<traffic::Trial>(actor, traffic::Trial{then, 5u + kind}).get();
        told.push_back({static_cast<std::uint32_t>(reply.status().code()),
                        reply.status().failCode(), reply ? reply->kind : 0,
                        reply ? reply->argument : 0});
      }
    }
    EXPECT_OK(runtime.drain());
    while (std::optional<Reply> reply = runtime.replies().poll())
      if (const auto* trial = reply->as<traffic::Trial>())
        told.push_back({100, 0, trial->kind, trial->argument});
    const Statistics statistics = runtime.statistics();
    told.push_back({static_cast<std::uint32_t>(statistics.failed),
                    static_cast<std::uint32_t>(statistics.stopped),
                    static_cast<std::uint32_t>(statistics.handled),
                    static_cast<std::uint32_t>(statistics.deadLetters)});
    return told;
  });
}

TEST_P(OnDevice, StatesStayAsFailedHandlersLeftThem) {
  const auto [expected, actual] = onBoth([](Runtime& runtime) {
    const auto actor = spawn<traffic::Moody>(runtime);
    EXPECT_OK(runtime.send(actor, traffic::Trial{6, 4}));
    EXPECT_OK(runtime.drain());
    return runtime.state(actor).value();
  });
  EXPECT_EQ(std::memcmp(&expected, &actual, sizeof(expected)), 0);
}

template <class A> std::vector<scopes::Sums> sumsOf(Runtime& runtime) {
  std::vector<scopes::Sums> sums;
  std::vector<ActorRef<A>> actors;
  for (int i = 0; i < 3; ++i)
    actors.push_back(spawn<A>(runtime));
  for (const std::uint32_t count : {0u, 1u, 31u, 33u, 64u, 257u, scopes::kSize})
    for (std::uint32_t i = 0; i < actors.size(); ++i) {
      EXPECT_OK(runtime.send(actors[i], scopes::Fill{count * 3 + i, count}));
      EXPECT_OK(runtime.send(actors[i], scopes::Smooth{4}));
      EXPECT_OK(runtime.send(actors[i], scopes::Prefix{count}));
      EXPECT_OK(runtime.send(actors[i], scopes::Prefix{count / 2}));
      drainInto(runtime, sums);
    }
  return sums;
}

TEST_P(OnDevice, ThreadActorsReduceToTheSameBits) { expectSame(sumsOf<scopes::OnThread>); }
TEST_P(OnDevice, WarpActorsReduceToTheSameBits) { expectSame(sumsOf<scopes::OnWarp>); }
TEST_P(OnDevice, BlockActorsReduceToTheSameBits) { expectSame(sumsOf<scopes::OnBlock>); }

TEST_P(OnDevice, WideIntegersAreExact) {
  expectSame([](Runtime& runtime) {
    const auto calculator = spawn<wide::Calculator>(runtime);
    std::mt19937_64 random(11);
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t bits = random();
      // Small and large operands, and the borders.
      const std::uint64_t a = i % 3 == 0 ? bits : bits >> (bits & 63);
      const std::int64_t b = i % 7 == 0   ? INT64_MIN
                             : i % 5 == 0 ? static_cast<std::int64_t>(bits & 0xff) - 128
                                          : static_cast<std::int64_t>(random());
      EXPECT_OK(runtime.send(calculator, wide::Step{a, b, static_cast<wide::Op>(bits % 6)}));
    }
    std::vector<wide::Result> results;
    drainInto(runtime, results);
    return results;
  });
}

TEST_P(OnDevice, NestedStructsAndNarrowIntegersAreExact) {
  const auto [expected, actual] = onBoth([](Runtime& runtime) {
    const auto collector = spawn<wide::Collector>(runtime);
    std::mt19937 random(13);
    const auto narrow = [&] { return static_cast<std::int16_t>(random() % 400 - 200); };
    for (int i = 0; i < 500; ++i) {
      wide::Shape shape{};
      for (wide::Box& box : shape.boxes)
        box = {{narrow(), narrow()}, {narrow(), narrow()}, random() % 3 != 0};
      for (std::uint8_t& tag : shape.tags)
        tag = static_cast<std::uint8_t>(random());
      shape.bias = static_cast<std::int8_t>(random());
      EXPECT_OK(runtime.send(collector, shape));
    }
    std::vector<wide::Summary> summaries;
    drainInto(runtime, summaries);
    return summaries;
  });
  ASSERT_EQ(expected.size(), 500u);
  ASSERT_EQ(actual.size(), 500u);
  for (std::size_t i = 0; i < expected.size(); ++i) { // a Box has padding
    const wide::Summary &e = expected[i], &a = actual[i];
    ASSERT_EQ(std::tuple(e.area, e.tagSum, e.biasSum, e.count),
              std::tuple(a.area, a.tagSum, a.biasSum, a.count))
        << i;
    ASSERT_EQ(std::tuple(e.last.low.x, e.last.low.y, e.last.high.x, e.last.high.y, e.last.filled),
              std::tuple(a.last.low.x, a.last.low.y, a.last.high.x, a.last.high.y, a.last.filled))
        << i;
  }
}

} // namespace
} // namespace ring::test
