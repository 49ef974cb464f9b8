// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every ring's try functions give, and how rings refuse a size that they cannot have.
#ifndef RINGKERNEL_QUEUE_RINGRESULT_H
#define RINGKERNEL_QUEUE_RINGRESULT_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace ring {

enum class [[nodiscard]] RingResult : std::uint8_t {
  Ok,
  Full,     ///< no free slot now
  Empty,    ///< nothing to take now
  Closed,   ///< closed, and for consumers also empty: it stays so
  TooLarge, ///< more than the ring ever holds at once: waiting does not help
  Poisoned, ///< between processes: one died with slots taken and not given on, or somebody wrote
            ///< into the ring's words; the rest is lost
};

/// The enumerator's name, for messages.
inline const char* name(RingResult result) {
  switch (result) {
  case RingResult::Ok:
    return "Ok";
  case RingResult::Full:
    return "Full";
  case RingResult::Empty:
    return "Empty";
  case RingResult::Closed:
    return "Closed";
  case RingResult::TooLarge:
    return "TooLarge";
  case RingResult::Poisoned:
    return "Poisoned";
  }
  return "no RingResult";
}

namespace detail {

/// Bytes that two threads must not share without need. x86 fetches lines in pairs, but 64 measured
/// as well as 128 with a side's words on one line.
inline constexpr std::size_t kCacheLine = 64;

/// Why a ring cannot have `capacity` slots; null where it can. Indices of type Index must tell a
/// full ring from an empty one.
template <class Index>
constexpr bool isRingCapacity(std::size_t capacity, std::size_t slotBytes, std::size_t least = 1) {
  const bool powerOfTwo = capacity >= least && (capacity & (capacity - 1)) == 0;
  const std::size_t most = std::size_t(std::numeric_limits<Index>::max() / 2) + 1;
  return powerOfTwo && capacity <= most && capacity <= SIZE_MAX / 2 / slotBytes;
}

/// Gives `capacity`, or ends the program where a ring cannot have it: every build checks.
template <class Index>
std::size_t ringCapacity(std::size_t capacity, std::size_t slotBytes, std::size_t least = 1) {
  if (!isRingCapacity<Index>(capacity, slotBytes, least)) {
    std::fprintf(stderr,
                 "ringkernel: a ring of %zu slots of %zu bytes: the capacity must be a power of "
                 "two from %zu to %zu and the size below 2^63 bytes\n",
                 capacity, slotBytes, least,
                 std::size_t(std::numeric_limits<Index>::max() / 2) + 1);
    std::abort();
  }
  return capacity;
}

/// Ends the program: the caller broke a ring's contract.
[[noreturn]] inline void ringMisuse(const char* what) {
  std::fprintf(stderr, "ringkernel: %s\n", what);
  std::abort();
}

/// The same with the value given and the limit.
[[noreturn]] inline void ringMisuse(const char* what, std::size_t given, std::size_t limit) {
  std::fprintf(stderr, "ringkernel: %s: %zu, at most %zu\n", what, given, limit);
  std::abort();
}

[[noreturn, gnu::cold]] inline void ringMovedFrom() {
  ringMisuse("a ring's handle was used after it was moved from; use the one that it was moved to");
}
[[noreturn, gnu::cold]] inline void ringSplitTwice() {
  ringMisuse("`split` of a ring that was split or moved from before; it has one pair of ends: copy "
             "a handle that can be copied, or make another ring");
}

} // namespace detail
} // namespace ring

#endif
