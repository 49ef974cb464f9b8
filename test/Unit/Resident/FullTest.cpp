// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors that make more messages than mailboxes have room for.
#include "test/Unit/Resident/Fixture.h"

#include <algorithm>
#include <set>

namespace ring::test {
namespace {

class Full : public OnHost {
protected:
  struct Chains {
    uint32_t count, shards, events;
    uint32_t firstShard = 0;
  };
  /// Generators, each with four stages behind it, the next always in the next shard. All are told
  /// to begin while the kernel is parked: once messages are held, the host's have to wait. Gives
  /// the stages.
  static std::vector<ActorId> start(Machine& machine, const Chains& chains) {
    std::vector<ActorId> stages, generators;
    std::vector<uint32_t> inShard(chains.shards);
    const auto spawn = [&](ActorKind kind, uint32_t at, const auto& state) {
      const uint32_t shard = at % chains.shards;
      return machine.spawn(kind, chains.firstShard + shard, inShard[shard]++, state);
    };
    for (uint32_t chain = 0; chain < chains.count; ++chain) {
      Stage stage{};
      for (uint32_t i = 4; i > 0; --i)
        stages.push_back(stage.next = spawn(kStage, chain + i, stage));
      Generator generator{};
      generator.first = stage.next;
      generators.push_back(spawn(kGenerator, chain, generator));
    }
    machine.park();
    for (uint32_t i = 0; i < chains.count; ++i)
      EXPECT_TRUE(machine.trySend(i / chains.shards % layout().clients, generators[i], kGenerate,
                                  Generate{chains.events}));
    machine.launch();
    return stages;
  }
  /// All events went through all stages, some by way of the pool.
  static void expectWhole(Machine& machine, const std::vector<ActorId>& stages, uint32_t events) {
    const abi::ResidentCounters counters = machine.counters();
    EXPECT_GT(counters.spilled, 0u) << "no mailbox was ever full";
    expectNoneLost(counters);
    for (const ActorId stage : stages) {
      const Stage found = machine.peek<Stage>(stage);
      EXPECT_EQ(found.passed, events);
      EXPECT_EQ(found.outOfOrder, 0u);
    }
  }
};

/// No actor sends to one that sends to it: what shards share costs no message.
TEST_P(Full, ChainsLoseNothing) {
  for (const Chains& chains : {Chains{24, 1, 20}, Chains{64, 4, 20}}) {
    SCOPED_TRACE(std::to_string(chains.count) + " chains in " + std::to_string(chains.shards) +
                 " shards");
    Machine machine(layout(), options());
    machine.launch();
    const std::vector<ActorId> stages = start(machine, chains);
    machine.untilQuiet();
    expectWhole(machine, stages, chains.events);
  }
}

/// What was put aside keeps its place, and so do orders behind it.
TEST_P(Full, OrdersWaitBehindWhatWasPutAside) {
  Machine machine(layout(), options());
  machine.launch();
  // Shards that read no client's ring: it goes on while they hold messages.
  const uint32_t shard = layout().clients * layout().lanes;
  const uint32_t number = 200; // behind the chains' actors
  const ActorId actor = machine.spawn(kWhirl, shard, number, Whirl{});
  start(machine, {32, 2, 80, shard});
  uint32_t sent = 0;
  const auto send = [&] { machine.send(0, actor, kGust, Gust{0, 2, sent++}); };
  const auto isAside = [&] { return machine.entry(actor).life >> abi::kLifeBits != 0; };
  for (uint32_t turns = 0; !isAside() && turns < 10000; ++turns) {
    sent += machine.trySend(0, actor, kGust, Gust{0, 2, sent}) ? 1 : 0;
    machine.run(20);
  }
  ASSERT_TRUE(isAside()) << "nothing was ever put aside";
  for (uint32_t i = 0; i < 5; ++i)
    send();
  Whirl found = machine.read<Whirl>(actor);
  EXPECT_EQ(found.received, sent);
  EXPECT_EQ(found.outOfOrder, 0u);
  const Whirl fresh{};
  EXPECT_EQ(machine.command(abi::Command::Restart, actor, kWhirl, &fresh, sizeof(fresh)),
            abi::ResidentOutcomeCode::Ok);
  sent = 0;
  for (uint32_t i = 0; i < 5; ++i)
    send();
  EXPECT_EQ(machine.read<Whirl>(actor).received, 5u);
  EXPECT_EQ(machine.command(abi::Command::Kill, actor), abi::ResidentOutcomeCode::Ok);
  send();
  machine.untilQuiet();
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_EQ(counters.deadLetters, 1u) << "the last one";
  EXPECT_EQ(machine.entry(actor).life, abi::kEntryTerminated);
  EXPECT_EQ(machine.sentByHost() + counters.sent, counters.handled + counters.deadLetters);
  machine.park();
  EXPECT_EQ(machine.leaks(), "");
}

/// Who fills a mailbox waits for it, but not for ever: its shard's other makers have their turns.
TEST_P(Full, AFullMailboxHoldsOtherMakersUpForAWhileOnly) {
  Machine machine(layout(), options());
  machine.launch();
  const uint32_t makers = layout().clients * layout().lanes, full = makers + 4, other = makers + 5;
  const uint32_t events = 24; // half a mailbox and more, and no more than a shard may hold
  const auto chain = [&](uint32_t shard) {
    Stage stage{};
    for (uint32_t number = 0; number < 4; ++number)
      stage.next = machine.spawn(kStage, shard, number, stage);
    Generator generator{};
    generator.first = stage.next;
    return std::pair(machine.spawn(kGenerator, makers, shard, generator), stage.next);
  };
  const auto [toFull, stuck] = chain(full);
  const auto [toOther, passing] = chain(other);
  machine.setStill(full, true);
  machine.send(0, toFull, kGenerate, Generate{events});
  machine.send(0, toOther, kGenerate, Generate{events});
  machine.until("events beside a full mailbox",
                [&] { return machine.peek<Stage>(passing).passed == events; });
  EXPECT_EQ(machine.peek<Stage>(stuck).passed, 0u);
  machine.setStill(full, false);
  machine.untilQuiet();
  EXPECT_EQ(machine.peek<Stage>(stuck).passed, events);
  EXPECT_EQ(machine.peek<Stage>(stuck).outOfOrder, 0u);
  expectNoneLost(machine.counters());
}

/// Parks while messages are held and aside: the next launch goes on with them.
TEST_P(Full, ParksKeepWhatWaits) {
  Machine machine(layout(), options());
  machine.launch();
  const Chains chains{48, 3, 30};
  const std::vector<ActorId> stages = start(machine, chains);
  for (uint32_t i = 0; i < 12; ++i) {
    machine.run(200 + machine.random(2000));
    machine.park();
    machine.launch();
  }
  machine.untilQuiet();
  expectWhole(machine, stages, chains.events);
  machine.park();
  EXPECT_EQ(machine.leaks(), "");
}

/// Two messages to each of two others for each that comes: mailboxes of a circle are full. Who
/// asked is told once, also of what is given up.
TEST_P(Full, CirclesComeToAnEnd) {
  Machine machine(layout(), options());
  machine.launch();
  std::vector<ActorId> circle;
  for (uint32_t number = 0; number < 3; ++number)
    for (const uint32_t shard : {0u, 5u, 9u, 14u})
      circle.push_back(machine.spawn(kWhirl, shard, number, Whirl{}));
  for (std::size_t i = 0; i < circle.size(); ++i)
    for (const std::size_t step : {1, 3})
      machine.send(0, circle[i], kLink, Link{circle[(i + step) % circle.size()]});
  machine.untilQuiet();
  const uint32_t questions = 8;
  uint64_t asked = 0;
  for (uint32_t number = 0; number < questions; ++number)
    for (uint32_t i = 0; i < circle.size(); ++i)
      machine.send(i % layout().clients, circle[i], kGust, Gust{number == 0 ? 5u : 0, 2, number},
                   ++asked);
  machine.untilQuiet();
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_GT(counters.spilled, 0u) << "no mailbox was ever full";
  EXPECT_GT(counters.dropped, 0u) << "no circle was ever full";
  EXPECT_EQ(machine.sentByHost() + counters.sent, counters.handled + counters.deadLetters);
  EXPECT_EQ(counters.deadLetters, counters.dropped);
  std::set<uint64_t> answered;
  for (const Reply& reply : machine.replies) {
    EXPECT_TRUE(reply.outcome() == abi::ResidentOutcomeCode::NoReply ||
                reply.outcome() == abi::ResidentOutcomeCode::NoRoom);
    EXPECT_TRUE(answered.insert(reply.origin).second) << "question " << reply.origin;
  }
  EXPECT_EQ(answered.size(), asked);
  for (const ActorId actor : circle)
    EXPECT_EQ(machine.peek<Whirl>(actor).outOfOrder, 0u);
  machine.park();
  EXPECT_EQ(machine.leaks(), "");
}

class SlowHost : public Full {};

/// A reply that nobody takes stays at the front of what a shard holds; what is delivered behind it
/// takes no room.
TEST_P(SlowHost, HoldsUpNoChain) {
  Machine machine(layout(), options());
  machine.launch();
  std::vector<ActorId> echoes;
  for (uint32_t shard = 0; shard < layout().warpShards; ++shard)
    echoes.push_back(machine.spawn(kEcho, shard, 200, Ping{}));
  const Chains chains{48, 4, 60, layout().clients * layout().lanes};
  const std::vector<ActorId> stages = start(machine, chains);
  machine.until("generators that have begun", [&] {
    return std::ranges::all_of(
        stages, [&](const ActorId stage) { return machine.peek<Stage>(stage).passed != 0; });
  });
  machine.isSlow = true;
  uint64_t asked = 0;
  // No shard may hold more of them than what stops its generators (ring_kManyOwn).
  for (uint32_t round = 0; round < 30; ++round) {
    for (uint32_t client = 0; client < layout().clients; ++client)
      for (const ActorId echo : echoes)
        asked += machine.trySend(client, echo, kPing, Ping{round, 1}, asked + 1) ? 1 : 0;
    machine.run(1000);
  }
  machine.until("chains that end", [&] {
    return std::ranges::all_of(stages, [&](const ActorId stage) {
      return machine.peek<Stage>(stage).passed == chains.events;
    });
  });
  machine.isSlow = false;
  machine.untilQuiet();
  EXPECT_EQ(machine.replies.size(), asked);
  expectNoneLost(machine.counters());
  for (const ActorId stage : stages)
    EXPECT_EQ(machine.peek<Stage>(stage).outOfOrder, 0u);
  machine.park();
  EXPECT_EQ(machine.leaks(), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, SlowHost, testing::ValuesIn(casesOf({smallSlots}, 2)),
                         [](const auto& info) { return nameOf(info.param); });

INSTANTIATE_TEST_SUITE_P(Seeds, Full, testing::ValuesIn(casesOf({smallSlots, largeSlots}, 1)),
                         [](const auto& info) { return nameOf(info.param); });

INSTANTIATE_TEST_SUITE_P(Huge, Full, testing::Values(Case{hugeSlots, 1}),
                         [](const auto& info) { return nameOf(info.param); });

} // namespace
} // namespace ring::test
