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
