// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One producer, any number of readers, each at its own pace: every reader sees every element, and
// one that falls more than a lap behind is told how many it missed. The producer never waits.
//
// Contract
//   Who calls   the producer handle belongs to one thread and can only be moved; a reader handle to
//               one thread, and a copy of it is a reader of its own from the same place.
//   Progress    the producer wait-free; a reader too: after as many tries as the capacity has bits
//               it gives Empty, with what it missed. No allocation after construction.
//   Capacity    `capacity` elements, a power of two from 2, of which the oldest is being
//               overwritten while the producer writes.
//   Order       first in, first out; a gap is told with the element after it.
//   Damage      (memory shared with a process that errs) a tail or a sequence that cannot be is
//               Poisoned to a reader, and the ring closed: at once where the tail says that an
//               element is there which its slot has not seen, else when 1024 looks in a row found
//               what only lasts moments.
//
// T is trivially copyable and lies in the slot as words, which a reader copies while they may
// change; the sequence on both sides says whether they did: 2 * lap + 1 while the slot is written,
// 2 * lap + 2 after it (lap counts from 0). There is no reading in place here.
//
// Memory orders
//   sequence.store(relaxed)  producer, "being written"; before words.store(release) in its order
//   words.store(release)     producer                              pairs with words.load(acquire):
//       a reader that sees a new word sees "being written", or later, at its second look
//   sequence.store(release)  producer, after the words             pairs with the reader's first
//                                                                  look
//   words.load(acquire)      reader, between its two looks
//   tail.store(release)      producer, after the slots             pairs with tail.load(acquire)
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_BROADCASTRING_H
#define RINGKERNEL_QUEUE_BROADCASTRING_H

#include <ringkernel/queue/SpscRing.h>

#include <bit>
#include <cstring>
#include <type_traits>

namespace ring {

namespace detail {

enum class BroadcastLook { Whole, NotYet, Gone };

template <class T, template <class> class Atomic> struct BroadcastSlot {
  static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;

  // `turn`: the index of the first element of the lap. Sequences are turn + 1 while a slot is
  // written and turn + 2 when it is whole, so that their differences stay right where indices wrap.
  void write(const T& value, std::uint64_t turn) {
    std::uint64_t copy[kWords] = {};
    std::memcpy(copy, &value, sizeof(T));
    sequence.store(turn + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < kWords; ++i)
      words[i].store(copy[i], std::memory_order_release);
    sequence.store(turn + 2, std::memory_order_release);
  }
  /// The element of that lap, where it is there, whole.
  BroadcastLook read(T& value, std::uint64_t turn) const {
    const std::uint64_t whole = turn + 2;
    const std::uint64_t first = sequence.load(std::memory_order_acquire); // words were written
    if (first != whole)
      return static_cast<std::int64_t>(first - whole) < 0 ? BroadcastLook::NotYet
                                                          : BroadcastLook::Gone;
    std::uint64_t copy[kWords];
    for (std::size_t i = 0; i < kWords; ++i)
      copy[i] = words[i].load(std::memory_order_acquire);
    if (sequence.load(std::memory_order_relaxed) != whole) // after the words: they acquire
      return BroadcastLook::Gone;
    std::memcpy(&value, copy, sizeof(T));
    return BroadcastLook::Whole;
  }

  /// The element of that lap was not written yet.
  bool isBefore(std::uint64_t turn) const {
    return static_cast<std::int64_t>(sequence.load(std::memory_order_acquire) - (turn + 2)) < 0;
  }

  Atomic<std::uint64_t> sequence{};
  Atomic<std::uint64_t> words[kWords]{};
};

} // namespace detail

/// The one thread that publishes.
template <class T, template <class> class Atomic = std::atomic>
class alignas(detail::kCacheLine) BroadcastProducer
    : public detail::SpscHandle<detail::BroadcastSlot<T, Atomic>, Atomic, std::uint64_t> {
public:
  using Value = T;

  /// Ok or Closed: never Full.
  RingResult tryPush(const T& value) { return tryPushBatch(std::span<const T>(&value, 1)); }

  /// All of `values`, one after the other. Ok, Closed, or TooLarge from the capacity on: the first
  /// would be gone before the last is there.
  RingResult tryPushBatch(std::span<const T> values) {
    if (this->isClosed()) // or moved from
      return RingResult::Closed;
    values = detail::ringGiven(values);
    if (values.size() >= this->capacity())
      return RingResult::TooLarge;
    for (const T& value : values) {
      this->body_.at(tail_).write(value, tail_ & ~std::uint64_t(this->capacity() - 1));
      this->body_.control->tail.value.store(++tail_, std::memory_order_release);
    }
    return RingResult::Ok;
  }

private:
  using Base = detail::SpscHandle<detail::BroadcastSlot<T, Atomic>, Atomic, std::uint64_t>;
  friend struct detail::RingAccess;

  explicit BroadcastProducer(typename Base::Body body)
      : Base(std::move(body)),
        tail_(this->body_.control->tail.value.load(std::memory_order_relaxed)) {} // its own word

  std::uint64_t tail_;
};

/// One thread that reads; a copy reads on its own from where the original is.
template <class T, template <class> class Atomic = std::atomic>
class alignas(detail::kCacheLine) BroadcastReader {
public:
  std::size_t capacity() const {
    body_.require();
    return body_.capacity();
  }
  bool isClosed() const {
    body_.require();
    return body_.control->state.has(detail::kRingClosed);
  }

  /// The next element: Ok, Empty, Closed after the last, or Poisoned where the ring's memory was
  /// damaged. `missed` is how many elements were overwritten since the last call; above 0 with
  /// Empty where all there was has just gone.
  RingResult tryPop(T& value, std::uint64_t& missed) {
    missed = 0;
    body_.require();
    const std::uint32_t flags = // before the last look
        body_.control->state.flags.load(std::memory_order_acquire);
    // Each try that comes too late leaves the producer more room: one slot, half a lap, ...
    for (std::size_t keep = capacity() - 1;; keep /= 2) {
      const detail::BroadcastLook look = body_.at(head_).read(value, turnOf(head_));
      if (look == detail::BroadcastLook::Whole) {
        ++head_;
        stuck_ = 0;
        return RingResult::Ok;
      }
      if (flags & detail::kRingPoisoned)
        return RingResult::Poisoned;
      if (look == detail::BroadcastLook::NotYet && flags == 0 && !isTailDue())
        return RingResult::Empty;
      const std::uint64_t tail = body_.control->tail.value.load(std::memory_order_acquire);
      const auto ahead = static_cast<std::int64_t>(tail - head_);
      // -1: the producer, or a dead one, stands between the slot and the tail.
      if (look == detail::BroadcastLook::NotYet && (ahead == 0 || ahead == -1)) {
        stuck_ = 0;
        return flags & detail::kRingClosed ? RingResult::Closed : RingResult::Empty;
      }
      if (ahead > 0 && body_.at(tail - 1).isBefore(turnOf(tail - 1)))
        return poisoned(); // the tail is stored after the slot
      if (ahead > 0 && std::uint64_t(ahead) > keep) {
        missed += ahead - keep;
        head_ = tail - keep;
      }
      if (ahead <= 0 || keep == 0)
        return missed > 0 ? RingResult::Empty : contradiction();
    }
  }

  /// Up to values.size() elements in a row; `missed` lie before the first of them. A gap ends a
  /// batch.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped, std::uint64_t& missed) {
    popped = 0;
    missed = 0;
    values = detail::ringGiven(values);
    if (values.empty())
      return RingResult::Ok;
    const RingResult result = tryPop(values[0], missed);
    if (result != RingResult::Ok)
      return result;
    for (popped = 1; popped < values.size(); ++popped, ++head_)
      if (body_.at(head_).read(values[popped], turnOf(head_)) != detail::BroadcastLook::Whole)
        break;
    return RingResult::Ok;
  }

  /// Elements published and not read by this reader, missed ones included.
  std::uint64_t approximateSize() const {
    body_.require();
    return body_.control->tail.value.load(std::memory_order_acquire) - head_;
  }

private:
  using Body = detail::RingBody<detail::SpscControl<Atomic, std::uint64_t>,
                                detail::BroadcastSlot<T, Atomic>>;
  friend struct detail::RingAccess;

  explicit BroadcastReader(Body body)
      : body_(std::move(body)), head_(body_.control->tail.value.load(std::memory_order_acquire)) {
  } // words were written

  std::uint64_t turnOf(std::uint64_t index) const { return index & ~std::uint64_t(capacity() - 1); }

  /// An empty ring is believed its slot alone, but now and then the tail is asked as well.
  bool isTailDue() { return stuck_ != 0 || ++vain_ % kPatience == 0; }
  /// Of a slot and a tail that do not go together: so for a moment, or they were written to.
  RingResult contradiction() { return ++stuck_ < kPatience ? RingResult::Empty : poisoned(); }
  [[gnu::cold, gnu::noinline]] RingResult poisoned() const {
    body_.control->state.add(detail::kRingPoisoned | detail::kRingClosed);
    return RingResult::Poisoned;
  }

  static constexpr std::uint32_t kPatience = 1024;

  Body body_;
  std::uint64_t head_;      ///< the next element's index
  std::uint32_t vain_ = 0;  ///< looks at an element that is not there
  std::uint32_t stuck_ = 0; ///< looks in a row at what cannot last
};

/// `auto [producer, reader] = ring::BroadcastRing<Quote>(1024).split(); auto another = reader;`
template <class T, template <class> class Atomic = std::atomic> class BroadcastRing {
  static_assert(std::is_trivially_copyable_v<T>, "readers copy elements that may be changing");

public:
  using Value = T;
  using Index = std::uint64_t;
  using Producer = BroadcastProducer<T, Atomic>;
  using Consumer = BroadcastReader<T, Atomic>;
  using Body =
      detail::RingBody<detail::SpscControl<Atomic, Index>, detail::BroadcastSlot<T, Atomic>>;
  static constexpr std::size_t kLeastCapacity = 2;

  /// `start` is the first index, a multiple of the capacity.
  explicit BroadcastRing(std::size_t capacity, Index start = 0)
      : body_(Body::onHeap(checked(capacity), start)) {
    prepare(body_);
  }
  /// In memory of the caller, at least bytesFor(capacity) from the start of a cache line; it must
  /// outlive all handles.
  BroadcastRing(std::span<std::byte> memory, std::size_t capacity, Index start = 0)
      : body_(Body::over(memory, checked(capacity), start)) {
    prepare(body_);
  }

  static std::size_t bytesFor(std::size_t capacity) { return Body::bytesFor(capacity); }

  /// Marks all slots of a new ring as of the lap before; nobody else sees it yet.
  static void prepare(const Body& body) {
    const Index start = body.control->tail.value.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < body.capacity(); ++i)
      body.slots[i].sequence.store(start, std::memory_order_relaxed);
  }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    body_.requireWhole();
    return {detail::RingAccess::make<Producer>(body_),
            detail::RingAccess::make<Consumer>(std::move(body_))};
  }

private:
  static std::size_t checked(std::size_t capacity) {
    return detail::ringCapacity<Index>(capacity, sizeof(typename Body::Slot), kLeastCapacity);
  }

  Body body_;
};

} // namespace ring

#endif
