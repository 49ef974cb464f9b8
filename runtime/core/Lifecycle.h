// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of an actor: one table of transitions for every backend.
#ifndef RINGKERNEL_RUNTIME_CORE_LIFECYCLE_H
#define RINGKERNEL_RUNTIME_CORE_LIFECYCLE_H

#include <cstddef>
#include <cstdint>

namespace ring::runtime {

enum class Life : std::uint8_t {
  Dormant,      ///< the directory's entry has no actor
  Initializing, ///< its state is being placed; messages wait
  Active,       ///< handles messages
  Draining,     ///< said stop(): its last sends are on their way, it takes no further message
  Terminated,   ///< stopped or killed; its state may still be read
  Failed,       ///< a handler called fail(code); takes no message until it is restarted or killed
};
inline constexpr std::size_t kLives = 6;

/// kTransitions[from][to]. A Terminated entry is Dormant again when a new actor takes it; a Failed
/// one is kept, since its actor may be restarted (docs/adr/0012-failed-actors-stay.md). Restarting
/// an Active actor and killing a Failed one change no life but to Active and to Terminated.
inline constexpr bool kTransitions[kLives][kLives] = {
    // Dormant Initializing Active Draining Terminated Failed
    {false, true, false, false, false, false}, // Dormant
    {false, false, true, false, true, true},   // Initializing
    {false, false, false, true, true, true},   // Active
    {false, false, true, false, true, true},   // Draining
    {true, false, false, false, false, false}, // Terminated
    {false, false, true, false, true, false},  // Failed
};

constexpr bool mayMove(Life from, Life to) {
  return kTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

const char* toString(Life life);

} // namespace ring::runtime

#endif
