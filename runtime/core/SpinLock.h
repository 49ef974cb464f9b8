// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock for a few instructions at a time, and how to wait a moment. Never held over a call of the
// user's code.
#ifndef RINGKERNEL_RUNTIME_CORE_SPINLOCK_H
#define RINGKERNEL_RUNTIME_CORE_SPINLOCK_H

#include <atomic>
#include <thread>

namespace ring::runtime {

/// Tells the core that this is a waiting loop.
inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Lockable.
class SpinLock {
public:
  void lock() {
    // acquire: sees what the holder before wrote; pairs with unlock()
    for (unsigned spins = 0; locked_.exchange(true, std::memory_order_acquire); ++spins)
      while (locked_.load(std::memory_order_relaxed)) {
        if (++spins < kSpins)
          pause();
        else
          std::this_thread::yield(); // the holder may be off its core
      }
  }
  bool try_lock() { return !locked_.exchange(true, std::memory_order_acquire); } // as lock()
  void unlock() { locked_.store(false, std::memory_order_release); } // pairs with lock()

private:
  static constexpr unsigned kSpins = 100;
  std::atomic<bool> locked_{false};
};

} // namespace ring::runtime

#endif
