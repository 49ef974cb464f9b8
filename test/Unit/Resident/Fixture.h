// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests of the resident kernel on the host: each runs with both layouts, once with all warps in
// turn and with several seeds.
#ifndef RINGKERNEL_TEST_UNIT_RESIDENT_FIXTURE_H
#define RINGKERNEL_TEST_UNIT_RESIDENT_FIXTURE_H

#include "test/Unit/Resident/Machine.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace ring::test {

struct Case {
  const Configuration& (*configuration)();
  uint64_t seed; ///< 0: all warps in turn
};
inline std::string nameOf(const Case& param) {
  const std::string layout = param.configuration().name;
  return layout + (param.seed == 0 ? "InTurn" : std::to_string(param.seed));
}
inline void PrintTo(const Case& param, std::ostream* out) { *out << nameOf(param); }
inline std::vector<Case> casesOf(std::initializer_list<const Configuration& (*)()> layouts,
                                 uint64_t seeds) {
  std::vector<Case> cases;
  for (const auto layout : layouts)
    for (uint64_t seed = 0; seed <= seeds; ++seed)
      cases.push_back({layout, seed});
  return cases;
}

class OnHost : public testing::TestWithParam<Case> {
protected:
  static Machine::Options options() {
    Machine::Options options;
    options.seed = GetParam().seed;
    options.isFair = GetParam().seed == 0;
    return options;
  }
  static const Configuration& layout() { return GetParam().configuration(); }

  /// Sends items [0, `items`) from each of `senders`, who are the clients in turn, to all of
  /// `actors`; `between` is called once a round.
  static void stream(
      Machine& machine, uint32_t senders, const std::vector<ActorId>& actors, uint32_t items,
      const std::function<void()>& between = [] {}) {
    for (uint32_t number = 0; number < items; ++number) {
      for (uint32_t sender = 0; sender < senders; ++sender)
        for (const ActorId actor : actors)
          machine.until("room in a client's ring", [&] {
            return machine.trySendItem(sender % layout().clients, actor, {sender, number});
          });
      between();
    }
  }
  /// Each of senders [first, first + count) has sent `items`, and all came in order.
  static void expectAll(Machine& machine, ActorId actor, uint32_t first, uint32_t count,
                        uint32_t items) {
    const Count found = machine.read<Count>(actor);
    SCOPED_TRACE("actor " + std::to_string(actor.index));
    EXPECT_EQ(found.received, count * items);
    EXPECT_EQ(found.outOfOrder, 0u);
    EXPECT_EQ(found.lost, 0u);
    EXPECT_EQ(found.damaged, 0u);
    for (uint32_t sender = first; sender < first + count; ++sender)
      EXPECT_EQ(found.due[sender], items) << "sender " << sender;
  }
  static void expectNoneLost(const abi::ResidentCounters& counters) {
    EXPECT_EQ(counters.deadLetters, 0u);
    EXPECT_EQ(counters.dropped, 0u);
  }
};

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_RESIDENT_FIXTURE_H
