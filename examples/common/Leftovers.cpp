// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table that a signal handler may read: lock-free pointers. Assumes POSIX.
#include "Leftovers.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <signal.h>
#include <unistd.h>

namespace example {

namespace {

std::array<std::atomic<const char*>, 16> paths;
static_assert(std::atomic<const char*>::is_always_lock_free);

/// The signal is blocked until this returns; raised again, it then ends the program as it would
/// have (SA_RESETHAND).
void removeAll(int signal) {
  for (std::atomic<const char*>& path : paths)
    if (const char* name = path.load(std::memory_order_acquire)) // pairs with the constructor's
      unlink(name);
  raise(signal);
}

void installHandlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) // nohup wants it so
      continue;
    struct sigaction action = {};
    action.sa_handler = removeAll;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

} // namespace

Leftover::Leftover(const char* path) : slot_(0) {
  static const bool installed = (installHandlers(), true);
  static_cast<void>(installed);
  for (; slot_ < paths.size(); ++slot_) {
    const char* free = nullptr;
    if (paths[slot_].compare_exchange_strong(free, path, std::memory_order_acq_rel))
      return;
  }
  std::fputs("too many output files are open at once\n", stderr);
  std::abort();
}

Leftover::~Leftover() { paths[slot_].store(nullptr, std::memory_order_release); }

} // namespace example
