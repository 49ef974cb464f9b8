// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting for the other end of a transport, and the end of a program that misuses one.
#ifndef RINGKERNEL_RUNTIME_TRANSPORT_WAITING_H
#define RINGKERNEL_RUNTIME_TRANSPORT_WAITING_H

#include <ringkernel/transport.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace ring::detail {

[[noreturn]] inline void transportMisuse(const char* what, std::size_t given, std::size_t limit) {
  std::fprintf(stderr, "ringkernel: transport: %s: %zu, at most %zu\n", what, given, limit);
  std::abort();
}

/// What a handle holds; one that was moved from holds nothing.
template <class State> State& transportEnd(const std::unique_ptr<State>& state) {
  if (state) [[likely]]
    return *state;
  std::fprintf(stderr,
               "ringkernel: transport: an end was used after it was moved from; use the one "
               "that it was moved to\n");
  std::abort();
}

inline void transportPause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Calls `attempt` until it gives something else than `notYet`, or `deadline`. A GPU wakes nobody,
/// so this spins, and after a while lets other threads run in between.
template <class Attempt>
TransportResult transportWait(TransportResult notYet, TransportDeadline deadline, Attempt attempt) {
  using Clock = std::chrono::steady_clock;
  constexpr int kLooks = 32; // between two looks at the clock
  const TransportDeadline spinUntil = Clock::now() + std::chrono::microseconds(50);
  for (;;) {
    for (int i = 0; i < kLooks; ++i) {
      if (const TransportResult result = attempt(); result != notYet)
        return result;
      transportPause();
    }
    const TransportDeadline now = Clock::now();
    if (now >= deadline)
      return attempt();
    if (now >= spinUntil)
      std::this_thread::yield();
  }
}

} // namespace ring::detail

#endif // RINGKERNEL_RUNTIME_TRANSPORT_WAITING_H
