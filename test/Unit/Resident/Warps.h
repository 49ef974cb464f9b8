// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A grid of device threads on the host: each thread is a fiber, all run in one thread of the
// system, in an order that a seed decides. Threads switch where lanes meet (ballots, shuffles,
// barriers) and, at random, at accesses to memory that others use; between, each runs alone. So a
// missing barrier shows: what one lane wrote is not there for another, or already overwritten.
//
// What warps share on a chip and this does not have: a load that all lanes do at once is one
// access, with one result for all that read the same place (see sameForAll). What it has and a chip
// has not: every meeting of a whole warp orders memory, where only barriers promise it, and stores
// of a thread are seen in their order. Time is counted in turns of warps.
#ifndef RINGKERNEL_TEST_UNIT_RESIDENT_WARPS_H
#define RINGKERNEL_TEST_UNIT_RESIDENT_WARPS_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

namespace warps {

inline constexpr std::uint32_t kLanes = 32;
inline constexpr std::uint32_t kAllLanes = 0xffffffffu;

/// A place in the device's source; as a default argument, that of the caller.
struct Site {
  const char* file = __builtin_FILE();
  unsigned line = __builtin_LINE();
  bool operator==(const Site&) const = default;
};
#define WARPS_HERE ::warps::Site(__builtin_FILE(), __builtin_LINE())

/// What passes between lanes, at most.
struct alignas(16) Value {
  std::byte bytes[16] = {};
};
template <class T> Value valueOf(const T& from) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Value));
  Value value;
  std::memcpy(value.bytes, &from, sizeof(T));
  return value;
}
template <class T> T fromValue(const Value& from) {
  T value;
  std::memcpy(&value, from.bytes, sizeof(T));
  return value;
}

enum class Meeting : std::uint8_t { Ballot, Any, Shuffle, Match, Warp, Block, Cluster };

struct Options {
  std::uint32_t blocks = 1;
  std::uint32_t warpsOfBlock = 8;
  std::uint32_t clusterBlocks = 1; ///< that meet in Meeting::Cluster
  std::size_t sharedBytes = 0;     ///< that a launch gives a block
  std::uint64_t seed = 1;
  bool isFair = false; ///< warps and lanes in turn, and no switches but where lanes meet
  std::uint64_t nanosecondsOfTurn = 2000;
};

class Grid {
public:
  Grid(const Options& options, void (*kernel)());
  ~Grid();

  /// All threads begin; none runs yet. Shared memory has garbage in it.
  void launch();
  bool isRunning() const;
  /// Warps have so many turns, or until all threads have returned. Throws std::runtime_error where
  /// lanes wait for a meeting that cannot come about.
  void run(std::uint64_t turns);
  /// A warp, counted over all blocks, has no turns until it may go on.
  void setStill(std::uint32_t warp, bool isStill);
  /// Who waits where.
  std::string report() const;
  /// Numbers of the same seed, for who drives the grid.
  std::uint32_t random(std::uint32_t below);

  class Impl;

private:
  std::unique_ptr<Impl> impl_;
};

// What a running thread calls.

/// Waits for the lanes of `mask`, or for the block or cluster. Ballot and Any: `value` is a bool;
/// Shuffle: the result is that of lane `from`; Match: the lanes that brought the same.
Value meet(Meeting meeting, std::uint32_t mask, const Value& value, std::uint32_t from, Site site);
/// Others have their turn now.
void yield();
/// An access to memory that others use: others may have their turn before it.
void access();
/// What a lane would load at `address`, at `site`: the first lane of a warp to come there since the
/// warp last met loads, and others that come as often get the same.
void* sameForAll(const void* address, Site site, bool& isFirst);
template <class Load> auto loadOnce(const void* address, Site site, Load load) {
  using T = decltype(load());
  bool isFirst = false;
  void* const value = sameForAll(address, site, isFirst);
  if (isFirst) {
    const Value loaded = valueOf<T>(load());
    std::memcpy(value, &loaded, sizeof(loaded));
  }
  return fromValue<T>(*static_cast<const Value*>(value));
}
std::uint64_t nanoseconds();
/// Counts on with each call.
std::uint32_t cycles();
std::uint32_t blockOfThread();
std::uint32_t threadOfBlock();

/// Shared memory of a block: its variables, then what the launch gave.
std::byte* sharedOf(std::uint32_t block);
inline constexpr std::size_t kVariableBytes = 16384;
/// A place for a variable of each block, of the same offset in all.
std::size_t reserveShared(std::size_t bytes);

} // namespace warps

#endif // RINGKERNEL_TEST_UNIT_RESIDENT_WARPS_H
