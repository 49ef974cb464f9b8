// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded queue of records of any length between one producer thread and one consumer thread:
// packed, in place on both sides, taken back before they are published where the producer wants.
//
// Why there is RecordRing.h too: this is the ring beneath the CPU backend's lanes, one for each
// pair of workers, and its records are messages that bring what the other would add. Their first 4
// bytes are the ring's, so that a record costs no header of its own and whole messages lie on 16
// bytes, which device code relies on; there the 8 bytes before each record are kept, for records of
// any content and length, 0 too, and a damaged length is found out. A handler's messages are kept
// or taken back (commit, rollback) before a batch of them is published, where the other only knows
// what is published. The memory of a lane that nobody uses is never touched. There is no closing
// and there are no roles to lose: workers end together. For everything else take RecordRing.
//
// Contract
//   Who calls   one thread the producer's functions, one the consumer's. A role may move to another
//               thread that synchronises with it.
//   Progress    wait-free, both sides. No allocation after construction.
//   Capacity    a power of two of chunks of 16 bytes; a record takes whole chunks and lies in one
//               piece, so what is left at the end of the ring may stay unused: a record of up to a
//               quarter of the ring always fits an empty one.
//   Records     begin on 16 bytes; their first 4 bytes are the ring's (the record's chunks).
//   Order       first in, first out.
//
// Memory orders
//   tail.store(release)  producer, after records are written      pairs with tail.load(acquire)
//   tail.load(acquire)   consumer, before records are read        pairs with tail.store(release)
//   head.store(release)  consumer, after records are read         pairs with head.load(acquire)
//   head.load(acquire)   producer, before chunks are rewritten    pairs with head.store(release)
#ifndef RINGKERNEL_QUEUE_SPSCRECORDRING_H
#define RINGKERNEL_QUEUE_SPSCRECORDRING_H

#include <ringkernel/queue/RingResult.h>

#include <atomic>
#include <cstring>
#include <memory>

namespace ring {

template <template <class> class Atomic = std::atomic> class SpscRecordRing {
public:
  static constexpr std::size_t kChunkBytes = 16;

  /// `start` is the first index: tests begin near a wrap.
  explicit SpscRecordRing(std::size_t chunks, std::uint64_t start = 0)
      : mask_(detail::ringCapacity<std::uint64_t>(chunks, kChunkBytes, 4) - 1),
        memory_(static_cast<std::byte*>(std::calloc(chunks, kChunkBytes))), // pages come when used
        producer_(start), consumer_(start) {
    if (!memory_)
      detail::ringMisuse("no memory for a ring");
  }
  SpscRecordRing(const SpscRecordRing&) = delete;
  SpscRecordRing& operator=(const SpscRecordRing&) = delete;

  std::size_t capacityBytes() const { return (mask_ + 1) * kChunkBytes; }
  /// The largest record that is ever accepted.
  std::size_t maxRecordBytes() const { return capacityBytes() / 4; }

  // Producer. Reserved records are the producer's until committed, committed ones until published.

  /// Room for one record of `bytes`, from 4 to maxRecordBytes(), behind those reserved before; null
  /// where the ring is full. Write all but the first 4 bytes.
  std::byte* tryReserve(std::size_t bytes) {
    if (bytes > (mask_ + 1) * kChunkBytes)
      return nullptr; // before the sum below could wrap
    const std::uint64_t chunks = (bytes + kChunkBytes - 1) / kChunkBytes;
    const std::uint64_t untilEnd = mask_ + 1 - (producer_.reserved & mask_);
    const std::uint64_t padding = chunks <= untilEnd ? 0 : untilEnd;
    if (producer_.reserved + padding + chunks - producer_.otherHead > mask_ + 1) {
      producer_.otherHead = consumer_.head.load(std::memory_order_acquire); // chunks were read
      if (producer_.reserved + padding + chunks - producer_.otherHead > mask_ + 1)
        return nullptr;
    }
    if (padding != 0) {
      writeLength(producer_.reserved, static_cast<std::uint32_t>(padding) | kPadding);
      producer_.reserved += padding;
    }
    std::byte* record = at(producer_.reserved);
    writeLength(producer_.reserved, static_cast<std::uint32_t>(chunks));
    producer_.reserved += chunks;
    return record;
  }
  /// Keeps all reserved records.
  void commit() { producer_.committed = producer_.reserved; }
  /// Forgets those reserved since the last commit().
  void rollback() { producer_.reserved = producer_.committed; }
  /// Gives all committed records to the consumer.
  void publish() { producer_.tail.store(producer_.committed, std::memory_order_release); }
  bool hasUnpublished() const {
    return producer_.tail.load(std::memory_order_relaxed) != producer_.committed;
  }

  // Consumer.

  /// The next record, to be read in place until release(); null where there is none.
  std::byte* tryPeek() {
    for (;;) {
      if (consumer_.read == consumer_.otherTail) {
        consumer_.otherTail =
            producer_.tail.load(std::memory_order_acquire); // records were written
        if (consumer_.read == consumer_.otherTail)
          return nullptr;
      }
      std::uint32_t length;
      std::memcpy(&length, at(consumer_.read), sizeof(length));
      if (!(length & kPadding)) {
        consumer_.next = consumer_.read + length;
        return at(consumer_.read);
      }
      consumer_.read += length & ~kPadding;
    }
  }
  /// Goes past the peeked record; it stays readable until release().
  void advance() { consumer_.read = consumer_.next; }
  /// Gives all records gone past back to the producer.
  void release() { consumer_.head.store(consumer_.read, std::memory_order_release); }

  /// Nothing published is left unread. Exact for the consumer only.
  bool isEmpty() const {
    return consumer_.head.load(std::memory_order_acquire) ==
           producer_.tail.load(std::memory_order_acquire);
  }

private:
  static constexpr std::uint32_t kPadding = 0x80000000u;

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  struct alignas(detail::kCacheLine) Producer {
    explicit Producer(std::uint64_t start)
        : tail(start), committed(start), reserved(start), otherHead(start) {}
    Atomic<std::uint64_t> tail;
    // Apart from the word that the consumer polls: a commit must not wait for its line.
    alignas(detail::kCacheLine) std::uint64_t committed;
    std::uint64_t reserved, otherHead;
  };
  struct alignas(detail::kCacheLine) Consumer {
    explicit Consumer(std::uint64_t start)
        : head(start), read(start), next(start), otherTail(start) {}
    Atomic<std::uint64_t> head;
    alignas(detail::kCacheLine) std::uint64_t read; // apart, as the producer's
    std::uint64_t next, otherTail;
  };

  std::byte* at(std::uint64_t index) const { return memory_.get() + (index & mask_) * kChunkBytes; }
  void writeLength(std::uint64_t index, std::uint32_t length) {
    std::memcpy(at(index), &length, sizeof(length));
  }

  const std::uint64_t mask_;
  const std::unique_ptr<std::byte, Free> memory_;
  Producer producer_;
  Consumer consumer_;
};

} // namespace ring

#endif
