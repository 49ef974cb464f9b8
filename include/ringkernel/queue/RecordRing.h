// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of records of any length between one producer and one consumer: packed, each in
// one piece, written and read in place. (SpscRecordRing.h is the CPU backend's; it says why.)
//
// Contract
//   Who calls   the two handles of split() belong to one thread each and can only be moved. A
//               handle that is destroyed closes the ring.
//   Progress    wait-free, both sides. No allocation after construction.
//   Capacity    `capacityBytes`, a power of two from 64. A record takes 8 bytes more than its
//               length, rounded up to 8; what is left at the end of the ring may stay unused, which
//               nobody sees: a record of up to maxRecordBytes() (half the ring) always fits an
//               empty one.
//   Records     of 0 bytes and more, beginning on 8 bytes.
//   Order       first in, first out. Published together, seen together.
//   Misuse      publishing without a reserved record, releasing without a peeked one, a handle that
//               was moved from: the program ends with a message.
//   Damage      (memory shared with a process that errs) no call reads past the ring, or looks at
//               more than one record beyond what is unused at its end. Poisoned, and closed: a
//               length (it is held with a check) or an index that cannot be, when it is read; an
//               index that somebody else wrote, when the side that owns it finds nothing to do, or
//               closes. So neither side waits for what the other has already given.
//
// Memory orders
//   tail.store(release)  producer, after records are written      pairs with tail.load(acquire)
//   tail.load(acquire)   consumer, before records are read        pairs with tail.store(release)
//   head.store(release)  consumer, after records are read         pairs with head.load(acquire)
//   head.load(acquire)   producer, before words are rewritten     pairs with head.store(release)
//   flags (release, acquire)  what was published before close() is seen by who sees Closed
#ifndef RINGKERNEL_QUEUE_RECORDRING_H
#define RINGKERNEL_QUEUE_RECORDRING_H

#include <ringkernel/queue/SpscRing.h>

#include <cstring>

namespace ring {

namespace detail {

/// What stands before each record, and before what is left unused at the end.
struct RecordHeader {
  static constexpr std::uint32_t kRecord = 0x5245434f;
  static constexpr std::uint32_t kUnused = 0x50414444;

  static RecordHeader of(std::uint64_t bytes, std::uint32_t kind) {
    return {static_cast<std::uint32_t>(bytes), kind ^ static_cast<std::uint32_t>(bytes)};
  }
  bool is(std::uint32_t kind) const { return check == (kind ^ bytes); }

  std::uint32_t bytes; ///< of the record, without this header
  std::uint32_t check; ///< the kind, and the length again: a word of other origin is neither
};
static_assert(sizeof(RecordHeader) == 8);

inline std::uint64_t recordWords(std::uint64_t bytes) { return 1 + (bytes + 7) / 8; }

} // namespace detail

/// The one thread that writes records.
template <template <class> class Atomic = std::atomic>
class alignas(detail::kCacheLine) RecordProducer
    : public detail::SpscHandle<std::uint64_t, Atomic, std::uint64_t> {
public:
  RecordProducer(RecordProducer&& other) noexcept
      : Base(std::move(other)), tail_(std::exchange(other.tail_, 0)),
        reserved_(std::exchange(other.reserved_, 0)), head_(std::exchange(other.head_, 0)) {}
  ~RecordProducer() {
    if (this->body_.control)
      checkOwn();
  }

  /// Pushes give Closed from now on, pops too once the ring is empty.
  void close() {
    this->body_.require();
    checkOwn();
    Base::close();
  }

  std::size_t capacityBytes() const { return this->capacity() * 8; }
  std::size_t maxRecordBytes() const { return capacityBytes() / 2 - sizeof(detail::RecordHeader); }

  /// Room for one record behind those reserved before, to be written in place. Ok, Full, Closed, or
  /// TooLarge above maxRecordBytes().
  RingResult tryReserve(std::size_t bytes, std::span<std::byte>& record) {
    this->body_.require();
    if (this->isMarkedClosed())
      return RingResult::Closed;
    if (bytes > maxRecordBytes())
      return RingResult::TooLarge;
    const std::uint64_t words = detail::recordWords(bytes);
    const std::uint64_t capacity = this->body_.capacity();
    const std::uint64_t untilEnd = capacity - (reserved_ & this->body_.mask);
    const std::uint64_t unused = words <= untilEnd ? 0 : untilEnd;
    if (reserved_ + unused + words - head_ > capacity) {
      const std::uint64_t head =
          this->body_.control->head.value.load(std::memory_order_acquire); // words were read
      if (tail_ - head > std::min(tail_ - head_, capacity) || isOverwritten()) [[unlikely]]
        return this->poisoned();
      head_ = head;
      if (reserved_ + unused + words - head_ > capacity)
        return RingResult::Full;
    }
    if (unused != 0) {
      write(reserved_, detail::RecordHeader::of(8 * (unused - 1), detail::RecordHeader::kUnused));
      reserved_ += unused;
    }
    write(reserved_, detail::RecordHeader::of(bytes, detail::RecordHeader::kRecord));
    record = {reinterpret_cast<std::byte*>(&this->body_.at(reserved_ + 1)), bytes};
    if (bytes == 0)
      record = {};
    reserved_ += words;
    return RingResult::Ok;
  }
  /// Gives all reserved records to the consumer, together.
  void publish() {
    if (tail_ == reserved_) [[unlikely]] {
      this->body_.require();
      detail::ringMisuse("`publish` without a reserved record; `tryReserve` comes before each");
    }
    tail_ = reserved_;
    this->body_.control->tail.value.store(tail_, std::memory_order_release);
  }
  /// Forgets the records reserved since the last publish().
  void cancel() {
    this->body_.require();
    reserved_ = tail_;
  }

  /// Copies one record in and publishes it, with those reserved before.
  RingResult tryPush(std::span<const std::byte> bytes) {
    bytes = detail::ringGiven(bytes);
    std::span<std::byte> record;
    const RingResult result = tryReserve(bytes.size(), record);
    if (result != RingResult::Ok)
      return result;
    if (!bytes.empty())
      std::memcpy(record.data(), bytes.data(), bytes.size());
    publish();
    return RingResult::Ok;
  }

private:
  using Base = detail::SpscHandle<std::uint64_t, Atomic, std::uint64_t>;
  friend struct detail::RingAccess;

  explicit RecordProducer(typename Base::Body body)
      : Base(std::move(body)),
        tail_(this->body_.control->tail.value.load(std::memory_order_relaxed)), // its own word
        reserved_(tail_), head_(this->body_.control->head.value.load(std::memory_order_acquire)) {}

  /// The word that this side alone writes holds something else.
  bool isOverwritten() const {
    return this->body_.control->tail.value.load(std::memory_order_relaxed) != tail_;
  }
  void checkOwn() {
    if (isOverwritten())
      (void)this->poisoned();
  }
  void write(std::uint64_t index, detail::RecordHeader header) {
    std::memcpy(&this->body_.at(index), &header, sizeof(header));
  }

  std::uint64_t tail_, reserved_;
  std::uint64_t head_; ///< as last seen
};

/// The one thread that reads records.
template <template <class> class Atomic = std::atomic>
class alignas(detail::kCacheLine) RecordConsumer
    : public detail::SpscHandle<std::uint64_t, Atomic, std::uint64_t> {
public:
  RecordConsumer(RecordConsumer&& other) noexcept
      : Base(std::move(other)), head_(std::exchange(other.head_, 0)),
        read_(std::exchange(other.read_, 0)), tail_(std::exchange(other.tail_, 0)) {}

  std::size_t capacityBytes() const { return this->capacity() * 8; }

  /// The record after the last peeked one, to be read in place until release(). Ok, Empty, Closed,
  /// or Poisoned where the ring's memory was damaged.
  RingResult tryPeek(std::span<std::byte>& record) {
    for (;;) {
      if (read_ == tail_) {
        this->body_.require();
        const std::uint32_t flags = // before the last look
            this->body_.control->state.flags.load(std::memory_order_acquire);
        const std::uint64_t tail =
            this->body_.control->tail.value.load(std::memory_order_acquire); // were written
        if (tail - read_ > this->body_.capacity() - (read_ - head_)) [[unlikely]]
          return this->poisoned();
        tail_ = tail;
        if (read_ == tail_)
          return nothing(flags);
      }
      detail::RecordHeader header;
      std::memcpy(&header, &this->body_.at(read_), sizeof(header));
      const std::uint64_t words = detail::recordWords(header.bytes);
      const std::uint64_t untilEnd = this->body_.capacity() - (read_ & this->body_.mask);
      if (words > untilEnd || words > tail_ - read_) [[unlikely]]
        return this->poisoned();
      if (header.is(detail::RecordHeader::kRecord)) {
        record = {reinterpret_cast<std::byte*>(&this->body_.at(read_ + 1)), header.bytes};
        if (header.bytes == 0)
          record = {};
        read_ += words;
        return RingResult::Ok;
      }
      // A second one cannot follow: what is there is less than the ring by now.
      if (!header.is(detail::RecordHeader::kUnused) || words != untilEnd) [[unlikely]]
        return this->poisoned();
      read_ += words;
    }
  }
  /// Gives all peeked records back to the producer.
  void release() {
    if (head_ == read_) [[unlikely]] {
      this->body_.require();
      detail::ringMisuse("`release` without a peeked record; `tryPeek` comes before each");
    }
    head_ = read_;
    this->body_.control->head.value.store(head_, std::memory_order_release);
  }

  /// Copies the next record out and releases it, with those peeked before. `bytes` is its length;
  /// where `to` is shorter the result is TooLarge and the record stays.
  RingResult tryPop(std::span<std::byte> to, std::size_t& bytes) {
    to = detail::ringGiven(to);
    std::span<std::byte> record;
    const std::uint64_t before = read_;
    const RingResult result = tryPeek(record);
    if (result != RingResult::Ok)
      return result;
    bytes = record.size();
    if (bytes > to.size()) {
      read_ = before;
      return RingResult::TooLarge;
    }
    if (bytes > 0)
      std::memcpy(to.data(), record.data(), bytes);
    release();
    return RingResult::Ok;
  }

private:
  using Base = detail::SpscHandle<std::uint64_t, Atomic, std::uint64_t>;
  friend struct detail::RingAccess;

  explicit RecordConsumer(typename Base::Body body)
      : Base(std::move(body)),
        head_(this->body_.control->head.value.load(std::memory_order_relaxed)), // its own word
        read_(head_), tail_(head_) {}

  /// `flags` are from before the last look.
  RingResult nothing(std::uint32_t flags) const {
    if (flags & detail::kRingPoisoned)
      return RingResult::Poisoned;
    if (this->body_.control->head.value.load(std::memory_order_relaxed) != head_) [[unlikely]]
      return this->poisoned(); // somebody else wrote this side's word: the producer may wait for it
    return flags & detail::kRingClosed ? RingResult::Closed : RingResult::Empty;
  }

  std::uint64_t head_, read_;
  std::uint64_t tail_; ///< as last seen
};

/// `auto [producer, consumer] = ring::RecordRing<>(1 << 20).split();`
template <template <class> class Atomic = std::atomic> class RecordRing {
public:
  using Value = std::uint64_t;
  using Index = std::uint64_t; ///< in words of 8 bytes
  using Producer = RecordProducer<Atomic>;
  using Consumer = RecordConsumer<Atomic>;
  using Body = detail::RingBody<detail::SpscControl<Atomic, Index>, std::uint64_t>;
  static constexpr std::size_t kLeastCapacity = 8;                   ///< words
  static constexpr std::size_t kMostCapacity = std::size_t(1) << 29; ///< words: lengths are 32 bits

  /// `start` is the first index, in words of 8 bytes: tests begin near a wrap.
  explicit RecordRing(std::size_t capacityBytes, Index start = 0)
      : body_(Body::onHeap(words(capacityBytes), start)) {}
  /// In memory of the caller, at least bytesFor(capacityBytes / 8) from the start of a cache line;
  /// it must outlive both handles.
  RecordRing(std::span<std::byte> memory, std::size_t capacityBytes, Index start = 0)
      : body_(Body::over(memory, words(capacityBytes), start)) {}

  static std::size_t bytesFor(std::size_t words) { return Body::bytesFor(words); }

  using Ends = RingEnds<Producer, Consumer>;
  Ends split() && {
    body_.requireWhole();
    return {detail::RingAccess::make<Producer>(body_),
            detail::RingAccess::make<Consumer>(std::move(body_))};
  }

private:
  static std::size_t words(std::size_t bytes) {
    if (bytes > 8 * kMostCapacity)
      detail::ringMisuse("a RecordRing's bytes", bytes, 8 * kMostCapacity);
    return detail::ringCapacity<Index>(bytes, 1, 8 * kLeastCapacity) / 8;
  }

  Body body_;
};

} // namespace ring

#endif
