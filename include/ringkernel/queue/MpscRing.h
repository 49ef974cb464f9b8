// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T from any number of producers to one consumer.
//
// Contract
//   Who calls   a producer handle can be copied, and any number of threads may use one; the
//               consumer handle belongs to one thread and can only be moved. The ring closes when
//               the last producer handle, or the consumer, is destroyed. Between processes
//               (SharedRing.h) all handles belong to one thread and can only be moved.
//   Progress    producers lock-free, the consumer wait-free; but a producer stopped between taking
//               a place and publishing it hides what lies behind it. No allocation after
//               construction.
//   Capacity    exactly `capacity` elements, a power of two from 2. Indices wrap with their type.
//   Order       one producer's elements in its order; batches stay together.
//
// A slot's sequence is its index + 1 where that index is published; what a lap before left there is
// another number. Producers take places at the tail, never more than a lap past the head.
//
// Memory orders
//   sequence.store(release)  producer, after the value is written    pairs with the consumer's load
//   sequence.load(acquire)   consumer, before the value is read      pairs with the producer's
//                                                                    store
//   head.store(release)      consumer, after values are read         pairs with head.load(acquire)
//   head.load(acquire)       producer, before slots are taken        pairs with head.store(release)
//   seen.store(release), seen.load(acquire)   hand that knowledge from producer to producer
//   tail CAS(release)        carries a claim (RingClaim.h) to who finds the place taken
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_MPSCRING_H
#define RINGKERNEL_QUEUE_MPSCRING_H

#include <ringkernel/queue/SequencedRing.h>

namespace ring {

namespace detail {

template <template <class> class Atomic, class Index> struct MpscControl {
  explicit MpscControl(Index start) : tail{{start}, {start}}, head{start} {}
  struct alignas(kCacheLine) Tail {
    Atomic<Index> next; ///< the first place that nobody took
    Atomic<Index> seen; ///< a head that some producer saw: spares the consumer's line
  };
  RingState<Atomic> state;
  Tail tail;
  RingLine<Atomic<Index>> head; ///< the consumer's
};

template <class T, template <class> class Atomic, class Index>
using MpscBody = RingBody<MpscControl<Atomic, Index>, SequencedSlot<T, Atomic, Index>>;

} // namespace detail

/// Any thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class MpscProducer
    : public detail::SequencedProducer<MpscProducer<T, Atomic, Index, Claims>,
                                       detail::MpscBody<T, Atomic, Index>, T, Index, Claims> {
  using Base = typename MpscProducer::SequencedProducer;

public:
  using typename Base::Reservation;

private:
  friend Base;
  friend struct detail::RingAccess;

  MpscProducer(detail::MpscBody<T, Atomic, Index> body, std::shared_ptr<void> role,
               Claims claims = {})
      : Base(std::move(body), std::move(role), std::move(claims)) {}

  RingResult take(std::size_t count, Reservation& places) {
    if (const RingResult state = this->stateResult(); state != RingResult::Ok) [[unlikely]]
      return state;
    if (count > this->mostTaken()) [[unlikely]]
      return RingResult::TooLarge;
    if (count == 0) [[unlikely]]
      return RingResult::Ok;
    auto& tail = this->body_.control->tail;
    typename Claims::Claim claim;
    Index first = tail.next.load(std::memory_order_relaxed);
    for (;;) {
      if (!hasRoom(first, count)) {
        if (const Index again = tail.next.load(std::memory_order_relaxed); again != first) {
          first = again; // it was an old tail: the head is past it
          continue;
        }
        claim.give();
        return RingResult::Full;
      }
      this->claims_.take(claim, first, count);
      if (tail.next.compare_exchange_weak(first, static_cast<Index>(first + count),
                                          std::memory_order_release, std::memory_order_relaxed))
        break;
    }
    this->hold(places, first, count, claim);
    return RingResult::Ok;
  }

  /// The slots from `first` were all read a lap ago.
  bool hasRoom(Index first, std::size_t count) {
    auto& control = *this->body_.control;
    const auto fits = [&](Index head) {
      const std::size_t capacity = this->body_.capacity(), used = static_cast<Index>(first - head);
      return used <= capacity && capacity - used >= count;
    };
    if (fits(control.tail.seen.load(std::memory_order_acquire))) // slots were read, others saw it
      return true;
    const Index head = control.head.value.load(std::memory_order_acquire); // slots were read
    control.tail.seen.store(head, std::memory_order_release);
    return fits(head);
  }
};

/// The one thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class alignas(detail::kCacheLine) MpscConsumer
    : public detail::SequencedHandle<detail::MpscBody<T, Atomic, Index>, T, Index, Claims> {
public:
  using Slot = detail::SequencedSlot<T, Atomic, Index>;

  MpscConsumer(MpscConsumer&& other) noexcept
      : Base(std::move(other)), head_(other.head_), peeked_(std::exchange(other.peeked_, 0)),
        watch_(other.watch_) {}
  MpscConsumer& operator=(MpscConsumer&&) = delete;

  /// Ok, Empty, Closed, or between processes Poisoned.
  RingResult tryPop(T& value) {
    RingView<Slot> element;
    const RingResult result = tryPeek(1, element);
    if (result != RingResult::Ok)
      return result;
    value = std::move(element[0]);
    release(1);
    return RingResult::Ok;
  }

  /// Moves up to values.size() elements out; `popped` says how many, above 0 where Ok.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    RingView<Slot> elements;
    popped = 0;
    values = detail::ringGiven(values);
    const RingResult result = tryPeek(values.size(), elements);
    if (result != RingResult::Ok || values.empty())
      return result;
    for (std::size_t i = 0; i < elements.size(); ++i)
      values[i] = std::move(elements[i]);
    popped = elements.size();
    release(popped);
    return RingResult::Ok;
  }

  /// Up to `wanted` published elements, to be read in place until release(): Ok with at least one,
  /// Empty, Closed, Poisoned.
  RingResult tryPeek(std::size_t wanted, RingView<Slot>& elements) {
    wanted = std::min(wanted, this->capacity()); // which ends the program where it was moved from
    std::size_t ready = 0;
    if (wanted > 0 && !isPublished(head_)) [[unlikely]]
      if (const RingResult result = whyNothing(); result != RingResult::Ok)
        return result;
    while (ready < wanted && isPublished(static_cast<Index>(head_ + ready)))
      ++ready;
    peeked_ = ready;
    elements = {this->body_.slots, this->body_.mask, std::size_t(head_), ready};
    return RingResult::Ok;
  }

  /// Gives the first `count` peeked slots back to the producers.
  void release(std::size_t count) {
    this->body_.require();
    if (count > peeked_) [[unlikely]]
      detail::ringMisuse("`release` of more elements than were peeked", count, peeked_);
    peeked_ -= count;
    head_ = static_cast<Index>(head_ + count);
    this->body_.control->head.value.store(head_, std::memory_order_release);
  }

private:
  using Base = typename MpscConsumer::SequencedHandle;
  friend struct detail::RingAccess;

  MpscConsumer(detail::MpscBody<T, Atomic, Index> body, std::shared_ptr<void> role,
               Claims claims = {})
      : Base(std::move(body), std::move(role), std::move(claims)),
        head_(this->body_.control->head.value.load(std::memory_order_relaxed)) {} // its own word

  bool isPublished(Index index) const {
    return this->body_.at(index).sequence.load(std::memory_order_acquire) == // value was written
           static_cast<Index>(index + 1);
  }

  /// Why there is nothing at the head; Ok where by now there is.
  RingResult whyNothing() {
    const bool closed = this->isClosed(); // before the last look
    const Index tail = this->body_.control->tail.next.load(std::memory_order_acquire);
    if (isPublished(head_))
      return RingResult::Ok;
    if constexpr (Claims::kShared) // somebody else wrote this side's word: producers may wait for
                                   // it
      if (this->body_.control->head.value.load(std::memory_order_relaxed) != head_)
        return this->poisoned();
    if (tail == head_)
      return closed ? RingResult::Closed : RingResult::Empty;
    if constexpr (Claims::kShared) // somebody took the place: is he alive?
      if (this->body_.control->state.has(detail::kRingPoisoned) ||
          (watch_.isDue(head_) && this->claims_.isOrphan(head_) && !isPublished(head_)))
        return this->poisoned();
    return RingResult::Empty;
  }

  Index head_; ///< the shared head, which nobody else writes
  std::size_t peeked_ = 0;
  [[no_unique_address]] typename Claims::Watch watch_;
};

/// `auto [producer, consumer] = ring::MpscRing<Order>(1024).split();`
template <class T, template <class> class Atomic = std::atomic, class IndexT = std::size_t,
          class ClaimsT = detail::NoClaims>
class MpscRing {
public:
  using Value = T;
  using Index = IndexT;
  using Claims = ClaimsT;
  using Producer = MpscProducer<T, Atomic, Index, Claims>;
  using Consumer = MpscConsumer<T, Atomic, Index, Claims>;
  using Body = detail::MpscBody<T, Atomic, Index>;
  static constexpr std::size_t kLeastCapacity = 2;

  /// `start` is the first index: tests begin near a wrap.
  explicit MpscRing(std::size_t capacity, Index start = 0)
      : body_(Body::onHeap(checked(capacity), start)) {
    prepare(body_);
  }
  /// In memory of the caller, at least bytesFor(capacity) from the start of a cache line; it must
  /// outlive all handles.
  MpscRing(std::span<std::byte> memory, std::size_t capacity, Index start = 0)
      : body_(Body::over(memory, checked(capacity), start)) {
    prepare(body_);
  }

  static std::size_t bytesFor(std::size_t capacity) { return Body::bytesFor(capacity); }

  /// Marks all slots of a new ring unpublished; nobody else sees it yet.
  static void prepare(const Body& body) {
    const Index start = body.control->head.value.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < body.capacity(); ++i) {
      const Index index = static_cast<Index>(start + i);
      body.at(index).sequence.store(index, std::memory_order_relaxed);
    }
  }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    body_.requireWhole();
    const Body body = std::move(body_);
    const detail::RingRoles<Index, Body> roles(body, false);
    return {detail::RingAccess::make<Producer>(body, roles.closeAtLast()),
            detail::RingAccess::make<Consumer>(body, roles.closeAtLast())};
  }

private:
  static std::size_t checked(std::size_t capacity) {
    return detail::ringCapacity<Index>(capacity, sizeof(typename Body::Slot), kLeastCapacity);
  }

  Body body_;
};

} // namespace ring

#endif
