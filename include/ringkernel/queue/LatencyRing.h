// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T between one producer and one consumer for messages that are answered one at
// a time: the word that publishes a message lies on the message's own cache line. A T of up to 56
// bytes is with the consumer after one line's way from core to core, where SpscRing needs two, its
// index's and the element's; but each element costs a publication, and there are no batches. For
// streams take SpscRing.
//
// Contract
//   Who calls   the two handles of split() belong to one thread each; a handle may move to a thread
//               that synchronises with the one before. Neither can be copied. A handle that is
//               destroyed closes the ring.
//   Progress    wait-free, both sides. No allocation after construction.
//   Capacity    exactly `capacity` elements, a power of two. A slot is whole cache lines.
//   Order       first in, first out. A published element is seen whole or not at all.
//   Misuse      publishing what was not reserved, releasing what was not peeked, a handle that was
//               moved from: the program ends with a message.
//
// A slot's sequence is its index + 1 where that index is published; what a lap before left there is
// another number.
//
// Memory orders
//   sequence.store(release)  producer, after the value is written  pairs with the consumer's load
//   sequence.load(acquire)   consumer, before the value is read    pairs with the producer's store
//   head.store(release)      consumer, after the value is read     pairs with head.load(acquire)
//   head.load(acquire)       producer, before slots are rewritten  pairs with head.store(release)
//   tail.store(release)      producer, for statistics alone
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_LATENCYRING_H
#define RINGKERNEL_QUEUE_LATENCYRING_H

#include <ringkernel/queue/SpscRing.h>

namespace ring {

namespace detail {

template <class T, template <class> class Atomic, class Index>
struct alignas(kCacheLine) LatencySlot {
  Atomic<Index> sequence{};
  T value{};
};

} // namespace detail

/// The one thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class alignas(detail::kCacheLine) LatencyProducer
    : public detail::SpscHandle<detail::LatencySlot<T, Atomic, Index>, Atomic, Index> {
public:
  using Value = T;

  LatencyProducer(LatencyProducer&& other) noexcept
      : Base(std::move(other)), tail_(std::exchange(other.tail_, 0)),
        head_(std::exchange(other.head_, 0)), isReserved_(std::exchange(other.isReserved_, false)) {
  }

  /// Ok, Full or Closed.
  RingResult tryPush(T value) {
    T* slot = nullptr;
    const RingResult result = tryReserve(slot);
    if (result != RingResult::Ok)
      return result;
    *slot = std::move(value);
    publish();
    return RingResult::Ok;
  }

  /// The next slot, to be written in place, the producer's until publish(): Ok, Full or Closed.
  /// What is written and copied in right after waits for its own stores; in place it does not.
  [[gnu::always_inline]] RingResult tryReserve(T*& slot) {
    if (isFull()) [[unlikely]]
      this->body_.require(); // what was moved from has no room
    if (this->isMarkedClosed())
      return RingResult::Closed;
    if (isFull()) [[unlikely]] {
      head_ = this->body_.control->head.value.load(std::memory_order_acquire); // values were read
      if (isFull())
        return RingResult::Full;
    }
    slot = &this->body_.at(tail_).value;
    isReserved_ = true;
    return RingResult::Ok;
  }
  /// Gives the reserved slot to the consumer.
  void publish() {
    if (!isReserved_) [[unlikely]] {
      this->body_.require();
      detail::ringMisuse("`publish` without a reserved slot; `tryReserve` comes before each");
    }
    isReserved_ = false;
    auto& slot = this->body_.at(tail_);
    tail_ = static_cast<Index>(tail_ + 1);
    slot.sequence.store(tail_, std::memory_order_release);
    this->body_.control->tail.value.store(tail_, std::memory_order_release);
  }

private:
  using Base = detail::SpscHandle<detail::LatencySlot<T, Atomic, Index>, Atomic, Index>;
  friend struct detail::RingAccess;

  explicit LatencyProducer(typename Base::Body body)
      : Base(std::move(body)),
        tail_(this->body_.control->tail.value.load(std::memory_order_relaxed)), // its own word
        head_(this->body_.control->head.value.load(std::memory_order_acquire)) {}

  bool isFull() const { return static_cast<Index>(tail_ - head_) == this->body_.capacity(); }

  Index tail_; ///< the next index
  Index head_; ///< as last seen
  bool isReserved_ = false;
};

/// The one thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class alignas(detail::kCacheLine) LatencyConsumer
    : public detail::SpscHandle<detail::LatencySlot<T, Atomic, Index>, Atomic, Index> {
public:
  using Value = T;

  LatencyConsumer(LatencyConsumer&& other) noexcept
      : Base(std::move(other)), head_(std::exchange(other.head_, 0)),
        isPeeked_(std::exchange(other.isPeeked_, false)) {}

  /// Ok, Empty or Closed.
  RingResult tryPop(T& value) {
    T* element = nullptr;
    const RingResult result = tryPeek(element);
    if (result != RingResult::Ok)
      return result;
    value = std::move(*element);
    release();
    return RingResult::Ok;
  }

  /// The next element, to be read in place until release(): Ok, Empty or Closed. While there is
  /// none it writes nothing, and it is compiled into the loop that asks: a loop that stores delays
  /// the line that it waits for.
  [[gnu::always_inline]] RingResult tryPeek(T*& element) {
    this->body_.require();
    auto& slot = this->body_.at(head_);
    for (std::size_t byte = detail::kCacheLine; byte < sizeof(slot); byte += detail::kCacheLine)
      __builtin_prefetch(reinterpret_cast<const char*>(&slot) + byte); // comes with the first line
    const bool closed = this->isMarkedClosed();                        // before the look
    if (slot.sequence.load(std::memory_order_acquire) != next())       // value was written
      return closed ? RingResult::Closed : RingResult::Empty;
    element = &slot.value;
    isPeeked_ = true;
    return RingResult::Ok;
  }
  /// Gives the peeked slot back to the producer.
  void release() {
    if (!isPeeked_) [[unlikely]] {
      this->body_.require();
      detail::ringMisuse("`release` without a peeked element; `tryPeek` comes before each");
    }
    isPeeked_ = false;
    head_ = next();
    this->body_.control->head.value.store(head_, std::memory_order_release);
  }

private:
  using Base = detail::SpscHandle<detail::LatencySlot<T, Atomic, Index>, Atomic, Index>;
  friend struct detail::RingAccess;

  explicit LatencyConsumer(typename Base::Body body)
      : Base(std::move(body)),
        head_(this->body_.control->head.value.load(std::memory_order_relaxed)) {} // its own word

  Index next() const { return static_cast<Index>(head_ + 1); }

  Index head_; ///< the shared head, which nobody else writes
  bool isPeeked_ = false;
};

/// `auto [producer, consumer] = ring::LatencyRing<Request>(64).split();`
template <class T, template <class> class Atomic = std::atomic, class IndexT = std::size_t>
class LatencyRing {
public:
  using Value = T;
  using Index = IndexT;
  using Producer = LatencyProducer<T, Atomic, Index>;
  using Consumer = LatencyConsumer<T, Atomic, Index>;
  using Body =
      detail::RingBody<detail::SpscControl<Atomic, Index>, detail::LatencySlot<T, Atomic, Index>>;

  /// `start` is the first index: tests begin near a wrap.
  explicit LatencyRing(std::size_t capacity, Index start = 0)
      : body_(Body::onHeap(checked(capacity), start)) {
    prepare(body_);
  }
  /// In memory of the caller, at least bytesFor(capacity) from the start of a cache line; it must
  /// outlive both handles.
  LatencyRing(std::span<std::byte> memory, std::size_t capacity, Index start = 0)
      : body_(Body::over(memory, checked(capacity), start)) {
    prepare(body_);
  }

  static std::size_t bytesFor(std::size_t capacity) { return Body::bytesFor(capacity); }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    body_.requireWhole();
    return {detail::RingAccess::make<Producer>(body_),
            detail::RingAccess::make<Consumer>(std::move(body_))};
  }

private:
  static std::size_t checked(std::size_t capacity) {
    return detail::ringCapacity<Index>(capacity, sizeof(typename Body::Slot));
  }
  /// Marks all slots of a new ring unpublished; nobody else sees it yet.
  static void prepare(const Body& body) {
    const Index start = body.control->head.value.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < body.capacity(); ++i) {
      const Index index = static_cast<Index>(start + i);
      body.at(index).sequence.store(index, std::memory_order_relaxed);
    }
  }

  Body body_;
};

} // namespace ring

#endif
