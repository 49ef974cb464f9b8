// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of T between one producer and one consumer.
//
// Contract
//   Who calls   the two handles of split() belong to one thread each; a handle may move to a thread
//               that synchronises with the one before. Neither can be copied: a second producer
//               does not compile. A handle that is destroyed closes the ring.
//   Progress    wait-free, both sides. No allocation after construction.
//   Capacity    exactly `capacity` elements, a power of two. Indices count all elements ever and
//               wrap with their type; a slot's place is the index modulo the capacity.
//   Order       first in, first out. A published element is seen whole or not at all.
//   Misuse      publishing more than the last tryReserve() gave, releasing more than the last
//               tryPeek() gave, a handle that was moved from: the program ends with a message.
//   Damage      an index that cannot be (memory shared with a process that errs) is Poisoned.
//
// Memory orders
//   tail.store(release)  producer, after the slots are written   pairs with tail.load(acquire)
//   tail.load(acquire)   consumer, before the slots are read     pairs with tail.store(release)
//   head.store(release)  consumer, after the slots are read      pairs with head.load(acquire)
//   head.load(acquire)   producer, before slots are rewritten    pairs with head.store(release)
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_SPSCRING_H
#define RINGKERNEL_QUEUE_SPSCRING_H

#include <ringkernel/queue/RingMemory.h>

#include <type_traits>

namespace ring {

namespace detail {

struct RingAccess;

template <template <class> class Atomic, class Index> struct SpscControl {
  explicit SpscControl(Index start) : tail{start}, head{start} {}
  RingState<Atomic> state;
  RingLine<Atomic<Index>> tail; ///< the producer's
  RingLine<Atomic<Index>> head; ///< the consumer's
};

/// What the handles of one-to-one rings have in common: anyone may call these.
template <class T, template <class> class Atomic, class IndexT> class SpscHandle {
public:
  using Value = T;
  using Index = IndexT;

  std::size_t capacity() const {
    body_.require();
    return body_.capacity();
  }
  /// Elements that a batch puts in at once, at most.
  std::size_t mostAtOnce() const { return capacity(); }

  /// Pushes give Closed from now on, pops too once the ring is empty.
  void close() {
    body_.require();
    body_.control->state.add(kRingClosed);
  }
  bool isClosed() const {
    body_.require();
    return isMarkedClosed();
  }

  /// Elements in the ring at some moment during the call, at most the capacity.
  std::size_t approximateSize() const { return statistics().size; }
  RingStatistics statistics() const {
    body_.require();
    const Index head = body_.control->head.value.load(std::memory_order_acquire);
    const Index tail = body_.control->tail.value.load(std::memory_order_acquire);
    return {tail, head, std::min<std::size_t>(static_cast<Index>(tail - head), capacity()),
            capacity()};
  }

protected:
  using Body = RingBody<SpscControl<Atomic, Index>, T>;
  friend struct RingAccess;

  explicit SpscHandle(Body body) : body_(std::move(body)) {}
  SpscHandle(SpscHandle&&) noexcept = default;
  SpscHandle& operator=(SpscHandle&&) = delete;
  ~SpscHandle() {
    if (body_.control) // not moved from
      close();
  }

  bool isMarkedClosed() const { return body_.control->state.has(kRingClosed); }

  /// The other side's index cannot be: somebody else wrote into the ring's words.
  [[gnu::cold, gnu::noinline]] RingResult poisoned() const {
    body_.control->state.add(kRingPoisoned | kRingClosed);
    return RingResult::Poisoned;
  }

  Body body_;
};

} // namespace detail

/// The one thread that pushes. T is default constructible and assignable.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class alignas(detail::kCacheLine) SpscProducer : public detail::SpscHandle<T, Atomic, Index> {
public:
  SpscProducer(SpscProducer&& other) noexcept
      : Base(std::move(other)), tail_(std::exchange(other.tail_, 0)),
        head_(std::exchange(other.head_, 0)), reserved_(std::exchange(other.reserved_, 0)),
        pace_(other.pace_) {}

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

  /// Moves the first `pushed` of `values` in, as many as there is room for: Ok where at least one.
  RingResult tryPushBatch(std::span<T> values, std::size_t& pushed) {
    pushed = 0;
    values = detail::ringGiven(values);
    RingResult result = RingResult::Ok;
    while (pushed < values.size()) { // twice at most where the ring does not end
      std::span<T> slots;
      result = tryReserve(std::min(values.size() - pushed, this->capacity()), slots);
      if (result != RingResult::Ok)
        break;
      std::move(values.begin() + pushed, values.begin() + pushed + slots.size(), slots.begin());
      publish(slots.size());
      pushed += slots.size();
    }
    return pushed > 0 ? RingResult::Ok : result;
  }

  /// Up to `wanted` free slots that lie together (fewer at the end of the ring), to be written in
  /// place. They stay the producer's until publish(); the next push or reservation takes the place
  /// of what was not published. Full, Closed, or TooLarge above the capacity.
  [[gnu::always_inline]] RingResult tryReserve(std::size_t wanted, std::span<T>& slots) {
    const std::size_t capacity = this->body_.capacity();
    std::size_t free = capacity - static_cast<Index>(tail_ - head_);
    if (wanted - 1 >= free) [[unlikely]] // or 0 are wanted
      this->body_.require();             // what was moved from has no room
    if (this->isMarkedClosed())
      return RingResult::Closed;
    if (free < wanted) [[unlikely]] {
      if (wanted > capacity)
        return RingResult::TooLarge;
      pace_.beforeLook();
      const Index head =
          this->body_.control->head.value.load(std::memory_order_acquire); // slots were read
      free = capacity - static_cast<Index>(tail_ - head);
      pace_.afterLook(free);
      if (free == 0)
        return isOverwritten() ? this->poisoned() : RingResult::Full;
      if (free > capacity) [[unlikely]]
        return this->poisoned();
      head_ = head;
    }
    const std::size_t place = static_cast<std::size_t>(tail_) & this->body_.mask;
    slots = {this->body_.slots + place, std::min({wanted, free, capacity - place})};
    reserved_ = slots.size();
    if constexpr (Base::Body::kAskAhead)
      if (constexpr auto kAhead = Base::Body::kWriteAhead; slots.size() + kAhead <= free)
        this->body_.askToWrite(static_cast<Index>(tail_ + kAhead), slots.size());
    return RingResult::Ok;
  }

  /// Gives the first `count` reserved slots to the consumer; the rest stays reserved.
  void publish(std::size_t count) {
    if (count - 1 >= reserved_) [[unlikely]] // or 0
      return checkPublish(count);
    reserved_ -= count;
    tail_ = static_cast<Index>(tail_ + count);
    this->body_.control->tail.value.store(tail_, std::memory_order_release);
  }

private:
  using Base = detail::SpscHandle<T, Atomic, Index>;
  friend struct detail::RingAccess;

  explicit SpscProducer(typename Base::Body body)
      : Base(std::move(body)),
        tail_(this->body_.control->tail.value.load(std::memory_order_relaxed)), // its own word
        head_(static_cast<Index>(tail_ - this->body_.capacity())) {} // full until it looks

  /// Somebody else wrote the word that this side alone writes: the other may wait for it.
  bool isOverwritten() const {
    return this->body_.control->tail.value.load(std::memory_order_relaxed) != tail_;
  }
  [[gnu::cold, gnu::noinline]] void checkPublish(std::size_t count) const {
    this->body_.require();
    if (count > reserved_)
      detail::ringMisuse("`publish` of more slots than were reserved", count, reserved_);
  }

  Index tail_;               ///< the shared tail, which nobody else writes
  Index head_;               ///< as last seen
  std::size_t reserved_ = 0; ///< and not published
  detail::RingPace pace_;
};

/// The one thread that pops.
template <class T, template <class> class Atomic = std::atomic, class Index = std::size_t>
class alignas(detail::kCacheLine) SpscConsumer : public detail::SpscHandle<T, Atomic, Index> {
public:
  SpscConsumer(SpscConsumer&& other) noexcept
      : Base(std::move(other)), head_(std::exchange(other.head_, 0)),
        tail_(std::exchange(other.tail_, 0)), peeked_(std::exchange(other.peeked_, 0)),
        pace_(other.pace_) {}

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

  /// Moves up to values.size() elements out; `popped` says how many, above 0 where Ok.
  RingResult tryPopBatch(std::span<T> values, std::size_t& popped) {
    popped = 0;
    values = detail::ringGiven(values);
    RingResult result = RingResult::Ok;
    while (popped < values.size()) {
      std::span<T> elements;
      result = tryPeek(values.size() - popped, elements);
      if (result != RingResult::Ok)
        break;
      std::move(elements.begin(), elements.end(), values.begin() + popped);
      release(elements.size());
      popped += elements.size();
    }
    return popped > 0 ? RingResult::Ok : result;
  }

  /// Up to `wanted` published elements that lie together, to be read in place. They stay the
  /// consumer's until release(); the next pop or peek begins at the same element. Empty or Closed
  /// where there is none.
  [[gnu::always_inline]] RingResult tryPeek(std::size_t wanted, std::span<T>& elements) {
    std::size_t ready = static_cast<Index>(tail_ - head_);
    if (ready == 0) { // what is known to be there is enough: a look costs the producer its line
      this->body_.require(); // for what was moved from nothing is known
      pace_.beforeLook();
      // The element's line comes with the index's, not after it.
      __builtin_prefetch(&this->body_.at(head_));
      const bool closed = this->isMarkedClosed(); // before the last look
      const Index tail =
          this->body_.control->tail.value.load(std::memory_order_acquire); // slots were written
      ready = static_cast<Index>(tail - head_);
      pace_.afterLook(ready);
      if (ready == 0) {
        if (isOverwritten()) [[unlikely]]
          return this->poisoned();
        return closed ? RingResult::Closed : RingResult::Empty;
      }
      if (ready > this->body_.capacity()) [[unlikely]]
        return this->poisoned();
      tail_ = tail;
    }
    const std::size_t place = static_cast<std::size_t>(head_) & this->body_.mask;
    elements = {this->body_.slots + place,
                std::min({wanted, ready, this->body_.capacity() - place})};
    peeked_ = elements.size();
    if constexpr (Base::Body::kAskAhead)
      if (constexpr auto kAhead = Base::Body::kReadAhead; elements.size() + kAhead <= ready)
        this->body_.askToRead(static_cast<Index>(head_ + kAhead), elements.size());
    return RingResult::Ok;
  }

  /// Gives the first `count` peeked slots back to the producer; the rest stays peeked.
  void release(std::size_t count) {
    if (count - 1 >= peeked_) [[unlikely]] // or 0
      return checkRelease(count);
    peeked_ -= count;
    head_ = static_cast<Index>(head_ + count);
    this->body_.control->head.value.store(head_, std::memory_order_release);
  }

private:
  using Base = detail::SpscHandle<T, Atomic, Index>;
  friend struct detail::RingAccess;

  explicit SpscConsumer(typename Base::Body body)
      : Base(std::move(body)),
        head_(this->body_.control->head.value.load(std::memory_order_relaxed)), // its own word
        tail_(head_) {} // empty until it looks

  /// Somebody else wrote the word that this side alone writes: the other may wait for it.
  bool isOverwritten() const {
    return this->body_.control->head.value.load(std::memory_order_relaxed) != head_;
  }
  [[gnu::cold, gnu::noinline]] void checkRelease(std::size_t count) const {
    this->body_.require();
    if (count > peeked_)
      detail::ringMisuse("`release` of more elements than were peeked", count, peeked_);
  }

  Index head_;             ///< the shared head, which nobody else writes
  Index tail_;             ///< as last seen
  std::size_t peeked_ = 0; ///< and not released
  detail::RingPace pace_;
};

/// The two ends of a ring.
template <class ProducerT, class ConsumerT> struct RingEnds {
  ProducerT producer;
  ConsumerT consumer;
};

namespace detail {

/// Makes handles: for the rings and for SharedRing.h.
struct RingAccess {
  template <class Handle, class... Args> static Handle make(Args&&... args) {
    return Handle(std::forward<Args>(args)...);
  }
  template <class Handle> static auto& state(Handle& handle) {
    handle.body_.require();
    return handle.body_.control->state;
  }
  template <class Handle> static bool isShared(const Handle& handle) {
    return handle.body_.isShared();
  }
};

} // namespace detail

/// `auto [producer, consumer] = ring::SpscRing<Order>(1024).split();`
template <class T, template <class> class Atomic = std::atomic, class IndexT = std::size_t>
class SpscRing {
public:
  using Value = T;
  using Index = IndexT;
  using Producer = SpscProducer<T, Atomic, Index>;
  using Consumer = SpscConsumer<T, Atomic, Index>;
  using Body = detail::RingBody<detail::SpscControl<Atomic, Index>, T>;
  static constexpr std::size_t kLeastCapacity = 1;

  /// `start` is the first index: tests begin near a wrap.
  explicit SpscRing(std::size_t capacity, Index start = 0)
      : body_(Body::onHeap(detail::ringCapacity<Index>(capacity, sizeof(T)), start)) {}
  /// In memory of the caller, at least bytesFor(capacity) from the start of a cache line; it must
  /// outlive both handles.
  SpscRing(std::span<std::byte> memory, std::size_t capacity, Index start = 0)
      : body_(Body::over(memory, detail::ringCapacity<Index>(capacity, sizeof(T)), start)) {}

  static std::size_t bytesFor(std::size_t capacity) { return Body::bytesFor(capacity); }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    body_.requireWhole();
    return {detail::RingAccess::make<Producer>(body_),
            detail::RingAccess::make<Consumer>(std::move(body_))};
  }

private:
  Body body_;
};

} // namespace ring

#endif
