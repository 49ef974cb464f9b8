// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program or a machine does wrong ends in an error that names it, and what runs goes on.
#include "AuditLarge.ring.h"
#include "AuditSmall.ring.h"
#include "Foreign.ring.h"
#include "test/Device/OnBackend.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace ring::test {
namespace {

using audit::Deed;
using audit::Mortal;
using audit::Poke;

bool says(const Status& status, const char* words) {
  return status.message().find(words) != std::string::npos;
}

class BadInput : public OnBackend {
protected:
  static void expectAnswer(Runtime& runtime, ActorRef<Mortal> actor) {
    const Result<Poke> answer = runtime.ask<Poke>(actor, Poke{Deed::Nothing, 42}).get();
    ASSERT_TRUE(answer) << answer.status().message();
    EXPECT_EQ(answer->number, 42u);
  }
};

TEST_P(BadInput, PoolsThatAreExhaustedAreNamed) {
  RuntimeOptions few = options();
  few.maxActors = 3;
  few.maxAsks = 4;
  few.stateBytes = 4096;
  Runtime runtime = start(few);
  const auto first = spawnIn<Mortal>(runtime), second = spawnIn<Mortal>(runtime);
  // A state of some 16 KiB.
  const Status large = runtime.spawn<audit::Hoard>().status();
  EXPECT_EQ(large.code(), StatusCode::Exhausted);
  EXPECT_TRUE(says(large, "RuntimeOptions::stateBytes")) << large.message();
  const auto third = spawnIn<Mortal>(runtime);
  const Status actors = runtime.spawn<Mortal>().status();
  EXPECT_EQ(actors.code(), StatusCode::Exhausted);
  EXPECT_TRUE(says(actors, "RuntimeOptions::maxActors")) << actors.message();
  {
    std::vector<Ask<Poke>> open;
    for (int i = 0; i < 4; ++i)
      open.push_back(runtime.ask<Poke>(first, Poke{Deed::Nothing, 1}));
    const Status asks = runtime.ask<Poke>(first, Poke{Deed::Nothing, 1}).get().status();
    EXPECT_EQ(asks.code(), StatusCode::Exhausted);
    EXPECT_TRUE(says(asks, "RuntimeOptions::maxAsks")) << asks.message();
    for (auto& one : open)
      EXPECT_TRUE(one.get());
  }
  EXPECT_OK(runtime.kill(second));
  expectAnswer(runtime, spawnIn<Mortal>(runtime));
  expectAnswer(runtime, first);
  expectAnswer(runtime, third);
}

TEST_P(BadInput, MessagesThatAnActorDoesNotHandle) {
  Runtime runtime = start(options());
  const auto tally = spawnIn<audit::SmallTally>(runtime, 0u);
  const auto mortal = spawnIn<Mortal>(runtime);
  EXPECT_EQ(runtime.ask<Poke>(tally.id, Poke{}).get().status().code(), StatusCode::WrongType);
  EXPECT_EQ(runtime.ask<Poke>(tally.id, foreign::Word{}).get().status().code(),
            StatusCode::WrongType);
  EXPECT_OK(runtime.send(tally.id, Poke{}));
  EXPECT_OK(runtime.drain());
  EXPECT_EQ(runtime.statistics().deadLetters, 3u);
  EXPECT_EQ(runtime.statistics().handled, 0u);
  expectAnswer(runtime, mortal);
}

TEST_P(BadInput, MessagesLargerThanAnySlotOfTheProgram) {
  Runtime runtime = start(options());
  const auto mortal = spawnIn<Mortal>(runtime);
  const Status sent = runtime.send(mortal.id, audit::Item<70>{});
  // The CPU's rings take it, and its actor does not.
  EXPECT_EQ(sent.code(), isCuda() ? StatusCode::WrongType : StatusCode::Ok) << sent.message();
  EXPECT_EQ(runtime.ask<Poke>(mortal.id, audit::Item<70>{}).get().status().code(),
            StatusCode::WrongType);
  expectAnswer(runtime, mortal);
  // Once an actor takes such messages there is room for them.
  const auto large = spawnIn<audit::OnThread<70>>(runtime, 0u);
  EXPECT_OK(runtime.send(large, audit::Item<70>{}));
  EXPECT_OK(runtime.drain());
  const Result<audit::OnThread<70>> state = runtime.state(large);
  ASSERT_TRUE(state) << state.status().message();
  EXPECT_EQ(state->count.received, 1u);
  expectAnswer(runtime, mortal);
}

INSTANTIATE_TEST_SUITE_P(, BadInput, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

/// What only a GPU, its compiler and its cache can have.
class BadMachine : public BadInput {
protected:
  void SetUp() override {
    BadInput::SetUp();
    const char* given = std::getenv(kVariable);
    if (given)
      before_ = given;
  }
  void TearDown() override {
    if (before_)
      setenv(kVariable, before_->c_str(), 1);
    else
      unsetenv(kVariable);
    if (!folder.empty())
      std::filesystem::remove_all(folder);
  }
  void useCache(const std::string& path) { setenv(kVariable, path.c_str(), 1); }
  void makeFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "ringkernel-device-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void liveOnce() {
    Runtime runtime = start(options());
    expectAnswer(runtime, spawnIn<Mortal>(runtime));
  }
  std::filesystem::path folder;

private:
  static constexpr const char* kVariable = "RINGKERNEL_CACHE_DIR";
  std::optional<std::string> before_;
};

TEST_P(BadMachine, ModulesOfAnotherLanguageAreRefused) {
  Runtime runtime = start(options());
  const auto mortal = spawnIn<Mortal>(runtime);
  const Status foreign = runtime.spawn<foreign::Echo>().status();
  EXPECT_EQ(foreign.code(), StatusCode::Unsupported);
  EXPECT_NE(foreign.message(), "");
  expectAnswer(runtime, mortal);
}

TEST_P(BadMachine, MoreMemoryOfTheGpuThanThereIs) {
  RuntimeOptions large = options();
  large.stateBytes = std::uint64_t(1) << 42;
  const Status states = Runtime::create(large).status();
  EXPECT_EQ(states.code(), StatusCode::Exhausted);
  EXPECT_TRUE(says(states, "RuntimeOptions::stateBytes")) << states.message();
  Runtime runtime = start(options());
  const auto mortal = spawnIn<Mortal>(runtime);
  EXPECT_EQ(runtime.buffer<float>(std::size_t(1) << 40).status().code(), StatusCode::Exhausted);
  expectAnswer(runtime, mortal);
}

TEST_P(BadMachine, ASecondRuntimeIsRefused) {
  {
    Runtime runtime = start(options());
    const auto mortal = spawnIn<Mortal>(runtime);
    const Status second = Runtime::create(options()).status();
    EXPECT_EQ(second.code(), StatusCode::Exhausted);
    EXPECT_TRUE(says(second, "another runtime of this process")) << second.message();
    expectAnswer(runtime, mortal);
  }
  liveOnce();
}

TEST_P(BadMachine, ACacheThatCannotBeWritten) {
  useCache("/proc/self/nothing");
  liveOnce();
}

TEST_P(BadMachine, ACacheFullOfGarbage) {
  makeFolder();
  useCache(folder.string());
  liveOnce();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << "ringkernel cubin 2\nno";
    ++files;
  }
  EXPECT_GT(files, 0u) << "nothing was kept";
  liveOnce(); // compiled again, and kept
  liveOnce();
}

INSTANTIATE_TEST_SUITE_P(, BadMachine, testing::Values(Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
