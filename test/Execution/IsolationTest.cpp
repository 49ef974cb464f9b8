// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Isolation::Process over the fake driver: a child that is killed, faults or hangs is replaced, and
// what that means for actors, messages, questions and memory.
#include "Apart.h"
#include "FakeScenario.h"
#include "Kernels.ring.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace ring::test {
namespace {

using namespace std::chrono_literals;

/// Whether all threads of a process have stopped.
bool isStopped(pid_t process) {
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(process) + "/task",
                                                    error);
  return std::all_of(begin(threads), end(threads), [](const auto& thread) {
    std::ifstream file(thread.path() / "stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.find(") T ") != std::string::npos;
  });
}

/// A child that is stopped, so that it reads nothing any more, and killed then.
class Stopped {
public:
  explicit Stopped(pid_t child) : child_(child) {
    kill(child_, SIGSTOP);
    EXPECT_TRUE(within10s([&] { return isStopped(child_); }));
  }
  ~Stopped() { kill(child_, SIGKILL); }

private:
  const pid_t child_;
};

bool isNoReply(Runtime& runtime, ActorRef<traffic::Register> actor) {
  const Status status = runtime.ask<traffic::Value>(actor, traffic::Read{}).get().status();
  EXPECT_EQ(status.code(), StatusCode::NoReply) << status.message();
  return status.code() == StatusCode::NoReply;
}

TEST_F(Apart, RunsAsInThisProcess) {
  const Status status = useAll(options());
  EXPECT_TRUE(status) << status.message();
}

class ApartFails : public Apart, public testing::WithParamInterface<int> {};

/// Each of the child's calls of the driver is its last one, once.
TEST_P(ApartFails, EveryCallMayBeTheLast) {
  int recovered = 0, refused = 0;
  const int step = GetParam() < 0 ? 1 : 3; // what follows a death is the same
  for (int call = 1;; call += step) {
    play("failAt=" + std::to_string(call) + " failWith=" + std::to_string(GetParam()), 1);
    const Status status = useAll(options());
    if (tokensLeft() == 1) {
      EXPECT_TRUE(status) << status.message();
      break;
    }
    // Before there is a runtime there is nothing to recover; a question may go down.
    const bool isOpening = !status && !status.message().starts_with("asked: ");
    recovered += !isOpening;
    refused += isOpening;
    if (isOpening)
      EXPECT_LT(call, 60) << status.message();
    ASSERT_FALSE(HasFailure()) << "call " << call;
  }
  EXPECT_GT(refused, 10 / step);
  EXPECT_GT(recovered, 150 / step);
}
INSTANTIATE_TEST_SUITE_P(Ends, ApartFails,
                         testing::Values(-9 /* killed */, 700 /* illegal address */),
                         [](const auto& info) {
                           return info.param < 0 ? std::string("Killed")
                                                 : "Fault" + std::to_string(info.param);
                         });

TEST_F(Apart, ActorsGoOnUnderTheirReferences) {
  play("fails=1", 0);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  std::vector<ActorRef<traffic::Register>> actors;
  for (std::uint32_t i = 0; i < 10; ++i) {
    const auto actor = runtime->spawn<traffic::Register>(i / 2);
    ASSERT_TRUE(actor) << actor.status().message();
    actors.push_back(*actor);
  }
  const auto failed = actors[3], killed = actors[4];
  EXPECT_EQ(runtime->ask<traffic::Value>(failed, traffic::Read{}).get().status().code(),
            StatusCode::Failed);
  EXPECT_TRUE(runtime->kill(killed));
  EXPECT_TRUE(runtime->drain());
  play("", 0);
  killChild(*runtime);
  for (const auto& actor : actors)
    if (actor.id.index != failed.id.index && actor.id.index != killed.id.index) {
      EXPECT_TRUE(isNoReply(*runtime, actor));
      EXPECT_TRUE(runtime->state(actor));
    }
  const auto answerOf = [&](ActorRef<traffic::Register> actor) {
    return runtime->ask<traffic::Value>(actor, traffic::Read{}).get().status().code();
  };
  EXPECT_EQ(answerOf(failed), StatusCode::Closed);
  EXPECT_EQ(answerOf(killed), StatusCode::Closed);
  EXPECT_TRUE(runtime->state(failed)) << "as it was spawned";
  EXPECT_EQ(runtime->kill(killed).code(), StatusCode::NotFound);
  EXPECT_TRUE(runtime->restart(failed));
  EXPECT_TRUE(isNoReply(*runtime, failed));
  EXPECT_TRUE(runtime->kill(failed));
  EXPECT_TRUE(runtime->spawn<traffic::Register>(1u));
  EXPECT_TRUE(runtime->drain());
  EXPECT_EQ(runtime->statistics().recoveries, 1u);
}

TEST_F(Apart, WhatTheDeviceDidNotTakeIsNamed) {
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor) << actor.status().message();
  EXPECT_TRUE(isNoReply(*runtime, *actor));
  // A lane of 512 slots is given back by quarters, and a batch of 32 may be in the works.
  constexpr int kSent = 400, kUnsure = 128 + 32;
  std::optional<Ask<traffic::Value>> asked;
  {
    const Stopped stopped(child());
    for (int i = 0; i < kSent; ++i)
      EXPECT_TRUE(runtime->send(*actor, traffic::Add{i}));
    asked.emplace(runtime->ask<traffic::Value>(*actor, traffic::Read{5}));
  }
  const Status answer = asked->get().status();
  EXPECT_EQ(answer.code(), StatusCode::DeviceLost);
  EXPECT_NE(answer.message().find("signal 9"), std::string::npos) << answer.message();
  EXPECT_TRUE(isNoReply(*runtime, *actor)) << "the actor goes on";
  const std::vector<LostMessage> lost = runtime->takeLost();
  ASSERT_EQ(lost.size(), kSent + 1u);
  for (std::size_t i = 0; i < kSent; ++i) {
    EXPECT_EQ(lost[i].target.index, actor->id.index);
    EXPECT_EQ(lost[i].type, "traffic::Add");
    EXPECT_EQ(lost[i].as<traffic::Add>().value().value, static_cast<int>(i));
    EXPECT_EQ(lost[i].as<traffic::Read>(), std::nullopt);
    EXPECT_FALSE(lost[i].isQuestion);
    EXPECT_EQ(lost[i].mayBeHandled, i < kUnsure) << i;
  }
  EXPECT_TRUE(lost[kSent].isQuestion);
  EXPECT_EQ(lost[kSent].as<traffic::Read>().value().unused, 5u);
  EXPECT_TRUE(runtime->takeLost().empty());
  const Statistics counts = runtime->statistics();
  EXPECT_GE(counts.lost, kSent + 1u);
  EXPECT_EQ(counts.sent, counts.handled + counts.deadLetters + counts.lost);
}

TEST_F(Apart, LostMessagesBeyondTheOptionAreCounted) {
  RuntimeOptions few = options();
  few.maxLost = 3;
  Result<Runtime> runtime = Runtime::create(few);
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor);
  {
    const Stopped stopped(child());
    for (int i = 0; i < 10; ++i)
      EXPECT_TRUE(runtime->send(*actor, traffic::Add{i}));
  }
  EXPECT_TRUE(within10s([&] { return runtime->statistics().recoveries == 1; }));
  EXPECT_EQ(runtime->takeLost().size(), 3u);
  EXPECT_EQ(runtime->statistics().lost, 10u);
}

TEST_F(Apart, ASenderBehindAFullRingGoesOn) {
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor);
  std::atomic<int> sent{0};
  constexpr int kAll = 20000;
  auto stopped = std::make_unique<Stopped>(child());
  std::thread sender([&] {
    for (int i = 0; i < kAll; ++i) {
      EXPECT_TRUE(runtime->send(*actor, traffic::Add{i}));
      sent.store(i + 1);
    }
  });
  constexpr int kLaneSlots = 512;
  EXPECT_TRUE(within10s([&] { return sent.load() >= kLaneSlots; }));
  int before = -1;
  while (before != sent.load()) { // the ring is full
    before = sent.load();
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_LT(before, kAll);
  stopped.reset();
  sender.join();
  EXPECT_TRUE(runtime->drain());
  const Statistics counts = runtime->statistics();
  EXPECT_EQ(counts.sent, static_cast<std::uint64_t>(kAll));
  EXPECT_EQ(counts.sent, counts.handled + counts.deadLetters + counts.lost);
  EXPECT_EQ(runtime->takeLost().size(), counts.lost) << "nothing had been taken";
}

/// A child that does not start is one more loss, and nothing is counted again for it.
TEST_F(Apart, ASuccessorThatDoesNotStartCountsNothingTwice) {
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor) << actor.status().message();
  constexpr std::uint64_t kSent = 20;
  for (std::uint64_t i = 0; i < kSent; ++i)
    EXPECT_TRUE(runtime->send(*actor, traffic::Add{1}));
  EXPECT_TRUE(runtime->drain());
  const Statistics before = runtime->statistics();
  ASSERT_GE(before.handled, kSent);
  play("failAt=1 failWith=-9", 1);
  killChild(*runtime);
  EXPECT_EQ(tokensLeft(), 0) << "one did not start";
  const Statistics after = runtime->statistics();
  EXPECT_EQ(after.recoveries, 1u);
  EXPECT_EQ(after.sent, before.sent);
  EXPECT_EQ(after.handled, before.handled);
  EXPECT_EQ(after.sent, after.handled + after.deadLetters + after.lost);
  EXPECT_TRUE(isNoReply(*runtime, *actor)) << "the actor goes on";
}

/// Killed again and again while threads send, ask, spawn, restart and kill.
TEST_F(Apart, KilledDuringTraffic) {
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor);
  std::atomic<bool> isOver{false};
  std::atomic<std::uint64_t> answers{0}, lost{0};
  const auto talk = [&] {
    while (!isOver) {
      for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(runtime->send(*actor, traffic::Add{i}));
      const Status status = runtime->ask<traffic::Value>(*actor, traffic::Read{}).get().status();
      EXPECT_TRUE(status.code() == StatusCode::NoReply || status.code() == StatusCode::DeviceLost)
          << status.message();
      ++(status.code() == StatusCode::NoReply ? answers : lost);
    }
  };
  const auto order = [&] {
    while (!isOver) {
      const auto made = runtime->spawn<traffic::Register>(3u);
      ASSERT_TRUE(made) << made.status().message();
      EXPECT_TRUE(runtime->restart(*made));
      EXPECT_TRUE(runtime->state(*made));
      const Status killed = runtime->kill(*made);
      EXPECT_TRUE(killed) << killed.message();
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(talk);
  threads.emplace_back(talk);
  threads.emplace_back(order);
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(20ms);
    killChild(*runtime);
  }
  isOver = true;
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_TRUE(runtime->drain());
  const Statistics counts = runtime->statistics();
  EXPECT_EQ(counts.recoveries, 8u);
  EXPECT_EQ(counts.sent, counts.handled + counts.deadLetters + counts.lost);
  EXPECT_GT(answers.load(), 0u);
  EXPECT_TRUE(isNoReply(*runtime, *actor));
}

TEST_F(Apart, AHangIsEnded) {
  play("stuckShard=0", 1);
  RuntimeOptions impatient = options();
  impatient.hangLimit = 50ms;
  Result<Runtime> runtime = Runtime::create(impatient);
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u); // waits, and is done in the next child
  ASSERT_TRUE(actor) << actor.status().message();
  EXPECT_TRUE(isNoReply(*runtime, *actor));
  EXPECT_EQ(runtime->statistics().recoveries, 1u);
  // Patience: a child that answers is left alone.
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(runtime->statistics().recoveries, 1u);
  // The whole process, with a question on its way or answered before it stopped.
  Ask<traffic::Value> asked = runtime->ask<traffic::Value>(*actor, traffic::Read{});
  kill(child(), SIGSTOP);
  EXPECT_TRUE(within10s([&] { return runtime->statistics().recoveries == 2; }));
  const Status answer = asked.get().status();
  EXPECT_TRUE(answer.code() == StatusCode::NoReply ||
              answer.message().find("did not") != std::string::npos)
      << answer.message();
  EXPECT_TRUE(isNoReply(*runtime, *actor));
}

TEST_F(Apart, AHandlerThatKeepsTheKernelEndsWithTheRuntime) {
  play("stuckShard=0 staysStuck=1", 1);
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  runtime
      ->poll(); // a thread takes the lowest free number: the other one's orders are not for shard 0
  std::thread other([&] { EXPECT_TRUE(runtime->spawn<traffic::Register>(7u)); });
  other.join();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(runtime->stop(1ms).code(), StatusCode::Timeout);
  runtime = Status(StatusCode::Closed, "destroyed");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(Apart, ItIsGivenUpWithAllCauses) {
  RuntimeOptions twice = options();
  twice.maxRecoveries = 2;
  Result<Runtime> runtime = Runtime::create(twice);
  ASSERT_TRUE(runtime) << runtime.status().message();
  const auto actor = runtime->spawn<traffic::Register>(7u);
  ASSERT_TRUE(actor);
  killChild(*runtime);
  killChild(*runtime);
  EXPECT_TRUE(isNoReply(*runtime, *actor));
  kill(child(), SIGKILL);
  const Status given = runtime->drain();
  EXPECT_EQ(given.code(), StatusCode::DeviceLost);
  EXPECT_NE(given.message().find("lost 3 times"), std::string::npos) << given.message();
  EXPECT_NE(given.message().find("3: "), std::string::npos);
  EXPECT_EQ(runtime->send(*actor, traffic::Add{1}).code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->ask<traffic::Value>(*actor, traffic::Read{}).get().status().code(),
            StatusCode::DeviceLost);
  EXPECT_EQ(runtime->spawn<traffic::Register>(7u).status().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->kill(*actor).code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->restart(*actor).code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->state(*actor).status().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->health().status().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->buffer<int>(10).status().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->finish().code(), StatusCode::DeviceLost);
  EXPECT_EQ(runtime->stop().code(), StatusCode::DeviceLost);
}

TEST_F(Apart, MemoryGoesDownAndCanBeHadAgain) {
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  constexpr std::size_t kMany = 700000; // longer than a piece of a copy
  std::vector<std::uint32_t> values(kMany), read(kMany);
  for (std::size_t i = 0; i < kMany; ++i)
    values[i] = static_cast<std::uint32_t>(i * 2654435761u);
  Result<Buffer<std::uint32_t>> before = runtime->buffer<std::uint32_t>(kMany);
  ASSERT_TRUE(before) << before.status().message();
  ASSERT_TRUE(before->upload(values));
  ASSERT_TRUE(before->download(read));
  EXPECT_EQ(read, values);
  Result<Buffer<std::uint32_t>> sums = runtime->buffer<std::uint32_t>(4);
  ASSERT_TRUE(sums);
  const auto launch = [&](Buffer<std::uint32_t>& in, Buffer<std::uint32_t>& out) {
    return runtime->launch<kernels::blockSum>(Grid(4), in, out);
  };
  EXPECT_TRUE(launch(*before, *sums));
  EXPECT_TRUE(launch(*before, *sums));
  killChild(*runtime);
  EXPECT_EQ(runtime->finish().code(), StatusCode::DeviceLost) << "launches went down";
  EXPECT_TRUE(runtime->finish());
  const Status lost = before->upload(values);
  EXPECT_EQ(lost.code(), StatusCode::DeviceLost);
  EXPECT_NE(lost.message().find("make another"), std::string::npos) << lost.message();
  EXPECT_EQ(before->download(read).code(), StatusCode::DeviceLost);
  EXPECT_EQ(launch(*before, *sums).code(), StatusCode::DeviceLost);
  Result<Buffer<std::uint32_t>> after = runtime->buffer<std::uint32_t>(kMany);
  ASSERT_TRUE(after) << after.status().message();
  ASSERT_TRUE(after->upload(values));
  std::fill(read.begin(), read.end(), 0);
  ASSERT_TRUE(after->download(read));
  EXPECT_EQ(read, values);
  sums = runtime->buffer<std::uint32_t>(4);
  ASSERT_TRUE(sums);
  EXPECT_TRUE(launch(*after, *sums));
  EXPECT_TRUE(runtime->finish());
}

/// A batch of which some are made goes on with the GPU that takes a lost one's place, with room for
/// no more than it has; those of earlier pieces come back.
TEST_F(Apart, ABatchSurvivesItsGpu) {
  using traffic::Register;
  constexpr std::uint32_t kCount = 3000;
  RuntimeOptions many = options();
  many.maxActors = kCount;
  many.stateBytes = 1 << 20;
  for (const int stuck : {0, 1}) {
    play(stuck ? "stuckShard=0" : "", stuck);
    Result<Runtime> runtime = Runtime::create(many);
    ASSERT_TRUE(runtime) << runtime.status().message();
    runtime->poll(); // a thread takes the lowest free number: this one's orders are read by shard 0
    std::atomic<bool> isOver{false};
    std::thread other([&] {
      std::this_thread::sleep_for(stuck ? 100ms : 3ms);
      for (int i = 0; i < 3 || !isOver; ++i)
        killChild(*runtime);
    });
    const auto made = runtime->spawnEach<Register>(
        kCount, [](std::size_t i) { return Register(static_cast<std::uint32_t>(i)); });
    isOver = true;
    other.join();
    ASSERT_TRUE(made) << made.status().message();
    for (std::uint32_t i = 0; i < kCount; ++i) {
      const Result<Register> state = runtime->state(made->at(i));
      ASSERT_TRUE(state) << state.status().message();
      const Register expected(i);
      ASSERT_EQ(std::memcmp(&*state, &expected, sizeof(expected)), 0) << i;
    }
    EXPECT_EQ(runtime->statistics().spawned, kCount);
    EXPECT_EQ(runtime->spawn<Register>(1u).status().code(), StatusCode::Exhausted);
    EXPECT_TRUE(runtime->kill(made->back()));
    EXPECT_TRUE(runtime->spawn<Register>(1u));
  }
}

} // namespace
} // namespace ring::test
