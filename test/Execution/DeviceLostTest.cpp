// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fault of the context in this process: whoever waits is told, every later call is DeviceLost
// with what the driver said, and nothing hangs.
#include "FakeCuda.h"
#include "FakeScenario.h"

#include <atomic>
#include <thread>
#include <vector>

namespace ring::test {
namespace {

using namespace std::chrono_literals;

class DeviceLost : public FakeCuda {
protected:
  /// With an actor; `gpu` plays until the fault.
  void start(const FakeGpu& gpu) {
    reset(&gpu, 0, 0);
    Result<Runtime> made = Runtime::create(options());
    ASSERT_TRUE(made) << made.status().message();
    runtime_.emplace(*std::move(made));
    Result<ActorRef<traffic::Register>> actor = runtime_->spawn<traffic::Register>(7u);
    ASSERT_TRUE(actor) << actor.status().message();
    actor_ = *actor;
  }
  void TearDown() override {
    const auto begin = std::chrono::steady_clock::now();
    runtime_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << "destroying it";
    reset(std::make_unique<FakeGpu>().get(), 0, 0);
  }
  static void expectLost(const Status& status, int line = 0) {
    SCOPED_TRACE(line);
    EXPECT_EQ(status.code(), StatusCode::DeviceLost) << status.message();
    EXPECT_NE(status.message().find("CUDA_ERROR_FAKED"), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("restart the process"), std::string::npos) << status.message();
  }

  std::optional<Runtime> runtime_;
  ActorRef<traffic::Register> actor_{};
};

TEST_F(DeviceLost, EveryCallSaysSo) {
  start(FakeGpu());
  Result<Buffer<float>> buffer = runtime_->buffer<float>(10);
  ASSERT_TRUE(buffer);
  fault();
  expectLost(runtime_->spawn<traffic::Register>(1u).status(), __LINE__);
  expectLost(runtime_->kill(actor_), __LINE__);
  expectLost(runtime_->restart(actor_), __LINE__);
  expectLost(runtime_->state(actor_).status(), __LINE__);
  expectLost(runtime_->send(actor_, traffic::Add{1}), __LINE__);
  expectLost(runtime_->ask<traffic::Value>(actor_, traffic::Read{}).get().status(), __LINE__);
  expectLost(runtime_->drain(), __LINE__);
  expectLost(runtime_->health().status(), __LINE__);
  expectLost(runtime_->buffer<float>(10).status(), __LINE__);
  std::vector<float> values(10);
  expectLost(buffer->upload(values), __LINE__);
  expectLost(buffer->download(values), __LINE__);
  expectLost(runtime_->finish(), __LINE__);
  static_cast<void>(runtime_->statistics());
  EXPECT_TRUE(runtime_->takeLost().empty());
  expectLost(runtime_->stop(), __LINE__);
}

/// Each of the first calls that a thread may make.
TEST_F(DeviceLost, WhoeverFindsItFirst) {
  const auto calls = std::to_array<Status (*)(Runtime&, ActorRef<traffic::Register>)>(
      {[](Runtime& runtime, ActorRef<traffic::Register>) { return runtime.drain(); },
       [](Runtime& runtime, ActorRef<traffic::Register>) { return runtime.stop(); },
       [](Runtime& runtime, ActorRef<traffic::Register> actor) { return runtime.kill(actor); },
       [](Runtime& runtime, ActorRef<traffic::Register> actor) {
         return runtime.state(actor).status();
       },
       [](Runtime& runtime, ActorRef<traffic::Register> actor) {
         return runtime.ask<traffic::Value>(actor, traffic::Read{}).get().status();
       },
       [](Runtime& runtime, ActorRef<traffic::Register>) { return runtime.health().status(); },
       [](Runtime& runtime, ActorRef<traffic::Register>) {
         return runtime.spawn<wide::Collector>().status();
       },
       [](Runtime& runtime, ActorRef<traffic::Register> actor) { // until its ring is full
         for (;;)
           if (Status status = runtime.send(actor, traffic::Add{1}); !status)
             return status;
       }});
  for (const auto& call : calls) {
    start(FakeGpu());
    fault();
    expectLost(call(*runtime_, actor_));
    expectLost(runtime_->drain());
    runtime_.reset();
  }
}

TEST_F(DeviceLost, WhoeverWaitsIsTold) {
  start(FakeGpu());
  std::atomic<int> waiting{0};
  std::vector<std::thread> threads;
  const auto wait = [&](auto call) {
    threads.emplace_back([&, call] {
      ++waiting;
      expectLost(call());
    });
  };
  fault(); // the rings take messages, and nobody reads them
  wait([&] { return runtime_->ask<traffic::Value>(actor_, traffic::Read{}).get().status(); });
  wait([&] { return runtime_->drain(); });
  wait([&]() -> Status {
    for (;;)
      if (Status status = runtime_->send(actor_, traffic::Add{1}); !status)
        return status;
  });
  wait([&] { return runtime_->kill(actor_); });
  wait([&] { return runtime_->restart(actor_); });
  wait([&] { return runtime_->spawn<traffic::Register>(1u).status(); });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(waiting.load(), 6);
  expectLost(runtime_->stop(30s));
}

} // namespace
} // namespace ring::test
