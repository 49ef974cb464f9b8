// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that push and pop audited messages through a ring of any kind, single and in batches,
// until the ring is closed and drained. Reports; asserts nothing.
#ifndef RINGKERNEL_TEST_UNIT_QUEUE_TRAFFIC_H
#define RINGKERNEL_TEST_UNIT_QUEUE_TRAFFIC_H

#include "Audit.h"

#include <ringkernel/queue/RingResult.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <thread>
#include <vector>

namespace audit {

struct Outcome {
  std::uint64_t received = 0, expected = 0;
  bool intact = true; ///< whole, in order, none lost, none twice
};

template <class Producer>
void produce(Producer& ring, std::uint64_t producer, std::uint64_t count, std::size_t mostAtOnce) {
  std::vector<Message> batch(mostAtOnce);
  for (std::uint64_t next = 0; next < count;) {
    const auto size = std::min<std::uint64_t>(1 + (next + producer) % mostAtOnce, count - next);
    for (std::uint64_t i = 0; i < size; ++i)
      batch[i] = Message::make(producer, next + i);
    std::size_t pushed = 0;
    if (size == 1)
      pushed = ring.tryPush(batch[0]) == ring::RingResult::Ok;
    else if (ring.tryPushBatch(std::span(batch.data(), size), pushed) != ring::RingResult::Ok)
      pushed = 0;
    if (pushed == 0)
      std::this_thread::yield();
    next += pushed;
  }
}

template <class Consumer> bool consume(Consumer& ring, Stream& stream, std::size_t mostAtOnce) {
  std::vector<Message> batch(mostAtOnce);
  bool intact = true;
  for (std::uint64_t round = 0;; ++round) {
    std::size_t popped = 0;
    ring::RingResult result;
    if (round % 3 == 0) {
      result = ring.tryPop(batch[0]);
      popped = result == ring::RingResult::Ok;
    } else {
      result = ring.tryPopBatch(batch, popped);
    }
    for (std::size_t i = 0; i < popped; ++i)
      intact &= stream.take(batch[i]);
    if (result == ring::RingResult::Closed)
      return intact;
    if (result != ring::RingResult::Ok)
      std::this_thread::yield();
  }
}

/// `producers` and `consumers`: the handles, one a thread; each producer sends `count` messages,
/// then the ring is closed.
template <class Producer, class Consumer>
Outcome run(std::vector<Producer>& producers, std::vector<Consumer>& consumers, std::uint64_t count,
            std::size_t mostAtOnce) {
  std::vector<Stream> streams(consumers.size(), Stream(producers.size(), consumers.size() > 1));
  std::atomic<bool> intact{true};
  std::vector<std::thread> sending, receiving;
  for (std::size_t i = 0; i < producers.size(); ++i)
    sending.emplace_back([&, i] { produce(producers[i], i, count, mostAtOnce); });
  for (std::size_t i = 0; i < consumers.size(); ++i)
    receiving.emplace_back([&, i] {
      if (!consume(consumers[i], streams[i], mostAtOnce + 2))
        intact = false;
    });
  for (std::thread& thread : sending)
    thread.join();
  for (Producer& producer : producers)
    producer.close();
  for (std::thread& thread : receiving)
    thread.join();
  Outcome outcome{0, producers.size() * count, intact};
  for (const Stream& stream : streams)
    outcome.received += stream.count();
  for (std::size_t i = 0; i < producers.size(); ++i) {
    std::uint64_t sum = 0;
    for (const Stream& stream : streams)
      sum += stream.sum(i);
    outcome.intact &= sum == Stream::expectedSum(count);
  }
  outcome.intact &= outcome.received == outcome.expected;
  return outcome;
}

/// The same for a ring whose handles can be copied, or of which there is one each.
template <class Ends>
Outcome run(Ends ends, std::size_t producers, std::size_t consumers, std::uint64_t count,
            std::size_t mostAtOnce) {
  std::vector<decltype(ends.producer)> sending;
  std::vector<decltype(ends.consumer)> receiving;
  if constexpr (std::is_copy_constructible_v<decltype(ends.producer)>)
    while (sending.size() + 1 < producers)
      sending.push_back(ends.producer);
  if constexpr (std::is_copy_constructible_v<decltype(ends.consumer)>)
    while (receiving.size() + 1 < consumers)
      receiving.push_back(ends.consumer);
  sending.push_back(std::move(ends.producer));
  receiving.push_back(std::move(ends.consumer));
  return run(sending, receiving, count, mostAtOnce);
}

} // namespace audit

#endif
