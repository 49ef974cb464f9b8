// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A recursive mutex that who waits gets next. With std::recursive_mutex a thread that unlocks and
// locks again in a loop (one that waits for quiet looks at counters so) keeps others out for
// seconds where each has a core of its own: they wake too late each time.
#ifndef RINGKERNEL_RUNTIME_CORE_FAIRMUTEX_H
#define RINGKERNEL_RUNTIME_CORE_FAIRMUTEX_H

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace ring::runtime {

/// Lockable. try_lock() may come before who waits.
class FairMutex {
public:
  void lock() {
    if (isOurs())
      return void(++depth_);
    std::lock_guard first(first_); // of those that wait: who unlocks stands behind it
    mutex_.lock();
    own();
  }
  bool try_lock() {
    if (isOurs())
      return ++depth_ != 0;
    if (!mutex_.try_lock())
      return false;
    own();
    return true;
  }
  void unlock() {
    if (--depth_ != 0)
      return;
    owner_.store(std::thread::id(), std::memory_order_relaxed);
    mutex_.unlock();
  }

private:
  // Relaxed: a thread looks for its own id alone.
  bool isOurs() const {
    return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  void own() {
    owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    depth_ = 1;
  }

  std::mutex first_, mutex_;
  std::atomic<std::thread::id> owner_{};
  std::uint32_t depth_ = 0; ///< the owner's
};

} // namespace ring::runtime

#endif
