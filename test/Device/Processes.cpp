// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processes that share a GPU, and what one that was killed leaves to the next.
#include "test/Device/OnBackend.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ring::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A device-child and the read end of its standard output.
class Child {
public:
  Child(Backend backend, const char* what) {
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "device-child").string();
    const char* name = backend == Backend::Cuda ? "cuda" : "cpu";
    int ends[2] = {-1, -1};
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(program.c_str(), program.c_str(), name, what, nullptr);
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill();
    close(output_);
  }

  /// Whether it says `ready` in time.
  bool isReadyBy(Clock::time_point deadline) {
    std::string said;
    while (said.find("ready\n") == said.npos) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      pollfd poller{output_, POLLIN, 0};
      if (left <= 0ms || poll(&poller, 1, static_cast<int>(left.count())) <= 0)
        return false;
      std::array<char, 64> part;
      const ssize_t count = read(output_, part.data(), part.size());
      if (count <= 0)
        return false; // it has ended
      said.append(part.data(), static_cast<std::size_t>(count));
    }
    return true;
  }
  void kill() {
    if (pid_ > 0 && ::kill(pid_, SIGKILL) == 0)
      wait();
  }
  /// Its exit code, or 128 and the signal that ended it.
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

private:
  pid_t pid_ = -1;
  int output_ = -1;
};

class Processes : public OnBackend {};

TEST_P(Processes, TwoAtOnce) {
  Child one(GetParam(), "stream"), other(GetParam(), "stream");
  EXPECT_TRUE(one.isReadyBy(Clock::now() + 60s));
  EXPECT_TRUE(other.isReadyBy(Clock::now() + 60s));
  EXPECT_EQ(one.wait(), 0);
  EXPECT_EQ(other.wait(), 0);
}

/// The kernel of a killed process goes with it: the next one has the GPU, and soon.
TEST_P(Processes, AKilledOneLeavesTheGpuToTheNext) {
  for (int round = 0; round < 3; ++round) {
    Child killed(GetParam(), "stay");
    ASSERT_TRUE(killed.isReadyBy(Clock::now() + 60s));
    const Clock::time_point begin = Clock::now();
    killed.kill();
    Child next(GetParam(), "ask");
    EXPECT_TRUE(next.isReadyBy(begin + 5s)) << "round " << round;
    EXPECT_EQ(next.wait(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(, Processes, testing::Values(Backend::Cpu, Backend::Cuda), nameOf);

} // namespace
} // namespace ring::test
