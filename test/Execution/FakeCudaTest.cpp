// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CUDA backend over a driver whose every call can fail (test/shims/cuda): each failure ends in
// a status that names the driver's error or is survived; nothing hangs and nothing is left behind.
#include "test/Execution/FakeCuda.h"
#include "FakeScenario.h"
#include "test/Device/Growth.h"

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ring::test {
namespace {

TEST_F(FakeCuda, RunsWhereNothingFails) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  const Status status = useAll(options());
  EXPECT_TRUE(status) << status.message();
  EXPECT_EQ(live(), 0);
  EXPECT_STREQ(disturbance(), "");
}

class FakeCudaFails : public FakeCuda, public testing::WithParamInterface<int> {};

TEST_P(FakeCudaFails, EveryCallMayFail) {
  failEachCall(GetParam(), 100, [] { return useAll(options()); });
}
INSTANTIATE_TEST_SUITE_P(Results, FakeCudaFails,
                         testing::Values(1 /* invalid value */, 2 /* out of memory */,
                                         700 /* illegal address */, 801 /* not supported */),
                         testing::PrintToStringParamName());

TEST_F(FakeCuda, GpusThatCannotServeAreRefusedWithTheReason) {
  FakeGpu gpu;
  gpu.driverVersion = 11080;
  EXPECT_EQ(opened(gpu).message(),
            "the CUDA driver is for CUDA 11.8; 12.0 or newer is needed: update it");
  gpu = FakeGpu();
  gpu.devices = 0;
  EXPECT_EQ(opened(gpu).code(), StatusCode::NotFound);
  gpu = FakeGpu();
  gpu.capability = 70;
  EXPECT_EQ(opened(gpu).message(), "the GPU has compute capability 7.0; 7.5 is needed");
  gpu = FakeGpu();
  gpu.cooperativeLaunch = 0;
  EXPECT_EQ(opened(gpu).code(), StatusCode::Unsupported);
  gpu = FakeGpu();
  gpu.memoryBytes = 4096;
  EXPECT_EQ(opened(gpu).code(), StatusCode::Exhausted);
  EXPECT_TRUE(opened(FakeGpu()));
}

TEST_F(FakeCuda, AKernelThatDoesNotFitIsRefused) {
  FakeGpu gpu;
  gpu.blocksPerMultiprocessor = 0;
  reset(&gpu, 0, 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  EXPECT_EQ(runtime->spawn<FraudMonitor>(1.0f).status().code(), StatusCode::Exhausted);
}

/// Slots of the second type need rings that the GPU has no memory for: the first actor lives on.
TEST_F(FakeCuda, AProgramThatCannotBeLoadedLeavesTheOneBefore) {
  FakeGpu gpu;
  gpu.memoryBytes = 22 << 20;
  reset(&gpu, 0, 0);
  {
    Result<Runtime> runtime = Runtime::create(options());
    ASSERT_TRUE(runtime) << runtime.status().message();
    const auto actor = runtime->spawn<FraudMonitor>(1.0f);
    ASSERT_TRUE(actor) << actor.status().message();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(runtime->spawn<wide::Collector>().status().code(), StatusCode::Exhausted);
      EXPECT_EQ(runtime->ask<Alert>(*actor, Transfer{1, 2, 3, 4.0f}).get().status().code(),
                StatusCode::NoReply);
    }
    EXPECT_TRUE(runtime->drain());
  }
  EXPECT_EQ(live(), 0);
}

/// A GPU of few multiprocessors polls fewer clients' rings than there are threads.
TEST_F(FakeCuda, EveryThreadIsHeardOnASmallGpu) {
  FakeGpu gpu;
  gpu.multiprocessors = 2;
  reset(&gpu, 0, 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<FraudMonitor>(1.0f);
  ASSERT_TRUE(actor) << actor.status().message();
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i)
    threads.emplace_back([&] {
      EXPECT_EQ(runtime->ask<Alert>(*actor, Transfer{1, 2, 3, 4.0f}).get().status().code(),
                StatusCode::NoReply);
    });
  for (std::thread& thread : threads)
    thread.join();
}

TEST_F(FakeCuda, WhatEndedCanBeReadAndNotUsed) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime);
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor) << actor.status().message();
  std::thread second([&] { EXPECT_TRUE(runtime->stop()); });
  EXPECT_TRUE(runtime->stop());
  second.join();
  EXPECT_TRUE(runtime->state(*actor));
  EXPECT_EQ(runtime->send(*actor, traffic::Add{1}).code(), StatusCode::Closed);
  EXPECT_EQ(runtime->spawn<traffic::Register>(1u).status().code(), StatusCode::Closed);
}

/// Two resident kernels would wait for each other for ever.
TEST_F(FakeCuda, ASecondRuntimeIsRefusedUntilTheFirstIsGone) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  {
    const Result<Runtime> first = Runtime::create(options());
    ASSERT_TRUE(first) << first.status().message();
    EXPECT_EQ(
        Runtime::create(options()).status().message(),
        "another runtime of this process has the GPU, which serves one at a time; destroy that "
        "one first");
  }
  FakeGpu none;
  none.devices = 0;
  EXPECT_EQ(opened(none).code(), StatusCode::NotFound) << "one that did not open has nothing";
  EXPECT_TRUE(opened(FakeGpu()));
}

TEST_F(FakeCuda, AThousandRuntimesLeaveNothing) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  expectNoGrowth(1000, 1 << 20, std::chrono::seconds(200), [&] {
    {
      Result<Runtime> runtime = Runtime::create(options());
      ASSERT_TRUE(runtime) << runtime.status().message();
      const auto actor = runtime->spawn<FraudMonitor>(1.0f);
      ASSERT_TRUE(actor) << actor.status().message();
      ASSERT_EQ(runtime->ask<Alert>(*actor, Transfer{1, 2, 3, 4.0f}).get().status().code(),
                StatusCode::NoReply);
      ASSERT_TRUE(runtime->stop());
    }
    ASSERT_EQ(live(), 0);
  });
}

TEST_F(FakeCuda, KilledActorsMakeRoom) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  RuntimeOptions few = options();
  few.maxActors = 2;
  Result<Runtime> runtime = Runtime::create(few);
  ASSERT_TRUE(runtime) << runtime.status().message();
  EXPECT_EQ(runtime->kill(ActorRef<FraudMonitor>{}).code(), StatusCode::NotFound);
  const auto first = runtime->spawn<FraudMonitor>(1.0f),
             second = runtime->spawn<FraudMonitor>(2.0f);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(runtime->spawn<FraudMonitor>(3.0f).status().code(), StatusCode::Exhausted);
  EXPECT_TRUE(runtime->kill(*first));
  EXPECT_EQ(runtime->kill(*first).code(), StatusCode::NotFound);
  EXPECT_EQ(runtime->restart(*first).code(), StatusCode::NotFound);
  EXPECT_TRUE(runtime->state(*first)) << "what it left is there until its entry is taken";
  const auto third = runtime->spawn<FraudMonitor>(3.0f);
  EXPECT_TRUE(third) << third.status().message();
  const Statistics statistics = runtime->statistics();
  EXPECT_EQ(statistics.killed, 1u);
  EXPECT_EQ(statistics.restarted, 0u);
}

/// The notice of a failure and the answer to the restart that undoes it come in any order.
class FakeCudaFailingActors : public FakeCuda, public testing::WithParamInterface<int> {};

TEST_P(FakeCudaFailingActors, RestartsUndoFailures) {
  FakeGpu gpu;
  gpu.fails = GetParam();
  reset(&gpu, 0, 0);
  RuntimeOptions one = options();
  one.maxActors = 1;
  Result<Runtime> runtime = Runtime::create(one);
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor) << actor.status().message();
  const auto failedNow = [&] {
    EXPECT_TRUE(runtime->drain());
    const Status full = runtime->spawn<traffic::Register>(8u).status();
    EXPECT_EQ(full.code(), StatusCode::Exhausted);
    return full.message().find("1 of them failed") != std::string::npos;
  };
  for (int i = 0; i < 3; ++i) {
    const Status status = runtime->ask<traffic::Value>(*actor, traffic::Read{}).get().status();
    EXPECT_EQ(status.code(), StatusCode::Failed);
    EXPECT_EQ(runtime->ask<traffic::Value>(*actor, traffic::Read{}).get().status().code(),
              StatusCode::Closed);
    EXPECT_TRUE(runtime->restart(*actor));
    EXPECT_FALSE(failedNow()) << i;
  }
  EXPECT_EQ(runtime->ask<traffic::Value>(*actor, traffic::Read{}).get().status().code(),
            StatusCode::Failed);
  for (int command = 0; command < 2; ++command) // the notice is told after them
    EXPECT_TRUE(runtime->state(*actor));
  EXPECT_TRUE(failedNow());
  EXPECT_TRUE(runtime->kill(*actor));
  EXPECT_EQ(runtime->restart(*actor).code(), StatusCode::NotFound);
  EXPECT_TRUE(runtime->spawn<traffic::Register>(8u));
  EXPECT_EQ(runtime->statistics().restarted, 3u);
}
INSTANTIATE_TEST_SUITE_P(Notices, FakeCudaFailingActors,
                         testing::Values(1 /* at once */, 2 /* long after the restart */),
                         testing::PrintToStringParamName());

TEST_F(FakeCuda, AShardThatNeverReturnsIsNamed) {
  FakeGpu gpu;
  gpu.stuckShard = 5;
  reset(&gpu, 0, 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const Result<Health> before = runtime->health();
  ASSERT_TRUE(before) << before.status().message();
  EXPECT_TRUE(before->stuck.empty()) << "no kernel runs";
  ASSERT_TRUE(runtime->spawn<FraudMonitor>(1.0f));
  const Result<Health> health = runtime->health(std::chrono::milliseconds(20));
  ASSERT_TRUE(health) << health.status().message();
  EXPECT_GT(health->shards, 5u);
  ASSERT_EQ(health->stuck.size(), 1u);
  EXPECT_EQ(health->stuck[0].shard, 5u);
  EXPECT_FALSE(health->stuck[0].actor.has_value());
  // Who waits while another one asks has the whole limit for the own question.
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] {
      EXPECT_EQ(runtime->health(std::chrono::milliseconds(20)).value().stuck.size(), 1u);
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(runtime->stop(std::chrono::milliseconds(1)).code(), StatusCode::Timeout);
}

TEST_F(FakeCuda, AsManyAsWantMayAskForHealthAndCounters) {
  reset(std::make_unique<FakeGpu>().get(), 0, 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  ASSERT_TRUE(runtime->spawn<FraudMonitor>(1.0f));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        const Result<Health> health = runtime->health(std::chrono::seconds(30));
        ASSERT_TRUE(health) << health.status().message();
        EXPECT_TRUE(health->stuck.empty());
        EXPECT_TRUE(runtime->drain());
      }
    });
  for (std::thread& thread : threads)
    thread.join();
}

} // namespace
} // namespace ring::test
