// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All rings of the resident kernel begun as old as only years would make them, a little before tags
// wrap, before slots are written whole, and before tickets wrap: lanes, both reply rings,
// mailboxes, and messages that are held because mailboxes are full. The audits are those of new
// rings.
#include "AuditSmall.ring.h"
#include "runtime/backend/cuda/Resident.h"
#include "runtime/core/RuntimeAccess.h"
#include "test/Device/HostSenders.h"

#include <deque>

namespace ring::test {
namespace {

constexpr std::int64_t kLastTag = (std::int64_t(1) << 32) - 2; ///< the lap of tag 2^32 - 1

class OldRings : public testing::TestWithParam<std::int64_t> {
protected:
  void SetUp() override {
    if (!cudaStatus())
      GTEST_SKIP() << cudaStatus().message();
    RuntimeOptions options;
    options.spillBytes = 1 << 12;
    auto core = runtime::cuda::Resident::openAt(options, GetParam());
    ASSERT_TRUE(core) << core.status().message();
    runtime.emplace(detail::RuntimeAccess::over(*std::move(core)));
  }
  /// Questions of one thread, some at once; each answer is that of its question.
  void askMany(std::span<const ActorRef<audit::Mortal>> actors, std::uint32_t count) {
    std::deque<std::pair<Ask<audit::Poke>, std::uint32_t>> open;
    const auto take = [&] {
      const Result<audit::Poke> answer = open.front().first.get();
      EXPECT_TRUE(answer) << answer.status().message();
      EXPECT_EQ(answer ? answer->number : ~0u, open.front().second);
      open.pop_front();
    };
    for (std::uint32_t i = 0; i < count && !HasFailure(); ++i) {
      open.emplace_back(runtime->ask<audit::Poke>(actors[i % actors.size()],
                                                  audit::Poke{audit::Deed::Nothing, i}),
                        i);
      if (open.size() == 100)
        take();
    }
    while (!open.empty())
      take();
  }
  std::optional<Runtime> runtime;
};

/// A lane has 512 slots, a mailbox 256: several laps of each, and of one hot mailbox hundreds.
TEST_P(OldRings, StreamsOfTheHost) {
  for (const Aim aim : kAims) {
    const auto actors = spawnMany<audit::SmallTally>(*runtime, 300, 0);
    const std::span<const ActorRef<audit::SmallTally>> all(actors);
    const std::uint64_t each = scaled(aim == Aim::OneHot ? 20000 : 100000);
    expectAll(*runtime, all, sendAll<5>(*runtime, all, 4, each, aim));
  }
}

/// An own reply ring has 1024 slots, a shared one 8192. Memory that comes and goes makes the kernel
/// park.
TEST_P(OldRings, AnswersWhileItParks) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      std::vector<ActorRef<audit::Mortal>> near, far;
      for (int each = 0; each < 20; ++each) {
        const auto actor = runtime->spawn<audit::Mortal>(direct);
        ASSERT_TRUE(actor) << actor.status().message();
        near.push_back(*actor);
        far.push_back(spawnIn<audit::Mortal>(*runtime));
      }
      askMany(near, static_cast<std::uint32_t>(scaled(30000)));
      askMany(far, static_cast<std::uint32_t>(scaled(30000)));
    });
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(runtime->buffer<std::uint32_t>(1000));
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_OK(runtime->drain());
}

/// Slow receivers, fast senders on the device: messages are held. Half of the senders share a block
/// with the receivers and use their near mailboxes.
TEST_P(OldRings, HeldMessages) {
  std::vector<ActorRef<audit::SmallTally>> receivers{spawnIn<audit::SmallTally>(*runtime, 1000u)};
  std::vector<ActorRef<audit::Source>> sources;
  for (std::uint32_t i = 0; i < 3; ++i)
    receivers.push_back(*runtime->spawn<audit::SmallTally>(beside(receivers[0]), 1000u));
  const auto calls = static_cast<std::uint32_t>(scaled(3000));
  for (std::uint32_t i = 0; i < 8; ++i) {
    sources.push_back(i % 2 == 0 ? spawnIn<audit::Source>(*runtime, i)
                                 : *runtime->spawn<audit::Source>(beside(receivers[0]), i));
    for (const auto receiver : receivers)
      EXPECT_OK(runtime->send(sources.back(), audit::Link{receiver.id}));
  }
  for (const auto source : sources)
    EXPECT_OK(runtime->send(source, audit::Go{calls}));
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(runtime->buffer<std::uint32_t>(1000));
  EXPECT_OK(runtime->drain());
  const std::vector<std::vector<std::uint32_t>> sent(
      sources.size(), std::vector<std::uint32_t>(receivers.size(), 2 * calls));
  expectAll(*runtime, std::span<const ActorRef<audit::SmallTally>>(receivers), sent);
  EXPECT_GT(runtime->statistics().spilled, 0u) << "nothing was held";
}

INSTANTIATE_TEST_SUITE_P(, OldRings, testing::Values(kLastTag, (std::int64_t(1) << 24) - 2, -1),
                         [](const auto& lap) {
                           return lap.param < 0           ? "TicketsWrap"
                                  : lap.param == kLastTag ? "TagsWrap"
                                                          : "SlotsAreWrittenWhole";
                         });

} // namespace
} // namespace ring::test
