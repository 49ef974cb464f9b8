// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model itself: litmus tests of what it must allow and what it must not, and that it runs all
// interleavings and no more.
#include "Model.h"

#include <gtest/gtest.h>

#include <set>

namespace {

using model::Atomic;
using model::Case;
using model::Cell;
using model::Result;
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;
constexpr auto kBoth = std::memory_order_acq_rel;

/// Two locations, and what two threads saw.
struct State {
  Atomic<int> x{0}, y{0};
  Cell cell{0};
  int a = -1, b = -1;
};
using Outcomes = std::set<std::pair<int, int>>;

/// All (a, b) that two threads can end with.
Outcomes outcomes(void (*first)(State&), void (*second)(State&), std::string* violation = nullptr) {
  Outcomes seen;
  const Result result = model::explore([&] {
    auto state = std::make_shared<State>();
    return Case{{[=] { first(*state); }, [=] { second(*state); }},
                [=, &seen] { seen.insert({state->a, state->b}); }};
  });
  if (violation)
    *violation = result.violation;
  else
    EXPECT_EQ(result.violation, "");
  return seen;
}

TEST(Model, StoresMayBeSeenLate) {
  const auto seen = outcomes(
      [](State& s) {
        s.x.store(1, kRelease);
        s.a = s.y.load(kAcquire);
      },
      [](State& s) {
        s.y.store(1, kRelease);
        s.b = s.x.load(kAcquire);
      });
  EXPECT_EQ(seen, (Outcomes{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
}

TEST(Model, ReadModifyWritesOfOneWordOrderTwoThreads) {
  const auto seen = outcomes(
      [](State& s) {
        s.x.store(1, kRelaxed);
        s.a = s.y.fetch_add(1, kBoth) == 0 ? 5 : s.x.load(kRelaxed);
      },
      [](State& s) { s.b = s.y.fetch_add(1, kBoth) == 0 ? 5 : s.x.load(kRelaxed); });
  EXPECT_EQ(seen, (Outcomes{{5, 1}, {1, 5}})) << "the second sees what the first did";
}

TEST(Model, RelaxedMessagesComeInAnyOrder) {
  const auto write = [](State& s) {
    s.x.store(1, kRelaxed);
    s.y.store(1, kRelaxed);
  };
  const auto seen = outcomes(write, [](State& s) {
    s.a = s.y.load(kRelaxed);
    s.b = s.x.load(kRelaxed);
  });
  EXPECT_TRUE(seen.contains({1, 0}));
}

TEST(Model, ReleasedMessagesAreSeenByWhoAcquires) {
  const auto write = [](State& s) {
    s.x.store(1, kRelaxed);
    s.y.store(1, kRelease);
  };
  EXPECT_FALSE(outcomes(write, [](State& s) {
                 s.a = s.y.load(kAcquire);
                 s.b = s.x.load(kRelaxed);
               }).contains({1, 0}));
  EXPECT_TRUE(outcomes(write, [](State& s) {
                s.a = s.y.load(kRelaxed);
                s.b = s.x.load(kRelaxed);
              }).contains({1, 0}));
}

TEST(Model, OneLocationIsCoherent) {
  const auto seen = outcomes(
      [](State& s) {
        s.x.store(1, kRelaxed);
        s.x.store(2, kRelaxed);
      },
      [](State& s) {
        s.a = s.x.load(kRelaxed);
        s.b = s.x.load(kRelaxed);
      });
  EXPECT_EQ(seen, (Outcomes{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}}));
}

TEST(Model, AFailedExchangeMayBeStale) {
  const auto seen = outcomes(
      [](State& s) {
        s.x.store(1, kRelaxed);
        s.x.store(2, kRelaxed);
      },
      [](State& s) {
        s.a = 2;
        s.b = s.x.compare_exchange_weak(s.a, 9, kBoth, kRelaxed);
      });
  EXPECT_EQ(seen, (Outcomes{{0, 0}, {1, 0}, {2, 1}}));
}

TEST(Model, PlainDataNeedsOrder) {
  std::string violation;
  outcomes([](State& s) { s.cell = Cell(1); }, [](State& s) { s.a = s.cell.get(); }, &violation);
  EXPECT_NE(violation.find("a race"), std::string::npos);
  outcomes([](State& s) { s.a = s.cell.get(); }, [](State& s) { s.b = s.cell.get(); });
  for (const auto order : {kRelaxed, kAcquire}) {
    const Result result = model::explore([order] {
      auto state = std::make_shared<State>();
      return Case{{[=] {
                     state->cell = Cell(7);
                     state->x.store(1, kRelease);
                   },
                   [=] {
                     if (state->x.load(order) == 1)
                       model::require(state->cell.get() == 7, "not the value stored");
                   }},
                  [] {}};
    });
    EXPECT_EQ(result.violation.empty(), order == kAcquire) << result.violation;
  }
}

TEST(Model, ThreadsThatSleepForeverAreFound) {
  for (const bool wakes : {false, true}) {
    const Result result = model::explore([wakes] {
      auto word = std::make_shared<Atomic<std::uint32_t>>(0);
      return Case{{[=] { model::Futex::wait(*word, 0, 0); },
                   [=] {
                     word->store(1, kRelease);
                     if (wakes)
                       model::Futex::wakeAll(*word);
                   }},
                  [] {}};
    });
    EXPECT_EQ(result.violation.empty(), wakes) << result.violation;
  }
}

TEST(Model, RunsEveryOrderOfDependentOperationsOnce) {
  // 3 threads that count one word up: 6 orders of 1 operation each, 90 of 2.
  for (const int operations : {1, 2}) {
    std::set<std::vector<std::uint64_t>> orders;
    const Result result = model::explore([&] {
      auto word = std::make_shared<Atomic<std::uint64_t>>(0);
      auto turns = std::make_shared<std::vector<std::uint64_t>>(3 * operations);
      Case test;
      for (int thread = 0; thread < 3; ++thread)
        test.threads.push_back([=] {
          for (int i = 0; i < operations; ++i)
            (*turns)[thread * operations + i] = word->fetch_add(1, kBoth);
        });
      test.check = [=, &orders] { orders.insert(*turns); };
      return test;
    });
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(orders.size(), operations == 1 ? 6u : 90u);
    EXPECT_EQ(result.runs, orders.size());
  }
}

TEST(Model, RunsIndependentOperationsOnce) {
  const Result result = model::explore([] {
    auto state = std::make_shared<State>();
    return Case{{[=] { state->x.store(1, kRelaxed); }, [=] { state->y.store(1, kRelaxed); }},
                [] {}};
  });
  EXPECT_TRUE(result.complete);
  EXPECT_LE(result.runs, 2u); // the second is found redundant on its way
}

} // namespace
