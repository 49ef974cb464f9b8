// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting for a ring, with a deadline: spins a little, then sleeps in the kernel. Apart from the
// rings, since whoever publishes must ask whether somebody sleeps: one more atomic operation an
// element, or a batch. Both ends must be of this kind, else nobody is woken.
//
//   auto [producer, consumer] = ring::blocking(ring::SpscRing<Order>(1024).split());
//
// No wake-up is lost. Who waits says so (a), reads the epoch, looks again, then sleeps while the
// epoch is the one read. Who changed the ring asks whether somebody waits (b), and if so changes
// the epoch and wakes. (a) and (b) are read-modify-writes of one word: is (b) first, then (a)
// acquires the change and the look finds it; is (a) first, then (b) sees the waiter. Between
// processes those words may be damaged, or who should wake may be killed before: there a sleep
// lasts 20 ms at most, then comes another look.
//
// Memory orders
//   waiting.fetch_add(acq_rel)  both (a) and (b)
//   epoch.fetch_add(release)    who wakes                     pairs with epoch.load(acquire)
//   epoch.load(acquire)         who waits, before the look
#ifndef RINGKERNEL_QUEUE_BLOCKING_H
#define RINGKERNEL_QUEUE_BLOCKING_H

#include <ringkernel/queue/SpscRing.h>

#include <chrono>
#include <functional>
#include <thread>

#if defined(__linux__)
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace ring {

/// When to give up. Now and earlier: one look.
using RingDeadline = std::chrono::steady_clock::time_point;

/// Sleeping on a word, also between processes. Where there is no futex the thread yields instead.
struct SystemFutex {
  /// Returns when woken, at the deadline, where `word` is not `expected`, or for no reason.
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                   RingDeadline deadline) {
#if defined(__linux__)
    using namespace std::chrono;
    timespec until{};
    const auto ns = duration_cast<nanoseconds>(deadline.time_since_epoch()).count();
    until.tv_sec = static_cast<std::time_t>(ns / 1000000000);
    until.tv_nsec = static_cast<long>(ns % 1000000000);
    constexpr int kWaitUntil = 9; // FUTEX_WAIT_BITSET of <linux/futex.h>: monotonic, absolute
    syscall(SYS_futex, &word, kWaitUntil, expected,
            deadline == RingDeadline::max() ? nullptr : &until, nullptr, ~0u);
#else
    (void)expected, (void)deadline, (void)word;
    std::this_thread::yield();
#endif
  }
  static void wakeAll(std::atomic<std::uint32_t>& word) {
#if defined(__linux__)
    constexpr int kWake = 1; // FUTEX_WAKE
    syscall(SYS_futex, &word, kWake, INT32_MAX, nullptr, nullptr, 0);
#else
    (void)word;
#endif
  }
  static RingDeadline now() { return std::chrono::steady_clock::now(); }
  static constexpr int kSpins = 2000; ///< looks before the first sleep: some microseconds
};

namespace detail {

/// Wakes whoever waits for what was just changed.
template <class Futex, class Waiters> void ringNotify(Waiters& waiters) {
  if (waiters.waiting.fetch_add(0, std::memory_order_acq_rel) == 0) [[likely]]
    return;
  waiters.epoch.fetch_add(1, std::memory_order_release);
  Futex::wakeAll(waiters.epoch);
}

/// Calls `attempt` until it gives something else than `notYet`, the deadline is reached, or
/// `isPeerAlive` (where given) says no, which is Poisoned. It is asked every 20 ms of sleep;
/// `isShared` is another reason to look as often.
template <class Futex, class Waiters, class Attempt>
RingResult ringWait(Waiters& waiters, RingResult notYet, RingDeadline deadline, bool isShared,
                    const std::function<bool()>& isPeerAlive, Attempt attempt) {
  for (int i = 0; i <= Futex::kSpins; ++i) {
    if (const RingResult result = attempt(); result != notYet)
      return result;
    ringPause();
  }
  for (;;) {
    const RingDeadline now = Futex::now();
    if (now >= deadline)
      return attempt();
    const bool peerLives = !isPeerAlive || isPeerAlive(); // before the last look
    waiters.waiting.fetch_add(1, std::memory_order_acq_rel);
    const std::uint32_t epoch = waiters.epoch.load(std::memory_order_acquire);
    RingResult result = attempt();
    if (result == notYet && peerLives)
      Futex::wait(waiters.epoch, epoch,
                  isShared || isPeerAlive ? std::min(deadline, now + std::chrono::milliseconds(20))
                                          : deadline);
    waiters.waiting.fetch_sub(1, std::memory_order_relaxed);
    if (result != notYet)
      return result;
    if (!peerLives)
      return RingResult::Poisoned;
  }
}

/// Ends the program where a handle goes while a thread is in one of its blocking calls.
class RingOccupancy {
public:
  RingOccupancy() = default;
  RingOccupancy(RingOccupancy&& other) noexcept { other.check(); }
  ~RingOccupancy() { check(); }
  void enter() { inside_.fetch_add(1, std::memory_order_relaxed); }
  void leave() { inside_.fetch_sub(1, std::memory_order_relaxed); }
  void check() const {
    if (inside_.load(std::memory_order_relaxed) != 0)
      ringMisuse("a ring's handle was destroyed or moved while a thread waits in it");
  }

private:
  std::atomic<int> inside_{0};
};

/// What both blocking ends are: a handle, and who is in a call of theirs.
template <class HandleT, class Futex> class BlockingEnd {
public:
  BlockingEnd(HandleT handle, std::function<bool()> isPeerAlive)
      : handle_(std::move(handle)), isPeerAlive_(std::move(isPeerAlive)) {}
  BlockingEnd(BlockingEnd&& other) noexcept
      : handle_(std::move(other.handle_)), isPeerAlive_(std::move(other.isPeerAlive_)),
        occupancy_(std::move(other.occupancy_)), open_(std::exchange(other.open_, false)) {}
  ~BlockingEnd() {
    occupancy_.check();
    if (open_)
      close();
  }

  std::size_t capacity() const { return handle_.capacity(); }
  std::size_t approximateSize() const { return handle_.approximateSize(); }
  bool isClosed() const { return handle_.isClosed(); }
  /// Closes the ring and wakes all who wait for it.
  void close() {
    handle_.close();
    ringNotify<Futex>(state().forElements);
    ringNotify<Futex>(state().forSpace);
  }

protected:
  auto& state() { return RingAccess::state(handle_); }
  template <class Attempt>
  RingResult wait(bool forElements, RingDeadline deadline, Attempt attempt) {
    occupancy_.enter();
    const RingResult result =
        ringWait<Futex>(forElements ? state().forElements : state().forSpace,
                        forElements ? RingResult::Empty : RingResult::Full, deadline,
                        RingAccess::isShared(handle_), isPeerAlive_, attempt);
    occupancy_.leave();
    return result;
  }

  HandleT handle_;
  std::function<bool()> isPeerAlive_;
  RingOccupancy occupancy_;
  bool open_ = true;
};

} // namespace detail

/// The producer's end; roles as with `Producer`. Destroyed, it closes the ring, also where other
/// producers exist.
template <class Producer, class Futex = SystemFutex>
class BlockingProducer : public detail::BlockingEnd<Producer, Futex> {
public:
  using Value = typename Producer::Value;

  /// `isPeerAlive`, between processes: says whether it is worth waiting longer (SharedMemory.h).
  explicit BlockingProducer(Producer producer, std::function<bool()> isPeerAlive = {})
      : detail::BlockingEnd<Producer, Futex>(std::move(producer), std::move(isPeerAlive)) {}
  BlockingProducer(BlockingProducer&&) noexcept = default;

  /// Ok, Full or Closed, at once.
  RingResult tryPush(Value value) {
    const RingResult result = this->handle_.tryPush(std::move(value));
    if (result == RingResult::Ok)
      detail::ringNotify<Futex>(this->state().forElements);
    return result;
  }
  /// Ok, Closed, Full at the deadline, or Poisoned where nobody is left to take it.
  RingResult push(Value value, RingDeadline deadline) {
    std::size_t pushed = 0;
    return pushBatch(std::span<Value>(&value, 1), pushed, deadline);
  }
  /// The first `pushed` of `values`, all but at Closed, at the deadline or Poisoned.
  RingResult pushBatch(std::span<Value> values, std::size_t& pushed, RingDeadline deadline) {
    pushed = 0;
    RingResult result = RingResult::Ok;
    while (result == RingResult::Ok && pushed < values.size())
      result = this->wait(false, deadline, [&] {
        std::size_t count = 0;
        const RingResult now = this->handle_.tryPushBatch(
            values.subspan(pushed, std::min(values.size() - pushed, this->handle_.mostAtOnce())),
            count);
        pushed += count;
        if (count > 0)
          detail::ringNotify<Futex>(this->state().forElements);
        return now;
      });
    return result;
  }
};

/// The consumer's end; roles as with `Consumer`. Destroyed, it closes the ring.
template <class Consumer, class Futex = SystemFutex>
class BlockingConsumer : public detail::BlockingEnd<Consumer, Futex> {
public:
  using Value = typename Consumer::Value;

  /// `isPeerAlive`, between processes: says whether it is worth waiting longer (SharedMemory.h).
  explicit BlockingConsumer(Consumer consumer, std::function<bool()> isPeerAlive = {})
      : detail::BlockingEnd<Consumer, Futex>(std::move(consumer), std::move(isPeerAlive)) {}
  BlockingConsumer(BlockingConsumer&&) noexcept = default;

  /// Ok, Empty or Closed, at once.
  RingResult tryPop(Value& value) {
    const RingResult result = this->handle_.tryPop(value);
    if (result == RingResult::Ok)
      detail::ringNotify<Futex>(this->state().forSpace);
    return result;
  }
  /// Ok, Closed, Empty at the deadline, or Poisoned where the ring is empty and nobody is left to
  /// fill it.
  RingResult pop(Value& value, RingDeadline deadline) {
    return this->wait(true, deadline, [&] { return tryPop(value); });
  }
  /// At least one and at most values.size() elements.
  RingResult popBatch(std::span<Value> values, std::size_t& popped, RingDeadline deadline) {
    return this->wait(true, deadline, [&] {
      const RingResult now = this->handle_.tryPopBatch(values, popped);
      if (popped > 0)
        detail::ringNotify<Futex>(this->state().forSpace);
      return now;
    });
  }
};

/// Both ends of a ring, blocking.
template <class Futex = SystemFutex, class Producer, class Consumer>
RingEnds<BlockingProducer<Producer, Futex>, BlockingConsumer<Consumer, Futex>>
blocking(RingEnds<Producer, Consumer> ends) {
  return {BlockingProducer<Producer, Futex>(std::move(ends.producer)),
          BlockingConsumer<Consumer, Futex>(std::move(ends.consumer))};
}

} // namespace ring

#endif
