// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T from any number of producer threads to one consumer thread.
//
// Contract
//   Who calls   any thread the producers' functions, one the consumer's; anyone close(), isClosed()
//               and approximateSize(). The consumer may move to a thread that synchronises with it.
//   Progress    producers lock-free, the consumer wait-free; but a producer stopped between taking
//               a place and publishing it hides what lies behind it. No allocation after
//               construction.
//   Capacity    exactly `capacity` elements, a power of two from 2. Indices wrap with their type.
//   Order       one producer's elements in its order; batches stay together.
//
// Each slot carries a sequence: its index where it is free for that index, index + 1 where it is
// published, index + capacity (the next lap's index) once it was read.
//
// Memory orders
//   sequence.store(release)  producer, after the value is written   pairs with the consumer's load
//   sequence.load(acquire)   consumer, before the value is read     pairs with the producer's store
//   sequence.store(release)  consumer, after the value is read      pairs with a producer's load
//   sequence.load(acquire)   producer, before the value is written  pairs with the consumer's store
//   tail (relaxed)           only hands out places; the sequences order the values
//   head (release, acquire)  for approximateSize(); the consumer is its only writer
//   closed (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_MPSCRING_H
#define RINGKERNEL_QUEUE_MPSCRING_H

#include <ringkernel/queue/RingResult.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace ring {

/// T is default constructible and assignable. Atomic is std::atomic, or what a test drives instead.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class MpscRing {
public:
  /// `start` is the first index: tests begin near a wrap.
  explicit MpscRing(std::size_t capacity, Index start = 0)
      : mask_(detail::ringCapacity<Index>(capacity, sizeof(Slot), 2) - 1),
        slots_(std::make_unique<Slot[]>(capacity)), tail_{start}, head_{start} {
    for (std::size_t i = 0; i < capacity; ++i) {
      const Index index = static_cast<Index>(start + i);
      at(index).sequence.store(index, std::memory_order_relaxed); // nobody else sees the ring yet
    }
  }
  MpscRing(const MpscRing&) = delete;
  MpscRing& operator=(const MpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // Producers.

  /// Ok, Full or Closed.
  RingResult tryPush(T value) {
    std::size_t pushed = 0;
    return tryPushBatch(std::span<T>(&value, 1), pushed);
  }

  /// Moves `values` in, all of them together or none: Ok, Full (also where they are more than the
  /// capacity) or Closed. `pushed` is their number or 0.
  RingResult tryPushBatch(std::span<T> values, std::size_t& pushed) {
    pushed = 0;
    if (closed_.load(std::memory_order_acquire))
      return RingResult::Closed;
    if (values.empty())
      return RingResult::Ok;
    if (values.size() > capacity())
      return RingResult::Full;
    Index first = tail_.value.load(std::memory_order_relaxed);
    for (;;) {
      // The consumer frees slots in order, so the last place decides for all.
      const Index last = static_cast<Index>(first + values.size() - 1);
      const Index sequence = at(last).sequence.load(std::memory_order_acquire); // value was read
      if (sequence == last) {
        if (tail_.value.compare_exchange_weak(first, static_cast<Index>(first + values.size()),
                                              std::memory_order_relaxed, std::memory_order_relaxed))
          break;
      } else if (static_cast<std::make_signed_t<Index>>(sequence - last) < 0) {
        return RingResult::Full; // still holds an element of the lap before
      } else {
        first = tail_.value.load(std::memory_order_relaxed); // others took these places
      }
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Index index = static_cast<Index>(first + i);
      Slot& slot = at(index);
      slot.value = std::move(values[i]);
      slot.sequence.store(static_cast<Index>(index + 1), std::memory_order_release);
    }
    pushed = values.size();
    return RingResult::Ok;
  }

  // Consumer.

  /// Ok, Empty or Closed.
  RingResult tryPop(T& value) {
    std::size_t popped = 0;
    return tryPopBatch(std::span<T>(&value, 1), popped);
  }

  /// Moves up to values.size() elements out; `popped` says how many, above 0 where Ok.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    popped = 0;
    Index index = head_.value.load(std::memory_order_relaxed);
    const bool closed = closed_.load(std::memory_order_acquire); // before the last look
    while (popped < values.size()) {
      Slot& slot = at(index);
      const Index published = static_cast<Index>(index + 1);
      if (slot.sequence.load(std::memory_order_acquire) != published) // value was written
        break;
      values[popped++] = std::move(slot.value);
      slot.sequence.store(static_cast<Index>(index + capacity()), std::memory_order_release);
      index = published;
    }
    if (popped == 0 && !values.empty())
      return closed && tail_.value.load(std::memory_order_relaxed) == index ? RingResult::Closed
                                                                            : RingResult::Empty;
    head_.value.store(index, std::memory_order_release);
    return RingResult::Ok;
  }

  // Anyone.

  /// Pushes give Closed from now on, pops too once the ring is empty. A push under way may still
  /// succeed: Closed is final for the consumer once none is.
  void close() { closed_.store(true, std::memory_order_release); }
  bool isClosed() const { return closed_.load(std::memory_order_acquire); }

  /// Elements in the ring at some moment during the call, at most the capacity; places that are
  /// taken and not yet published count.
  std::size_t approximateSize() const {
    const Index head = head_.value.load(std::memory_order_acquire);
    const Index tail = tail_.value.load(std::memory_order_relaxed);
    return std::min<std::size_t>(static_cast<Index>(tail - head), capacity());
  }

private:
  struct Slot {
    Atomic<Index> sequence{};
    T value{};
  };
  struct alignas(detail::kCacheLine) Line {
    Atomic<Index> value;
  };

  Slot& at(Index index) { return slots_[static_cast<std::size_t>(index) & mask_]; }

  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  Atomic<bool> closed_{false}; // read by all, written once: shares the constants' line
  Line tail_;
  Line head_;
};

} // namespace ring

#endif
