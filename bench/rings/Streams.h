// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs one queue: producers and consumers on cores of their own, until every message was received
// and checked; and one message at a time there and back.
#ifndef RINGKERNEL_BENCH_RINGS_STREAMS_H
#define RINGKERNEL_BENCH_RINGS_STREAMS_H

#include "Message.h"
#include "Placement.h"
#include "Queues.h"

#include <atomic>
#include <memory>
#include <vector>

/// Calls of the queue are compiled into the loop that makes them, for ours and for peers: a call's
/// stores, made again and again while a thread waits, can cost it as much as a message's way.
#define RINGKERNEL_BENCH_FLATTEN __attribute__((flatten))

namespace bench {

struct Threads {
  std::size_t producers = 1, consumers = 1;
};

/// `messages` in all, `atOnce` a call (where the queue takes fewer, as many as it takes). False
/// where one was lost, torn, or out of its producer's order.
template <class Queue, class M>
bool stream(const Placement& placement, Threads threads, std::uint64_t messages, std::size_t atOnce,
            std::size_t capacity) {
  const auto queue = std::make_unique<Queue>(capacity, threads.producers, threads.consumers);
  const std::uint64_t each = messages / threads.producers;
  std::vector<int> cores(threads.producers + threads.consumers);
  for (std::size_t i = 0; i < cores.size(); ++i)
    cores[i] = placement.cores[i % placement.cores.size()];
  std::atomic<std::uint64_t> received{0};
  std::atomic<bool> right{true};
  onCores(cores, [&](std::size_t number) RINGKERNEL_BENCH_FLATTEN {
    Backoff backoff;
    if (number >= threads.consumers) {
      const std::uint64_t producer = number - threads.consumers;
      auto send = queue->sender(producer);
      for (std::uint64_t next = 0; next < each;) {
        const std::uint64_t base = producer << 48 | next;
        const std::size_t sent = send(std::min<std::uint64_t>(atOnce, each - next),
                                      [&](M& message, std::size_t i) { message.write(base + i); });
        next += sent;
        if (sent == 0)
          backoff.wait();
      }
      return;
    }
    auto receive = queue->receiver(number);
    Audit audit(threads.producers, threads.consumers > 1);
    std::uint64_t reported = 0;
    const std::uint64_t all = each * threads.producers;
    while (threads.consumers == 1 ? audit.count() < all
                                  : received.load(std::memory_order_relaxed) < all) {
      const std::size_t got = receive(atOnce, [&](const M& message) { audit.take(message); });
      if (got != 0 && threads.consumers > 1 && audit.count() - reported < 256)
        continue;
      if (audit.count() != reported) {
        received.fetch_add(audit.count() - reported, std::memory_order_relaxed);
        reported = audit.count();
      }
      if (got == 0)
        backoff.wait();
    }
    if (!audit.isRight())
      right = false;
  });
  return right && received.load() == each * threads.producers;
}

/// One message at a time to the other core and back, through a queue each way, `turns` times.
template <class Queue, class M>
bool roundTrip(const Placement& placement, std::uint64_t turns, std::size_t capacity) {
  const auto there = std::make_unique<Queue>(capacity, 1, 1);
  const auto back = std::make_unique<Queue>(capacity, 1, 1);
  std::atomic<bool> right{true};
  onCores({placement.cores[0], placement.cores[1]}, [&](std::size_t side) RINGKERNEL_BENCH_FLATTEN {
    auto send = (side == 0 ? there : back)->sender(0);
    auto receive = (side == 0 ? back : there)->receiver(0);
    for (std::uint64_t turn = 0; turn < turns; ++turn)
      for (std::size_t step = 0; step < 2; ++step)
        if (step == side) {
          while (send(1, [&](M& message, std::size_t) { message.write(turn); }) == 0) {
          }
        } else {
          while (receive(1, [&](const M& message) {
                   if (message.wrong(turn) != 0)
                     right = false;
                 }) == 0) {
          }
        }
  });
  return right;
}

/// One thread that pushes a message and pops it, `turns` times.
template <class Queue, class M>
bool pushAndPop(const Placement& placement, std::uint64_t turns, std::size_t capacity) {
  const auto queue = std::make_unique<Queue>(capacity, 1, 1);
  bool right = true;
  onCores({placement.cores[0]}, [&](std::size_t) RINGKERNEL_BENCH_FLATTEN {
    auto send = queue->sender(0);
    auto receive = queue->receiver(0);
    std::uint64_t wrong = 0;
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
      wrong |= send(1, [&](M& message, std::size_t) { message.write(turn); }) != 1;
      wrong |= receive(1, [&](const M& message) { wrong |= message.wrong(turn); }) != 1;
    }
    right = wrong == 0;
  });
  return right;
}

} // namespace bench

#endif
