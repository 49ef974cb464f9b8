// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Isolation::Process on a real GPU: faults, handlers that never return and kill -9 are recovered,
// and the kernel works as before. Hosts that are killed leave the GPU to the next one. Skipped
// where there is no GPU.
#include "Kernels.ring.h"
#include "ProcessTools.h"
#include "Traffic.ring.h"
#include "Unchecked.ring.h"
#include "test/Execution/OnDevice.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <csignal>
#include <numeric>

extern char** environ;

namespace ring::test {
namespace {

using namespace std::chrono_literals;

RuntimeOptions apart() {
  RuntimeOptions options;
  options.backend = Backend::Cuda;
  options.isolation = Isolation::Process;
  options.maxRecoveries = 100;
  return options;
}

class ResidentApart : public testing::Test {
protected:
  void start(const RuntimeOptions& options) {
    Result<Runtime> made = Runtime::create(options);
    if (!made)
      GTEST_SKIP() << made.status().message();
    runtime_.emplace(*std::move(made));
    Result<ActorRef<traffic::Register>> witness = runtime_->spawn<traffic::Register>(7u);
    ASSERT_TRUE(witness) << witness.status().message();
    witness_ = *witness;
  }
  /// What the witness says, which counts its calls since it was spawned or brought back.
  void expectWitness(std::uint32_t calls) {
    const Result<traffic::Value> told =
        runtime_->ask<traffic::Value>(witness_, traffic::Read{}).get(30s);
    ASSERT_TRUE(told) << told.status().message();
    EXPECT_EQ(told->value, 7u);
    EXPECT_EQ(told->calls, calls);
  }
  void expectRecoveries(std::uint64_t count) {
    EXPECT_TRUE(within10s([&] { return runtime_->statistics().recoveries >= count; }));
    EXPECT_EQ(runtime_->statistics().recoveries, count);
  }

  std::optional<Runtime> runtime_;
  ActorRef<traffic::Register> witness_{};
};

TEST_F(ResidentApart, AFaultIsRecovered) {
  ASSERT_NO_FATAL_FAILURE(start(apart()));
  if (!runtime_)
    return;
  const auto breaker = runtime_->spawn<unchecked::Breaker>();
  ASSERT_TRUE(breaker) << breaker.status().message();
  expectWitness(1);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    const auto fine = runtime_->ask<unchecked::Told>(*breaker, unchecked::Write{3}).get(30s);
    ASSERT_TRUE(fine) << fine.status().message();
    EXPECT_EQ(fine->calls, 1u) << "as it was spawned";
    const Status broken =
        runtime_->ask<unchecked::Told>(*breaker, unchecked::Write{0x7fffff00}).get(30s).status();
    EXPECT_EQ(broken.code(), StatusCode::DeviceLost) << broken.message();
    expectWitness(1);
    expectRecoveries(round);
  }
  const std::vector<LostMessage> lost = runtime_->takeLost();
  ASSERT_EQ(lost.size(), 3u);
  EXPECT_EQ(lost[0].type, "unchecked::Write");
  EXPECT_TRUE(lost[0].isQuestion && lost[0].mayBeHandled);
}

TEST_F(ResidentApart, AHandlerThatNeverReturnsIsRecovered) {
  RuntimeOptions options = apart();
  options.hangLimit = 500ms;
  ASSERT_NO_FATAL_FAILURE(start(options));
  if (!runtime_)
    return;
  const auto breaker = runtime_->spawn<unchecked::Breaker>();
  ASSERT_TRUE(breaker) << breaker.status().message();
  const Status stuck =
      runtime_->ask<unchecked::Told>(*breaker, unchecked::Turn{1}).get(30s).status();
  EXPECT_EQ(stuck.code(), StatusCode::DeviceLost) << stuck.message();
  EXPECT_NE(stuck.message().find("no sign of life"), std::string::npos) << stuck.message();
  expectWitness(1);
  expectRecoveries(1);
  EXPECT_TRUE(runtime_->ask<unchecked::Told>(*breaker, unchecked::Turn{0}).get(30s));
  EXPECT_TRUE(runtime_->restart(*breaker));
}

TEST_F(ResidentApart, AStuckHandlerDoesNotKeepTheRuntime) {
  RuntimeOptions options = apart();
  options.orderTimeout = 300ms;
  ASSERT_NO_FATAL_FAILURE(start(options));
  if (!runtime_)
    return;
  const auto breaker = runtime_->spawn<unchecked::Breaker>();
  ASSERT_TRUE(breaker) << breaker.status().message();
  EXPECT_TRUE(runtime_->send(*breaker, unchecked::Turn{1}));
  const Status overdue = runtime_->kill(*breaker);
  EXPECT_EQ(overdue.code(), StatusCode::Timeout) << overdue.message();
  EXPECT_EQ(runtime_->buffer<float>(16).status().code(), StatusCode::Timeout);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(runtime_->stop(100ms).code(), StatusCode::Timeout);
  runtime_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(ResidentApart, KilledInTheMiddleOfStreams) {
  ASSERT_NO_FATAL_FAILURE(start(apart()));
  if (!runtime_)
    return;
  std::atomic<bool> isOver{false};
  std::atomic<std::uint64_t> posted{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread)
    threads.emplace_back([&] {
      const auto actor = runtime_->spawn<traffic::Register>(1u);
      ASSERT_TRUE(actor) << actor.status().message();
      const std::vector<traffic::Add> messages(1000, traffic::Add{1});
      while (!isOver) {
        std::size_t sent = 0;
        const Status status =
            runtime_->sendBatch(*actor, std::span<const traffic::Add>(messages), &sent);
        EXPECT_TRUE(status) << status.message();
        posted += sent;
      }
    });
  for (std::uint64_t round = 1; round <= 3; ++round) {
    std::this_thread::sleep_for(200ms);
    for (const pid_t child : children())
      kill(child, SIGKILL);
    expectRecoveries(round);
  }
  isOver = true;
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_OK(runtime_->drain());
  expectWitness(1);
  const Statistics counts = runtime_->statistics();
  EXPECT_EQ(counts.sent, posted + 1);
  EXPECT_EQ(counts.sent, counts.handled + counts.deadLetters + counts.lost);
  EXPECT_GT(counts.handled, 0u);
}

TEST_F(ResidentApart, KernelsRunOnTheNextGpu) {
  ASSERT_NO_FATAL_FAILURE(start(apart()));
  if (!runtime_)
    return;
  std::vector<std::uint32_t> values(1000000), sums(8);
  std::iota(values.begin(), values.end(), 0u);
  const std::uint32_t expected = std::accumulate(values.begin(), values.end(), 0u);
  for (std::uint64_t round = 0; round < 2; ++round) {
    Result<Buffer<std::uint32_t>> in = runtime_->buffer<std::uint32_t>(values.size());
    Result<Buffer<std::uint32_t>> out = runtime_->buffer<std::uint32_t>(sums.size());
    ASSERT_TRUE(in && out);
    EXPECT_OK(in->upload(values));
    EXPECT_OK(runtime_->launch<kernels::blockSum>(Grid(8), *in, *out));
    EXPECT_OK(out->download(sums));
    EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), 0u), expected);
    if (round == 0)
      for (const pid_t child : children())
        kill(child, SIGKILL);
    expectRecoveries(1);
    EXPECT_EQ(in->upload(values).code(), round == 0 ? StatusCode::DeviceLost : StatusCode::Ok);
  }
  expectWitness(1);
}

/// Another process that runs this test, and says so when its kernel runs.
TEST(ResidentHosts, DISABLED_RunsUntilItIsKilled) {
  RuntimeOptions options = apart();
  if (std::getenv("RINGKERNEL_TEST_IN_PROCESS"))
    options.isolation = Isolation::InProcess;
  Result<Runtime> runtime = Runtime::create(options);
  if (!runtime || !runtime->spawn<traffic::Register>(7u))
    return;
  std::puts("runs");
  std::fflush(stdout);
  for (;;)
    pause();
}

/// Whether a host came to run; it is killed then.
bool killRunningHost() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return false;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  std::string program = "/proc/self/exe", filter = "--gtest_filter=*RunsUntilItIsKilled",
              all = "--gtest_also_run_disabled_tests";
  char* const arguments[] = {program.data(), filter.data(), all.data(), nullptr};
  pid_t host = 0;
  const int failed = posix_spawn(&host, program.c_str(), &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  std::string told;
  std::array<char, 256> buffer;
  for (ssize_t count; !failed && told.find("runs\n") == std::string::npos &&
                      (count = read(ends[0], buffer.data(), buffer.size())) > 0;)
    told.append(buffer.data(), static_cast<std::size_t>(count));
  close(ends[0]);
  if (failed)
    return false;
  kill(host, SIGKILL);
  waitpid(host, nullptr, 0);
  return told.find("runs\n") != std::string::npos;
}

/// The GPU is to be had within 5 s of a host's death, of its own process or of one apart.
TEST(ResidentHosts, AKilledHostLeavesTheGpuToTheNext) {
  for (const bool isInProcess : {false, true}) {
    if (isInProcess)
      setenv("RINGKERNEL_TEST_IN_PROCESS", "1", 1);
    const bool ran = killRunningHost();
    unsetenv("RINGKERNEL_TEST_IN_PROCESS");
    if (!ran)
      GTEST_SKIP() << "no host runs a kernel: " << Runtime::create(apart()).status().message();
    const auto begin = std::chrono::steady_clock::now();
    Result<Runtime> runtime = Runtime::create(apart());
    ASSERT_TRUE(runtime) << runtime.status().message();
    const auto actor = runtime->spawn<traffic::Register>(7u);
    ASSERT_TRUE(actor) << actor.status().message();
    EXPECT_TRUE(runtime->ask<traffic::Value>(*actor, traffic::Read{}).get(5s));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  }
}

} // namespace
} // namespace ring::test
