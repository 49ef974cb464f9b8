// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rings of the CUDA backend that are as old as only years would make them: tags that wrap, slots
// that are written whole, tickets that wrap. The host's ends are the true ones, the device's are
// the fake's.
#include "test/Execution/FakeCuda.h"

#include "Demo.ring.h"
#include "runtime/backend/cuda/Resident.h"
#include "runtime/core/RuntimeAccess.h"

#include <deque>
#include <memory>
#include <thread>
#include <vector>

namespace ring::test {
namespace {

constexpr std::int64_t kLastTag = (std::int64_t(1) << 32) - 2; ///< the lap of tag 2^32 - 1

class OldFakeRings : public FakeCuda, public testing::WithParamInterface<std::int64_t> {
protected:
  /// `count` questions and as many plain messages, some at once in each ring.
  static void talk(Runtime& runtime, std::span<const ActorRef<FraudMonitor>> actors,
                   std::uint32_t count) {
    std::deque<Ask<Alert>> open;
    std::vector<Transfer> transfers(actors.size(), Transfer{1, 2, 3, 4.0f});
    for (std::uint32_t i = 0; i < count; ++i) {
      open.push_back(runtime.ask<Alert>(actors[i % actors.size()], transfers[0]));
      if (i % actors.size() == 0) {
        const Status status = runtime.sendBatch(actors, std::span<const Transfer>(transfers));
        ASSERT_TRUE(status) << status.message();
      }
      if (open.size() < 40)
        continue;
      ASSERT_EQ(open.front().get().status().code(), StatusCode::NoReply) << i;
      open.pop_front();
    }
    for (Ask<Alert>& one : open)
      ASSERT_EQ(one.get().status().code(), StatusCode::NoReply);
  }
};

/// Threads enough for several clients, with lanes enough for shared reply rings.
TEST_P(OldFakeRings, CommandsAndRepliesGoOn) {
  FakeGpu gpu;
  gpu.multiprocessors = 36;
  reset(&gpu, 0, 0);
  {
    auto core = runtime::cuda::Resident::openAt(options(), GetParam());
    ASSERT_TRUE(core) << core.status().message();
    Runtime runtime = detail::RuntimeAccess::over(*std::move(core));
    std::vector<ActorRef<FraudMonitor>> actors;
    for (int i = 0; i < 64; ++i) {
      const auto actor = runtime.spawn<FraudMonitor>(1.0f);
      ASSERT_TRUE(actor) << actor.status().message();
      actors.push_back(*actor);
    }
    // One thread goes around all of its lanes and reply rings, the other ones begin anew.
    constexpr std::uint32_t kMany = 60000, kFew = 4000;
    std::vector<std::thread> threads;
    for (const std::uint32_t count : {kMany, kFew, kFew})
      threads.emplace_back([&runtime, &actors, count] { talk(runtime, actors, count); });
    for (std::thread& thread : threads)
      thread.join();
    EXPECT_TRUE(runtime.drain());
    const Statistics counts = runtime.statistics();
    const std::uint64_t asked = kMany + 2 * kFew;
    EXPECT_EQ(counts.handled, counts.sent);
    EXPECT_GE(counts.sent, 2 * asked);
    EXPECT_TRUE(runtime.kill(actors[0]));
  }
  EXPECT_EQ(live(), 0);
}

INSTANTIATE_TEST_SUITE_P(Laps, OldFakeRings,
                         testing::Values(0, kLastTag - 1, (std::int64_t(1) << 24) - 2, -2),
                         [](const auto& lap) {
                           return lap.param < 0              ? "TicketsWrap"
                                  : lap.param == 0           ? "New"
                                  : lap.param < kLastTag - 1 ? "SlotsAreWrittenWhole"
                                                             : "TagsWrap";
                         });

} // namespace
} // namespace ring::test
