// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What fails in a handler is contained, and comes out the same everywhere.
#include "Faults.ring.h"
#include "test/Execution/OnDevice.h"

namespace ring::test {
namespace {

/// What a question came to.
struct Told {
  std::uint32_t code, failCode, sum, calls;
};

Told told(const ring::Result<faults::Result>& reply) {
  return {static_cast<std::uint32_t>(reply.status().code()), reply.status().failCode(),
          reply ? reply->sum : 0, reply ? reply->calls : 0};
}

/// Jobs for one actor each, with a message before and one behind; another actor sees none of it.
template <class A> std::vector<Told> jobsOf(Runtime& runtime) {
  std::vector<Told> all;
  const auto ask = [&](ActorRef<A> actor, const faults::Job& job) {
    all.push_back(told(runtime.ask<faults::Result>(actor, job).get()));
  };
  const ActorRef<A> other = runtime.spawn<A>().value();
  for (std::uint32_t kind = 0; kind < faults::kKinds; ++kind)
    for (const faults::Job& job :
         {faults::Job{faults::Kind(kind), faults::kSize, 100},
          faults::Job{faults::Kind(kind), 40, 0}, faults::Job{faults::Kind(kind), 3, 0}}) {
      const ActorRef<A> actor = runtime.spawn<A>().value();
      ask(actor, {faults::Kind::None, job.count, 0});
      ask(actor, job);
      ask(actor, {faults::Kind::None, job.count, 0});
      ask(other, {faults::Kind::None, job.count, 0});
    }
  // Second answers of calls that held; those of failed calls would stand here too.
  EXPECT_OK(runtime.drain());
  runtime.replies().drain<faults::Result>(
      [&](const faults::Result& reply) { all.push_back({100, 0, reply.sum, reply.calls}); });
  return all;
}

TEST_P(OnDevice, RegionsOfThreadActorsFail) {
  expectSame([](Runtime& runtime) { return jobsOf<faults::OnThread>(runtime); });
}
TEST_P(OnDevice, RegionsOfWarpActorsFail) {
  expectSame([](Runtime& runtime) { return jobsOf<faults::OnWarp>(runtime); });
}
TEST_P(OnDevice, RegionsOfBlockActorsFail) {
  expectSame([](Runtime& runtime) { return jobsOf<faults::OnBlock>(runtime); });
}

/// An actor for each index, with a message behind; another one sees none of it.
template <class A> std::vector<Told> indicesOf(Runtime& runtime) {
  std::vector<Told> all;
  const ActorRef<A> other = runtime.spawn<A>().value();
  for (std::uint32_t place = 0; place < faults::kPlaces; ++place)
    for (const std::int32_t at :
         {0, 2, 3, 4, 5, 6, 11, 12, 13, 20, 21, 23, 24, 40, -1, INT32_MIN}) {
      if (faults::Place(place) == faults::Place::Region && at < 0)
        continue; // four thousand million calls
      const ActorRef<A> actor = runtime.spawn<A>().value();
      for (const ActorRef<A> one : {actor, actor, other})
        all.push_back(told(
            runtime
                .ask<faults::Result>(one, faults::Index{faults::Place(place),
                                                        one.id.index == other.id.index ? 0 : at,
                                                        {{5, 6, 7, 8}}})
                .get()));
    }
  EXPECT_OK(runtime.drain());
  runtime.replies().drain<faults::Result>(
      [&](const faults::Result& reply) { all.push_back({100, 0, reply.sum, reply.calls}); });
  return all;
}

TEST_P(OnDevice, IndicesOutOfArraysFailThreadActors) { expectSame(indicesOf<faults::OnThread>); }
TEST_P(OnDevice, IndicesOutOfArraysFailWarpActors) { expectSame(indicesOf<faults::OnWarp>); }
TEST_P(OnDevice, IndicesOutOfArraysFailBlockActors) { expectSame(indicesOf<faults::OnBlock>); }

/// What C++ leaves to chance on the host is contained on a device.
template <class A> void containsOnDevice(Runtime& device) {
  const ActorRef<A> other = device.spawn<A>().value();
  for (const std::int32_t at : {300, -1, INT32_MAX, INT32_MIN}) {
    const ActorRef<A> actor = device.spawn<A>().value();
    const Told failed = told(device.ask<faults::Result>(actor, faults::RawIndex{at}).get());
    EXPECT_EQ(failed.failCode, kFailBounds) << at;
    const Told behind = told(device.ask<faults::Result>(other, faults::RawIndex{299}).get());
    EXPECT_EQ(behind.sum, 1u) << at;
  }
  const ActorRef<A> actor = device.spawn<A>().value();
  const Told failed = told(device.ask<faults::Result>(actor, faults::Spin{0, 1}).get());
  EXPECT_EQ(failed.failCode, kFailBudget);
  EXPECT_EQ(told(device.ask<faults::Result>(other, faults::RawIndex{0}).get()).sum, 1u);
}

TEST_P(OnDevice, ThreadActorsAreContained) { containsOnDevice<faults::OnThread>(*device_); }
TEST_P(OnDevice, WarpActorsAreContained) { containsOnDevice<faults::OnWarp>(*device_); }
TEST_P(OnDevice, BlockActorsAreContained) { containsOnDevice<faults::OnBlock>(*device_); }

/// Within the budget a loop is a loop.
template <class A> std::vector<Told> turnsOf(Runtime& runtime) {
  std::vector<Told> all;
  const ActorRef<A> actor = runtime.spawn<A>().value();
  for (const std::uint32_t turns : {0u, 1u, 33u, 5000u, 99999u})
    all.push_back(told(runtime.ask<faults::Result>(actor, faults::Spin{turns, 0}).get()));
  return all;
}

TEST_P(OnDevice, ThreadActorsLoopWithinTheBudget) { expectSame(turnsOf<faults::OnThread>); }
TEST_P(OnDevice, WarpActorsLoopWithinTheBudget) { expectSame(turnsOf<faults::OnWarp>); }
TEST_P(OnDevice, BlockActorsLoopWithinTheBudget) { expectSame(turnsOf<faults::OnBlock>); }

TEST(Faults, TheLowestIndexDecides) {
  RuntimeOptions options;
  options.backend = Backend::Cpu;
  options.pinWorkers = false;
  ring::Result<Runtime> runtime = Runtime::create(options);
  ASSERT_TRUE(runtime) << runtime.status().message();
  const std::vector<Told> all = jobsOf<faults::OnBlock>(*runtime);
  const auto failCode = [&](faults::Kind kind, std::size_t job) {
    return all[(static_cast<std::size_t>(kind) * 3 + job) * 4 + 1].failCode;
  };
  EXPECT_EQ(failCode(faults::Kind::None, 0), 0u);
  EXPECT_EQ(failCode(faults::Kind::For, 0), 1101u);
  EXPECT_EQ(failCode(faults::Kind::Called, 0), 2101u);
  EXPECT_EQ(failCode(faults::Kind::Wide, 1), 3003u);
  EXPECT_EQ(failCode(faults::Kind::Value, 0), 4101u);
  EXPECT_EQ(failCode(faults::Kind::Combine, 0), 5101u);
  EXPECT_EQ(failCode(faults::Kind::Tree, 1), 6008u);
  EXPECT_EQ(failCode(faults::Kind::Tree, 2), 0u);
  EXPECT_EQ(failCode(faults::Kind::Last, 2), 7000u);
  EXPECT_EQ(all[5].code, static_cast<std::uint32_t>(StatusCode::Ok));
}

} // namespace
} // namespace ring::test
