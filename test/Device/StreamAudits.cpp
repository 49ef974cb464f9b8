// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Order, loss and duplicates where many send at once: threads of the host to few and many
// receivers, slow ones too, and actors to actors, in circles that fill every mailbox.
#include "AuditHuge.ring.h"
#include "AuditLarge.ring.h"
#include "AuditSmall.ring.h"
#include "test/Device/HostSenders.h"

#include <ringkernel/abi/Resident.h>

#include <atomic>
#include <map>
#include <thread>

namespace ring::test {
namespace {

class StreamAudit : public OnBackend {
protected:
  /// 1 to 14 threads to `receivers` actors, aimed in every way.
  template <class Actor, std::uint32_t N>
  void audit(const RuntimeOptions& options, std::size_t receivers, std::uint32_t turns,
             std::uint64_t each) {
    Runtime runtime = start(options);
    for (const Aim aim : kAims)
      for (const std::uint32_t senders : {1u, 2u, 4u, 8u, 14u}) {
        SCOPED_TRACE(testing::Message() << senders << " senders, aim " << int(aim));
        const auto actors = spawnMany<Actor>(runtime, aim == Aim::OneHot ? 1 : receivers, turns);
        const std::span<const ActorRef<Actor>> all(actors);
        expectAll(runtime, all, sendAll<N>(runtime, all, senders, each, aim));
        if (HasFailure())
          return;
      }
  }
  /// Little room everywhere. What the CPU has no room for becomes a dead letter, so it has that.
  RuntimeOptions tight() const {
    RuntimeOptions tight = options();
    tight.mailboxSlots = 256;
    if (isCuda())
      tight.spillBytes = 1 << 12;
    return tight;
  }
};

TEST_P(StreamAudit, ThreadActorsGetEverythingOnceAndInOrder) {
  audit<audit::OnThread<5>, 5>(options(), 300, 0, times(3000, 40000));
}
TEST_P(StreamAudit, WarpActorsGetEverythingOnceAndInOrder) {
  audit<audit::OnWarp<5>, 5>(options(), 40, 0, times(2000, 10000));
}
TEST_P(StreamAudit, BlockActorsGetEverythingOnceAndInOrder) {
  audit<audit::OnBlock<5>, 5>(options(), 20, 0, times(2000, 5000));
}
TEST_P(StreamAudit, LargeMessagesArriveWhole) {
  audit<audit::OnThread<70>, 70>(options(), 50, 0, times(1000, 5000));
}
TEST_P(StreamAudit, TheLargestMessagesArriveWhole) {
  audit<audit::OnThread<757>, 757>(options(), 20, 0, times(100, 500));
}
TEST_P(StreamAudit, SlowActorsWithFullRingsGetEverything) {
  audit<audit::OnThread<5>, 5>(tight(), 7, isCuda() ? 3000 : 300, times(2000, 2000));
}

/// Sixteen sources, each to sixteen receivers, eight messages a call.
TEST_P(StreamAudit, ActorsFanOutAndIn) {
  Runtime runtime = start(tight());
  std::vector<ActorRef<audit::SmallTally>> receivers;
  std::vector<ActorRef<audit::Source>> sources;
  for (std::uint32_t i = 0; i < audit::kMostTargets; ++i)
    receivers.push_back(spawnIn<audit::SmallTally>(runtime, i % 4 == 0 ? 500u : 0u));
  const auto calls = static_cast<std::uint32_t>(times(300, 20000));
  for (std::uint32_t i = 0; i < 16; ++i) {
    sources.push_back(spawnIn<audit::Source>(runtime, i));
    for (const auto receiver : receivers)
      EXPECT_OK(runtime.send(sources.back(), audit::Link{receiver.id}));
  }
  for (const auto source : sources)
    EXPECT_OK(runtime.send(source, audit::Go{calls}));
  EXPECT_OK(runtime.drain());
  std::vector<std::vector<std::uint32_t>> sent;
  std::uint64_t all = 0;
  for (const auto source : sources) {
    const auto state = runtime.state(source);
    ASSERT_TRUE(state) << state.status().message();
    sent.emplace_back(std::begin(state->next), std::end(state->next));
    for (const std::uint32_t count : state->next)
      all += count;
  }
  EXPECT_EQ(all, std::uint64_t(16) * 8 * calls);
  expectAll(runtime, std::span<const ActorRef<audit::SmallTally>>(receivers), sent);
}

/// Threads that send more than is taken, so that they and others read each other's replies
/// meanwhile: each sees those of an actor in their order. (On the CPU a thread sees those of all.)
TEST_P(StreamAudit, RepliesStayInOrderWhoeverReadsThem) {
  Runtime runtime = start(options());
  const std::uint32_t threads = isCuda() ? 7 : 1;
  const auto rounds = static_cast<std::uint32_t>(times(300, 6000));
  constexpr std::size_t kEchoes = 64;
  std::atomic<bool> isOver = false;
  std::thread waiting([&] { // it reads the rings of all
    while (!isOver.load())
      EXPECT_OK(runtime.drain());
  });
  std::vector<std::thread> senders;
  for (std::uint32_t sender = 0; sender < threads; ++sender)
    senders.emplace_back([&, sender] {
      std::vector<ActorRef<audit::Echo>> echoes;
      std::map<std::uint32_t, std::uint32_t> due; // by index
      for (std::size_t i = 0; i < kEchoes; ++i)
        echoes.push_back(spawnIn<audit::Echo>(runtime));
      std::uint64_t taken = 0, wrong = 0;
      const auto take = [&](const audit::SmallItem& item, ActorId from) {
        wrong += item.sender != sender || item.number != due[from.index]++;
        for (std::uint32_t w = 0; w < 5; ++w)
          wrong += item.words[w] != audit::wordOf(sender, item.number, w);
      };
      std::vector<audit::SmallItem> items(kEchoes);
      for (std::uint32_t number = 0; number < rounds; ++number) {
        for (audit::SmallItem& item : items) {
          item = {sender, number, {}};
          for (std::uint32_t w = 0; w < 5; ++w)
            item.words[w] = audit::wordOf(sender, number, w);
        }
        EXPECT_OK(runtime.sendBatch(std::span<const ActorRef<audit::Echo>>(echoes),
                                    std::span<const audit::SmallItem>(items)));
        if (number % 8 == 7)
          taken += runtime.replies().drainOwn<audit::SmallItem>(take);
      }
      while (taken < kEchoes * std::uint64_t(rounds))
        taken += runtime.replies().drainOwn<audit::SmallItem>(take);
      EXPECT_EQ(wrong, 0u) << "of thread " << sender;
    });
  for (std::thread& sender : senders)
    sender.join();
  isOver = true;
  waiting.join();
}

/// Senders and receivers that reach each other's mailboxes in shared memory, of their block and of
/// its neighbour in the cluster, while the kernel leaves and comes back; on the CPU, on one worker.
TEST_P(StreamAudit, ActorsBesideEachOtherGetEverythingAcrossParks) {
  Runtime runtime = start(tight());
  const Result<Health> health = runtime.health();
  ASSERT_TRUE(health) << health.status().message();
  const auto blockOf = [&](ActorId actor) {
    return actor.index % health->shards / abi::kWarpsPerBlock;
  };
  std::vector<ActorRef<audit::SmallTally>> receivers{spawnIn<audit::SmallTally>(runtime, 0u)};
  for (std::uint32_t i = 0; i < 4 * health->shards && receivers.size() < 8; ++i) {
    const auto actor = spawnIn<audit::SmallTally>(runtime, 0u);
    if (blockOf(actor.id) == (blockOf(receivers[0].id) ^ 1u) || !isCuda())
      receivers.push_back(actor);
  }
  ASSERT_EQ(receivers.size(), 8u) << "no actor came to lie in the neighbouring block";
  std::vector<ActorRef<audit::Source>> sources;
  while (receivers.size() < audit::kMostTargets) {
    const auto actor = runtime.spawn<audit::SmallTally>(beside(receivers[0]), 0u);
    ASSERT_TRUE(actor) << actor.status().message();
    receivers.push_back(*actor);
    if (isCuda())
      EXPECT_EQ(blockOf(actor->id), blockOf(receivers[0].id));
  }
  for (std::uint32_t i = 0; i < 16; ++i) {
    const auto source = runtime.spawn<audit::Source>(beside(receivers[0]), i);
    ASSERT_TRUE(source) << source.status().message();
    sources.push_back(*source);
    for (const auto receiver : receivers)
      EXPECT_OK(runtime.send(*source, audit::Link{receiver.id}));
  }
  const auto calls = static_cast<std::uint32_t>(times(300, 40000));
  for (const auto source : sources)
    EXPECT_OK(runtime.send(source, audit::Go{calls}));
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(runtime.buffer<std::uint32_t>(1000));
  EXPECT_OK(runtime.drain());
  const std::vector<std::vector<std::uint32_t>> sent(
      sources.size(), std::vector<std::uint32_t>(receivers.size(), calls / 2));
  expectAll(runtime, std::span<const ActorRef<audit::SmallTally>>(receivers), sent);
}

/// Actors in a circle that send four messages for each, while mailboxes hold fewer: some are given
/// up.
TEST_P(StreamAudit, FullCirclesKeepOrderAndCountWhatTheyCost) {
  Runtime runtime = start(tight());
  constexpr std::size_t kActors = 8;
  std::vector<ActorRef<audit::Whirl>> circle;
  for (std::size_t i = 0; i < kActors; ++i)
    circle.push_back(spawnIn<audit::Whirl>(runtime));
  for (std::size_t i = 0; i < kActors; ++i)
    for (const std::size_t ahead : {1, 2})
      EXPECT_OK(runtime.send(circle[i], audit::Link{circle[(i + ahead) % kActors].id}));
  for (const auto actor : circle)
    EXPECT_OK(runtime.send(actor, audit::Gust{isCuda() ? 7u : 6u, 2, 0}));
  EXPECT_OK(runtime.drain());
  std::uint64_t sent = kActors, received = 0;
  for (const auto actor : circle) {
    const auto state = runtime.state(actor);
    ASSERT_TRUE(state) << state.status().message();
    EXPECT_EQ(state->outOfOrder, 0u);
    received += state->received;
    sent += state->sent[0] + state->sent[1];
  }
  const Statistics counts = runtime.statistics();
  const std::uint64_t links = 2 * kActors;
  EXPECT_EQ(counts.sent, sent + links);
  EXPECT_EQ(counts.handled, received + links);
  EXPECT_EQ(counts.deadLetters, sent - received);
  const auto trial = spawnIn<audit::Mortal>(runtime); // it works as before
  const Result<audit::Poke> answer =
      runtime.ask<audit::Poke>(trial, audit::Poke{audit::Deed::Nothing, 5}).get();
  ASSERT_TRUE(answer) << answer.status().message();
  EXPECT_EQ(answer->number, 5u);
}

INSTANTIATE_TEST_SUITE_P(, StreamAudit, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
