// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T from any number of producers to any number of consumers that keeps each
// producer's order and no other: lanes, each an MpmcRing. Producers that have a lane to themselves
// share no line with each other, and consumers spread over the lanes. For a pool of threads whose
// work has no order among producers; where there must be one, MpmcRing.
//
// Contract
//   Who calls   handles of both kinds can be copied, and any number of threads may have one; one
//               handle belongs to one thread at a time. Each producer handle has a lane, in turn:
//               with more handles than lanes some share. The ring closes when the last producer
//               handle, or the last consumer handle, is destroyed.
//   Progress    as MpmcRing's: lock-free, but a thread stopped between taking a place and giving it
//               on hides what lies behind it in that lane. No allocation but for handles.
//   Capacity    `capacity` elements a lane, a power of two from 2. Full says that the producer's
//               lane is full; others may have room.
//   Order       one producer handle's elements in its order, as they are taken; nothing between
//               producers. A consumer stays with a lane for at most `turn` elements, or until it is
//               empty, then goes to the next: nothing starves while somebody consumes.
//   Closed      when every lane is closed and empty.
//
// Memory orders: MpmcRing's. The counters that give handles their lanes order nothing.
#ifndef RINGKERNEL_QUEUE_LANEDRING_H
#define RINGKERNEL_QUEUE_LANEDRING_H

#include <ringkernel/queue/MpmcRing.h>

#include <vector>

namespace ring {

namespace detail {

/// The lanes as all handles hold them.
template <class Ring> struct Lanes {
  using Body = typename Ring::Body;
  std::vector<Body> bodies;
  std::atomic<std::size_t> producers{0}, consumers{0}; ///< handles made so far

  Lanes() = default;
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  ~Lanes() {
    for (const Body& body : bodies)
      requireNoneHeld<typename Ring::Index>(body, true);
  }

  Body& nextFor(std::atomic<std::size_t>& handles) {
    return bodies[handles.fetch_add(1, std::memory_order_relaxed) % bodies.size()];
  }
  void close() {
    for (Body& body : bodies)
      body.control->state.add(kRingClosed);
  }
  /// Closes all lanes when the last handle of a role is gone.
  static std::shared_ptr<void> closeAtLast(std::shared_ptr<Lanes> lanes) {
    Lanes* const all = lanes.get();
    return {all, [lanes = std::move(lanes)](void*) { lanes->close(); }};
  }
};

} // namespace detail

/// A thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class LanedProducer {
public:
  using Value = T;
  using Lane = MpmcProducer<T, Atomic, Index>;
  using Reservation = typename Lane::Reservation;

  /// A copy has a lane of its own while there are more lanes than handles.
  LanedProducer(const LanedProducer& other) : LanedProducer(other.required(), other.role_) {}
  LanedProducer(LanedProducer&&) noexcept = default;
  LanedProducer& operator=(const LanedProducer&) = delete;

  /// Slots of this producer's lane.
  std::size_t capacity() const { return lane_.capacity(); }
  /// Elements in this producer's lane, as with MpmcRing.
  std::size_t approximateSize() const { return lane_.approximateSize(); }

  /// Pushes of all producers give Closed from now on, pops too once the ring is empty.
  void close() { required()->close(); }
  bool isClosed() const { return lane_.isClosed(); }

  /// Ok, Full or Closed.
  RingResult tryPush(T value) { return lane_.tryPush(std::move(value)); }
  /// Moves `values` in, all of them together or none: Ok, Full, Closed, or TooLarge above the
  /// capacity. `pushed` is their number or 0.
  RingResult tryPushBatch(std::span<T> values, std::size_t& pushed) {
    return lane_.tryPushBatch(values, pushed);
  }
  /// `count` slots, all or none, to be written in place and published soon: until then nobody
  /// receives what lies behind them in the lane. Ok, Full, Closed, TooLarge.
  RingResult tryReserve(std::size_t count, Reservation& places) {
    return lane_.tryReserve(count, places);
  }

private:
  using Lanes = detail::Lanes<MpmcRing<T, Atomic, Index>>;
  friend struct detail::RingAccess;

  LanedProducer(std::shared_ptr<Lanes> lanes, std::shared_ptr<void> role)
      : lanes_(std::move(lanes)), role_(std::move(role)),
        lane_(detail::RingAccess::make<Lane>(lanes_->nextFor(lanes_->producers), nullptr)) {}

  const std::shared_ptr<Lanes>& required() const {
    if (!lanes_)
      detail::ringMovedFrom();
    return lanes_;
  }

  std::shared_ptr<Lanes> lanes_;
  std::shared_ptr<void> role_;
  Lane lane_;
};

/// A thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class LanedConsumer {
public:
  using Value = T;
  using Lane = MpmcConsumer<T, Atomic, Index>;
  using Taken = typename Lane::Taken;

  /// A copy begins with another lane.
  LanedConsumer(const LanedConsumer& other)
      : LanedConsumer(other.required(), other.role_, other.turn_) {}
  LanedConsumer(LanedConsumer&&) noexcept = default;
  LanedConsumer& operator=(const LanedConsumer&) = delete;

  std::size_t lanes() const { return lanes_.size(); }
  /// Slots of one lane.
  std::size_t capacity() const { return required()->bodies.front().capacity(); }
  /// Elements in all lanes, each at some moment during the call.
  std::size_t approximateSize() const {
    (void)required();
    std::size_t size = 0;
    for (const Lane& lane : lanes_)
      size += lane.approximateSize();
    return size;
  }

  void close() { required()->close(); }
  bool isClosed() const {
    (void)required();
    return lanes_.front().isClosed();
  }

  /// Ok, Empty or Closed.
  RingResult tryPop(T& value) {
    return fromSome([&](Lane& lane) {
      const RingResult result = lane.tryPop(value);
      taken_ += result == RingResult::Ok;
      return result;
    });
  }
  /// Moves up to values.size() elements of one lane out; `popped` says how many, above 0 where Ok.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    return fromSome([&](Lane& lane) {
      const RingResult result = lane.tryPopBatch(values, popped);
      taken_ += popped;
      return result;
    });
  }
  /// Takes up to `wanted` elements that lie together in one lane, to be read in place: Ok with at
  /// least one, Empty, Closed. They are this caller's alone.
  RingResult tryTake(std::size_t wanted, Taken& elements) {
    return fromSome([&](Lane& lane) {
      const RingResult result = lane.tryTake(wanted, elements);
      taken_ += elements.size();
      return result;
    });
  }

private:
  using Lanes = detail::Lanes<MpmcRing<T, Atomic, Index>>;
  friend struct detail::RingAccess;

  LanedConsumer(std::shared_ptr<Lanes> lanes, std::shared_ptr<void> role, std::size_t turn)
      : shared_(std::move(lanes)), role_(std::move(role)), turn_(turn) {
    lanes_.reserve(shared_->bodies.size());
    for (const auto& body : shared_->bodies)
      lanes_.push_back(detail::RingAccess::make<Lane>(body, nullptr));
    current_ = shared_->consumers.fetch_add(1, std::memory_order_relaxed) % lanes_.size();
  }

  /// `take` from the first lane that has something, from the current one on.
  template <class Take> RingResult fromSome(Take take) {
    if (lanes_.empty()) [[unlikely]]
      detail::ringMovedFrom();
    if (taken_ >= turn_)
      next();
    std::size_t closed = 0;
    for (std::size_t asked = 0; asked < lanes_.size(); ++asked, next()) {
      const RingResult result = take(lanes_[current_]);
      if (result == RingResult::Ok)
        return result;
      closed += result == RingResult::Closed;
    }
    return closed == lanes_.size() ? RingResult::Closed : RingResult::Empty;
  }
  const std::shared_ptr<Lanes>& required() const {
    if (!shared_)
      detail::ringMovedFrom();
    return shared_;
  }
  void next() {
    current_ = current_ + 1 == lanes_.size() ? 0 : current_ + 1;
    taken_ = 0;
  }

  std::shared_ptr<Lanes> shared_;
  std::shared_ptr<void> role_;
  std::vector<Lane> lanes_;
  std::size_t turn_;
  std::size_t current_ = 0;
  std::size_t taken_ = 0; ///< from the current lane in this turn
};

/// `auto [producer, consumer] = ring::LanedRing<Order>(8, 1024).split();`
template <class T, template <class> class Atomic = std::atomic, class IndexT = std::size_t>
class LanedRing {
public:
  using Value = T;
  using Index = IndexT;
  using Producer = LanedProducer<T, Atomic, Index>;
  using Consumer = LanedConsumer<T, Atomic, Index>;

  /// `lanes`: about as many as there will be producers, above 0. `turn`: elements of one lane
  /// before a consumer asks the next, above 0. `start` is the first index: tests begin near a wrap.
  LanedRing(std::size_t lanes, std::size_t capacity, std::size_t turn = 256, Index start = 0)
      : lanes_(std::make_shared<Lanes>()), turn_(turn) {
    if (lanes == 0 || turn == 0)
      detail::ringMisuse("a LanedRing's lanes and turn must be above 0");
    lanes_->bodies.reserve(lanes);
    for (std::size_t i = 0; i < lanes; ++i)
      lanes_->bodies.push_back(Lane::newBody(capacity, start));
  }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    if (!lanes_)
      detail::ringSplitTwice();
    const std::shared_ptr<Lanes> lanes = std::move(lanes_);
    return {detail::RingAccess::make<Producer>(lanes, Lanes::closeAtLast(lanes)),
            detail::RingAccess::make<Consumer>(lanes, Lanes::closeAtLast(lanes), turn_)};
  }

private:
  using Lane = MpmcRing<T, Atomic, Index>;
  using Lanes = detail::Lanes<Lane>;

  std::shared_ptr<Lanes> lanes_;
  std::size_t turn_;
};

} // namespace ring

#endif
