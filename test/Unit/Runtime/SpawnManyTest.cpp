// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spawning many actors on the CPU: all or none, in pieces that nobody sees. Other backends are
// tested in RoundsTest.cpp and under test/Execution.
#include "Actors.ring.h"
#include "Support.h"

#include <set>
#include <thread>
#include <vector>

namespace {

using ring::StatusCode;
using test::cpuOptions;
using test::makeRuntime;
using test::Worker;

Worker numbered(std::size_t i) {
  Worker worker;
  worker.orders = i;
  return worker;
}

ring::RuntimeOptions optionsFor(std::uint32_t actors) {
  ring::RuntimeOptions options = cpuOptions(3);
  options.maxActors = actors;
  return options;
}

TEST(SpawnMany, EachHasItsState) {
  ring::Runtime runtime = makeRuntime(optionsFor(10000));
  const auto same = runtime.spawnMany<test::Sender>(3000, 9u);
  const auto each = runtime.spawnEach<Worker>(3000, numbered);
  ASSERT_TRUE(same && each);
  std::set<std::uint32_t> indices;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(runtime.state(each->at(i)).value().orders, i);
    indices.insert(same->at(i).id.index);
    indices.insert(each->at(i).id.index);
  }
  EXPECT_EQ(indices.size(), 6000u);
  EXPECT_EQ(runtime.statistics().spawned, 6000u);
  const auto answer = runtime.ask<test::Order>(each->back(), test::Order{0, 5}).get();
  EXPECT_TRUE(answer) << answer.status().message();
  EXPECT_OK(runtime.restart(each->back()));
  EXPECT_EQ(runtime.state(each->back()).value().orders, 2999u);
}

TEST(SpawnMany, ShardsGetEquallyMany) {
  ring::Runtime runtime = makeRuntime(optionsFor(3000));
  const auto first = runtime.spawnMany<Worker>(300);
  ASSERT_TRUE(first);
  std::vector<int> onShard(3);
  for (const auto& actor : *first) {
    if (actor.id.index % 3 == 0)
      EXPECT_OK(runtime.kill(actor)); // so that this one is the emptiest
    else
      ++onShard[actor.id.index % 3];
  }
  const auto made = runtime.spawnMany<Worker>(1000);
  ASSERT_TRUE(made);
  for (const auto& actor : *made)
    ++onShard[actor.id.index % 3];
  for (const int count : onShard)
    EXPECT_EQ(count, 400);
  const auto beside = runtime.spawnMany<Worker>(ring::beside(made->at(0)), 300);
  ASSERT_TRUE(beside);
  for (const auto& actor : *beside)
    EXPECT_EQ(actor.id.index % 3, made->at(0).id.index % 3);
  EXPECT_TRUE(runtime.spawnMany<Worker>(ring::direct, 10));
  EXPECT_TRUE(runtime.spawnEach<Worker>(ring::direct, 10, numbered));
  EXPECT_TRUE(runtime.spawnEach<Worker>(ring::beside(made->at(0)), 500, numbered))
      << "where its worker has no more entries, on another one";
}

TEST(SpawnMany, NoneIsFine) {
  ring::Runtime runtime = makeRuntime(optionsFor(1));
  const auto none = runtime.spawnMany<Worker>(0);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST(SpawnMany, TooManyAreRefusedBeforeAnyIsMade) {
  ring::Runtime runtime = makeRuntime(optionsFor(100));
  const auto first = runtime.spawnMany<Worker>(90);
  ASSERT_TRUE(first);
  for (const std::size_t count : {std::size_t(11), ~std::size_t(0)}) {
    bool wasCalled = false;
    const ring::Status status = runtime
                                    .spawnEach<Worker>(count,
                                                       [&](std::size_t) {
                                                         wasCalled = true;
                                                         return Worker();
                                                       })
                                    .status();
    EXPECT_EQ(status.code(), StatusCode::Exhausted);
    EXPECT_EQ(status.message(), std::to_string(count) +
                                    " actors are to be made and 90 of 100 are in use; set "
                                    "`RuntimeOptions::maxActors`");
    EXPECT_FALSE(wasCalled);
  }
  EXPECT_EQ(runtime.ask<test::Order>(first->at(0), test::Order{3, 1}).get().status().code(),
            StatusCode::Failed);
  EXPECT_EQ(runtime.spawnMany<Worker>(11).status().message(),
            "11 actors are to be made and 90 of 100 are in use, 1 of them failed: kill those that "
            "are given up, or set `RuntimeOptions::maxActors`");
  EXPECT_OK(runtime.kill(first->at(0)));
  EXPECT_TRUE(runtime.spawnMany<Worker>(11));
  EXPECT_EQ(runtime.statistics().spawned, 101u);
}

TEST(SpawnMany, NothingIsLeftWhereThereIsNoRoomForAllStates) {
  ring::RuntimeOptions tight = optionsFor(20000);
  tight.stateBytes = 2500 * sizeof(Worker);
  ring::Runtime runtime = makeRuntime(tight);
  for (int i = 0; i < 20; ++i) {
    const ring::Status status = runtime.spawnMany<Worker>(3000).status();
    EXPECT_EQ(status.code(), StatusCode::Exhausted);
    EXPECT_EQ(status.message(),
              "952 states of `test::Worker` have 7616 bytes and 3616 of 20000 are free; set "
              "`RuntimeOptions::stateBytes` (2048 of 3000 actors were made, and are ended again)");
  }
  EXPECT_EQ(runtime.statistics().spawned, 0u);
  const auto made = runtime.spawnMany<Worker>(2500);
  EXPECT_TRUE(made) << made.status().message();
}

TEST(SpawnMany, ThreadsDoItAtOnce) {
  ring::Runtime runtime = makeRuntime(optionsFor(20000));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 10; ++round) {
        const auto made =
            runtime.spawnEach<Worker>(400, [&](std::size_t i) { return numbered(1000 * t + i); });
        ASSERT_TRUE(made) << made.status().message();
        for (std::size_t i = 0; i < made->size(); i += 10)
          ASSERT_EQ(runtime.state(made->at(i)).value().orders, 1000 * t + i);
        for (const auto& actor : *made)
          ASSERT_TRUE(runtime.kill(actor));
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(runtime.statistics().spawned, 16000u);
}

TEST(SpawnMany, AStoppedRuntimeRefusesIt) {
  ring::Runtime runtime = makeRuntime(optionsFor(100));
  EXPECT_OK(runtime.stop());
  EXPECT_EQ(runtime.spawnMany<Worker>(2).status().code(), StatusCode::Closed);
}

} // namespace
