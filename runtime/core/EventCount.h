// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sleeping until something changed, without lost wake-ups: a waiter says that it waits, looks once
// more, then sleeps. Between "changed" and "does somebody wait?" the notifier needs a full barrier,
// which on a hot path costs more than all the rest (it waits until its stores have left the core).
// So where the system can make every thread of the process pass a barrier (membarrier), the waiter,
// who is about to sleep anyway, pays for both; elsewhere the notifier does.
#ifndef RINGKERNEL_RUNTIME_CORE_EVENTCOUNT_H
#define RINGKERNEL_RUNTIME_CORE_EVENTCOUNT_H

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace ring::runtime {

/// The system can do barrierOnAllThreads().
bool hasBarrierOnAllThreads();
/// Every thread of the process passes a full barrier before this returns.
void barrierOnAllThreads();

class EventCount {
public:
  using Deadline = std::chrono::steady_clock::time_point;

  EventCount() : waiterPays_(hasBarrierOnAllThreads()) {}

  /// Announces a wait. Look at the condition after it, then call wait() or cancel().
  std::uint64_t prepare() {
    // Without barrierOnAllThreads(), one of the two operations on waiters_ comes first: is it
    // notify()'s, then this acquires what the notifier changed; is it this, then notify() sees the
    // waiter. With it, each notifier passes the barrier before it looks (and sees the waiter) or
    // after it changed (and the waiter sees the change).
    waiters_.fetch_add(1, std::memory_order_acq_rel);
    if (waiterPays_)
      barrierOnAllThreads();
    return epoch_.load(std::memory_order_acquire); // pairs with the add in wake()
  }
  void cancel() { waiters_.fetch_sub(1, std::memory_order_relaxed); }
  /// Sleeps until a notify() after prepare(), or the deadline.
  void wait(std::uint64_t key, Deadline deadline = Deadline::max());
  /// Wakes whoever waits. Call it after the change.
  void notify() {
    if (waiterPays_) {
      std::atomic_signal_fence(std::memory_order_seq_cst); // the compiler keeps the order
      if (waiters_.load(std::memory_order_relaxed) == 0)
        return;
    } else if (waiters_.fetch_add(0, std::memory_order_acq_rel) == 0) { // pairs with prepare()
      return;
    }
    wake();
  }

private:
  void wake();

  const bool waiterPays_;
  std::atomic<std::uint32_t> waiters_{0};
  std::atomic<std::uint64_t> epoch_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

} // namespace ring::runtime

#endif
