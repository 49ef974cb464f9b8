// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocking ends: deadlines, wake-ups by elements, space, closing and a dead peer; threads that
// sleep often and lose nothing.
#include "Audit.h"

#include <ringkernel/queue/Blocking.h>
#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>
#include <ringkernel/queue/SharedRing.h>

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace std::chrono_literals;
using ring::RingDeadline;
using ring::RingResult;

/// Sleeps at once, so that tests meet the kernel and not the spinning.
struct NoSpin : ring::SystemFutex {
  static constexpr int kSpins = 0;
};
constexpr RingDeadline kNever = RingDeadline::max();
RingDeadline soon() { return std::chrono::steady_clock::now() + 5ms; }

TEST(Blocking, GivesUpAtTheDeadline) {
  auto [producer, consumer] = ring::blocking(ring::SpscRing<int>(2).split());
  int value = 0;
  const RingDeadline deadline = soon();
  EXPECT_EQ(consumer.pop(value, deadline), RingResult::Empty);
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
  EXPECT_EQ(producer.push(1, RingDeadline{}), RingResult::Ok) << "no wait where none is needed";
  EXPECT_EQ(producer.push(2, kNever), RingResult::Ok);
  EXPECT_EQ(producer.push(3, soon()), RingResult::Full);
  EXPECT_EQ(consumer.pop(value, RingDeadline{}), RingResult::Ok);
}

TEST(Blocking, ClosingWakesBothSides) {
  auto ends = ring::blocking<NoSpin>(ring::SpscRing<int>(2).split());
  std::thread closer([&] { ends.consumer.close(); });
  RingResult result;
  while ((result = ends.producer.push(1, kNever)) == RingResult::Ok) {
  }
  EXPECT_EQ(result, RingResult::Closed);
  closer.join();
  int value;
  while ((result = ends.consumer.pop(value, kNever)) == RingResult::Ok) {
  }
  EXPECT_EQ(result, RingResult::Closed);
}

TEST(Blocking, ADestroyedPeerWakesTheSleeper) {
  auto ends = ring::blocking<NoSpin>(ring::SpscRing<int>(2).split());
  std::thread sleeper([consumer = std::move(ends.consumer)]() mutable {
    int value;
    EXPECT_EQ(consumer.pop(value, kNever), RingResult::Closed);
  });
  {
    const auto last = std::move(ends.producer);
  }
  sleeper.join();
}

TEST(Blocking, ADeadPeerIsPoisonedAfterTheLastElement) {
  auto ends = ring::SpscRing<int>(4).split();
  bool alive = true;
  ring::BlockingProducer<decltype(ends.producer)> producer(std::move(ends.producer));
  ring::BlockingConsumer<decltype(ends.consumer)> consumer(std::move(ends.consumer),
                                                           [&] { return alive; });
  EXPECT_EQ(producer.push(1, kNever), RingResult::Ok);
  alive = false;
  int value = 0;
  EXPECT_EQ(consumer.pop(value, kNever), RingResult::Ok);
  EXPECT_EQ(consumer.pop(value, kNever), RingResult::Poisoned);
}

TEST(BlockingDeathTest, AHandleThatGoesWithAThreadInItEndsTheProgram) {
  EXPECT_DEATH(
      {
        auto ends = ring::blocking<NoSpin>(ring::SpscRing<int>(2).split());
        auto consumer = std::make_unique<decltype(ends.consumer)>(std::move(ends.consumer));
        std::atomic<bool> inside{false};
        std::thread waiter([&, raw = consumer.get()] {
          int value;
          inside = true;
          (void)raw->pop(value, kNever);
        });
        while (!inside)
          std::this_thread::yield();
        for (const RingDeadline until = soon(); std::chrono::steady_clock::now() < until;)
          std::this_thread::yield();
        consumer.reset();
        waiter.join();
      },
      "while a thread waits in it");
}

template <class Ends> void traffic(Ends ends, std::uint64_t count) {
  audit::Stream stream(1);
  std::thread sender([&, producer = std::move(ends.producer)]() mutable {
    for (std::uint64_t next = 0; next < count; ++next)
      EXPECT_EQ(producer.push(audit::Message::make(0, next), kNever), RingResult::Ok);
  });
  bool intact = true;
  std::vector<audit::Message> batch(3);
  for (std::size_t popped = 0; ends.consumer.popBatch(batch, popped, kNever) == RingResult::Ok;)
    for (std::size_t i = 0; i < popped; ++i)
      intact &= stream.take(batch[i]);
  sender.join();
  EXPECT_TRUE(intact);
  EXPECT_EQ(stream.count(), count);
}

// Two slots: one side or the other sleeps nearly always. A lost wake-up is a test that never ends.
TEST(Blocking, StressSpsc) {
  traffic(ring::blocking<NoSpin>(ring::SpscRing<audit::Message>(2).split()), 20000);
}
TEST(Blocking, StressMpsc) {
  traffic(ring::blocking<NoSpin>(ring::MpscRing<audit::Message>(2).split()), 20000);
}
TEST(Blocking, StressMpmc) {
  traffic(ring::blocking<NoSpin>(ring::MpmcRing<audit::Message>(2).split()), 20000);
}

/// Between processes somebody may write into the words for waiting: a wake-up that this loses costs
/// a moment, not the whole deadline.
TEST(Blocking, ASharedSleeperWhomNobodyWakesLooksAgain) {
  using Ring = ring::SpscRing<int, std::atomic, std::uint64_t>;
  auto ring = ring::SharedRing<Ring>::create(8);
  ring::BlockingProducer<Ring::Producer, NoSpin> producer(std::move(*ring->producer()));
  ring::BlockingConsumer<Ring::Consumer, NoSpin> consumer(std::move(*ring->consumer()));
  auto* control = reinterpret_cast<Ring::Body::Control*>(
      ring->memory().data() + ring->memory().size() - Ring::Body::bytesFor(8));
  const RingDeadline deadline = std::chrono::steady_clock::now() + 20s;
  std::thread sleeper([&] {
    int value = 0;
    EXPECT_EQ(consumer.pop(value, deadline), RingResult::Ok);
  });
  std::atomic<std::uint32_t>& waiting = control->state.forElements.waiting;
  while (waiting.load() == 0)
    std::this_thread::yield();
  waiting.store(0);
  EXPECT_EQ(producer.tryPush(7), RingResult::Ok);
  sleeper.join();
  EXPECT_LT(std::chrono::steady_clock::now(), deadline - 10s);
}

/// A ring between processes takes at most 65535 elements at once: batches above that go in parts.
TEST(Blocking, ABatchBeyondWhatASharedRingTakesAtOnce) {
  constexpr std::size_t kSlots = 1 << 17, kCount = 100000;
  auto ring = ring::SharedRing<ring::SharedMpscRing<int>>::create(kSlots);
  auto opened = ring->producer();
  EXPECT_EQ(opened->mostAtOnce(), 65535u);
  ring::BlockingProducer producer(std::move(*opened));
  std::vector<int> values(kCount, 3);
  std::size_t pushed = 0;
  EXPECT_EQ(producer.pushBatch(values, pushed, {}), RingResult::Ok);
  EXPECT_EQ(pushed, kCount);
  EXPECT_EQ(producer.approximateSize(), kCount);
}

} // namespace
