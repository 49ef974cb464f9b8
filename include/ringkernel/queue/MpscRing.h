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

#include <ringkernel/queue/RingClaim.h>
#include <ringkernel/queue/SpscRing.h>

#include <type_traits>

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

template <class T, template <class> class Atomic, class Index> struct SequencedSlot {
  Atomic<Index> sequence{};
  T value{};
};

/// What the handles of rings with sequenced slots have in common: anyone may call these.
template <class Derived, class BodyT, class T, class IndexT> class SequencedHandle {
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

  explicit SequencedHandle(Body body) : body_(std::move(body)) {}

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
  template <class, template <class> class, class, class> friend class MpscProducer;
  template <class, template <class> class, class, class> friend class MpmcProducer;

  void requirePublished() const {
    if (this->count_ != 0) [[unlikely]]
      detail::ringMisuse("`tryReserve` into a reservation that is not published");
  }
};

/// Any thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class MpscProducer
    : public detail::SequencedHandle<MpscProducer<T, Atomic, Index, Claims>,
                                     detail::RingBody<detail::MpscControl<Atomic, Index>,
                                                      detail::SequencedSlot<T, Atomic, Index>>,
                                     T, Index> {
public:
  using Slot = detail::SequencedSlot<T, Atomic, Index>;
  using Reservation = RingReservation<Slot, Index, Claims>;

  /// Ok, Full or Closed.
  RingResult tryPush(T value) {
    Reservation place;
    const RingResult result = take(1, place);
    if (result != RingResult::Ok)
      return result;
    place[0] = std::move(value);
    place.publish();
    return RingResult::Ok;
  }

  /// Moves `values` in, all of them together or none: Ok, Full, Closed, or TooLarge above the
  /// capacity. `pushed` is their number or 0.
  RingResult tryPushBatch(std::span<T> values, std::size_t& pushed) {
    pushed = 0;
    values = detail::ringGiven(values);
    Reservation places;
    const RingResult result = take(values.size(), places);
    if (result != RingResult::Ok)
      return result;
    for (std::size_t i = 0; i < values.size(); ++i)
      places[i] = std::move(values[i]);
    places.publish();
    pushed = values.size();
    return RingResult::Ok;
  }

  /// `count` slots, all or none, to be written in place and published soon: until then nobody
  /// receives what others publish behind them. Ok, Full, Closed, TooLarge.
  RingResult tryReserve(std::size_t count, Reservation& places) {
    places.requirePublished();
    return take(count, places);
  }
  /// Elements that a batch takes, at most.
  std::size_t mostAtOnce() const {
    const std::size_t capacity = this->capacity();
    if constexpr (Claims::kShared)
      return std::min(capacity, Claims::kMostSlots);
    else
      return capacity;
  }

private:
  using Base = typename MpscProducer::SequencedHandle;
  friend struct detail::RingAccess;

  MpscProducer(typename Base::Body body, std::shared_ptr<void> role, Claims claims = {})
      : Base(std::move(body)), role_(std::move(role)), claims_(std::move(claims)) {}

  RingResult take(std::size_t count, Reservation& places) {
    if (const RingResult state = this->stateResult(); state != RingResult::Ok) [[unlikely]]
      return state;
    if (count > mostAtOnce()) [[unlikely]]
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
      claims_.take(claim, first, count);
      if (tail.next.compare_exchange_weak(first, static_cast<Index>(first + count),
                                          std::memory_order_release, std::memory_order_relaxed))
        break;
    }
    places.hold(this->body_, first, count, claim);
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

  std::shared_ptr<void> role_;
  [[no_unique_address]] Claims claims_;
};

/// The one thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t,
          class Claims = detail::NoClaims>
class alignas(detail::kCacheLine) MpscConsumer
    : public detail::SequencedHandle<MpscConsumer<T, Atomic, Index, Claims>,
                                     detail::RingBody<detail::MpscControl<Atomic, Index>,
                                                      detail::SequencedSlot<T, Atomic, Index>>,
                                     T, Index> {
public:
  using Slot = detail::SequencedSlot<T, Atomic, Index>;

  MpscConsumer(MpscConsumer&& other) noexcept
      : Base(std::move(other)), role_(std::move(other.role_)), claims_(std::move(other.claims_)),
        head_(other.head_), peeked_(std::exchange(other.peeked_, 0)), watch_(other.watch_) {}
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

  MpscConsumer(typename Base::Body body, std::shared_ptr<void> role, Claims claims = {})
      : Base(std::move(body)), role_(std::move(role)), claims_(std::move(claims)),
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
          (watch_.isDue(head_) && claims_.isOrphan(head_) && !isPublished(head_)))
        return this->poisoned();
    return RingResult::Empty;
  }

  std::shared_ptr<void> role_;
  [[no_unique_address]] Claims claims_;
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
  using Body =
      detail::RingBody<detail::MpscControl<Atomic, Index>, detail::SequencedSlot<T, Atomic, Index>>;
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
