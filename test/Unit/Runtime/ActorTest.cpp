// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors on the CPU: messages arrive, in order, once; failing and stopping; limits and misuse.
#include "Actors.ring.h"
#include "Demo.ring.h"
#include "Support.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using test::cpuOptions;
using test::makeRuntime;

struct NoMessage {};
template <class M>
concept FraudMonitorTakes = requires(ring::Runtime& runtime, ring::ActorRef<FraudMonitor> actor,
                                     const M& message) { runtime.send(actor, message); };
static_assert(FraudMonitorTakes<Transfer>);
static_assert(!FraudMonitorTakes<Alert>, "a message without a handler must not compile");
static_assert(!FraudMonitorTakes<NoMessage>);

TEST(Actor, HandlesMessagesAndReplies) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<FraudMonitor>(10.0f);
  ASSERT_TRUE(actor);
  for (std::uint64_t id = 0; id < 100; ++id)
    EXPECT_OK(runtime.send(*actor, Transfer{id, 1, 2, id < 50 ? 5.0f : 20.0f}));
  EXPECT_OK(runtime.drain());
  std::uint64_t next = 50;
  while (std::optional<ring::Reply> reply = runtime.replies().poll()) {
    const Alert* alert = reply->as<Alert>();
    ASSERT_NE(alert, nullptr);
    EXPECT_EQ(reply->as<Transfer>(), nullptr);
    EXPECT_EQ(alert->id, next++);
    EXPECT_EQ(alert->score, 2.0f);
    EXPECT_EQ(reply->from().index, actor.value().id.index);
  }
  EXPECT_EQ(next, 100u);
  const ring::Statistics statistics = runtime.statistics();
  EXPECT_EQ(statistics.sent, 100u);
  EXPECT_EQ(statistics.handled, 100u);
  EXPECT_EQ(statistics.replies, 50u);
  EXPECT_EQ(statistics.deadLetters, 0u);
}

TEST(RuntimeDeathTest, WithoutThreadsThereIsAStatus) {
  const auto create = [] {
    if (geteuid() == 0 && setuid(65534) != 0) // the limit does not hold for root
      _exit(2);
    const rlimit none{1, 1};
    setrlimit(RLIMIT_NPROC, &none);
    const ring::Status status = ring::Runtime::create(test::cpuOptions()).status();
    std::fprintf(stderr, "%s\n", status.message().c_str());
    _exit(status.code() == ring::StatusCode::Exhausted ? 0 : 1);
  };
  EXPECT_EXIT(create(), testing::ExitedWithCode(0), "there is no thread for a worker");
}

/// Actors of one worker: actor i is run by worker i % workers.
TEST(Actors, BesideIsOnTheSameWorker) {
  ring::Runtime runtime = test::makeRuntime(test::cpuOptions(3));
  for (int i = 0; i < 3; ++i) {
    const auto first = runtime.spawn<test::Worker>();
    const auto second = runtime.spawn<test::Worker>(ring::beside(*first));
    EXPECT_EQ(first->id.index % 3, second->id.index % 3);
  }
}

TEST(Actor, StateIsThatAfterAllMessages) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  for (int i = 0; i < 1000; ++i)
    EXPECT_OK(runtime.send(*actor, test::Order{2, 0}));
  ring::Result<test::Worker> state = runtime.state(*actor);
  ASSERT_TRUE(state) << state.status().message();
  EXPECT_EQ(state->orders, 1000u);
  EXPECT_EQ(runtime.state(ring::ActorRef<test::Worker>{}).status().code(),
            ring::StatusCode::NotFound);
  EXPECT_EQ(runtime.state(ring::ActorRef<FraudMonitor>{actor.value().id}).status().code(),
            ring::StatusCode::WrongType);
}

TEST(Actor, ActorsPlayAcrossWorkers) {
  for (const std::uint32_t workers : {1u, 2u, 3u}) {
    ring::Runtime runtime = makeRuntime(cpuOptions(workers));
    const auto one = runtime.spawn<test::Player>(), other = runtime.spawn<test::Player>();
    ASSERT_TRUE(one && other);
    constexpr std::uint64_t kHops = 9999;
    EXPECT_OK(runtime.send(*one, test::Start{other.value().id, 0}));
    EXPECT_OK(
        runtime.drain()); // order is promised by sender: the other's first number may overtake
    EXPECT_OK(runtime.send(*other, test::Start{one.value().id, kHops}));
    EXPECT_OK(runtime.drain());
    std::optional<ring::Reply> reply = runtime.replies().poll();
    ASSERT_TRUE(reply && reply->as<test::Number>());
    EXPECT_EQ(reply->as<test::Number>()->value, kHops / 2 + 1);
    EXPECT_EQ(runtime.statistics().handled, kHops + 3);
  }
}

TEST(Actor, OrderIsKeptPerSenderThroughFullRings) {
  // Rings of 64 slots of 64 bytes: a burst of 1000 messages must wait outside them.
  ring::RuntimeOptions options = cpuOptions(3);
  options.mailboxSlots = 64;
  options.maxActors = 64;
  ring::Runtime runtime = makeRuntime(options);
  constexpr std::uint32_t kSenders = 12, kStarts = 20, kBurst = 1000;
  const auto auditor = runtime.spawn<test::Auditor>();
  ASSERT_TRUE(auditor);
  std::vector<ring::ActorRef<test::Sender>> senders;
  for (std::uint32_t id = 0; id < kSenders; ++id)
    senders.push_back(*runtime.spawn<test::Sender>(id));
  for (std::uint32_t start = 0; start < kStarts; ++start)
    for (const auto sender : senders)
      EXPECT_OK(runtime.send(sender, test::Start{auditor.value().id, kBurst}));
  EXPECT_OK(runtime.drain());
  auto report = runtime.ask<test::Report>(*auditor, test::Order{}).get();
  ASSERT_TRUE(report) << report.status().message();
  EXPECT_EQ(report->received, std::uint64_t(kSenders) * kStarts * kBurst);
  EXPECT_EQ(report->outOfOrder, 0u);
  EXPECT_EQ(report->senders, kSenders);
  EXPECT_GT(runtime.statistics().spilled, 0u);
}

TEST(Actor, AnyThreadMaySendInItsOrder) {
  ring::RuntimeOptions options = cpuOptions(2);
  options.mailboxSlots = 256;
  ring::Runtime runtime = makeRuntime(options);
  const auto auditor = runtime.spawn<test::Auditor>();
  ASSERT_TRUE(auditor);
  constexpr std::uint32_t kThreads = 3, kMessages = 20000;
  std::vector<std::thread> threads;
  for (std::uint32_t id = 1; id <= kThreads; ++id)
    threads.emplace_back([&, id] {
      for (std::uint32_t i = 0; i < kMessages; ++i)
        EXPECT_OK(runtime.send(*auditor, test::Sequenced{id, i}));
    });
  for (std::uint32_t i = 0; i < kMessages; ++i)
    EXPECT_OK(runtime.send(*auditor, test::Sequenced{0, i}));
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_OK(runtime.drain());
  auto report = runtime.ask<test::Report>(*auditor, test::Order{}).get();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->received, std::uint64_t(kThreads + 1) * kMessages);
  EXPECT_EQ(report->outOfOrder, 0u);
}

TEST(Actor, FailDropsItsSendsAndEndsTheActor) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  EXPECT_OK(runtime.send(*actor, test::Order{3, 42}));
  EXPECT_OK(runtime.send(*actor, test::Order{0, 0})); // to nobody
  EXPECT_OK(runtime.drain());
  std::optional<ring::Reply> reply = runtime.replies().poll();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->as<test::Order>(), nullptr);
  EXPECT_EQ(reply->status().code(), ring::StatusCode::Failed);
  EXPECT_EQ(reply->status().failCode(), 42u);
  EXPECT_FALSE(runtime.replies().poll()) << "what the failed handler sent was not dropped";
  const ring::Statistics statistics = runtime.statistics();
  EXPECT_EQ(statistics.failed, 1u);
  EXPECT_EQ(statistics.deadLetters, 1u);
  // The state is as the handler left it.
  ring::Result<test::Worker> state = runtime.state(*actor);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->orders, 1u);
}

TEST(Actor, StopTakesNothingMoreAndItsEntryIsReused) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.maxActors = 1;
  ring::Runtime runtime = makeRuntime(options);
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  EXPECT_EQ(runtime.spawn<test::Worker>().status().code(), ring::StatusCode::Exhausted);
  EXPECT_OK(runtime.send(*actor, test::Order{4, 7}));
  EXPECT_OK(runtime.send(*actor, test::Order{0, 8}));
  EXPECT_OK(runtime.drain());
  std::optional<ring::Reply> reply = runtime.replies().poll();
  ASSERT_TRUE(reply && reply->as<test::Order>());
  EXPECT_EQ(reply->as<test::Order>()->argument, 7u);
  EXPECT_FALSE(runtime.replies().poll());
  EXPECT_EQ(runtime.statistics().deadLetters, 1u);
  EXPECT_EQ(runtime.statistics().stopped, 1u);

  const auto next = runtime.spawn<test::Worker>();
  ASSERT_TRUE(next) << next.status().message();
  EXPECT_EQ(next.value().id.index, actor.value().id.index);
  EXPECT_NE(next.value().id.generation, actor.value().id.generation);
  EXPECT_OK(runtime.send(*actor, test::Order{0, 9})); // stale
  EXPECT_EQ(runtime.ask<test::Order>(*next, test::Order{0, 10}).get().value().argument, 10u);
  EXPECT_EQ(runtime.statistics().deadLetters, 2u);
}

TEST(Actor, UntypedSendsAreCheckedAtRunTime) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  EXPECT_OK(runtime.send(actor.value().id, test::Number{1})); // no handler
  EXPECT_OK(runtime.send(ring::ActorRef<test::Worker>{}, test::Order{}));
  EXPECT_OK(runtime.drain());
  EXPECT_EQ(runtime.statistics().deadLetters, 2u);
  EXPECT_EQ(runtime.statistics().handled, 0u);
}

TEST(Actor, TrySendIsBounded) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Trier>();
  auto sent = runtime.ask<test::Number>(*actor, test::Order{0, 20}).get();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->value, ring::abi::kTrySendsPerMessage);
}

TEST(Actor, LargeMessagesTravelWhole) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  auto huge = std::make_unique<test::Huge>();
  for (std::uint32_t round = 0; round < 20; ++round) {
    for (std::uint32_t i = 0; i < 15000; ++i)
      huge->words[i] = i * 2654435761u + round;
    auto reply = runtime.ask<test::Huge>(*actor, *huge).get();
    ASSERT_TRUE(reply) << reply.status().message();
    ASSERT_EQ(std::memcmp(&*reply, huge.get(), sizeof(*huge)), 0);
  }
  test::Text text{};
  text.bytes[199] = 9;
  EXPECT_OK(runtime.send(*actor, text));
  EXPECT_OK(runtime.send(*actor, *huge));
  EXPECT_OK(runtime.drain());
  std::array<ring::Reply, 4> replies;
  ASSERT_EQ(runtime.replies().pollBatch(replies), 2u);
  ASSERT_TRUE(replies[0].as<test::Text>() && replies[1].as<test::Huge>());
  EXPECT_EQ(replies[0].as<test::Text>()->bytes[199], 9);
  EXPECT_EQ(replies[1].as<test::Huge>()->words[14999], huge->words[14999]);
}

TEST(Actor, MessagesBeyondTheRingAreRefusedAtSpawn) {
  ring::RuntimeOptions options = cpuOptions();
  options.mailboxSlots = 1024; // a quarter is 16 KiB
  ring::Runtime runtime = makeRuntime(options);
  const ring::Status status = runtime.spawn<test::Worker>().status();
  EXPECT_EQ(status.code(), ring::StatusCode::Exhausted);
  EXPECT_NE(status.message().find("60000"), std::string::npos) << status.message();
}

TEST(Actor, UnreadRepliesHoldSendsBackAndAreNotLost) {
  ring::RuntimeOptions options = cpuOptions(1);
  options.mailboxSlots = 64;
  options.spillBytes = 8192;
  options.replyBytes = 8192;
  options.maxActors = 4;
  ring::Runtime runtime = makeRuntime(options);
  const auto actor = runtime.spawn<FraudMonitor>(1.0f);
  ASSERT_TRUE(actor);
  std::uint64_t accepted = 0;
  ring::Status status = ring::Status::ok();
  while (accepted < 100000 && (status = runtime.send(*actor, Transfer{accepted, 0, 0, 2.0f})))
    ++accepted;
  EXPECT_EQ(status.code(), ring::StatusCode::Exhausted);
  EXPECT_LT(accepted, 100000u);
  std::uint64_t next = 0, taken = 0;
  const auto take = [&](const Alert& alert) { next += alert.id == next ? 1 : 0; };
  taken += runtime.replies().drain<Alert>(take);
  EXPECT_OK(runtime.send(*actor, Transfer{accepted++, 0, 0, 2.0f}));
  EXPECT_OK(runtime.drain());
  taken += runtime.replies().drain<Alert>(take);
  EXPECT_EQ(taken, accepted);
  EXPECT_EQ(next, accepted);
}

TEST(Actor, DrainOfOneTypeLeavesTheOthersInOrder) {
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto worker = runtime.spawn<test::Worker>();
  ASSERT_TRUE(worker);
  for (std::uint32_t i = 0; i < 10; ++i) {
    EXPECT_OK(runtime.send(*worker, test::Order{0, i}));
    EXPECT_OK(runtime.send(*worker, test::Order{5, i}));
  }
  EXPECT_OK(runtime.drain());
  std::uint64_t numbers = 0;
  EXPECT_EQ(runtime.replies().drain<test::Number>([&](const test::Number& n, ring::ActorId from) {
    EXPECT_EQ(from.index, worker.value().id.index);
    EXPECT_EQ(n.value, numbers++);
  }),
            10u);
  for (std::uint32_t i = 0; i < 10; ++i) {
    std::optional<ring::Reply> reply = runtime.replies().poll();
    ASSERT_TRUE(reply && reply->as<test::Order>());
    EXPECT_EQ(reply->as<test::Order>()->argument, i);
  }
  EXPECT_FALSE(runtime.replies().poll());
}

TEST(Actor, StopHandlesWhatWasSentAndThenCloses) {
  ring::Runtime runtime = makeRuntime();
  const auto actor = runtime.spawn<FraudMonitor>(1.0f);
  ASSERT_TRUE(actor);
  for (std::uint64_t id = 0; id < 5000; ++id)
    EXPECT_OK(runtime.send(*actor, Transfer{id, 0, 0, 2.0f}));
  EXPECT_OK(runtime.stop());
  EXPECT_OK(runtime.stop());
  EXPECT_EQ(runtime.replies().drain<Alert>([](const Alert&) {}), 5000u);
  EXPECT_EQ(runtime.send(*actor, Transfer{}).code(), ring::StatusCode::Closed);
  EXPECT_EQ(runtime.spawn<FraudMonitor>(1.0f).status().code(), ring::StatusCode::Closed);
  EXPECT_EQ(runtime.ask<Alert>(*actor, Transfer{}).get().status().code(), ring::StatusCode::Closed);
  EXPECT_EQ(runtime.statistics().deadLetters, 0u);
}

TEST(Actor, StopAtItsDeadlineCountsTheRest) {
  test::ClosedGate gate;
  ring::Runtime runtime = makeRuntime(cpuOptions(1));
  const auto actor = runtime.spawn<test::Worker>();
  ASSERT_TRUE(actor);
  constexpr std::uint32_t kOrders = 200;
  for (std::uint32_t i = 0; i < kOrders; ++i)
    EXPECT_OK(runtime.send(*actor, test::Order{6, 0}));
  auto open = runtime.ask<test::Order>(*actor, test::Order{0, 0});
  EXPECT_EQ(runtime.stop(std::chrono::milliseconds(5)).code(), ring::StatusCode::Timeout);
  gate.open();
  // The handler that still ran ends; what is behind it was given up.
  EXPECT_EQ(runtime.stop(std::chrono::nanoseconds::max()).code(), ring::StatusCode::Timeout);
  EXPECT_EQ(open.get().status().code(), ring::StatusCode::Closed);
  const ring::Statistics statistics = runtime.statistics();
  EXPECT_EQ(statistics.handled + statistics.deadLetters, kOrders + 1);
  EXPECT_GT(statistics.deadLetters, 0u);
}

/// Whether every other thread of this process sleeps, as the kernel sees it.
bool othersSleep() {
  const std::string self = std::to_string(gettid());
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat"); // `id (name) state ...`
    std::string stat;
    if (task.path().filename() == self || !std::getline(file, stat))
      continue;
    if (const std::size_t name = stat.rfind(')'); name == stat.npos || stat[name + 2] != 'S')
      return false;
  }
  return true;
}

TEST(Actor, RuntimesAreMovableAndWakeUpAfterIdling) {
  ring::Runtime runtime = makeRuntime(cpuOptions(2));
  const auto actor = runtime.spawn<FraudMonitor>(1.0f);
  ASSERT_TRUE(actor);
  ring::Runtime moved = std::move(runtime);
  for (int i = 0; i < 20; ++i) {
    while (i % 2 == 0 && !othersSleep())
      std::this_thread::yield();
    auto alert = moved.ask<Alert>(*actor, Transfer{std::uint64_t(i), 0, 0, 3.0f}).get();
    ASSERT_TRUE(alert) << alert.status().message();
    EXPECT_EQ(alert->id, std::uint64_t(i));
  }
}

} // namespace
