// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sleeping half of EventCount, and membarrier where there is one.
#include "runtime/core/EventCount.h"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ring::runtime {

#if defined(__linux__) && defined(SYS_membarrier)

namespace {

// <linux/membarrier.h>, which older systems lack.
constexpr int kPrivateExpedited = 1 << 3;
constexpr int kRegisterPrivateExpedited = 1 << 4;

} // namespace

bool hasBarrierOnAllThreads() {
  static const bool registered = syscall(SYS_membarrier, kRegisterPrivateExpedited, 0, 0) == 0;
  return registered;
}
void barrierOnAllThreads() { syscall(SYS_membarrier, kPrivateExpedited, 0, 0); }

#else

bool hasBarrierOnAllThreads() { return false; }
void barrierOnAllThreads() {}

#endif

void EventCount::wait(std::uint64_t key, Deadline deadline) {
  {
    std::unique_lock lock(mutex_);
    const auto changed = [&] { return epoch_.load(std::memory_order_relaxed) != key; };
    if (deadline == Deadline::max())
      wake_.wait(lock, changed);
    else
      wake_.wait_until(lock, deadline, changed);
  }
  cancel();
}

void EventCount::wake() {
  {
    std::lock_guard lock(mutex_);
    epoch_.fetch_add(1, std::memory_order_release); // pairs with the load in prepare()
  }
  wake_.notify_all();
}

} // namespace ring::runtime
