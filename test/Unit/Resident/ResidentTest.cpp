// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The resident kernel's own files on the host: messages, batches, parks, full mailboxes.
#include "test/Unit/Resident/Machine.h"

#include <gtest/gtest.h>

namespace ring::test {
namespace {

struct Case {
  const Configuration& (*configuration)();
  uint64_t seed;
  bool isFair;
};

class Resident : public testing::TestWithParam<Case> {
protected:
  Machine::Options options() const {
    Machine::Options options;
    options.seed = GetParam().seed;
    options.isFair = GetParam().isFair;
    return options;
  }
  const Configuration& configuration() const { return GetParam().configuration(); }
};

TEST_P(Resident, AnswersComeBack) {
  Machine machine(configuration(), options());
  machine.launch();
  const ActorId echo = machine.spawn(kEcho, 3, 0, Mortal{});
  for (uint32_t i = 0; i < 20; ++i)
    machine.send(1, echo, kPing, Ping{i, i * 7}, i + 1);
  machine.untilQuiet();
  ASSERT_EQ(machine.replies.size(), 20u);
  for (uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(machine.replies[i].origin, i + 1);
    EXPECT_EQ(machine.replies[i].payload[0], i);
    EXPECT_EQ(machine.replies[i].payload[1], i * 7 + 1);
  }
  machine.park();
}

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const auto configuration : {smallSlots, largeSlots}) {
    cases.push_back({configuration, 0, true});
    for (uint64_t seed = 1; seed <= 4; ++seed)
      cases.push_back({configuration, seed, false});
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Seeds, Resident, testing::ValuesIn(cases()), [](const auto& info) {
  return std::string(info.param.configuration().name) +
         (info.param.isFair ? "InTurn" : std::to_string(info.param.seed));
});

} // namespace
} // namespace ring::test
