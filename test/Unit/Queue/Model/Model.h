// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A deterministic scheduler that runs a small multi-threaded test through every interleaving of its
// atomic operations, under a memory model in which loads may return stale values. Rings run on it
// by taking model::Atomic for std::atomic, and model::Cell for what lies in their slots.
//
// The memory model is the C++20 one without fences and without seq_cst, operationally: a location
// keeps all values stored to it; a load may return any that is not older than what its thread knows
// of; a release store carries what its thread knows, an acquire load learns it; a read-modify-write
// takes the newest and continues a release sequence. What it leaves out: a store always becomes the
// newest value of its location (no store is ordered before one that already happened), and no load
// reads a store that comes later (no out-of-thin-air, no load buffering).
//
// Cells are plain data: two accesses, one of them a write, that nothing orders are reported as a
// race; so is a read of something never written.
//
// Interleavings that differ only in the order of independent operations (other locations, or two
// loads) are run once (sleep sets, P. Godefroid).
#ifndef RINGKERNEL_TEST_UNIT_QUEUE_MODEL_MODEL_H
#define RINGKERNEL_TEST_UNIT_QUEUE_MODEL_MODEL_H

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace model {

inline constexpr int kMostThreads = 4;    ///< the one that sets up included, as number 0
inline constexpr int kMostLocations = 64; ///< atomics of one run

enum class Access : std::uint8_t { Load, Store, Modify };

/// What a thread knows: for each location the oldest value that it may still read, and of each
/// thread's past how much happened before.
struct View {
  std::array<std::uint16_t, kMostLocations> seen{};
  std::array<std::uint32_t, kMostThreads> clock{};
  void join(const View& other);
};

/// A planted fault: what happens otherwise to operations of one kind on one range of locations,
/// which are numbered in the order of their construction.
struct Fault {
  enum class Kind : std::uint8_t {
    None,
    Relax, ///< the operation's order is relaxed
    Skew,  ///< a load gives one more than what is there
    Tear,  ///< a read-modify-write is a load, then a store
  };
  Kind kind = Kind::None;
  int firstLocation = 0, lastLocation = kMostLocations;
  Access access = Access::Load;
};

/// What one run of the test consists of, made anew for every run. `check` runs at the end, with all
/// that the threads did known.
struct Case {
  std::vector<std::function<void()>> threads;
  std::function<void()> check;
};

struct Result {
  std::uint64_t runs = 0;
  bool complete = false; ///< all interleavings were run
  std::string violation; ///< empty where none was found
};

/// Runs what `setUp` makes through all interleavings, or until a violation, or `mostRuns`.
Result explore(const std::function<Case()>& setUp, Fault fault = {},
               std::uint64_t mostRuns = 20'000'000);

/// Says from within a run that it went wrong.
void violated(const std::string& what);
inline void require(bool condition, const char* what) {
  if (!condition)
    violated(what);
}

namespace detail {

int newLocation(std::uint64_t value);
std::uint64_t load(int location, std::memory_order order);
void store(int location, std::uint64_t value, std::memory_order order);
/// Replaces the newest value by what `change` makes of it; gives the value before. Where `change`
/// says no (false), it is a load that may be stale, of a value for which it says no too.
std::uint64_t modify(int location, std::memory_order order, std::memory_order failure,
                     const std::function<bool(std::uint64_t, std::uint64_t&)>& change);
void sleepWhile(int location, std::uint64_t value);
void wakeAll(int location);

/// The owner of a Cell's history.
struct Accesses {
  std::uint32_t writer = 0, writtenAt = 0;
  std::array<std::uint32_t, kMostThreads> readAt{};
  void read();
  void write();
};

} // namespace detail

template <class T> class Atomic {
public:
  Atomic() : Atomic(T{}) {}
  Atomic(T value) : location_(detail::newLocation(static_cast<std::uint64_t>(value))) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order order) const { return static_cast<T>(detail::load(location_, order)); }
  void store(T value, std::memory_order order) {
    detail::store(location_, static_cast<std::uint64_t>(value), order);
  }
  T fetch_add(T value, std::memory_order order) {
    return fetch(order, [=](T old) { return static_cast<T>(old + value); });
  }
  T fetch_sub(T value, std::memory_order order) {
    return fetch(order, [=](T old) { return static_cast<T>(old - value); });
  }
  T fetch_or(T value, std::memory_order order) {
    return fetch(order, [=](T old) { return static_cast<T>(old | value); });
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) {
    const T wanted = expected;
    expected = static_cast<T>(
        detail::modify(location_, success, failure, [=](std::uint64_t old, std::uint64_t& next) {
          next = static_cast<std::uint64_t>(desired);
          return static_cast<T>(old) == wanted;
        }));
    return expected == wanted;
  }
  /// The model's weak one never fails without reason.
  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) {
    return compare_exchange_weak(expected, desired, success, failure);
  }
  int location() const { return location_; }

private:
  template <class Change> T fetch(std::memory_order order, Change change) {
    return static_cast<T>(
        detail::modify(location_, order, order, [=](std::uint64_t old, std::uint64_t& next) {
          next = static_cast<std::uint64_t>(change(static_cast<T>(old)));
          return true;
        }));
  }
  int location_;
};

/// Plain data in a slot: every copy is a read here and a write there, checked for races.
class Cell {
public:
  Cell() { accesses_.write(); }
  Cell(int value) : value_(value) { accesses_.write(); }
  Cell(const Cell& other) : value_(other.get()) { accesses_.write(); }
  Cell& operator=(const Cell& other) {
    const int value = other.get();
    accesses_.write();
    value_ = value;
    return *this;
  }
  int get() const {
    accesses_.read();
    return value_;
  }

private:
  int value_ = -1;
  mutable detail::Accesses accesses_;
};

/// For Blocking.h: sleeping threads wake when they are woken, and at no deadline; a run in which
/// all that is left sleeps is a violation.
struct Futex {
  static constexpr int kSpins = 0;
  template <class Deadline>
  static void wait(Atomic<std::uint32_t>& word, std::uint32_t expected, Deadline) {
    detail::sleepWhile(word.location(), expected);
  }
  static void wakeAll(Atomic<std::uint32_t>& word) { detail::wakeAll(word.location()); }
  static auto now() { return std::chrono::steady_clock::time_point{}; }
};

} // namespace model

#endif
