// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parks and relaunches in the middle of traffic; actors that fail, stop, are killed and restarted.
#include "test/Unit/Resident/Fixture.h"

namespace ring::test {
namespace {

using Code = abi::ResidentOutcomeCode;

class Life : public OnHost {};

TEST_P(Life, ParksAtAnyMomentLoseNothing) {
  Machine machine(layout(), options());
  machine.launch();
  const std::vector<ActorId> counters = {machine.spawn(kCounter, 6, 0, Count{}),
                                         machine.spawn(kWarpCounter, 14, 0, Count{}),
                                         machine.spawn(kBlockCounter, 16, 0, Count{})};
  for (uint32_t i = 0; i < 12; ++i) {
    Fan fan{};
    fan.sender = 4 + i;
    const ActorId sender = machine.spawn(kFan, i % 3 * 5, 1 + i / 3, fan); // 0, 5, 10
    for (const ActorId counter : counters)
      machine.send(0, sender, kLink, Link{counter});
    machine.send(0, sender, kGenerate, Generate{25});
  }
  stream(machine, 4, counters, 25, [&] {
    machine.run(machine.random(3000));
    machine.park();
    machine.launch();
  });
  machine.untilQuiet();
  for (const ActorId counter : counters)
    expectAll(machine, counter, 0, 16, 25);
  expectNoneLost(machine.counters());
}

/// What is read of the device between a park and the next launch is what it goes on with.
TEST_P(Life, AParkedMachineIsWhole) {
  Machine machine(layout(), options());
  machine.launch();
  const ActorId counter = machine.spawn(kCounter, 7, 0, Count{});
  machine.park();
  machine.launch();
  stream(machine, 3, {counter}, 30);
  machine.untilQuiet();
  const abi::ResidentCounters before = machine.counters();
  machine.park();
  const abi::ResidentCounters parked = machine.counters();
  EXPECT_EQ(parked.handled, before.handled);
  EXPECT_EQ(machine.entry(counter).life, abi::kEntryActive);
  machine.launch();
  expectAll(machine, counter, 0, 3, 30);
}

TEST_P(Life, WhoAskedIsToldOfFailuresAndEnds) {
  Machine machine(layout(), options());
  machine.launch();
  // In the shard that reads the client's lane: messages behind the one that ends an actor are in
  // the same batch as it.
  const uint32_t shard = layout().lanes;
  const ActorId fails = machine.spawn(kMortal, shard, 0, Mortal{});
  const ActorId stops = machine.spawn(kMortal, shard, 1, Mortal{});
  for (uint32_t i = 0; i < 12; ++i) {
    machine.send(1, fails, kPoke, Poke{i == 5 ? Deed::Fail : Deed::Nothing, i}, 100 + i);
    machine.send(1, stops, kPoke, Poke{i == 5 ? Deed::Stop : Deed::Nothing, i}, 200 + i);
  }
  machine.send(1, machine.spawn(kMortal, shard, 2, Mortal{}), kGust, Gust{}, 300);
  machine.send(1, ActorId{stops.index, 7, 0}, kPoke, Poke{}, 301);
  machine.untilQuiet();
  uint32_t ends = 0;
  for (const Reply& reply : machine.replies) {
    SCOPED_TRACE("message " + std::to_string(reply.origin));
    if ((reply.header.flags & abi::kFlagEnded) != 0) {
      ++ends;
      EXPECT_EQ(reply.client, 0u);
      const bool isFailed = reply.header.targetIndex == fails.index;
      EXPECT_EQ(reply.outcome(), isFailed ? Code::Failed : Code::Ok);
    } else if (reply.origin == 300) {
      ASSERT_TRUE(reply.isOutcome());
      EXPECT_EQ(reply.outcome(), Code::WrongType);
    } else if (reply.origin == 301 || reply.origin % 100 > 5) {
      ASSERT_TRUE(reply.isOutcome());
      EXPECT_EQ(reply.outcome(), Code::Gone);
    } else if (reply.origin == 105) {
      ASSERT_TRUE(reply.isOutcome());
      EXPECT_EQ(reply.outcome(), Code::Failed);
      EXPECT_EQ(reply.payload[1], 5u);
    } else {
      ASSERT_FALSE(reply.isOutcome());
      EXPECT_EQ(reply.payload[1], reply.origin % 100);
    }
  }
  EXPECT_EQ(ends, 2u);
  EXPECT_EQ(machine.replies.size(), 12u + 12 + 2 + ends);
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_EQ(counters.failed, 1u);
  EXPECT_EQ(counters.stopped, 1u);
  EXPECT_EQ(counters.handled, 12u);
  EXPECT_EQ(counters.deadLetters, 14u);
  EXPECT_EQ(machine.entry(fails).life, abi::kEntryFailed);
  EXPECT_EQ(machine.entry(stops).life, abi::kEntryTerminated);
  EXPECT_EQ(machine.read<Mortal>(fails).handled, 6u);
}

/// Each message before a kill or restart reaches the actor as it was, each behind it the new one.
TEST_P(Life, KillsAndRestartsHaveTheirPlaceInTheOrder) {
  Machine machine(layout(), options());
  machine.launch();
  const ActorId counter = machine.spawn(kCounter, 5, 0, Count{});
  const ActorId other = machine.spawn(kCounter, 5, 1, Count{});
  const Count fresh{};
  uint32_t sent = 0;
  for (uint32_t round = 0; round < 4; ++round) {
    const uint32_t items = 3 + machine.random(20);
    for (uint32_t number = 0; number < items; ++number) {
      for (const ActorId to : {counter, other})
        machine.until("room", [&] { return machine.trySendItem(0, to, {round, number}); });
      ++sent;
    }
    EXPECT_EQ(machine.read<Count>(counter).received, items);
    EXPECT_EQ(machine.command(abi::Command::Restart, counter, kCounter, &fresh, sizeof(fresh)),
              Code::Ok);
  }
  EXPECT_EQ(machine.command(abi::Command::Kill, counter), Code::Ok);
  EXPECT_EQ(machine.command(abi::Command::Kill, counter), Code::Gone);
  machine.until("room", [&] { return machine.trySendItem(0, counter, {0, 0}); });
  machine.untilQuiet();
  const Count found = machine.read<Count>(other);
  EXPECT_EQ(found.received, sent);
  EXPECT_EQ(found.outOfOrder + found.lost + found.damaged, 0u);
  const abi::ResidentCounters counters = machine.counters();
  EXPECT_EQ(counters.deadLetters, 1u);
  EXPECT_EQ(counters.handled, 2u * sent);
}

/// Messages of actors to one that is killed and comes again are handled or dead letters.
TEST_P(Life, KillsInTheMiddleOfStreamsAreAccountedFor) {
  Machine machine(layout(), options());
  machine.launch();
  const std::vector<ActorId> counters = {machine.spawn(kCounter, 6, 0, Count{}),
                                         machine.spawn(kBlockCounter, 16, 0, Count{})};
  for (uint32_t i = 0; i < 8; ++i) {
    Fan fan{};
    fan.sender = i;
    const ActorId sender = machine.spawn(kFan, i, 1, fan);
    for (const ActorId counter : counters)
      machine.send(0, sender, kLink, Link{counter});
    machine.send(0, sender, kGenerate, Generate{40});
  }
  const Count fresh{};
  for (uint32_t round = 0; round < 5; ++round) {
    machine.run(machine.random(4000));
    for (const ActorId counter : counters)
      EXPECT_EQ(machine.command(abi::Command::Kill, counter), Code::Ok);
    machine.run(machine.random(4000));
    if (round == 2) {
      machine.park();
      machine.launch();
    }
    for (const ActorId counter : counters)
      EXPECT_EQ(machine.command(abi::Command::Spawn, counter,
                                counter.index == counters[0].index ? kCounter : kBlockCounter,
                                &fresh, sizeof(fresh)),
                Code::Ok);
  }
  machine.untilQuiet();
  const abi::ResidentCounters counts = machine.counters();
  EXPECT_EQ(counts.dropped, 0u);
  EXPECT_EQ(machine.sentByHost() + counts.sent, counts.handled + counts.deadLetters);
  for (const ActorId counter : counters) {
    const Count found = machine.read<Count>(counter);
    EXPECT_EQ(found.outOfOrder + found.damaged, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Life, testing::ValuesIn(casesOf({smallSlots, largeSlots}, 2)),
                         [](const auto& info) { return nameOf(info.param); });

} // namespace
} // namespace ring::test
