// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T between one producer thread and one consumer thread.
//
// Contract
//   Who calls   one thread the producer's functions, one the consumer's; anyone close(), isClosed()
//               and approximateSize(). A role may move to another thread that synchronises with it.
//   Progress    wait-free, both sides. No allocation after construction.
//   Capacity    exactly `capacity` elements, a power of two. Indices count all elements ever and
//               wrap with their type; a slot's place is the index modulo the capacity.
//   Order       first in, first out. A published element is seen whole or not at all.
//
// Memory orders
//   tail.store(release)  producer, after the slots are written   pairs with tail.load(acquire)
//   tail.load(acquire)   consumer, before the slots are read     pairs with tail.store(release)
//   head.store(release)  consumer, after the slots are read      pairs with head.load(acquire)
//   head.load(acquire)   producer, before slots are rewritten    pairs with head.store(release)
//   closed (release, acquire)  what was published before close() is seen by who sees Closed
//   own index (relaxed)  each side is its index's only writer
#ifndef RINGKERNEL_QUEUE_SPSCRING_H
#define RINGKERNEL_QUEUE_SPSCRING_H

#include <ringkernel/queue/RingResult.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <utility>

namespace ring {

/// T is default constructible and assignable. Atomic is std::atomic, or what a test drives instead.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class SpscRing {
public:
  /// `start` is the first index: tests begin near a wrap.
  explicit SpscRing(std::size_t capacity, Index start = 0)
      : mask_(detail::ringCapacity<Index>(capacity, sizeof(T)) - 1),
        slots_(std::make_unique<T[]>(capacity)), producer_(start), consumer_(start) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // Producer.

  /// Ok, Full or Closed.
  RingResult tryPush(T value) {
    std::span<T> slot;
    const RingResult result = tryReserve(1, slot);
    if (result != RingResult::Ok)
      return result;
    slot[0] = std::move(value);
    publish(1);
    return RingResult::Ok;
  }

  /// Up to `wanted` free slots that lie together (fewer at the end of the ring), to be written in
  /// place. They stay the producer's until publish(). Full where there is none.
  RingResult tryReserve(std::size_t wanted, std::span<T>& slots) {
    if (closed_.load(std::memory_order_acquire))
      return RingResult::Closed;
    const Index tail = producer_.index.load(std::memory_order_relaxed);
    std::size_t free = capacity() - static_cast<Index>(tail - producer_.other);
    if (free < wanted) {
      producer_.other = consumer_.index.load(std::memory_order_acquire); // slots were read
      free = capacity() - static_cast<Index>(tail - producer_.other);
      if (free == 0)
        return RingResult::Full;
    }
    const std::size_t place = static_cast<std::size_t>(tail) & mask_;
    slots = {slots_.get() + place, std::min({wanted, free, capacity() - place})};
    return RingResult::Ok;
  }

  /// Gives the first `count` reserved slots to the consumer.
  void publish(std::size_t count) {
    const Index tail = producer_.index.load(std::memory_order_relaxed);
    if (count > capacity() - static_cast<Index>(tail - producer_.other))
      detail::ringMisuse("`publish` of more slots than were reserved");
    producer_.index.store(static_cast<Index>(tail + count), std::memory_order_release);
  }

  // Consumer.

  /// Ok, Empty or Closed.
  RingResult tryPop(T& value) {
    std::span<T> slot;
    const RingResult result = tryPeek(1, slot);
    if (result != RingResult::Ok)
      return result;
    value = std::move(slot[0]);
    release(1);
    return RingResult::Ok;
  }

  /// Up to `wanted` published elements that lie together, to be read in place. They stay the
  /// consumer's until release(). Empty or Closed where there is none.
  RingResult tryPeek(std::size_t wanted, std::span<T>& elements) {
    const Index head = consumer_.index.load(std::memory_order_relaxed);
    std::size_t ready = static_cast<Index>(consumer_.other - head);
    if (ready < wanted) {
      const bool closed = closed_.load(std::memory_order_acquire);       // before the last look
      consumer_.other = producer_.index.load(std::memory_order_acquire); // slots were written
      ready = static_cast<Index>(consumer_.other - head);
      if (ready == 0)
        return closed ? RingResult::Closed : RingResult::Empty;
    }
    const std::size_t place = static_cast<std::size_t>(head) & mask_;
    elements = {slots_.get() + place, std::min({wanted, ready, capacity() - place})};
    return RingResult::Ok;
  }

  /// Gives the first `count` peeked slots back to the producer.
  void release(std::size_t count) {
    const Index head = consumer_.index.load(std::memory_order_relaxed);
    if (count > static_cast<Index>(consumer_.other - head))
      detail::ringMisuse("`release` of more elements than were peeked");
    consumer_.index.store(static_cast<Index>(head + count), std::memory_order_release);
  }

  // Anyone.

  /// Pushes give Closed from now on, pops too once the ring is empty. A push under way may still
  /// succeed: Closed is final for the consumer once none is.
  void close() { closed_.store(true, std::memory_order_release); }
  bool isClosed() const { return closed_.load(std::memory_order_acquire); }

  /// Elements in the ring at some moment during the call, at most the capacity.
  std::size_t approximateSize() const {
    const Index head = consumer_.index.load(std::memory_order_acquire);
    const Index tail = producer_.index.load(std::memory_order_acquire);
    return std::min<std::size_t>(static_cast<Index>(tail - head), capacity());
  }

private:
  /// One side's index beside its copy of the other's, so that most calls touch one shared line.
  struct alignas(detail::kCacheLine) Side {
    explicit Side(Index start) : index(start), other(start) {}
    Atomic<Index> index;
    Index other;
  };

  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  Atomic<bool> closed_{false}; // read by both, written once: shares the constants' line
  Side producer_;
  Side consumer_;
};

} // namespace ring

#endif
