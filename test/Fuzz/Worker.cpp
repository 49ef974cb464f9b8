// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each child takes every jobs-th item and writes one byte an item to its pipe; what it was at when
// it died follows from how many bytes came. Linux only, like the rest of the tests' tools.

#include "Worker.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fuzz {

namespace {

using Clock = std::chrono::steady_clock;

// AddressSanitizer reserves terabytes of addresses at start.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool hasShadowMemory = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool hasShadowMemory = true;
#else
constexpr bool hasShadowMemory = false;
#endif
#else
constexpr bool hasShadowMemory = false;
#endif

struct Child {
  pid_t pid = -1;
  int pipe = -1;
  uint64_t item = 0; ///< that it is at
  Clock::time_point since;
  bool isRunning() const { return pid != -1; }
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(2);
}

void start(Child& child, uint64_t count, const Limits& limits,
           const std::function<bool(uint64_t)>& run) {
  int ends[2];
  if (pipe(ends) != 0)
    die("pipe");
  std::fflush(nullptr);
  child.pid = fork();
  if (child.pid == -1)
    die("fork");
  if (child.pid == 0) {
    close(ends[0]);
    const rlimit memory{limits.memoryBytes, limits.memoryBytes};
    const rlimit noCore{0, 0};
    if (!hasShadowMemory)
      setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CORE, &noCore);
    for (uint64_t item = child.item; item < count; item += limits.jobs) {
      const char answer = run(item) ? '+' : '-';
      if (write(ends[1], &answer, 1) != 1)
        _exit(3);
    }
    _exit(0);
  }
  close(ends[1]);
  child.pipe = ends[0];
  child.since = Clock::now();
}

/// Waits for a child that has ended; empty where it ended well.
std::string reap(Child& child) {
  int status = 0;
  waitpid(child.pid, &status, 0);
  close(child.pipe);
  child.pid = child.pipe = -1;
  if (WIFSIGNALED(status))
    return "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "exit code " + std::to_string(WEXITSTATUS(status));
}

void readAnswers(Child& child, const Limits& limits, Outcome& outcome, bool& ended) {
  char answers[4096];
  const ssize_t got = read(child.pipe, answers, sizeof answers);
  if (got < 0 && errno != EINTR)
    die("read");
  ended = got == 0;
  for (ssize_t i = 0; i < got; ++i) {
    ++(answers[i] == '+' ? outcome.accepted : outcome.refused);
    child.item += limits.jobs;
    child.since = Clock::now();
  }
}

} // namespace

Outcome runAll(uint64_t count, const Limits& limits, const std::function<bool(uint64_t)>& run) {
  Outcome outcome;
  std::vector<Child> children(limits.jobs);
  for (unsigned i = 0; i < limits.jobs && i < count; ++i) {
    children[i].item = i;
    start(children[i], count, limits, run);
  }
  auto fail = [&](Child& child, std::string reason) {
    outcome.failures.push_back({child.item, std::move(reason)});
    child.item += limits.jobs;
    if (child.item < count)
      start(child, count, limits, run);
  };
  for (bool isRunning = true; isRunning;) {
    isRunning = false;
    for (Child& child : children) {
      if (!child.isRunning())
        continue;
      isRunning = true;
      pollfd waiting{child.pipe, POLLIN, 0};
      if (poll(&waiting, 1, 20) > 0) {
        bool ended = false;
        readAnswers(child, limits, outcome, ended);
        if (ended)
          if (std::string reason = reap(child); !reason.empty())
            fail(child, reason);
      } else if (Clock::now() - child.since > std::chrono::seconds(limits.itemSeconds)) {
        kill(child.pid, SIGKILL);
        reap(child);
        fail(child, "hang: no answer in " + std::to_string(limits.itemSeconds) + " s");
      }
    }
  }
  return outcome;
}

} // namespace fuzz
