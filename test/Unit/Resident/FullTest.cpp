// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors that make more messages than mailboxes have room for.
#include "test/Unit/Resident/Fixture.h"

namespace ring::test {
namespace {

class Full : public OnHost {
protected:
  struct Chains {
    uint32_t count, shards, events;
  };
  /// Generators, each with four stages behind it, the next always in the next shard. All are told
  /// to begin while the kernel is parked: once messages are held, the host's have to wait. Gives
  /// the stages.
  static std::vector<ActorId> run(Machine& machine, const Chains& chains) {
    std::vector<ActorId> stages, generators;
    std::vector<uint32_t> inShard(chains.shards);
    const auto spawn = [&](ActorKind kind, uint32_t at, const auto& state) {
      const uint32_t shard = at % chains.shards;
      return machine.spawn(kind, shard, inShard[shard]++, state);
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
    machine.untilQuiet();
    return stages;
  }
};

/// No actor sends to one that sends to it: what shards share must not cost a message. Disabled,
/// since today it does: a shard that holds too much takes nothing for any of its actors, so shards
/// wait for each other in a circle where actors do not, and ADR 0013 breaks that by dropping.
TEST_P(Full, DISABLED_ChainsLoseNothing) {
  for (const Chains& chains : {Chains{24, 1, 20}, Chains{32, 2, 40}, Chains{64, 4, 40}}) {
    SCOPED_TRACE(std::to_string(chains.count) + " chains in " + std::to_string(chains.shards) +
                 " shards");
    Machine machine(layout(), options());
    machine.launch();
    const std::vector<ActorId> stages = run(machine, chains);
    const abi::ResidentCounters counters = machine.counters();
    EXPECT_GT(counters.spilled, 0u) << "no mailbox was ever full";
    expectNoneLost(counters);
    for (const ActorId stage : stages) {
      const Stage found = machine.read<Stage>(stage);
      EXPECT_EQ(found.passed, chains.events);
      EXPECT_EQ(found.outOfOrder, 0u);
    }
  }
}

/// Whatever it costs: it is counted, and nothing stands still.
TEST_P(Full, ChainsComeToAnEnd) {
  Machine machine(layout(), options());
  machine.launch();
  run(machine, {32, 2, 20});
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_GT(counters.spilled, 0u) << "no mailbox was ever full";
  EXPECT_EQ(machine.sentByHost() + counters.sent, counters.handled + counters.deadLetters);
  EXPECT_EQ(counters.deadLetters, counters.dropped);
}

/// Two messages to each of two others for each that comes: mailboxes of a circle are full.
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
  for (uint32_t i = 0; i < circle.size(); ++i)
    machine.send(i % layout().clients, circle[i], kGust, Gust{4, 2, 0});
  machine.untilQuiet();
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_GT(counters.spilled, 0u) << "no mailbox was ever full";
  EXPECT_GT(counters.dropped, 0u) << "no circle was ever full";
  EXPECT_EQ(machine.sentByHost() + counters.sent, counters.handled + counters.deadLetters);
  EXPECT_EQ(counters.deadLetters, counters.dropped);
  for (const ActorId actor : circle)
    EXPECT_EQ(machine.read<Whirl>(actor).outOfOrder, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Full, testing::ValuesIn(casesOf({smallSlots, largeSlots}, 2)),
                         [](const auto& info) { return nameOf(info.param); });

} // namespace
} // namespace ring::test
