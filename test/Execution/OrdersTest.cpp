// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Orders behind a handler that does not return: they end in Timeout with the shard's name, and hold
// up no order of another thread. What was late is settled once the handler has returned. The first
// thread of the program is client 0, whose messages and orders shard 0 reads here.
#include "FakeCuda.h"
#include "FakeScenario.h"
#include "runtime/backend/cuda/Program.h"

#include <atomic>
#include <functional>
#include <thread>

namespace ring::test {
namespace {

using namespace std::chrono_literals;

class Orders : public FakeCuda {
protected:
  /// Shard 0 sticks from the kernel's start. Orders to others are done well within the timeout,
  /// also where the thread that plays the GPU gets little of a core.
  Runtime start(bool keepsKernel, std::chrono::nanoseconds timeout = 50ms) {
    FakeGpu gpu;
    gpu.stuckShard = 0;
    gpu.staysStuck = keepsKernel;
    reset(&gpu, 0, 0);
    RuntimeOptions brief = options();
    brief.orderTimeout = timeout;
    Runtime runtime = Runtime::create(brief).value();
    runtime.poll(); // a thread takes the lowest free number: this one's orders are read by shard 0
    return runtime;
  }
  static void expectOverdue(const Status& status) {
    EXPECT_EQ(status.code(), StatusCode::Timeout) << status.message();
    EXPECT_NE(status.message().find("50 ms (`RuntimeOptions::orderTimeout`)"), std::string::npos)
        << status.message();
    EXPECT_NE(status.message().find("no sign of life: 0"), std::string::npos) << status.message();
  }
  /// On a thread whose orders another shard reads.
  static void elsewhere(const std::function<void()>& work) { std::thread(work).join(); }
};

TEST_F(Orders, EndInTimeoutAndHoldUpNobody) {
  Runtime runtime = start(false);
  Result<ActorRef<traffic::Register>> actor = Status(StatusCode::Internal, "none yet");
  elsewhere([&] { actor = runtime.spawn<traffic::Register>(7u); });
  ASSERT_TRUE(actor) << actor.status().message();
  const auto begin = std::chrono::steady_clock::now();
  expectOverdue(runtime.kill(*actor));
  expectOverdue(runtime.restart(*actor));
  expectOverdue(runtime.state(*actor).status());
  expectOverdue(runtime.spawn<traffic::Register>(8u).status());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  elsewhere([&] {
    EXPECT_TRUE(runtime.state(*actor));
    EXPECT_TRUE(runtime.spawn<traffic::Register>(9u));
  });
  release();
  // The late kill is done now.
  EXPECT_EQ(runtime.state(*actor).status().code(), StatusCode::Ok) << "what it left";
  EXPECT_EQ(runtime.kill(*actor).code(), StatusCode::NotFound);
  EXPECT_TRUE(runtime.drain());
}

/// While one thread waits for its order, others have theirs done.
TEST_F(Orders, AreDoneWhileAnotherWaits) {
  Runtime runtime = start(false, 2s);
  std::atomic<bool> isWaiting{true};
  std::thread other([&] {
    awaitOrder(); // the first thread's
    for (std::uint32_t i = 0; i < 20; ++i) {
      const auto made = runtime.spawn<traffic::Register>(i % 2);
      EXPECT_TRUE(made) << made.status().message();
      EXPECT_TRUE(made && runtime.restart(*made) && runtime.state(*made) && runtime.kill(*made));
    }
    EXPECT_TRUE(isWaiting.load());
  });
  EXPECT_EQ(runtime.spawn<traffic::Register>(0u).status().code(), StatusCode::Timeout);
  isWaiting = false;
  other.join();
  release();
}

/// An actor whose spawn was given up is ended when it comes to be, and its place is had again.
TEST_F(Orders, ALateActorIsEnded) {
  Runtime runtime = start(false);
  for (int i = 0; i < 6; ++i)
    expectOverdue(runtime.spawn<traffic::Register>(8u).status());
  release();
  const auto all = [&] {
    std::vector<ActorRef<traffic::Register>> made;
    for (int i = 0; i < 64; ++i) {
      const auto actor = runtime.spawn<traffic::Register>(8u);
      EXPECT_TRUE(actor) << i << ": " << actor.status().message();
      if (actor)
        made.push_back(*actor);
    }
    return made;
  };
  for (const auto& actor : all())
    EXPECT_TRUE(runtime.kill(actor));
  all();
  EXPECT_EQ(runtime.statistics().spawned, 128u) << "those that were given up do not count";
  EXPECT_TRUE(runtime.drain());
}

/// A kernel that does not leave the GPU holds up what needs that for the same time only.
TEST_F(Orders, WhatNeedsAStillGpuEndsInTimeoutToo) {
  Runtime runtime = start(true);
  Result<ActorRef<traffic::Register>> actor = Status(StatusCode::Internal, "none yet");
  elsewhere([&] { actor = runtime.spawn<traffic::Register>(7u); });
  ASSERT_TRUE(actor);
  const Status refused = runtime.buffer<float>(10).status();
  EXPECT_EQ(refused.code(), StatusCode::Timeout);
  EXPECT_NE(refused.message().find("does not leave the GPU"), std::string::npos)
      << refused.message();
  EXPECT_EQ(runtime.spawn<wide::Collector>().status().code(), StatusCode::Timeout);
  release();
  // The kernel has left by now, and goes on.
  elsewhere([&] {
    EXPECT_TRUE(runtime.state(*actor));
    const Status larger = runtime.spawn<wide::Collector>().status();
    EXPECT_TRUE(larger) << larger.message();
  });
  const Status memory = runtime.buffer<float>(10).status();
  EXPECT_TRUE(memory) << memory.message();
  EXPECT_TRUE(runtime.drain());
}

/// A full lane takes no order.
TEST_F(Orders, EndInTimeoutBehindAFullRing) {
  Runtime runtime = start(false);
  Result<ActorRef<traffic::Register>> actor = Status(StatusCode::Internal, "none yet");
  elsewhere([&] { actor = runtime.spawn<traffic::Register>(7u); });
  ASSERT_TRUE(actor) << actor.status().message();
  const std::uint32_t slots = runtime::cuda::Program().laneSlots(); // of the smallest slots
  for (std::uint32_t i = 0; i < slots; ++i)
    ASSERT_TRUE(runtime.send(*actor, traffic::Add{1}));
  const Status full = runtime.kill(*actor);
  expectOverdue(full);
  EXPECT_NE(full.message().find("did not take an order"), std::string::npos) << full.message();
  elsewhere([&] { EXPECT_TRUE(runtime.state(*actor)); });
  release();
  EXPECT_TRUE(runtime.kill(*actor)) << "the one before never got there";
  EXPECT_TRUE(runtime.drain());
  EXPECT_EQ(runtime.statistics().sent, slots);
}

} // namespace
} // namespace ring::test
