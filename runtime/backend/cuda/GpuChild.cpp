// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// posix_spawn and waitid. The program lies in memory of this library and is started from a memfd.
#include "runtime/backend/cuda/GpuChild.h"

#include "runtime/backend/cuda/GpuProcess.h"
#include "runtime/backend/cuda/ProcessImage.h"
#include "runtime/backend/cuda/Socket.h"
#include "runtime/core/Threads.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <future>
#include <thread>

extern char** environ;

namespace ring::runtime::cuda {

namespace {

/// A file in memory that may be executed; systems that know of others want that said.
Descriptor executableFile() {
  constexpr unsigned kExec = 0x10; // MFD_EXEC of Linux 6.3
  Descriptor made(memfd_create("ringkernel-gpu", MFD_CLOEXEC | kExec));
  return made ? std::move(made) : Descriptor(memfd_create("ringkernel-gpu", MFD_CLOEXEC));
}

/// Its number is none of those that the child gets.
Descriptor imageFile() {
  const Descriptor made = executableFile();
  const std::span<const std::byte> image = processImage();
  for (std::size_t at = 0; made && at < image.size();) {
    const ssize_t count = write(*made, image.data() + at, image.size() - at);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return {};
    at += static_cast<std::size_t>(count);
  }
  return made ? Descriptor(fcntl(*made, F_DUPFD_CLOEXEC, kFirstSocket + 1)) : Descriptor();
}

/// How a child ended that nobody killed for a reason.
std::string endOf(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED)
    return "it left with exit code " + std::to_string(info.si_status);
  const char* name = strsignal(info.si_status);
  return "signal " + std::to_string(info.si_status) + " (" + (name ? name : "unknown") +
         ") ended it";
}

} // namespace

Status GpuChild::spawn(int socket) {
  std::string path;
  Descriptor image;
  if (const char* named = std::getenv(kProcessVariable); named && *named) {
    path = named;
  } else {
    image = imageFile();
    if (!image)
      return errorStatus("cannot make the program of the GPU's process");
    path = "/proc/self/fd/" + std::to_string(*image);
  }
  const std::string parent = std::to_string(getpid());
  std::string name = "ringkernel-gpu";
  char* const arguments[] = {name.data(), const_cast<char*>(parent.c_str()), nullptr};
  // A socket that has the number already would keep its flag to be closed.
  const Descriptor ours(fcntl(socket, F_DUPFD_CLOEXEC, kFirstSocket + 1));
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, *ours, kFirstSocket);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  // A session of its own: what the terminal tells the host, Ctrl-C above all, is not for it.
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t made = 0;
  errno = posix_spawn(&made, path.c_str(), &files, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (errno != 0)
    return errorStatus(("cannot start the GPU's process, `" + path + "`").c_str());
  std::lock_guard lock(mutex_);
  id_ = made;
  state_ = State::Alive;
  return Status::ok();
}

Status GpuChild::start(const std::shared_ptr<GpuChild>& child, int socket) {
  std::promise<Status> started;
  std::future<Status> result = started.get_future();
  std::thread watcher;
  if (Status status = startThread(watcher, "whoever watches the GPU's process",
                                  [child, socket, &started] {
                                    Status spawned = child->spawn(socket);
                                    const bool isThere = spawned.isOk();
                                    started.set_value(std::move(spawned));
                                    if (isThere)
                                      child->watch();
                                  });
      !status)
    return status;
  watcher.detach();
  return result.get();
}

/// Until the child is gone. It stays a zombie, whose number is nobody else's, until no kill() can
/// be on its way to it.
void GpuChild::watch() {
  siginfo_t info{};
  int failed = 0;
  do
    failed = waitid(P_PID, static_cast<id_t>(id()), &info, WEXITED | WNOWAIT);
  while (failed != 0 && errno == EINTR);
  {
    std::lock_guard lock(mutex_);
    if (failed == 0)
      waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED);
    state_ = State::Ended;
    cause_ = !killedFor_.empty() ? killedFor_
             : failed == 0       ? endOf(info)
                                 : "somebody else waited for it";
  }
  changed_.notify_all();
  ended_();
}

pid_t GpuChild::id() const {
  std::lock_guard lock(mutex_);
  return id_;
}

bool GpuChild::isAlive() const {
  std::lock_guard lock(mutex_);
  return state_ == State::Alive && killedFor_.empty();
}

void GpuChild::kill(const std::string& cause) {
  std::lock_guard lock(mutex_);
  if (state_ != State::Alive || !killedFor_.empty())
    return;
  killedFor_ = cause;
  ::kill(id_, SIGKILL);
}

std::string GpuChild::cause() const {
  std::lock_guard lock(mutex_);
  return !killedFor_.empty() ? killedFor_ : cause_.empty() ? "it is gone" : cause_;
}

bool GpuChild::awaitEnd(std::chrono::nanoseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return state_ != State::Alive; });
}

} // namespace ring::runtime::cuda
