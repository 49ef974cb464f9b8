// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each ring through all interleavings of a small case, with stale loads: no race on a slot, no
// value torn, lost, twice or out of order. The same cases must find faults planted in the atomics
// (an order relaxed, an index ahead, a read-modify-write in two parts) and in their use (published
// before written, released before read).
#include "RingCases.h"

#include <ringkernel/queue/Blocking.h>
#include <ringkernel/queue/BroadcastRing.h>
#include <ringkernel/queue/LatencyRing.h>
#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>
#include <ringkernel/queue/RecordRing.h>
#include <ringkernel/queue/SpscRing.h>

#include <limits>

namespace {

using namespace cases;

// Part 1: one to one.

using Spsc = ring::SpscRing<Cell, model::Atomic, std::uint8_t>;

template <class Ring> struct OneToOne {
  typename Ring::Ends ends;
  Received received;
  int pushed = 0;
};
using SpscCase = OneToOne<Spsc>;

/// `start` near the wrap: the index has 8 bits.
template <class Ring = Spsc>
Result spsc(std::size_t capacity, std::uint8_t start, int pushes, int looks, Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<OneToOne<Ring>>(Ring(capacity, start).split());
        return Case{{[=] {
                       run->pushed = pushAll(run->ends.producer, 1, pushes);
                       run->ends.producer.close();
                     },
                     [=] { popSome(run->ends.consumer, run->received, looks); }},
                    [=] {
                      model::require(!run->received.closed ||
                                         int(run->received.values.size()) == run->pushed,
                                     "Closed before the last element");
                      drain(run->ends.consumer, run->received.values, run->pushed);
                      requireInOrder(run->received.values, 1);
                    }};
      },
      fault);
}

TEST(SpscModel, OneSlot) { expectRight(spsc(1, 0, 3, 4), 100); }
TEST(SpscModel, TwoSlotsAcrossTheWrap) { expectRight(spsc(2, 254, 4, 5), 1000); }
TEST(SpscModel, FourSlotsAcrossTheWrap) { expectRight(spsc(4, 253, 5, 5), 1000); }

/// Slots in place, several at once.
Result spscInPlace(bool publishFirst, bool releaseFirst) {
  return model::explore([=] {
    auto run = std::make_shared<SpscCase>(Spsc(2, 254).split());
    return Case{{[=] {
                   for (int i = 0; i < 3; ++i) {
                     std::span<Cell> slots;
                     if (run->ends.producer.tryReserve(2, slots) != RingResult::Ok)
                       continue;
                     if (publishFirst)
                       run->ends.producer.publish(slots.size());
                     for (Cell& slot : slots)
                       slot = Cell(10 + run->pushed++);
                     if (!publishFirst)
                       run->ends.producer.publish(slots.size());
                   }
                 },
                 [=] {
                   for (int i = 0; i < 3; ++i) {
                     std::span<Cell> elements;
                     if (run->ends.consumer.tryPeek(2, elements) != RingResult::Ok)
                       continue;
                     if (releaseFirst)
                       run->ends.consumer.release(elements.size());
                     for (const Cell& element : elements)
                       run->received.values.push_back(element.get());
                     if (!releaseFirst)
                       run->ends.consumer.release(elements.size());
                   }
                 }},
                [=] {
                  drain(run->ends.consumer, run->received.values, run->pushed);
                  requireInOrder(run->received.values, 1);
                }};
  });
}
TEST(SpscModel, SlotsInPlace) { expectRight(spscInPlace(false, false), 50); }

TEST(SpscMutants, PublishedBeforeWritten) { expectFound(spscInPlace(true, false)); }
TEST(SpscMutants, ReleasedBeforeRead) { expectFound(spscInPlace(false, true)); }
TEST(SpscMutants, EveryOrderOfTheIndicesIsNeeded) {
  constexpr int kHead = 6;
  for (const int index : {kTail, kHead})
    for (const Access access : {Access::Load, Access::Store}) {
      SCOPED_TRACE(index);
      expectFound(spsc(2, 254, 4, 5, relaxed(index, access)));
    }
}
TEST(SpscMutants, TheOrderOfClosingIsNeeded) {
  expectFound(spsc(2, 254, 2, 3, relaxed(kFlags, Access::Load)));
  expectFound(spsc(2, 254, 2, 3, relaxed(kFlags, Access::Modify)));
}
TEST(SpscMutants, AnIndexThatOvertakes) {
  constexpr int kHead = 6;
  expectFound(spsc(2, 254, 4, 5, ahead(kTail)));
  expectFound(spsc(2, 254, 4, 5, ahead(kHead)));
}

using Latency = ring::LatencyRing<Cell, model::Atomic, std::uint8_t>;
TEST(LatencyModel, OneSlot) { expectRight(spsc<Latency>(1, 0, 3, 4), 100); }
TEST(LatencyModel, TwoSlotsAcrossTheWrap) { expectRight(spsc<Latency>(2, 254, 4, 5), 1000); }
TEST(LatencyMutants, EveryOrderIsNeeded) {
  constexpr int kHead = 6, kSequence = 7;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    expectFound(spsc<Latency>(2, 254, 4, 5, relaxed(kHead, access)));
    for (const int slot : {0, 1})
      expectFound(spsc<Latency>(2, 254, 4, 5, relaxed(kSequence + slot, access)));
  }
  expectFound(spsc<Latency>(2, 254, 2, 3, relaxed(kFlags, Access::Load)));
  expectFound(spsc<Latency>(2, 254, 2, 3, relaxed(kFlags, Access::Modify)));
}
TEST(LatencyMutants, AnIndexThatOvertakes) {
  constexpr int kHead = 6;
  expectFound(spsc<Latency>(2, 254, 4, 5, ahead(kHead)));
}

// Records lie in plain memory, which the model does not watch; what it shows here is that no order
// of looks and publications lets the producer overtake, or a length be read where none is.
Result records(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          ring::RecordRing<model::Atomic>::Ends ends;
          std::size_t pushed = 0, popped = 0;
        };
        static constexpr std::size_t kSizes[] = {17, 8, 24, 0};
        const auto pop = [](Run& run) {
          std::span<std::byte> record;
          const RingResult result = run.ends.consumer.tryPeek(record);
          model::require(result != RingResult::Poisoned, "a length that cannot be");
          if (result != RingResult::Ok)
            return false;
          model::require(record.size() == kSizes[run.popped % 4], "another record's length");
          for (const std::byte byte : record)
            model::require(byte == std::byte(run.popped), "another record's bytes");
          ++run.popped;
          run.ends.consumer.release();
          return true;
        };
        auto run = std::make_shared<Run>(
            Run{ring::RecordRing<model::Atomic>(64, std::numeric_limits<std::uint64_t>::max() - 6)
                    .split()});
        return Case{{[=] {
                       for (int i = 0; i < 5; ++i) {
                         std::span<std::byte> record;
                         if (run->ends.producer.tryReserve(kSizes[run->pushed % 4], record) !=
                             RingResult::Ok)
                           continue;
                         std::fill(record.begin(), record.end(), std::byte(run->pushed));
                         ++run->pushed;
                         run->ends.producer.publish();
                       }
                     },
                     [=] {
                       for (int i = 0; i < 5; ++i)
                         pop(*run);
                     }},
                    [=] {
                      while (pop(*run)) {
                      }
                      model::require(run->pushed == run->popped, "not as many came out");
                    }};
      },
      fault);
}
TEST(RecordModel, EightWordsAcrossTheWrap) { expectRight(records(), 1000); }
TEST(RecordMutants, AnIndexThatOvertakes) {
  constexpr int kHead = 6;
  expectFound(records(ahead(kTail)));
  expectFound(records(ahead(kHead)));
}

// Part 2: many to one, many to many.

using Mpsc = ring::MpscRing<Cell, model::Atomic, std::uint8_t>;
using Mpmc = ring::MpmcRing<Cell, model::Atomic, std::uint8_t>;

template <class Ring> struct SharedCase {
  typename Ring::Ends ends;
  Received received[2];
  int pushed[2] = {0, 0};
};

/// Two producers and one consumer.
template <class Ring>
Result twoProducers(std::size_t capacity, std::uint8_t start, int pushesOfFirst, int looks,
                    Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<SharedCase<Ring>>(Ring(capacity, start).split());
        return Case{{[=] { run->pushed[0] = pushAll(run->ends.producer, 1, pushesOfFirst); },
                     [=] { run->pushed[1] = pushAll(run->ends.producer, 2, 1); },
                     [=] { popSome(run->ends.consumer, run->received[0], looks); }},
                    [=] {
                      drain(run->ends.consumer, run->received[0].values,
                            run->pushed[0] + run->pushed[1]);
                      requireInOrder(run->received[0].values, 2);
                    }};
      },
      fault);
}

/// One producer and two consumers.
Result twoConsumers(std::size_t capacity, std::uint8_t start, int pushes, int looks,
                    Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<SharedCase<Mpmc>>(Mpmc(capacity, start).split());
        return Case{{[=] { run->pushed[0] = pushAll(run->ends.producer, 1, pushes); },
                     [=] { popSome(run->ends.consumer, run->received[0], looks); },
                     [=] { popSome(run->ends.consumer, run->received[1], 1); }},
                    [=] {
                      requireGrowing(run->received[0].values, 1);
                      std::vector<int> all = run->received[1].values;
                      for (const int value : run->received[0].values)
                        all.push_back(value);
                      drain(run->ends.consumer, all, run->pushed[0]);
                      std::sort(all.begin(), all.end());
                      requireInOrder(all, 1);
                    }};
      },
      fault);
}

TEST(MpscModel, TwoProducersTwoSlotsAcrossTheWrap) {
  expectRight(twoProducers<Mpsc>(2, 255, 2, 2), 1000);
}
TEST(MpscModel, TwoProducersFourSlots) { expectRight(twoProducers<Mpsc>(4, 254, 2, 2), 1000); }
TEST(MpmcModel, TwoProducersTwoSlotsAcrossTheWrap) {
  expectRight(twoProducers<Mpmc>(2, 255, 2, 2), 1000);
}
TEST(MpmcModel, TwoConsumersTwoSlotsAcrossTheWrap) {
  expectRight(twoConsumers(2, 255, 3, 2), 1000);
}
TEST(MpmcModel, TwoConsumersFourSlots) { expectRight(twoConsumers(4, 254, 2, 2), 1000); }

TEST(MpscMutants, EveryOrderThatCarriesValuesIsNeeded) {
  constexpr int kSeen = 6, kHead = 7, kSequence = 8;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    Fault sequences = {Fault::Kind::Relax, kSequence, model::kMostLocations, access};
    expectFound(twoProducers<Mpsc>(2, 255, 2, 2, sequences));
    expectFound(twoProducers<Mpsc>(2, 255, 2, 2, relaxed(kHead, access)));
    // One producer saw the head, another relies on it.
    expectFound(twoProducers<Mpsc>(2, 255, 3, 2, relaxed(kSeen, access)));
  }
}
TEST(MpscMutants, PlacesMustBeTakenInOneStep) {
  expectFound(twoProducers<Mpsc>(2, 255, 2, 2, torn(kTail)));
}
TEST(MpscMutants, AnIndexThatOvertakes) {
  constexpr int kHead = 7;
  expectFound(twoProducers<Mpsc>(2, 255, 2, 2, ahead(kHead)));
}
TEST(MpmcMutants, EveryOrderThatCarriesValuesIsNeeded) {
  constexpr int kSequence = 7;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    Fault sequences = {Fault::Kind::Relax, kSequence, model::kMostLocations, access};
    expectFound(twoProducers<Mpmc>(2, 255, 2, 2, sequences));
    expectFound(twoConsumers(2, 255, 3, 2, sequences));
  }
}
TEST(MpmcMutants, PlacesMustBeTakenInOneStep) {
  constexpr int kHead = 6;
  expectFound(twoProducers<Mpmc>(2, 255, 2, 2, torn(kTail)));
  expectFound(twoConsumers(2, 255, 3, 2, torn(kHead)));
}

// Part 3: one to all.

struct Pair {
  std::uint64_t a = 0, b = 0;
};
using Broadcast = ring::BroadcastRing<Pair, model::Atomic>;

Result broadcast(int pushes, int looks, Fault fault = {}) {
  return model::explore(
      [=] {
        auto ends = std::make_shared<Broadcast::Ends>(Broadcast(2).split());
        return Case{{[=] {
                       for (int i = 0; i < pushes; ++i)
                         model::require(ends->producer.tryPush({1u + i, 100u + i}) ==
                                            RingResult::Ok,
                                        "the producer never waits");
                     },
                     [=] {
                       std::uint64_t next = 1;
                       for (int i = 0; i < looks; ++i) {
                         Pair pair;
                         std::uint64_t missed = 0;
                         const RingResult result = ends->consumer.tryPop(pair, missed);
                         next += missed;
                         if (result != RingResult::Ok)
                           continue;
                         model::require(pair.b == pair.a + 99, "torn");
                         model::require(pair.a == next++, "what was missed was told wrong");
                       }
                     }},
                    [] {}};
      },
      fault);
}
TEST(BroadcastModel, ReadersSeeWholeElementsAndKnowWhatTheyMissed) {
  expectRight(broadcast(3, 2), 1000);
}
TEST(BroadcastMutants, EveryOrderThatCarriesValuesIsNeeded) {
  // Slots: a sequence, then two words; tail 5, head 6.
  constexpr int kSequence = 7, kWords = 8;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    expectFound(broadcast(3, 2, {Fault::Kind::Relax, kWords, kWords + 1, access}));
    expectFound(broadcast(3, 2, relaxed(kSequence, access)));
  }
}

// Part 4: waiting.

Result blocking(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          decltype(ring::blocking<model::Futex>(Spsc(1, 255).split())) ends;
          std::vector<int> values;
        };
        auto run =
            std::make_shared<Run>(Run{ring::blocking<model::Futex>(Spsc(1, 255).split()), {}});
        return Case{{[=] {
                       for (int i = 0; i < 2; ++i)
                         model::require(
                             run->ends.producer.push(Cell(10 + i), ring::RingDeadline::max()) ==
                                 RingResult::Ok,
                             "not pushed");
                     },
                     [=] {
                       for (int i = 0; i < 2; ++i) {
                         Cell cell(0);
                         model::require(run->ends.consumer.pop(cell, ring::RingDeadline::max()) ==
                                            RingResult::Ok,
                                        "not popped");
                         run->values.push_back(cell.get());
                       }
                     }},
                    [=] { requireInOrder(run->values, 1); }};
      },
      fault);
}
TEST(BlockingModel, NoWakeUpIsLost) { expectRight(blocking(), 1000); }
TEST(BlockingMutants, TheWaitersWordMustOrderBothSides) {
  constexpr int kWaiting = 1;
  for (const int offset : {0, 2}) // for elements, for space
    expectFound(blocking(relaxed(kWaiting + offset, Access::Modify)));
}

} // namespace
