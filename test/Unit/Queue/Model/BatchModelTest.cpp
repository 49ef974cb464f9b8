// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several slots at once, in place, on the rings with shared tails: reserved and published, peeked
// and released, taken and given back, in every interleaving of small cases, with the faults that
// such a use can have.
#include "RingCases.h"

#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>

#include <algorithm>
#include <memory>

namespace {

using namespace cases;

using Mpsc = ring::MpscRing<Cell, model::Atomic, std::uint8_t>;
using Mpmc = ring::MpmcRing<Cell, model::Atomic, std::uint8_t>;

/// What a test does wrong on purpose.
struct Use {
  bool publishFirst = false, releaseFirst = false;
};

template <class Ring> struct Run {
  typename Ring::Ends ends;
  std::vector<int> received[2];
  int pushed[2] = {0, 0};
};

/// Up to `rounds` batches of two.
template <class Producer> int pushPairs(Producer& producer, int number, int rounds, Use use) {
  int pushed = 0;
  for (int round = 0; round < rounds; ++round) {
    typename Producer::Reservation places;
    if (producer.tryReserve(2, places) != RingResult::Ok)
      continue;
    Cell& first = places[0];
    Cell& second = places[1];
    if (use.publishFirst)
      places.publish();
    first = Cell(10 * number + pushed++);
    second = Cell(10 * number + pushed++);
    places.publish(); // of nothing where it was done
  }
  return pushed;
}

/// The consumer of MpscRing: peeks two, releases them.
void peekPairs(Mpsc::Consumer& consumer, std::vector<int>& values, int looks, Use use) {
  for (int look = 0; look < looks; ++look) {
    ring::RingView<Mpsc::Consumer::Slot> elements;
    if (consumer.tryPeek(2, elements) != RingResult::Ok)
      continue;
    if (use.releaseFirst)
      consumer.release(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
      values.push_back(elements[i].get());
    if (!use.releaseFirst)
      consumer.release(elements.size());
  }
}
/// A consumer of MpmcRing: takes two, gives them back.
void takePairs(Mpmc::Consumer& consumer, std::vector<int>& values, int looks, Use use) {
  for (int look = 0; look < looks; ++look) {
    Mpmc::Consumer::Taken taken;
    if (consumer.tryTake(2, taken) != RingResult::Ok)
      continue;
    std::vector<Cell*> cells;
    for (std::size_t i = 0; i < taken.size(); ++i)
      cells.push_back(&taken[i]);
    if (use.releaseFirst)
      taken.release();
    for (const Cell* cell : cells)
      values.push_back(cell->get());
    taken.release(); // of nothing where it was done
  }
}

Result mpscPairs(Fault fault = {}, Use use = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Run<Mpsc>>(Mpsc(4, 254).split());
        return Case{{[=] { run->pushed[0] = pushPairs(run->ends.producer, 1, 2, use); },
                     [=] { run->pushed[1] = pushPairs(run->ends.producer, 2, 1, use); },
                     [=] { peekPairs(run->ends.consumer, run->received[0], 1, use); }},
                    [=] {
                      drain(run->ends.consumer, run->received[0], run->pushed[0] + run->pushed[1]);
                      requireInOrder(run->received[0], 2);
                    }};
      },
      fault);
}
TEST(BatchModel, MpscPairsAcrossTheWrap) { expectRight(mpscPairs(), 1000); }

Result mpmcPairs(int rounds, int looksOfFirst, Fault fault = {}, Use use = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Run<Mpmc>>(Mpmc(4, 254).split());
        return Case{{[=] { run->pushed[0] = pushPairs(run->ends.producer, 1, rounds, use); },
                     [=] { takePairs(run->ends.consumer, run->received[0], looksOfFirst, use); },
                     [=] { takePairs(run->ends.consumer, run->received[1], 1, use); }},
                    [=] {
                      for (const std::vector<int>& values : run->received)
                        requireGrowing(values, 1);
                      std::vector<int> all = run->received[0];
                      all.insert(all.end(), run->received[1].begin(), run->received[1].end());
                      drain(run->ends.consumer, all, run->pushed[0]);
                      std::sort(all.begin(), all.end());
                      requireInOrder(all, 1);
                    }};
      },
      fault);
}
TEST(BatchModel, MpmcTwoTakePairsAcrossTheWrap) { expectRight(mpmcPairs(2, 1), 1000); }

TEST(BatchMutants, PublishedBeforeWritten) {
  expectFound(mpscPairs({}, {.publishFirst = true}));
  expectFound(mpmcPairs(2, 1, {}, {.publishFirst = true}));
}
TEST(BatchMutants, ReleasedBeforeRead) {
  // The place is written again only by who comes round: a lap of two pairs, and one more.
  expectFound(mpscPairs({}, {.releaseFirst = true}));
  expectFound(mpmcPairs(3, 1, {}, {.releaseFirst = true}));
}
TEST(BatchMutants, PairsMustBeTakenInOneStep) {
  constexpr int kMpmcHead = 6;
  expectFound(mpscPairs(torn(kTail)));
  expectFound(mpmcPairs(2, 1, torn(kMpmcHead)));
}
TEST(BatchMutants, EverySequenceCarriesItsValue) {
  constexpr int kMpscSequence = 8, kMpmcSequence = 7, kFirstPlace = 254 % 4;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    // One consumer comes to the second of a pair by the first, and both are written before either
    // is published. Where there are several, one may get the second alone.
    expectFound(mpscPairs(relaxed(kMpscSequence + kFirstPlace, access)));
    expectFound(mpmcPairs(2, 1, relaxed(kMpmcSequence + kFirstPlace, access)));
    expectFound(mpmcPairs(2, 1, relaxed(kMpmcSequence + kFirstPlace + 1, access)));
  }
}

} // namespace
