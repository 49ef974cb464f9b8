// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes of different priority from any number of producers to one consumer: lane 0 goes first. Each
// lane is an MpscRing of its own, so a full lane does not keep the others from taking elements.
//
// Contract
//   Who calls   as with MpscRing.
//   Progress    as with MpscRing, lane by lane.
//   Capacity    `capacity` elements a lane, a power of two from 2.
//   Order       within a lane as with MpscRing. The consumer takes from the first lane that has
//               something at that moment; but after every `patience` elements one of the others is
//               asked first, each in its turn: nothing starves.
#ifndef RINGKERNEL_QUEUE_PRIORITYRING_H
#define RINGKERNEL_QUEUE_PRIORITYRING_H

#include <ringkernel/queue/MpscRing.h>

#include <array>

namespace ring {

namespace detail {

template <class Handle, std::size_t kLanes, class Make>
std::array<Handle, kLanes> makeLanes(Make make) {
  return [&]<std::size_t... Lane>(std::index_sequence<Lane...>) {
    return std::array<Handle, kLanes>{make(Lane)...};
  }(std::make_index_sequence<kLanes>{});
}

} // namespace detail

template <class T, std::size_t kLanes, template <class> class Atomic = std::atomic,
          class Index = std::size_t>
class PriorityProducer {
public:
  using Lane = MpscProducer<T, Atomic, Index>;

  /// Into lane `priority`, below kLanes: Ok, Full or Closed.
  RingResult tryPush(std::size_t priority, T value) {
    return lane(priority).tryPush(std::move(value));
  }
  /// One lane's producer: batches and slots in place.
  Lane& lane(std::size_t priority) {
    if (priority >= kLanes) [[unlikely]]
      detail::ringMisuse("no such priority", priority, kLanes - 1);
    return lanes_[priority];
  }
  void close() {
    for (Lane& lane : lanes_)
      lane.close();
  }
  bool isClosed() const { return lanes_.back().isClosed(); }

private:
  friend struct detail::RingAccess;

  explicit PriorityProducer(std::array<Lane, kLanes> lanes) : lanes_(std::move(lanes)) {}

  std::array<Lane, kLanes> lanes_;
};

template <class T, std::size_t kLanes, template <class> class Atomic = std::atomic,
          class Index = std::size_t>
class PriorityConsumer {
public:
  using Lane = MpscConsumer<T, Atomic, Index>;

  /// Ok, Empty or Closed. `priority` is the lane of the element.
  RingResult tryPop(T& value, std::size_t& priority) {
    if (kLanes > 1 && passed_ >= patience_ && popLater(value, priority))
      return RingResult::Ok;
    std::size_t closed = 0;
    for (priority = 0; priority < kLanes; ++priority) {
      const RingResult result = lanes_[priority].tryPop(value);
      if (result == RingResult::Ok) {
        ++passed_;
        return RingResult::Ok;
      }
      closed += result == RingResult::Closed;
    }
    return closed == kLanes ? RingResult::Closed : RingResult::Empty;
  }
  RingResult tryPop(T& value) {
    std::size_t priority;
    return tryPop(value, priority);
  }

  void close() {
    for (Lane& lane : lanes_)
      lane.close();
  }
  bool isClosed() const { return lanes_.back().isClosed(); }
  /// Elements of all lanes, each at some moment during the call.
  std::size_t approximateSize() const {
    std::size_t size = 0;
    for (const Lane& lane : lanes_)
      size += lane.approximateSize();
    return size;
  }
  RingStatistics statistics(std::size_t priority) const {
    if (priority >= kLanes)
      detail::ringMisuse("no such priority", priority, kLanes - 1);
    return lanes_[priority].statistics();
  }

private:
  friend struct detail::RingAccess;

  PriorityConsumer(std::array<Lane, kLanes> lanes, std::size_t patience)
      : lanes_(std::move(lanes)), patience_(patience) {}

  /// From one of the lanes behind the first, each in its turn; false where all are empty.
  bool popLater(T& value, std::size_t& priority) {
    passed_ = 0;
    for (std::size_t asked = 1; asked < kLanes; ++asked) {
      later_ = later_ + 1 < kLanes ? later_ + 1 : 1;
      if (lanes_[later_].tryPop(value) == RingResult::Ok) {
        priority = later_;
        return true;
      }
    }
    return false;
  }

  std::array<Lane, kLanes> lanes_;
  std::size_t patience_;
  std::size_t passed_ = 0; ///< elements since a later lane was asked first
  std::size_t later_ = 0;  ///< the lane that was asked first then
};

/// `auto [producer, consumer] = ring::PriorityRing<Order, 3>(1024).split();`
template <class T, std::size_t kLanes, template <class> class Atomic = std::atomic,
          class Index = std::size_t>
class PriorityRing {
  static_assert(kLanes >= 1);

public:
  using Producer = PriorityProducer<T, kLanes, Atomic, Index>;
  using Consumer = PriorityConsumer<T, kLanes, Atomic, Index>;

  /// `patience`: elements between two times that a later lane is asked first, above 0.
  explicit PriorityRing(std::size_t capacity, std::size_t patience = 64, Index start = 0)
      : lanes_(detail::makeLanes<Ends, kLanes>(
            [&](std::size_t) { return MpscRing<T, Atomic, Index>(capacity, start).split(); })),
        patience_(patience) {
    if (patience == 0)
      detail::ringMisuse("a PriorityRing's patience must be above 0");
  }

  /// What was moved from has no ends.
  PriorityRing(PriorityRing&& other) noexcept
      : lanes_(std::move(other.lanes_)), patience_(other.patience_),
        isSplit_(std::exchange(other.isSplit_, true)) {}

  RingEnds<Producer, Consumer> split() && {
    using detail::makeLanes, detail::RingAccess;
    if (std::exchange(isSplit_, true))
      detail::ringSplitTwice();
    return {RingAccess::make<Producer>(makeLanes<typename Producer::Lane, kLanes>(
                [&](std::size_t lane) { return std::move(lanes_[lane].producer); })),
            RingAccess::make<Consumer>(
                makeLanes<typename Consumer::Lane, kLanes>(
                    [&](std::size_t lane) { return std::move(lanes_[lane].consumer); }),
                patience_)};
  }

private:
  using Ends = RingEnds<typename Producer::Lane, typename Consumer::Lane>;

  std::array<Ends, kLanes> lanes_;
  std::size_t patience_;
  bool isSplit_ = false;
};

} // namespace ring

#endif
