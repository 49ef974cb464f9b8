// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions and streams through the resident kernel: every answer once, every sender's order.
#include "test/Unit/Resident/Fixture.h"

#include <map>

namespace ring::test {
namespace {

class Streams : public OnHost {};

TEST_P(Streams, EveryQuestionIsAnsweredOnce) {
  Machine machine(layout(), options());
  machine.launch();
  std::vector<ActorId> echoes;
  for (const uint32_t shard : {0u, 1u, 9u, 15u})
    echoes.push_back(machine.spawn(kEcho, shard, 0, Mortal{}));
  uint32_t asked = 0;
  for (uint32_t round = 0; round < 12; ++round)
    for (uint32_t client = 0; client < layout().clients; ++client)
      for (const ActorId echo : echoes) {
        ++asked;
        machine.send(client, echo, kPing, Ping{asked, asked * 3}, asked);
      }
  machine.untilQuiet();
  std::map<uint64_t, uint32_t> answers;
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> last; // by client and actor
  for (const Reply& reply : machine.replies) {
    ++answers[reply.origin];
    EXPECT_FALSE(reply.isOutcome());
    EXPECT_EQ(reply.payload[0], reply.origin);
    EXPECT_EQ(reply.payload[1], reply.origin * 3 + 1);
    uint64_t& before = last[{reply.client, reply.header.targetIndex}];
    EXPECT_LT(before, reply.origin);
    before = reply.origin;
  }
  EXPECT_EQ(answers.size(), asked);
  EXPECT_EQ(machine.replies.size(), asked);
  expectNoneLost(machine.counters());
}

TEST_P(Streams, OfTheHostKeepTheirOrder) {
  Machine machine(layout(), options());
  machine.launch();
  std::vector<ActorId> actors;
  for (const uint32_t shard : {0u, 3u, 8u, 15u}) {
    actors.push_back(machine.spawn(kCounter, shard, 0, Count{}));
    actors.push_back(machine.spawn(kCounter, shard, 1, Count{}));
  }
  actors.push_back(machine.spawn(kWarpCounter, 3, 2, Count{}));
  actors.push_back(machine.spawn(kBlockCounter, 16, 0, Count{}));
  stream(machine, 5, actors, 20);
  machine.untilQuiet();
  for (const ActorId actor : actors)
    expectAll(machine, actor, 0, 5, 20);
  expectNoneLost(machine.counters());
}

/// Receivers send nothing, and have shards of their own: nobody can wait in a circle.
TEST_P(Streams, OfManyActorsToFewKeepTheirOrder) {
  Machine machine(layout(), options());
  machine.launch();
  const std::vector<ActorId> counters = {
      machine.spawn(kCounter, 2, 0, Count{}), machine.spawn(kCounter, 13, 0, Count{}),
      machine.spawn(kWarpCounter, 13, 1, Count{}), machine.spawn(kBlockCounter, 16, 0, Count{})};
  std::vector<ActorId> fans;
  for (uint32_t i = 0; i < 24; ++i) {
    const uint32_t shard = i % 12 + (i % 12 < 2 ? 0 : 1); // 0, 1, 3 to 12
    Fan fan{};
    fan.sender = i;
    fans.push_back(machine.spawn(kFan, shard, 2 + i / 12, fan));
    for (const ActorId counter : counters)
      machine.send(i % layout().clients, fans.back(), kLink, Link{counter});
  }
  machine.untilQuiet();
  for (uint32_t i = 0; i < fans.size(); ++i)
    machine.send(i % layout().clients, fans[i], kGenerate, Generate{30});
  machine.untilQuiet();
  for (const ActorId counter : counters)
    expectAll(machine, counter, 0, 24, 30);
  const abi::ResidentCounters counts = machine.counters();
  expectNoneLost(counts);
  EXPECT_GT(counts.spilled, 0u) << "no mailbox was ever full";
}

/// An actor's messages that write nothing are handled at once, and others by rank: both in a batch.
TEST_P(Streams, QuestionsAndItemsOfABatchKeepTheirPlace) {
  Machine machine(layout(), options());
  machine.launch();
  const ActorId counter = machine.spawn(kCounter, 5, 0, Count{});
  const ActorId echo = machine.spawn(kEcho, 5, 1, Mortal{});
  for (uint32_t number = 0; number < 30; ++number) {
    machine.until("room", [&] { return machine.trySendItem(1, counter, {0, number}); });
    machine.send(1, counter, kPing, Ping{number, 0}, number + 1);
    machine.send(1, echo, kPing, Ping{number, 100}, number + 1001);
  }
  machine.untilQuiet();
  ASSERT_EQ(machine.replies.size(), 60u);
  for (const Reply& reply : machine.replies)
    EXPECT_EQ(reply.payload[1], reply.origin > 1000 ? 101 : reply.origin);
  expectAll(machine, counter, 0, 1, 30);
}

/// Rings that begin before their slots are written whole, or before tags and tickets wrap.
TEST_P(Streams, GoOnWhereRingsAreOld) {
  for (const std::int64_t lap :
       {std::int64_t(abi::kWholeSlotLaps) - 2, (std::int64_t(1) << 32) - 2, std::int64_t(-2)}) {
    SCOPED_TRACE("lap " + std::to_string(lap));
    Machine::Options old = options();
    old.firstLap = lap;
    Machine machine(layout(), old);
    machine.launch();
    const ActorId near = machine.spawn(kCounter, 2, 0, Count{});
    const ActorId far = machine.spawn(kCounter, 16, 0, Count{});
    Fan fan{};
    fan.sender = 4;
    const ActorId sender = machine.spawn(kFan, 9, 0, fan);
    machine.send(0, sender, kLink, Link{near});
    machine.send(0, sender, kLink, Link{far});
    machine.send(0, sender, kGenerate, Generate{80});
    stream(machine, 4, {near, far}, 20);
    machine.untilQuiet();
    for (const ActorId actor : {near, far}) {
      const Count found = machine.read<Count>(actor);
      EXPECT_EQ(found.received, 4 * 20 + 80u);
      EXPECT_EQ(found.outOfOrder + found.lost + found.damaged, 0u);
    }
    expectNoneLost(machine.counters());
    machine.park();
  }
}

/// Every so many laps slots are written whole: an old tag in a chunk that no message has used since
/// would be taken for the lap that has it again.
TEST_P(Streams, NoOldTagStays) {
  const uint32_t stale = abi::tagOfLap(abi::kWholeSlotLaps + 100);
  Machine::Options old = options();
  old.firstLap = std::int64_t(abi::kWholeSlotLaps) - 2;
  old.staleTag = stale;
  Machine machine(layout(), old);
  machine.launch();
  const std::vector<ActorId> counters = {machine.spawn(kCounter, 9, 0, Count{}),
                                         machine.spawn(kBlockCounter, 16, 0, Count{})};
  EXPECT_GT(machine.chunksOf(16, stale), 0u);
  // Alone and in batches, from shards that are near and far.
  for (uint32_t number = 0; number < layout().mailboxSlots; ++number)
    for (const ActorId counter : counters) {
      machine.send(0, counter, kPing, Ping{number, 0}, 1);
      machine.send(1, counter, kPing, Ping{number, 0}, 1);
      machine.send(1, counter, kPing, Ping{number, 0}, 1);
      if (number % 2 == 0)
        machine.untilQuiet();
    }
  machine.park();
  EXPECT_EQ(machine.chunksOf(9, stale), 0u);
  EXPECT_EQ(machine.chunksOf(16, stale), 0u);
}

/// The host reads one answer at a time, and rarely: actors are held up, and nothing is lost.
TEST_P(Streams, AnswersWaitForASlowHost) {
  Machine machine(layout(), options());
  machine.launch();
  std::vector<ActorId> echoes;
  for (const uint32_t shard : {0u, 4u, 11u})
    for (uint32_t number = 0; number < 3; ++number)
      echoes.push_back(machine.spawn(kEcho, shard, number, Mortal{}));
  const ActorId block = machine.spawn(kBlockCounter, 16, 0, Count{});
  machine.isSlow = true;
  uint64_t asked = 0;
  for (uint32_t round = 0; round < 25; ++round)
    for (std::size_t i = 0; i <= echoes.size(); ++i) {
      ++asked;
      const ActorId to = i < echoes.size() ? echoes[i] : block;
      const uint32_t client = round % 2;
      while (!machine.trySend(client, to, kPing, Ping{0, 0}, asked)) {
        machine.run(400);
        machine.poll(1);
      }
    }
  const abi::ResidentCounters counts = machine.counters();
  EXPECT_GT(counts.spilled, 0u) << "no ring for replies was ever full";
  while (machine.replies.size() < asked) {
    machine.run(400);
    machine.poll(1);
  }
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> last;
  for (const Reply& reply : machine.replies) {
    uint64_t& before = last[{reply.client, reply.header.targetIndex}];
    EXPECT_LT(before, reply.origin);
    before = reply.origin;
  }
  machine.isSlow = false;
  machine.untilQuiet();
  EXPECT_EQ(machine.replies.size(), asked);
  expectNoneLost(machine.counters());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Streams, testing::ValuesIn(casesOf({smallSlots, largeSlots}, 2)),
                         [](const auto& info) { return nameOf(info.param); });

INSTANTIATE_TEST_SUITE_P(Huge, Streams, testing::Values(Case{hugeSlots, 1}),
                         [](const auto& info) { return nameOf(info.param); });

} // namespace
} // namespace ring::test
