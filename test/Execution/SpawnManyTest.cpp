// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spawning many actors on the CUDA backend over the fake driver: many orders under way at once, in
// all states that one alone can end in; none is left of a batch that fails.
#include "ExpectOk.h"
#include "FakeCuda.h"
#include "FakeScenario.h"
#include "Scopes.ring.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <set>
#include <thread>

namespace ring::test {
namespace {

using namespace std::chrono_literals;
using traffic::Register;
using Registers = std::vector<ActorRef<Register>>;

constexpr auto kNumbered = [](std::size_t i) { return Register(static_cast<std::uint32_t>(i)); };

template <class A> using Bytes = std::array<std::byte, sizeof(A)>;

/// A state that `i` tells from others.
template <class A> A stateOf(std::size_t i) {
  Bytes<A> bytes{};
  std::memcpy(bytes.data(), &i, sizeof(i));
  std::memcpy(bytes.data() + bytes.size() - sizeof(i), &i, sizeof(i));
  return std::bit_cast<A>(bytes);
}

/// What the actor's state begins with; all ones where it cannot be read.
std::uint32_t valueOf(Runtime& runtime, ActorRef<Register> actor) {
  const Result<Register> state = runtime.state(actor);
  std::uint32_t value = ~0u;
  if (state)
    std::memcpy(&value, &*state, sizeof(value));
  return value;
}

class SpawnMany : public FakeCuda {
protected:
  static RuntimeOptions optionsFor(std::uint32_t actors) {
    RuntimeOptions many = options();
    many.maxActors = actors;
    many.stateBytes = 1 << 20;
    return many;
  }
  Runtime start(const RuntimeOptions& options, const FakeGpu& gpu = {}) {
    reset(&gpu, 0, 0);
    return Runtime::create(options).value();
  }
  static FakeGpu stuckAtShard0() {
    FakeGpu gpu;
    gpu.stuckShard = 0;
    return gpu;
  }
  /// `count` actors that hold 7, each another one.
  static void expectMade(Runtime& runtime, std::size_t count) {
    const Result<Registers> made = runtime.spawnMany<Register>(count, 7u);
    ASSERT_TRUE(made) << made.status().message();
    ASSERT_EQ(made->size(), count);
    std::set<std::uint32_t> indices;
    for (const auto& actor : *made)
      indices.insert(actor.id.index);
    EXPECT_EQ(indices.size(), count);
    for (std::size_t i = 0; i < count; i += 1 + count / 50)
      EXPECT_EQ(valueOf(runtime, made->at(i)), 7u) << i;
  }
};

TEST_F(SpawnMany, EachHasItsState) {
  Runtime runtime = start(optionsFor(8000));
  expectMade(runtime, 3000);
  const auto numbered = runtime.spawnEach<Register>(3000, kNumbered);
  ASSERT_TRUE(numbered) << numbered.status().message();
  for (std::uint32_t i = 0; i < 3000; ++i)
    ASSERT_EQ(valueOf(runtime, numbered->at(i)), i);
  const auto direct = runtime.spawnMany<Register>(ring::direct, 40, 8u);
  const auto beside = runtime.spawnEach<Register>(ring::beside(numbered->front()), 40, kNumbered);
  ASSERT_TRUE(direct && beside);
  EXPECT_EQ(valueOf(runtime, direct->back()), 8u);
  EXPECT_EQ(valueOf(runtime, beside->back()), 39u);
  EXPECT_OK(runtime.restart(numbered->at(5)));
  EXPECT_EQ(valueOf(runtime, numbered->at(5)), 5u) << "each keeps what it began with";
  for (const auto& actor : *numbered)
    ASSERT_TRUE(runtime.kill(actor)) << actor.id.index;
  EXPECT_OK(runtime.drain());
  EXPECT_EQ(runtime.statistics().spawned, 6080u);
}

/// Two batches have more images on their way than there is memory for: the one that goes on waits
/// for its own, and no memory is added, for which the kernel would leave.
TEST_F(SpawnMany, LargeImagesShareTheStage) {
  using Large = scopes::OnWarp;
  RuntimeOptions large = optionsFor(1000);
  large.stateBytes = 16 << 20;
  Runtime runtime = start(large, stuckAtShard0());
  runtime.poll(); // a thread takes the lowest free number: this one's orders are read by shard 0
  const auto spawnAll = [&](std::size_t count) {
    const auto made = runtime.spawnEach<Large>(count, stateOf<Large>);
    ASSERT_TRUE(made) << made.status().message();
    for (std::size_t i = 0; i < count; ++i) {
      const Result<Large> state = runtime.state(made->at(i));
      ASSERT_TRUE(state) << state.status().message();
      const Large expected = stateOf<Large>(i);
      ASSERT_EQ(std::memcmp(&*state, &expected, sizeof(Large)), 0) << i;
    }
  };
  std::thread other([&] {
    awaitOrder(); // the first one's
    const int allocations = live();
    spawnAll(600);
    EXPECT_EQ(live(), allocations);
    release();
  });
  spawnAll(400);
  other.join();
}

TEST_F(SpawnMany, NoneIsFine) {
  Runtime runtime = start(optionsFor(8));
  const auto none = runtime.spawnMany<Register>(0, 7u);
  ASSERT_TRUE(none) << none.status().message();
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(runtime.statistics().spawned, 0u);
}

TEST_F(SpawnMany, TooManyAreRefusedBeforeAnyIsMade) {
  Runtime runtime = start(optionsFor(64));
  const auto refused = [&](std::size_t count) {
    bool wasCalled = false;
    const Status status = runtime
                              .spawnEach<Register>(count,
                                                   [&](std::size_t) {
                                                     wasCalled = true;
                                                     return Register(1u);
                                                   })
                              .status();
    EXPECT_FALSE(wasCalled);
    EXPECT_EQ(status.code(), StatusCode::Exhausted);
    return status.message();
  };
  expectMade(runtime, 60);
  EXPECT_EQ(refused(5), "5 actors are to be made and 60 of 64 are in use; set "
                        "`RuntimeOptions::maxActors`");
  EXPECT_EQ(refused(~std::size_t(0)), "18446744073709551615 actors are to be made and 60 of 64 are "
                                      "in use; set `RuntimeOptions::maxActors`");
  expectMade(runtime, 4);
  EXPECT_EQ(runtime.spawn<Register>(1u).status().message(),
            "all 64 actors are in use; set `RuntimeOptions::maxActors`");
  EXPECT_EQ(runtime.statistics().spawned, 64u);
}

/// Block actors have shards of their own.
TEST_F(SpawnMany, ShardsOfOneKindMayBeFull) {
  RuntimeOptions large = optionsFor(1000);
  large.stateBytes = 16 << 20;
  Runtime runtime = start(large);
  const Status full = runtime.spawnMany<scopes::OnBlock>(500).status();
  EXPECT_EQ(full.code(), StatusCode::Exhausted);
  EXPECT_NE(full.message().find("500 actors are to be made and shards for `scopes::OnBlock` have "
                                "entries for "),
            std::string::npos)
      << full.message();
  const auto some = runtime.spawnMany<scopes::OnBlock>(60);
  EXPECT_TRUE(some) << some.status().message();
}

/// The arena has places for 2500 states and the type's last image; entries there are for more.
TEST_F(SpawnMany, NothingIsLeftWhereStatesFindNoPlace) {
  RuntimeOptions tight = optionsFor(6000);
  tight.stateBytes = 2501 * 16;
  Runtime runtime = start(tight);
  for (int i = 0; i < 4; ++i) { // else entries or places were used up
    const Status status = runtime.spawnMany<Register>(3000, 7u).status();
    EXPECT_EQ(status.code(), StatusCode::Exhausted);
    EXPECT_NE(status.message().find("`traffic::Register` has a state of 8 bytes and 0 of 40016 "
                                    "are free; set `RuntimeOptions::stateBytes`"),
              std::string::npos)
        << status.message();
    EXPECT_NE(status.message().find("(2048 of 3000 actors were made, and are ended again)"),
              std::string::npos)
        << status.message();
  }
  EXPECT_EQ(runtime.statistics().spawned, 0u);
  EXPECT_EQ(runtime.statistics().killed, 0u);
  expectMade(runtime, 2500);
  EXPECT_OK(runtime.drain());
}

TEST_F(SpawnMany, FewQuestionsAreEnough) {
  for (const std::uint32_t questions : {1u, 3u, 40u}) {
    RuntimeOptions few = optionsFor(1000);
    few.maxAsks = questions;
    Runtime runtime = start(few);
    expectMade(runtime, 300);
  }
}

TEST_F(SpawnMany, ThreadsDoItAtOnce) {
  Runtime runtime = start(optionsFor(20000));
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 5; ++round) {
        const auto made = runtime.spawnMany<Register>(700, t);
        ASSERT_TRUE(made) << made.status().message();
        for (std::size_t i = 0; i < made->size(); i += 50)
          EXPECT_EQ(valueOf(runtime, made->at(i)), t);
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(runtime.statistics().spawned, 4u * 5 * 700);
}

/// Rings are made larger only once no order is open: a batch that waits for one of its orders lets
/// the others go.
TEST_F(SpawnMany, LargerRingsWaitForIt) {
  RuntimeOptions brief = optionsFor(8000);
  brief.orderTimeout = 5s;
  Runtime runtime = start(brief, stuckAtShard0());
  runtime.poll(); // a thread takes the lowest free number: this one's orders are read by shard 0
  std::thread other([&] {
    awaitOrder(); // of the batch
    std::thread releaser([&] {
      std::this_thread::sleep_for(100ms); // the larger program waits; too early tests less
      release();
    });
    const auto larger = runtime.spawnMany<wide::Collector>(10);
    EXPECT_TRUE(larger) << larger.status().message();
    releaser.join();
  });
  const auto made = runtime.spawnEach<Register>(200, kNumbered); // all at once
  EXPECT_TRUE(made) << made.status().message();
  other.join();
}

TEST_F(SpawnMany, AShardThatDoesNotReturnEndsItInTimeout) {
  RuntimeOptions brief = optionsFor(3000);
  brief.orderTimeout = 100ms;
  Runtime runtime = start(brief, stuckAtShard0());
  runtime.poll(); // as above
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    const Status late = runtime.spawnMany<Register>(2000, 7u).status();
    EXPECT_EQ(late.code(), StatusCode::Timeout);
    EXPECT_NE(late.message().find("100 ms (`RuntimeOptions::orderTimeout`)"), std::string::npos)
        << late.message();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  Result<Registers> others = Status(StatusCode::Internal, "none yet");
  std::thread([&] { others = runtime.spawnEach<Register>(1000, kNumbered); }).join();
  ASSERT_TRUE(others) << others.status().message();
  release();
  // The late ones come to be, and are ended; nobody else has their entries and places.
  EXPECT_OK(runtime.drain());
  for (std::uint32_t i = 0; i < 1000; ++i)
    ASSERT_EQ(valueOf(runtime, others->at(i)), i);
  expectMade(runtime, 2000);
  EXPECT_EQ(runtime.statistics().spawned, 3000u);
}

TEST_F(SpawnMany, ALostGpuEndsIt) {
  FakeGpu gpu;
  gpu.isMute = 1;
  Runtime runtime = start(optionsFor(3000), gpu);
  std::thread other([&] {
    awaitOrder();
    fault();
  });
  EXPECT_EQ(runtime.spawnMany<Register>(2000, 7u).status().code(), StatusCode::DeviceLost);
  other.join();
  EXPECT_EQ(runtime.spawnMany<Register>(1, 7u).status().code(), StatusCode::DeviceLost);
}

/// Whatever a batch is at when the kernel leaves for good, no order waits for it.
TEST_F(SpawnMany, AStoppedRuntimeRefusesIt) {
  for (int round = 0; round < 40; ++round) {
    Runtime runtime = start(optionsFor(20000));
    std::atomic<int> made{0};
    std::thread other([&] {
      Status status = Status::ok();
      while (status) {
        const auto some = runtime.spawnMany<Register>(1500, 7u);
        made += some ? 1 : 0;
        status = some.status();
      }
      EXPECT_TRUE(status.code() == StatusCode::Closed || status.code() == StatusCode::Exhausted)
          << status.message();
    });
    while (made < 1 + round % 4)
      std::this_thread::yield();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_OK(runtime.stop());
    other.join();
    ASSERT_LT(std::chrono::steady_clock::now() - begin, 8s) << round;
    EXPECT_EQ(runtime.spawnMany<Register>(2, 7u).status().code(), StatusCode::Closed);
  }
}

} // namespace
} // namespace ring::test
