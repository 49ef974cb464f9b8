// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same audits while others make the resident kernel leave the GPU and come back (memory made
// and freed, kernels launched for the first time), spawn, end and restart actors, and ask how all
// is; and what a stop in the middle of it leaves.
#include "AuditSmall.ring.h"
#include "Small.ring.h"
#include "test/Device/HostSenders.h"

#include <atomic>
#include <functional>
#include <numeric>

namespace ring::test {
namespace {

using audit::SmallTally;

class DisturbedStream : public OnBackend {
protected:
  /// Streams of four threads to `receivers` while `disturb` runs again and again in threads of
  /// their own.
  void streamWhile(Runtime& runtime, const std::vector<std::function<void()>>& disturbances) {
    const auto receivers = spawnMany<SmallTally>(runtime, 40, 0);
    const std::span<const ActorRef<SmallTally>> all(receivers);
    std::atomic<bool> isOver{false};
    std::atomic<std::uint32_t> turns{0};
    std::vector<std::thread> threads;
    for (const auto& disturb : disturbances)
      threads.emplace_back([&] {
        do {
          disturb();
          turns.fetch_add(1, std::memory_order_relaxed);
        } while (!isOver.load(std::memory_order_acquire) && !HasFailure());
      });
    std::vector<std::vector<std::uint32_t>> sent(4);
    std::vector<std::thread> senders;
    for (std::uint32_t i = 0; i < sent.size(); ++i)
      senders.emplace_back([&, i] {
        Sender<SmallTally, 5> sender(runtime, all, i, kAims[i % 3]);
        // Until others had their turns, and not less than a stream.
        do
          EXPECT_OK(sender.send(times(2000, 20000)));
        while (turns.load(std::memory_order_relaxed) < kTurns * disturbances.size() &&
               !HasFailure());
        sent[i] = sender.sent();
      });
    for (std::thread& sender : senders)
      sender.join();
    isOver.store(true, std::memory_order_release);
    for (std::thread& thread : threads)
      thread.join();
    expectReceived(runtime, all, sent);
  }
  /// Others have sent messages too: statistics are theirs to judge.
  void expectReceived(Runtime& runtime, std::span<const ActorRef<SmallTally>> receivers,
                      const std::vector<std::vector<std::uint32_t>>& sent) {
    EXPECT_OK(runtime.drain());
    for (std::size_t to = 0; to < receivers.size(); ++to) {
      const Result<SmallTally> actor = runtime.state(receivers[to]);
      ASSERT_TRUE(actor) << actor.status().message();
      EXPECT_EQ(actor->count.lost + actor->count.outOfOrder + actor->count.damaged, 0u) << to;
      for (std::size_t sender = 0; sender < sent.size(); ++sender)
        ASSERT_EQ(actor->count.next[sender], sent[sender][to]) << "of " << sender << " to " << to;
    }
    const Statistics counts = runtime.statistics();
    EXPECT_EQ(counts.handled + counts.deadLetters, counts.sent);
  }
  /// Of what each sender sent, the first so many, `handled` together.
  void expectPrefixes(Runtime& runtime, std::span<const ActorRef<SmallTally>> receivers,
                      const std::vector<std::vector<std::uint32_t>>& sent, std::uint64_t handled) {
    std::uint64_t received = 0;
    for (std::size_t to = 0; to < receivers.size(); ++to) {
      const Result<SmallTally> actor = runtime.state(receivers[to]);
      ASSERT_TRUE(actor) << actor.status().message();
      EXPECT_EQ(actor->count.lost + actor->count.outOfOrder + actor->count.damaged, 0u);
      received += actor->count.received;
      for (std::size_t sender = 0; sender < sent.size(); ++sender)
        EXPECT_LE(actor->count.next[sender], sent[sender][to]);
    }
    EXPECT_EQ(received, handled);
  }

  static constexpr std::uint32_t kTurns = 20; ///< of each disturbance, on average
};

/// On a GPU each makes the kernel park and go on.
TEST_P(DisturbedStream, MemoryComesAndGoes) {
  Runtime runtime = start(options());
  const auto makeAndFree = [&] {
    Result<Buffer<std::uint32_t>> buffer = runtime.buffer<std::uint32_t>(5000);
    ASSERT_TRUE(buffer) << buffer.status().message();
    EXPECT_OK(buffer->upload(std::vector<std::uint32_t>(5000, 7)));
    std::vector<std::uint32_t> values(5000);
    EXPECT_OK(buffer->download(values));
    EXPECT_EQ(values, std::vector<std::uint32_t>(5000, 7));
  };
  streamWhile(runtime, {makeAndFree, makeAndFree});
}

TEST_P(DisturbedStream, KernelsAreLaunchedForTheFirstTime) {
  Runtime runtime = start(options());
  std::atomic<std::uint32_t> next{0};
  const auto launch = [&] {
    Result<Buffer<std::uint32_t>> buffer = runtime.buffer<std::uint32_t>(1000);
    ASSERT_TRUE(buffer) << buffer.status().message();
    const std::uint32_t which = next.fetch_add(1) % 4;
    for (int i = 0; i < 3; ++i)
      EXPECT_OK(which == 0   ? runtime.launch<small::add<1>>(Grid{4}, *buffer)
                : which == 1 ? runtime.launch<small::add<2>>(Grid{4}, *buffer)
                : which == 2 ? runtime.launch<small::add<3>>(Grid{4}, *buffer)
                             : runtime.launch<small::add<4>>(Grid{4}, *buffer));
    std::vector<std::uint32_t> values(1000);
    EXPECT_OK(buffer->download(values));
    EXPECT_EQ(values, std::vector<std::uint32_t>(1000, 3 * (which + 1)));
  };
  streamWhile(runtime, {launch});
}

TEST_P(DisturbedStream, ActorsComeEndAndBeginAnew) {
  Runtime runtime = start(options());
  const auto live = [&] {
    const auto actor = spawnIn<audit::Mortal>(runtime);
    const auto handled = [&] {
      const auto state = runtime.state(actor);
      EXPECT_TRUE(state) << state.status().message();
      return state ? state->handled : 99;
    };
    for (std::uint32_t i = 0; i < 5; ++i)
      EXPECT_OK(runtime.send(actor, audit::Poke{audit::Deed::Nothing, i}));
    EXPECT_EQ(handled(), 5u);
    EXPECT_OK(runtime.restart(actor));
    EXPECT_EQ(runtime.ask<audit::Poke>(actor, audit::Poke{audit::Deed::Fail, 3})
                  .get()
                  .status()
                  .failCode(),
              3u);
    EXPECT_EQ(handled(), 1u);
    EXPECT_OK(runtime.restart(actor));
    EXPECT_EQ(handled(), 0u);
    EXPECT_OK(runtime.kill(actor));
    EXPECT_EQ(runtime.kill(actor).code(), StatusCode::NotFound);
    runtime.replies().drain<audit::Poke>([](const audit::Poke&) {});
  };
  streamWhile(runtime, {live, live, live});
}

TEST_P(DisturbedStream, OthersAskHowItIs) {
  Runtime runtime = start(options());
  std::atomic<std::uint64_t> handled{0};
  const auto ask = [&] {
    const Result<Health> health = runtime.health(std::chrono::seconds(20));
    ASSERT_TRUE(health) << health.status().message();
    EXPECT_TRUE(health->stuck.empty());
    const Statistics counts = runtime.statistics();
    EXPECT_EQ(counts.deadLetters, 0u);
    std::uint64_t before = handled.load();
    while (before < counts.handled && !handled.compare_exchange_weak(before, counts.handled)) {
    }
  };
  streamWhile(runtime, {ask, ask});
  EXPECT_GE(runtime.statistics().handled, handled.load()) << "counters only grow";
}

/// Everything at once.
TEST_P(DisturbedStream, AllOfItAtOnce) {
  Runtime runtime = start(options());
  streamWhile(runtime, {[&] { EXPECT_TRUE(runtime.buffer<std::uint32_t>(100)); },
                        [&] {
                          const auto actor = spawnIn<audit::Mortal>(runtime);
                          EXPECT_OK(runtime.send(actor, audit::Poke{audit::Deed::Stop, 1}));
                          runtime.replies().drain<audit::Poke>([](const audit::Poke&) {});
                        },
                        [&] { EXPECT_TRUE(runtime.health(std::chrono::seconds(20))); },
                        [&] { static_cast<void>(runtime.statistics()); }});
}

/// A stop while threads send: each is told, and what was taken was handled in order up to an end.
TEST_P(DisturbedStream, AStopInTheMiddleLeavesNothingOut) {
  for (int round = 0; round < (isCuda() ? 10 : 5); ++round) {
    Runtime runtime = start(options());
    const auto receivers = spawnMany<SmallTally>(runtime, 20, 0);
    const std::span<const ActorRef<SmallTally>> all(receivers);
    std::vector<std::vector<std::uint32_t>> sent(6);
    std::atomic<std::uint32_t> begun{0};
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < sent.size(); ++i)
      threads.emplace_back([&, i] {
        Sender<SmallTally, 5> sender(runtime, all, i, kAims[i % 3]);
        Status status = Status::ok();
        while (status) {
          status = sender.send(50);
          begun.fetch_add(1, std::memory_order_relaxed);
        }
        EXPECT_EQ(status.code(), StatusCode::Closed) << status.message();
        sent[i] = sender.sent();
      });
    while (begun.load(std::memory_order_relaxed) < 100u * (round + 1))
      std::this_thread::yield();
    EXPECT_OK(runtime.stop(std::chrono::seconds(30)));
    for (std::thread& thread : threads)
      thread.join();
    const Statistics counts = runtime.statistics();
    std::uint64_t taken = 0;
    for (const auto& bySender : sent)
      taken += std::accumulate(bySender.begin(), bySender.end(), std::uint64_t(0));
    EXPECT_EQ(counts.sent, taken);
    EXPECT_EQ(counts.handled + counts.deadLetters, taken) << "what came while it stopped is dead";
    if (isCuda()) // elsewhere states end with the runtime
      expectPrefixes(runtime, all, sent, counts.handled);
  }
}

INSTANTIATE_TEST_SUITE_P(, DisturbedStream, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
