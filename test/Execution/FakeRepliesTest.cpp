// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replies on their way out of the rings of the CUDA backend, over a fake kernel that sends each
// message back: their order and number, whoever reads them and whatever a visitor does.
#include "test/Execution/FakeCuda.h"

#include "Demo.ring.h"
#include "Traffic.ring.h"

#include <atomic>
#include <map>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace ring::test {
namespace {

class FakeReplies : public FakeCuda {
protected:
  void SetUp() override {
    FakeCuda::SetUp();
    FakeGpu gpu;
    gpu.multiprocessors = 36; // several clients, with lanes enough for shared reply rings
    gpu.echoes = 1;
    reset(&gpu, 0, 0);
    Result<Runtime> made = Runtime::create(options());
    ASSERT_TRUE(made) << made.status().message();
    runtime.emplace(*std::move(made));
  }
  void TearDown() override { runtime.reset(); }

  std::optional<Runtime> runtime;
};

/// Replies of an actor, which a thread takes out of its ring while one that waits takes some of
/// them, come in their order, all of them, once.
TEST_F(FakeReplies, StayInOrderWhoeverReadsThem) {
  constexpr std::uint32_t kRounds = 3000, kActors = 16;
  std::atomic<bool> isOver = false;
  std::thread waiting([&] { // it reads the rings of all
    while (!isOver.load())
      EXPECT_TRUE(runtime->drain());
  });
  std::vector<std::thread> senders;
  for (std::uint32_t sender = 0; sender < 3; ++sender)
    senders.emplace_back([&, sender] {
      std::vector<ActorRef<FraudMonitor>> actors;
      std::map<std::uint32_t, std::uint64_t> due; // by index
      for (std::uint32_t i = 0; i < kActors; ++i) {
        const auto actor = runtime->spawn<FraudMonitor>(1.0f);
        ASSERT_TRUE(actor) << actor.status().message();
        actors.push_back(*actor);
      }
      std::uint64_t taken = 0, wrong = 0;
      const auto take = [&](const Transfer& transfer, ActorId from) {
        wrong += transfer.from != sender || transfer.id != due[from.index]++;
      };
      for (std::uint64_t number = 0; number < kRounds; ++number) {
        const std::vector<Transfer> transfers(kActors, Transfer{number, sender, 3, 4.0f});
        EXPECT_TRUE(runtime->sendBatch(std::span<const ActorRef<FraudMonitor>>(actors),
                                       std::span<const Transfer>(transfers)));
        if (number % 8 == 7)
          taken += runtime->replies().drainOwn<Transfer>(take);
      }
      while (taken < kActors * std::uint64_t(kRounds))
        taken += runtime->replies().drainOwn<Transfer>(take);
      EXPECT_EQ(wrong, 0u) << "of thread " << sender;
    });
  for (std::thread& sender : senders)
    sender.join();
  isOver = true;
  waiting.join();
}

/// What a visitor throws at, and what was read behind it, is there for the next one.
TEST_F(FakeReplies, AreNotLostByAVisitorThatThrows) {
  const auto actor = runtime->spawn<FraudMonitor>(1.0f);
  ASSERT_TRUE(actor) << actor.status().message();
  constexpr std::uint64_t kCount = 100;
  for (std::uint64_t id = 0; id < kCount; ++id)
    EXPECT_TRUE(runtime->send(*actor, Transfer{id, 1, 2, 3.0f}));
  std::uint64_t next = 0;
  bool throws = true;
  const auto take = [&](const Transfer& transfer) {
    if (next == 7 && std::exchange(throws, false))
      throw std::runtime_error("seven");
    EXPECT_EQ(transfer.id, next);
    ++next;
  };
  while (next < kCount) {
    try {
      runtime->replies().drainOwn<Transfer>(take);
    } catch (const std::runtime_error&) {
      EXPECT_EQ(next, 7u);
    }
  }
  EXPECT_FALSE(throws);
  EXPECT_TRUE(runtime->drain()) << "all replies were counted";
}

/// A visitor asks, sends and waits for quiet: newer replies come into the mailbox meanwhile, behind
/// those that it was not shown, and those that it does not want.
TEST_F(FakeReplies, StayInOrderWhileAVisitorUsesTheRuntime) {
  const auto actor = runtime->spawn<traffic::Register>(1u);
  ASSERT_TRUE(actor) << actor.status().message();
  constexpr std::int32_t kFirst = 200, kCount = 300;
  const auto send = [&](std::int32_t number) {
    EXPECT_TRUE(runtime->send(*actor, traffic::Add{number}));
    EXPECT_TRUE(runtime->send(*actor, traffic::Multiply{static_cast<std::uint32_t>(number)}));
  };
  std::int32_t sent = 0, added = 0;
  while (sent < kFirst)
    send(sent++);
  const auto take = [&](const traffic::Add& add) {
    EXPECT_EQ(add.value, added);
    ++added;
    if (sent < kCount)
      send(sent++);
    if (added % 16 == 5)
      EXPECT_EQ(runtime->ask<traffic::Value>(*actor, traffic::Read{0}).get().status().code(),
                StatusCode::NoReply);
    if (added % 16 == 11)
      EXPECT_TRUE(runtime->drain());
  };
  while (added < kCount)
    runtime->replies().drainOwn<traffic::Add>(take);
  std::uint32_t multiplied = 0;
  while (multiplied < kCount)
    runtime->replies().drainOwn<traffic::Multiply>(
        [&](const traffic::Multiply& multiply) { EXPECT_EQ(multiply.factor, multiplied++); });
}

} // namespace
} // namespace ring::test
