// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// posix_spawn, two pipes and poll. The end of the program is seen by the end of its output or,
// where something it started keeps that open, by the deadline.
#include "Process.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

// POSIX wants it declared by the program.
extern char** environ; // NOLINT(readability-identifier-naming)

namespace ring::tool {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxBytes = std::size_t(16) << 20;

/// The reading end stays here, the writing end goes to the program.
struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe(ends) != 0)
      return;
    read = ends[0];
    write = ends[1];
    for (const int end : ends)
      fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  ~Pipe() {
    closeWrite();
    if (read >= 0)
      close(read);
  }
  void closeWrite() {
    if (write >= 0)
      close(std::exchange(write, -1));
  }
};

int spawn(const std::vector<std::string>& command, const Pipe& output, const Pipe& errors,
          pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO);
  const int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/// False once there is nothing more to come.
bool take(int from, std::string& to) {
  std::array<char, 1 << 14> piece;
  const ssize_t bytes = read(from, piece.data(), piece.size());
  if (bytes <= 0)
    return bytes < 0 && errno == EINTR;
  to.append(piece.data(), std::min(static_cast<std::size_t>(bytes), kMaxBytes - to.size()));
  return true;
}

/// Reads what the child writes until it has ended and all was taken; false where the deadline came
/// first.
bool follow(pid_t child, const Pipe& output, const Pipe& errors, Clock::time_point deadline,
            Ended& ended, int& status) {
  constexpr long long kLookMs = 10; // whether it has ended, though something keeps its output open
  std::array<pollfd, 2> both{{{output.read, POLLIN, 0}, {errors.read, POLLIN, 0}}};
  std::string* const texts[] = {&ended.output, &ended.errors};
  for (bool hasEnded = false;;) {
    const long long left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0)
      return hasEnded;
    const int ready =
        poll(both.data(), both.size(), hasEnded ? 0 : static_cast<int>(std::min(left, kLookMs)));
    if (hasEnded && ready <= 0)
      return true;
    for (std::size_t i = 0; i < both.size() && ready > 0; ++i)
      if (both[i].fd >= 0 && both[i].revents != 0 && !take(both[i].fd, *texts[i]))
        both[i].fd = -1; // poll passes it by
    hasEnded = hasEnded || waitpid(child, &status, WNOHANG) == child;
  }
}

} // namespace

std::string Ended::describe() const {
  switch (how) {
  case How::Exited:
    return fmt::format("exited with code {}", code);
  case How::Signalled:
    return fmt::format("was ended by signal {} ({})", code, strsignal(code));
  case How::TimedOut:
    return "did not end in time and was ended";
  case How::NotStarted:
    return fmt::format("could not be started: {}", std::strerror(code));
  }
  return "";
}

Ended runProcess(const std::vector<std::string>& command, std::chrono::milliseconds limit) {
  const Clock::time_point deadline = Clock::now() + limit;
  Ended ended;
  Pipe output, errors;
  if (output.read < 0 || errors.read < 0) {
    ended.code = errno;
    return ended;
  }
  pid_t child = 0;
  if (const int error = spawn(command, output, errors, child); error != 0) {
    ended.code = error;
    return ended;
  }
  output.closeWrite();
  errors.closeWrite();
  int status = 0;
  const bool isInTime = follow(child, output, errors, deadline, ended, status);
  if (!isInTime) {
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
      continue;
  }
  const bool isSignal = WIFSIGNALED(status);
  ended.how =
      !isInTime ? Ended::How::TimedOut : (isSignal ? Ended::How::Signalled : Ended::How::Exited);
  ended.code = isSignal ? WTERMSIG(status) : WEXITSTATUS(status);
  return ended;
}

} // namespace ring::tool
