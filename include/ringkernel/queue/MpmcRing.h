// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T from any number of producers to any number of consumers.
//
// Contract
//   Who calls   handles of both kinds can be copied, and any number of threads may use one. The
//               ring closes when the last producer handle, or the last consumer handle, is
//               destroyed. Between processes (SharedRing.h) a handle belongs to one thread and can
//               only be moved.
//   Progress    lock-free, but a thread stopped between taking a place and giving it on hides what
//               lies behind it. No allocation after construction.
//   Capacity    exactly `capacity` elements, a power of two from 2. Indices wrap with their type.
//   Order       places are in order of taking; one producer's elements in its order; batches stay
//               together in the ring, and may be shared out among consumers.
//
// A slot's sequence is its index where it is free for that index, index + 1 where it is published,
// index + capacity (the next lap's index) once it was read (D. Vyukov's bounded queue).
//
// Memory orders
//   sequence.store(release)  producer, after the value is written   pairs with a consumer's load
//   sequence.load(acquire)   consumer, before the value is read     pairs with a producer's store
//   sequence.store(release)  consumer, after the value is read      pairs with a producer's load
//   sequence.load(acquire)   producer, before the value is written  pairs with a consumer's store
//   tail, head CAS(release)  carry a claim (RingClaim.h) to who finds the place taken
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_MPMCRING_H
#define RINGKERNEL_QUEUE_MPMCRING_H

#include <ringkernel/queue/SequencedRing.h>

#include <limits>
#include <type_traits>

namespace ring {

namespace detail {

template <template <class> class Atomic, class Index> struct MpmcControl {
  explicit MpmcControl(Index start) : tail{start}, head{start} {}
  struct alignas(kCacheLine) Tail {
    Atomic<Index> next;
  };
  RingState<Atomic> state;
  Tail tail;                    ///< the first place that no producer took
  RingLine<Atomic<Index>> head; ///< the first place that no consumer took
};

/// `from` is not past `to`: an index half of all away is.
template <class Index> bool ringIsUpTo(Index from, Index to) {
  return static_cast<Index>(to - from) <= std::numeric_limits<Index>::max() / 2;
}
template <class Index> std::make_signed_t<Index> ringDistance(Index from, Index to) {
  return static_cast<std::make_signed_t<Index>>(static_cast<Index>(to - from));
}

template <class T, template <class> class Atomic, class Index>
using MpmcBody = RingBody<MpmcControl<Atomic, Index>, SequencedSlot<T, Atomic, Index>>;

} // namespace detail

/// Any thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class MpmcProducer
    : public detail::SequencedProducer<MpmcProducer<T, Atomic, Index, Claims>,
                                       detail::MpmcBody<T, Atomic, Index>, T, Index, Claims> {
  using Base = typename MpmcProducer::SequencedProducer;

public:
  using typename Base::Reservation;

private:
  friend Base;
  friend struct detail::RingAccess;

  MpmcProducer(detail::MpmcBody<T, Atomic, Index> body, std::shared_ptr<void> role,
               Claims claims = {})
      : Base(std::move(body), std::move(role), std::move(claims)) {}

  RingResult take(std::size_t count, Reservation& places) {
    if (const RingResult state = this->stateResult(); state != RingResult::Ok) [[unlikely]]
      return state;
    if (count > this->mostTaken()) [[unlikely]]
      return RingResult::TooLarge;
    auto& tail = this->body_.control->tail.next;
    typename Claims::Claim claim;
    Index first = tail.load(std::memory_order_relaxed);
    for (std::size_t free = 0; free < count;) {
      const Index index = static_cast<Index>(first + free);
      // Consumers give slots back in any order, so each is asked. Its value was read.
      const auto behind = detail::ringDistance(
          this->body_.at(index).sequence.load(std::memory_order_acquire), index);
      if (behind == 0) {
        ++free;
        if (free < count)
          continue;
        this->claims_.take(claim, first, count);
        if (tail.compare_exchange_weak(first, static_cast<Index>(first + count),
                                       std::memory_order_release, std::memory_order_relaxed))
          break;
      } else if (const Index now = tail.load(std::memory_order_relaxed); now != first) {
        first = now; // others took these places
      } else {
        claim.give();
        // A slot that is ahead was taken, and who sees that sees the tail past it.
        return behind > 0 ? whyFull(index) : this->poisoned();
      }
      free = 0;
    }
    if (count > 0)
      this->hold(places, first, count, claim);
    return RingResult::Ok;
  }

  /// The slot for `index` holds an element of the lap before: is somebody alive reading it?
  RingResult whyFull(Index index) {
    if constexpr (Claims::kShared) {
      const Index old = static_cast<Index>(index - this->capacity());
      const Index head = this->body_.control->head.value.load(std::memory_order_acquire);
      if (!detail::ringIsUpTo(head, old) && watch_.isDue(old) && this->claims_.isOrphan(old) &&
          detail::ringDistance(this->body_.at(index).sequence.load(std::memory_order_acquire),
                               index) > 0) // not given back since
        return this->poisoned();
    }
    return RingResult::Full;
  }

  [[no_unique_address]] typename Claims::Watch watch_;
};

/// Elements that a consumer took: read them in place, then release(), which the destructor does
/// too, and before the ring's last handle goes.
template <class Slot, class Index, class Claims>
class RingTaken : public detail::RingHeld<Slot, Index, Claims> {
public:
  RingTaken() = default;
  ~RingTaken() { release(); }

  /// Gives all slots back to the producers.
  void release() { this->giveOn(this->mask_ + 1); }

private:
  template <class, template <class> class, class, class> friend class MpmcConsumer;
};

/// Any thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class MpmcConsumer
    : public detail::SequencedHandle<detail::MpmcBody<T, Atomic, Index>, T, Index, Claims> {
public:
  using Slot = detail::SequencedSlot<T, Atomic, Index>;
  using Taken = RingTaken<Slot, Index, Claims>;

  /// Ok, Empty, Closed, or between processes Poisoned.
  RingResult tryPop(T& value) {
    Taken element;
    const RingResult result = take(1, element);
    if (result == RingResult::Ok)
      value = std::move(element[0]);
    return result;
  }

  /// Moves up to values.size() elements out; `popped` says how many, above 0 where Ok.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    popped = 0;
    values = detail::ringGiven(values);
    Taken elements;
    const RingResult result = take(values.size(), elements);
    for (; popped < elements.size(); ++popped)
      values[popped] = std::move(elements[popped]);
    return result;
  }

  /// Takes up to `wanted` elements that lie together, to be read in place: Ok with at least one,
  /// Empty, Closed, Poisoned. They are this caller's alone.
  RingResult tryTake(std::size_t wanted, Taken& elements) {
    elements.release();
    return take(wanted, elements);
  }

private:
  using Base = typename MpmcConsumer::SequencedHandle;
  friend struct detail::RingAccess;

  MpmcConsumer(detail::MpmcBody<T, Atomic, Index> body, std::shared_ptr<void> role,
               Claims claims = {})
      : Base(std::move(body), std::move(role), std::move(claims)) {}

  RingResult take(std::size_t wanted, Taken& elements) {
    wanted = std::min(wanted, this->mostTaken());
    typename Claims::Claim claim;
    auto& head = this->body_.control->head.value;
    const std::uint32_t flags = this->body_.control->state.flags.load(std::memory_order_acquire);
    Index first = head.load(std::memory_order_relaxed);
    while (wanted > 0) {
      std::size_t ready = 0;
      while (ready < wanted && isPublished(static_cast<Index>(first + ready)))
        ++ready;
      if (ready == 0) {
        if (const Index now = head.load(std::memory_order_relaxed); now != first) {
          first = now; // others took these elements
          continue;
        }
        claim.give();
        return whyNothing(first, flags);
      }
      this->claims_.take(claim, first, ready);
      if (head.compare_exchange_weak(first, static_cast<Index>(first + ready),
                                     std::memory_order_release, std::memory_order_relaxed)) {
        elements.hold(this->body_, first, ready, claim);
        break;
      }
    }
    return RingResult::Ok;
  }

  bool isPublished(Index index) const {
    return this->body_.at(index).sequence.load(std::memory_order_acquire) == // value was written
           static_cast<Index>(index + 1);
  }

  /// `flags` are from before the last look at `first`, which no consumer had taken.
  RingResult whyNothing(Index first, std::uint32_t flags) {
    const Index tail = this->body_.control->tail.next.load(std::memory_order_acquire);
    if (detail::ringDistance(first, tail) <= 0)
      return flags & detail::kRingClosed ? RingResult::Closed : RingResult::Empty;
    if constexpr (Claims::kShared) // somebody took the place: is he alive?
      if ((flags & detail::kRingPoisoned) ||
          (watch_.isDue(first) && this->claims_.isOrphan(first) && !isPublished(first) &&
           this->body_.control->head.value.load(std::memory_order_relaxed) == first))
        return this->poisoned();
    return RingResult::Empty;
  }

  [[no_unique_address]] typename Claims::Watch watch_;
};

/// `auto [producer, consumer] = ring::MpmcRing<Order>(1024).split();`
template <class T, template <class> class Atomic = std::atomic, class IndexT = std::size_t,
          class ClaimsT = detail::NoClaims>
class MpmcRing {
public:
  using Value = T;
  using Index = IndexT;
  using Claims = ClaimsT;
  using Producer = MpmcProducer<T, Atomic, Index, Claims>;
  using Consumer = MpmcConsumer<T, Atomic, Index, Claims>;
  using Body = detail::MpmcBody<T, Atomic, Index>;
  static constexpr std::size_t kLeastCapacity = 2;

  /// `start` is the first index: tests begin near a wrap.
  explicit MpmcRing(std::size_t capacity, Index start = 0) : body_(newBody(capacity, start)) {}
  /// In memory of the caller, at least bytesFor(capacity) from the start of a cache line; it must
  /// outlive all handles.
  MpmcRing(std::span<std::byte> memory, std::size_t capacity, Index start = 0)
      : body_(Body::over(memory, checked(capacity), start)) {
    prepare(body_);
  }

  static std::size_t bytesFor(std::size_t capacity) { return Body::bytesFor(capacity); }

  /// A new ring's memory on the heap, for this ring and for those made of several.
  static Body newBody(std::size_t capacity, Index start) {
    Body body = Body::onHeap(checked(capacity), start);
    prepare(body);
    return body;
  }
  /// Marks all slots of a new ring free; nobody else sees it yet.
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
    const detail::RingRoles<Index, Body> roles(body, true);
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
