// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rings with several producers share: slots that say by a sequence whose turn it is, the
// handles' common face, and what the last of them leaves. The contracts and memory orders are each
// ring's own (MpscRing.h, MpmcRing.h).
#ifndef RINGKERNEL_QUEUE_SEQUENCEDRING_H
#define RINGKERNEL_QUEUE_SEQUENCEDRING_H

#include <ringkernel/queue/RingClaim.h>
#include <ringkernel/queue/SpscRing.h>

namespace ring {

namespace detail {

template <class Derived, class Body, class T, class Index, class Claims> class SequencedProducer;

template <class T, template <class> class Atomic, class Index> struct SequencedSlot {
  Atomic<Index> sequence{};
  T value{};
};

/// What the handles of rings with sequenced slots have in common: anyone may call these.
template <class BodyT, class T, class IndexT, class Claims> class SequencedHandle {
public:
  using Value = T;
  using Index = IndexT;

  std::size_t capacity() const {
    body_.require();
    return body_.capacity();
  }

  /// Pushes give Closed from now on, pops too once the ring is empty. A push under way may still
  /// succeed: Closed is final for a consumer once none is.
  void close() {
    body_.require();
    body_.control->state.add(kRingClosed);
  }
  bool isClosed() const {
    body_.require();
    return body_.control->state.has(kRingClosed);
  }

  /// Elements in the ring at some moment during the call, at most the capacity; places that are
  /// taken and not yet published count.
  std::size_t approximateSize() const { return statistics().size; }
  RingStatistics statistics() const {
    body_.require();
    const Index head = body_.control->head.value.load(std::memory_order_acquire);
    const Index tail = body_.control->tail.next.load(std::memory_order_acquire);
    return {tail, head, std::min<std::size_t>(static_cast<Index>(tail - head), capacity()),
            capacity()};
  }

protected:
  using Body = BodyT;
  friend struct RingAccess;

  SequencedHandle(Body body, std::shared_ptr<void> role, Claims claims)
      : body_(std::move(body)), role_(std::move(role)), claims_(std::move(claims)) {}

  /// Slots that are taken together, at most.
  std::size_t mostTaken() const {
    if constexpr (Claims::kShared)
      return std::min(capacity(), Claims::kMostSlots);
    else
      return capacity();
  }

  /// Closed or Poisoned where the flags say so, else Ok.
  RingResult stateResult() const {
    body_.require();
    const std::uint32_t flags = body_.control->state.flags.load(std::memory_order_acquire);
    if (flags == 0) [[likely]]
      return RingResult::Ok;
    if (flags & kRingClosed && !(flags & kRingPoisoned))
      return RingResult::Closed;
    return poisoned(); // or what no ring writes there
  }

  /// Somebody else wrote into the ring's words.
  [[gnu::cold, gnu::noinline]] RingResult poisoned() const {
    body_.control->state.add(kRingPoisoned);
    return RingResult::Poisoned;
  }

  Body body_;
  std::shared_ptr<void> role_;
  [[no_unique_address]] Claims claims_;
};

/// The slots of a ring that nobody has a handle of any more: somebody still holds some, and would
/// write to memory that is gone. `isFree`: free slots tell it too, since consumers give them back.
template <class Index, class Body> void requireNoneHeld(const Body& body, bool isFree) {
  const Index head = body.control->head.value.load(std::memory_order_acquire);
  const Index tail = body.control->tail.next.load(std::memory_order_acquire);
  const std::size_t used = static_cast<Index>(tail - head);
  if (used > body.capacity())
    return; // the words were overwritten: they tell nothing
  for (std::size_t i = 0; i < (isFree ? body.capacity() : used); ++i) {
    const Index index = static_cast<Index>(head + i);
    if (body.at(index).sequence.load(std::memory_order_acquire) !=
        static_cast<Index>(index + (i < used)))
      ringMisuse("a ring's last handle was destroyed while a reservation or elements taken from it "
                 "are held; publish and release before");
  }
}

/// What the last handles of both roles leave: first the role, which closes the ring, then the ring.
template <class Index, class Body> class RingRoles {
public:
  explicit RingRoles(Body body, bool isFree)
      : ring_(body.control, [body, isFree](void*) { requireNoneHeld<Index>(body, isFree); }) {}

  std::shared_ptr<void> closeAtLast() const {
    return {ring_.get(), [ring = ring_](void* control) {
              static_cast<typename Body::Control*>(control)->state.add(kRingClosed);
            }};
  }

private:
  std::shared_ptr<void> ring_;
};

} // namespace detail

/// Slots that a producer took: write them in place, then publish(). Destroyed unpublished it ends
/// the program, since the consumer would wait for it forever.
template <class Slot, class Index, class Claims>
class RingReservation : public detail::RingHeld<Slot, Index, Claims> {
public:
  RingReservation() = default;
  ~RingReservation() {
    if (this->count_ != 0)
      detail::ringMisuse("a reservation was destroyed unpublished");
  }

  /// Gives all of it to the consumers.
  void publish() { this->giveOn(1); }

private:
  template <class, class, class, class, class> friend class detail::SequencedProducer;

  void requirePublished() const {
    if (this->count_ != 0) [[unlikely]]
      detail::ringMisuse("`tryReserve` into a reservation that is not published");
  }
};

namespace detail {

/// A producer of sequenced slots. Derived has
///   RingResult take(std::size_t count, Reservation& places);
/// which calls hold() for `count` slots, or gives another result than Ok.
template <class Derived, class Body, class T, class Index, class Claims>
class SequencedProducer : public SequencedHandle<Body, T, Index, Claims> {
public:
  using Slot = typename Body::Slot;
  using Reservation = RingReservation<Slot, Index, Claims>;

  /// Ok, Full, Closed, or between processes Poisoned.
  RingResult tryPush(T value) {
    Reservation place;
    const RingResult result = derived().take(1, place);
    if (result != RingResult::Ok)
      return result;
    place[0] = std::move(value);
    place.publish();
    return RingResult::Ok;
  }

  /// Moves `values` in, all of them together or none: Ok, Full, Closed, Poisoned, or TooLarge above
  /// mostAtOnce(). `pushed` is their number or 0.
  RingResult tryPushBatch(std::span<T> values, std::size_t& pushed) {
    pushed = 0;
    values = ringGiven(values);
    Reservation places;
    const RingResult result = derived().take(values.size(), places);
    if (result != RingResult::Ok)
      return result;
    for (std::size_t i = 0; i < values.size(); ++i)
      places[i] = std::move(values[i]);
    places.publish();
    pushed = values.size();
    return RingResult::Ok;
  }

  /// `count` slots, all or none, to be written in place and published soon: until then nobody
  /// receives what others publish behind them. Ok, Full, Closed, Poisoned, TooLarge.
  RingResult tryReserve(std::size_t count, Reservation& places) {
    places.requirePublished();
    return derived().take(count, places);
  }

  /// Elements that a batch takes, at most: the capacity, between processes 65 535 where that is
  /// less.
  std::size_t mostAtOnce() const { return this->mostTaken(); }

protected:
  using SequencedHandle<Body, T, Index, Claims>::SequencedHandle;

  void hold(Reservation& places, Index first, std::size_t count, typename Claims::Claim claim) {
    places.hold(this->body_, first, count, claim);
  }

private:
  Derived& derived() { return static_cast<Derived&>(*this); }
};

} // namespace detail

} // namespace ring

#endif
