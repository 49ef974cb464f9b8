// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One face for all queues that are compared: put() and get() move up to `most` messages, written
// and read by the caller's functions, in place where the queue can. Peers are used as their
// documents say is fastest: tokens, bulk calls, ranges.
#ifndef RINGKERNEL_BENCH_RINGS_QUEUES_H
#define RINGKERNEL_BENCH_RINGS_QUEUES_H

#include "Message.h"

#include <ringkernel/queue/LanedRing.h>
#include <ringkernel/queue/LatencyRing.h>
#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/SpscRing.h>

#if RINGKERNEL_BENCH_BOOST
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#endif
#if RINGKERNEL_BENCH_READERWRITERQUEUE
#include <readerwriterqueue/readerwriterqueue.h>
#endif
#if RINGKERNEL_BENCH_CONCURRENTQUEUE
#include <concurrentqueue/concurrentqueue.h>
#endif
#if RINGKERNEL_BENCH_TBB
#include <tbb/concurrent_queue.h>
#endif

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>

namespace bench {

inline constexpr std::size_t kMostAtOnce = 32;

/// Our one-to-one ring, in place.
template <class M> class OurSpsc {
public:
  OurSpsc(std::size_t capacity, std::size_t, std::size_t)
      : ends_(ring::SpscRing<M>(capacity).split()) {}
  auto sender(std::size_t) {
    return [this](std::size_t most, auto write) -> std::size_t {
      std::span<M> slots;
      if (ends_.producer.tryReserve(most, slots) != ring::RingResult::Ok)
        return 0;
      for (std::size_t i = 0; i < slots.size(); ++i)
        write(slots[i], i);
      ends_.producer.publish(slots.size());
      return slots.size();
    };
  }
  auto receiver(std::size_t) {
    return [this](std::size_t most, auto read) -> std::size_t {
      std::span<M> elements;
      if (ends_.consumer.tryPeek(most, elements) != ring::RingResult::Ok)
        return 0;
      for (const M& element : elements)
        read(element);
      ends_.consumer.release(elements.size());
      return elements.size();
    };
  }

protected:
  typename ring::SpscRing<M>::Ends ends_;
};

/// The same, with elements that are written elsewhere and copied in, several at once: `rep movsb`
/// and its like need not fetch the lines that they overwrite.
template <class M> class OurSpscCopied : public OurSpsc<M> {
public:
  using OurSpsc<M>::OurSpsc;
  auto sender(std::size_t) {
    return [&producer = this->ends_.producer, batch = std::array<M, kMostAtOnce>(), used = 0ul,
            filled = 0ul](std::size_t most, auto write) mutable -> std::size_t {
      if (used == filled) {
        for (std::size_t i = 0; i < most; ++i)
          write(batch[i], i);
        used = 0;
        filled = most;
      }
      std::size_t pushed = 0;
      if (producer.tryPushBatch(std::span(batch).subspan(used, filled - used), pushed) ==
          ring::RingResult::Ok)
        used += pushed;
      return used == filled ? filled : 0;
    };
  }
};

/// Our one-to-one ring for messages that are answered one at a time, in place.
template <class M> class OurLatency {
public:
  OurLatency(std::size_t capacity, std::size_t, std::size_t)
      : ends_(ring::LatencyRing<M>(capacity).split()) {}
  auto sender(std::size_t) {
    return [this](std::size_t, auto write) -> std::size_t {
      M* slot = nullptr;
      if (ends_.producer.tryReserve(slot) != ring::RingResult::Ok)
        return 0;
      write(*slot, 0);
      ends_.producer.publish();
      return 1;
    };
  }
  auto receiver(std::size_t) {
    return [this](std::size_t, auto read) -> std::size_t {
      M* element = nullptr;
      if (ends_.consumer.tryPeek(element) != ring::RingResult::Ok)
        return 0;
      read(*element);
      ends_.consumer.release();
      return 1;
    };
  }

private:
  typename ring::LatencyRing<M>::Ends ends_;
};

/// Our rings with a shared tail, and the one with a lane for each producer.
template <class Ring> class OurShared {
public:
  using M = typename Ring::Value;
  OurShared(std::size_t capacity, std::size_t producers, std::size_t)
      : ends_(make(capacity, producers).split()) {}
  auto sender(std::size_t) {
    return [producer = ends_.producer](std::size_t most, auto write) mutable -> std::size_t {
      typename Ring::Producer::Reservation places;
      if (producer.tryReserve(most, places) != ring::RingResult::Ok)
        return 0;
      for (std::size_t i = 0; i < most; ++i)
        write(places[i], i);
      places.publish();
      return most;
    };
  }
  auto receiver(std::size_t) {
    if constexpr (std::is_copy_constructible_v<typename Ring::Consumer>)
      return [consumer = ends_.consumer](std::size_t most, auto read) mutable -> std::size_t {
        typename Ring::Consumer::Taken taken;
        if (consumer.tryTake(most, taken) != ring::RingResult::Ok)
          return 0;
        for (std::size_t i = 0; i < taken.size(); ++i)
          read(taken[i]);
        return taken.size();
      };
    else
      return [this](std::size_t most, auto read) -> std::size_t {
        ring::RingView<typename Ring::Consumer::Slot> elements;
        if (ends_.consumer.tryPeek(most, elements) != ring::RingResult::Ok)
          return 0;
        for (std::size_t i = 0; i < elements.size(); ++i)
          read(elements[i]);
        ends_.consumer.release(elements.size());
        return elements.size();
      };
  }

private:
  static Ring make(std::size_t capacity, std::size_t producers) {
    if constexpr (std::is_constructible_v<Ring, std::size_t>)
      return Ring(capacity);
    else
      return Ring(producers, capacity);
  }
  typename Ring::Ends ends_;
};

template <class M> class OurPartitioned {
public:
  OurPartitioned(std::size_t capacity, std::size_t producers, std::size_t)
      : ends_(ring::PartitionedRing<M>(producers, capacity).split()) {}
  auto sender(std::size_t number) {
    return [&producer = ends_.producers[number]](std::size_t most, auto write) -> std::size_t {
      std::span<M> slots;
      if (producer.tryReserve(most, slots) != ring::RingResult::Ok)
        return 0;
      for (std::size_t i = 0; i < slots.size(); ++i)
        write(slots[i], i);
      producer.publish(slots.size());
      return slots.size();
    };
  }
  auto receiver(std::size_t) {
    return [this](std::size_t most, auto read) -> std::size_t {
      std::span<M> elements;
      if (ends_.consumer.tryPeek(most, elements) != ring::RingResult::Ok)
        return 0;
      for (const M& element : elements)
        read(element);
      ends_.consumer.release(elements.size());
      return elements.size();
    };
  }

private:
  typename ring::PartitionedRing<M>::Ends ends_;
};

/// A peer with push(M), pop(M&) and calls for several at once, through an array of the caller's.
template <class Peer, class M> class Copying {
public:
  Copying(std::size_t capacity, std::size_t producers, std::size_t consumers)
      : peer_(capacity, producers, consumers) {}
  auto sender(std::size_t number) {
    return [side = peer_.sender(number), batch = std::array<M, kMostAtOnce>(), used = 0ul,
            filled = 0ul](std::size_t most, auto write) mutable -> std::size_t {
      if (used == filled) {
        for (std::size_t i = 0; i < most; ++i)
          write(batch[i], i);
        used = 0;
        filled = most;
      }
      const std::size_t pushed = side(batch.data() + used, filled - used);
      used += pushed;
      // Counted when the last is in, so that the caller's numbers and this batch agree.
      return used == filled ? filled : 0;
    };
  }
  auto receiver(std::size_t number) {
    return [side = peer_.receiver(number),
            batch = std::array<M, kMostAtOnce>()](std::size_t most, auto read) mutable {
      const std::size_t popped = side(batch.data(), most);
      for (std::size_t i = 0; i < popped; ++i)
        read(batch[i]);
      return popped;
    };
  }

private:
  Peer peer_;
};

#if RINGKERNEL_BENCH_BOOST
template <class M> class BoostSpsc {
public:
  BoostSpsc(std::size_t capacity, std::size_t, std::size_t) : queue_(capacity) {}
  auto sender(std::size_t) {
    return [this](const M* messages, std::size_t count) -> std::size_t {
      return count == 1 ? queue_.push(*messages) : queue_.push(messages, count);
    };
  }
  auto receiver(std::size_t) {
    return [this](M* messages, std::size_t count) -> std::size_t {
      return count == 1 ? queue_.pop(*messages) : queue_.pop(messages, count);
    };
  }

private:
  boost::lockfree::spsc_queue<M> queue_;
};
template <class M> class BoostQueue {
public:
  BoostQueue(std::size_t capacity, std::size_t, std::size_t) : queue_(capacity) {}
  auto sender(std::size_t) {
    return [this](const M* messages, std::size_t) -> std::size_t {
      return queue_.bounded_push(*messages);
    };
  }
  auto receiver(std::size_t) {
    return [this](M* messages, std::size_t) -> std::size_t { return queue_.pop(*messages); };
  }

private:
  boost::lockfree::queue<M> queue_;
};
#endif

#if RINGKERNEL_BENCH_READERWRITERQUEUE
/// Reads in place: peek(), then pop().
template <class M> class ReaderWriter {
public:
  ReaderWriter(std::size_t capacity, std::size_t, std::size_t) : queue_(capacity) {}
  auto sender(std::size_t) {
    return [this](std::size_t, auto write) -> std::size_t {
      if (!pending_) {
        write(message_, 0);
        pending_ = true;
      }
      pending_ = !queue_.try_enqueue(message_);
      return !pending_;
    };
  }
  auto receiver(std::size_t) {
    return [this](std::size_t, auto read) -> std::size_t {
      const M* message = queue_.peek();
      if (!message)
        return 0;
      read(*message);
      queue_.pop();
      return 1;
    };
  }

private:
  moodycamel::ReaderWriterQueue<M> queue_;
  alignas(128) M message_; // the producer's
  bool pending_ = false;
};
#endif

#if RINGKERNEL_BENCH_CONCURRENTQUEUE
/// With tokens, and bulk calls where there are several messages.
/// Its blocks belong to the producer that took them, so one that took none in time would never
/// send: it may allocate while fewer than `capacity` messages are in the queue.
template <class M> class Concurrent {
public:
  Concurrent(std::size_t capacity, std::size_t producers, std::size_t)
      : capacity_(capacity), queue_(capacity, producers, 0) {}
  auto sender(std::size_t) {
    return [this, token = moodycamel::ProducerToken(queue_)](const M* messages,
                                                             std::size_t count) mutable {
      bool isIn = count == 1 ? queue_.try_enqueue(token, *messages)
                             : queue_.try_enqueue_bulk(token, messages, count);
      if (!isIn && queue_.size_approx() < capacity_)
        isIn = queue_.enqueue_bulk(token, messages, count);
      return isIn ? count : std::size_t(0);
    };
  }
  auto receiver(std::size_t) {
    return
        [this, token = moodycamel::ConsumerToken(queue_)](M* messages, std::size_t count) mutable {
          return count == 1 ? std::size_t(queue_.try_dequeue(token, *messages))
                            : queue_.try_dequeue_bulk(token, messages, count);
        };
  }

private:
  const std::size_t capacity_;
  moodycamel::ConcurrentQueue<M> queue_;
};
#endif

#if RINGKERNEL_BENCH_TBB
template <class M> class Tbb {
public:
  Tbb(std::size_t capacity, std::size_t, std::size_t) {
    queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
  }
  auto sender(std::size_t) {
    return [this](const M* messages, std::size_t) -> std::size_t {
      return queue_.try_push(*messages);
    };
  }
  auto receiver(std::size_t) {
    return [this](M* messages, std::size_t) -> std::size_t { return queue_.try_pop(*messages); };
  }

private:
  tbb::concurrent_bounded_queue<M> queue_;
};
#endif

} // namespace bench

#endif
