// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sleeping until something changed, without lost wake-ups: a waiter says that it waits, looks once
// more, then sleeps. Notifying costs one uncontended atomic operation while nobody sleeps.
#ifndef RINGKERNEL_RUNTIME_CORE_EVENTCOUNT_H
#define RINGKERNEL_RUNTIME_CORE_EVENTCOUNT_H

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace ring::runtime {

class EventCount {
public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Announces a wait. Look at the condition after it, then call wait() or cancel().
  std::uint64_t prepare() {
    // One of the two operations on waiters_ comes first. Is it notify()'s, then this acquires what
    // the notifier changed; is it this, then notify() sees the waiter.
    waiters_.fetch_add(1, std::memory_order_acq_rel);
    return epoch_.load(std::memory_order_acquire); // pairs with the add in notify()
  }
  void cancel() { waiters_.fetch_sub(1, std::memory_order_relaxed); }
  /// Sleeps until a notify() after prepare(), or the deadline.
  void wait(std::uint64_t key, Deadline deadline = Deadline::max()) {
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
  /// Wakes whoever waits. Call it after the change.
  void notify() {
    if (waiters_.fetch_add(0, std::memory_order_acq_rel) == 0) // pairs with prepare()
      return;
    {
      std::lock_guard lock(mutex_);
      epoch_.fetch_add(1, std::memory_order_release); // pairs with the load in prepare()
    }
    wake_.notify_all();
  }

private:
  std::atomic<std::uint32_t> waiters_{0};
  std::atomic<std::uint64_t> epoch_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

} // namespace ring::runtime

#endif
