// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ten thousand actors that are spawned together: each has its state and is reached; a batch that
// fails leaves nothing; threads that spawn while others talk do not disturb them.
#include "AuditSmall.ring.h"
#include "test/Device/OnBackend.h"

#include <atomic>
#include <thread>
#include <vector>

namespace ring::test {
namespace {

using audit::Deed;
using audit::Mortal;
using audit::Poke;
using Tally = audit::SmallTally;

class ManyActors : public OnBackend {
protected:
  static constexpr std::uint32_t kCount = 10000;

  RuntimeOptions optionsFor(std::uint32_t actors) const {
    RuntimeOptions many = options();
    many.maxActors = actors;
    return many;
  }
  static Tally numbered(std::size_t i) { return Tally(static_cast<std::uint32_t>(i)); }
  static std::uint32_t turnsOf(Runtime& runtime, ActorRef<Tally> actor) {
    const Result<Tally> state = runtime.state(actor);
    EXPECT_OK(state.status());
    return state ? state->turns : ~0u;
  }
};

TEST_P(ManyActors, EachHasItsState) {
  Runtime runtime = start(optionsFor(3 * kCount));
  const auto alike = runtime.spawnMany<Tally>(kCount, 77u);
  const auto each = runtime.spawnEach<Tally>(kCount, numbered);
  ASSERT_TRUE(alike) << alike.status().message();
  ASSERT_TRUE(each) << each.status().message();
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(turnsOf(runtime, alike->at(i)), 77u) << i;
    ASSERT_EQ(turnsOf(runtime, each->at(i)), i);
  }
  EXPECT_EQ(runtime.statistics().spawned, 2 * kCount);
}

TEST_P(ManyActors, EachIsReached) {
  Runtime runtime = start(optionsFor(kCount));
  const auto made = runtime.spawnMany<Mortal>(kCount);
  ASSERT_TRUE(made) << made.status().message();
  std::vector<Ask<Poke>> asked;
  for (std::uint32_t i = 0; i < kCount; ++i)
    asked.push_back(runtime.ask<Poke>(made->at(i), Poke{Deed::Nothing, i}));
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const Result<Poke> answer = asked[i].get();
    ASSERT_TRUE(answer) << i << ": " << answer.status().message();
    ASSERT_EQ(answer->number, i);
  }
}

/// All that a batch made is ended where it fails, so that the next finds room for as many.
TEST_P(ManyActors, NothingIsLeftOfABatchThatFails) {
  RuntimeOptions tight = optionsFor(2 * kCount);
  constexpr std::uint64_t kPlace = (sizeof(Tally) + 15) / 16 * 16; // on a GPU
  tight.stateBytes = kCount * kPlace;
  Runtime runtime = start(tight);
  const auto tooMany = static_cast<std::size_t>(tight.stateBytes / sizeof(Tally) + 1);
  for (int i = 0; i < 4; ++i) {
    const Status status = runtime.spawnEach<Tally>(tooMany, numbered).status();
    ASSERT_EQ(status.code(), StatusCode::Exhausted) << status.message();
  }
  EXPECT_EQ(runtime.statistics().spawned, 0u);
  const auto made = runtime.spawnEach<Tally>(kCount - 1, numbered); // one place has the last image
  ASSERT_TRUE(made) << made.status().message();
  for (std::uint32_t i = 0; i < kCount - 1; i += 97)
    EXPECT_EQ(turnsOf(runtime, made->at(i)), i);
}

TEST_P(ManyActors, ThreadsSpawnWhileOthersTalk) {
  constexpr std::uint32_t kThreads = 4, kRounds = 5;
  Runtime runtime = start(optionsFor(kThreads * kRounds * kCount / 10 + 1));
  const auto echo = spawnIn<Mortal>(runtime);
  std::atomic<bool> isOver{false};
  std::thread talker([&] {
    for (std::uint32_t i = 0; !isOver; ++i) {
      const Result<Poke> answer = runtime.ask<Poke>(echo, Poke{Deed::Nothing, i}).get();
      ASSERT_TRUE(answer && answer->number == i) << answer.status().message();
    }
  });
  std::vector<std::thread> spawners;
  for (std::uint32_t t = 0; t < kThreads; ++t)
    spawners.emplace_back([&] {
      for (std::uint32_t round = 0; round < kRounds; ++round) {
        const auto made = runtime.spawnEach<Tally>(kCount / 10, numbered);
        ASSERT_TRUE(made) << made.status().message();
        for (std::uint32_t i = 0; i < kCount / 10; i += 31)
          EXPECT_EQ(turnsOf(runtime, made->at(i)), i);
      }
    });
  for (std::thread& thread : spawners)
    thread.join();
  isOver = true;
  talker.join();
  EXPECT_OK(runtime.drain());
}

INSTANTIATE_TEST_SUITE_P(, ManyActors, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
