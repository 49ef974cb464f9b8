// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rings that are made of several: LanedRing, PartitionedRing, PriorityRing, in every
// interleaving of small cases. What each lane does is checked with its own ring; here it is that
// going from lane to lane loses nothing, takes nothing twice and keeps each producer's order.
#include "RingCases.h"

#include <ringkernel/queue/LanedRing.h>
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/PriorityRing.h>

#include <algorithm>
#include <memory>

namespace {

using namespace cases;

using Laned = ring::LanedRing<Cell, model::Atomic, std::uint8_t>;
using Partitioned = ring::PartitionedRing<Cell, model::Atomic, std::uint8_t>;
using Priority = ring::PriorityRing<Cell, 2, model::Atomic, std::uint8_t>;

// An MpmcRing of two slots has flags and four words for waiting, tail, head, two sequences.
constexpr int kLaneLocations = 9, kLaneHead = 6, kLaneSequence = 7;

/// Two producers, each with a lane, and a consumer that changes lane after each element.
Result twoLanes(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          Laned::Ends ends;
          Laned::Producer second;
          Received received;
          int pushed[2] = {0, 0};
          explicit Run(Laned::Ends both) : ends(std::move(both)), second(ends.producer) {}
        };
        auto run = std::make_shared<Run>(Laned(2, 2, 1, 255).split());
        return Case{{[=] { run->pushed[0] = pushAll(run->ends.producer, 1, 2); },
                     [=] { run->pushed[1] = pushAll(run->second, 2, 1); },
                     [=] { popSome(run->ends.consumer, run->received, 2); }},
                    [=] {
                      drain(run->ends.consumer, run->received.values,
                            run->pushed[0] + run->pushed[1]);
                      requireInOrder(run->received.values, 2);
                    }};
      },
      fault);
}

/// Two consumers that begin with different lanes, of which one is filled beforehand: they meet.
Result twoConsumersMeet(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          Laned::Ends ends;
          Laned::Producer second;
          Laned::Consumer other;
          Received received[2];
          int pushed = 0;
          explicit Run(Laned::Ends both)
              : ends(std::move(both)), second(ends.producer), other(ends.consumer) {}
        };
        auto run = std::make_shared<Run>(Laned(2, 2, 1, 255).split());
        model::require(run->second.tryPush(Cell(20)) == RingResult::Ok, "there is room");
        return Case{{[=] { run->pushed = pushAll(run->ends.producer, 1, 1); },
                     [=] { popSome(run->ends.consumer, run->received[0], 1); },
                     [=] { popSome(run->other, run->received[1], 1); }},
                    [=] {
                      std::vector<int> all = run->received[0].values;
                      all.insert(all.end(), run->received[1].values.begin(),
                                 run->received[1].values.end());
                      drain(run->ends.consumer, all, run->pushed + 1);
                      requireInOrder(all, 2);
                    }};
      },
      fault);
}

TEST(LanedModel, TwoProducersTwoLanes) { expectRight(twoLanes(), 1000); }
TEST(LanedModel, TwoConsumersMeetInALane) { expectRight(twoConsumersMeet(), 100); }

TEST(LanedMutants, EveryOrderThatCarriesValuesIsNeeded) {
  for (const int lane : {0, 1})
    for (const Access access : {Access::Load, Access::Store}) {
      SCOPED_TRACE(lane);
      const int first = lane * kLaneLocations + kLaneSequence;
      expectFound(twoLanes({Fault::Kind::Relax, first, first + 1, access}));
    }
}
TEST(LanedMutants, PlacesMustBeTakenInOneStep) {
  expectFound(twoConsumersMeet(torn(kLaneLocations + kLaneHead)));
}
/// Closed is said when no lane can have anything any more.
Result closing(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          Laned::Ends ends;
          Received received;
          int pushed = 0;
        };
        auto run = std::make_shared<Run>(Run{Laned(2, 2, 1, 255).split(), {}, 0});
        return Case{{[=] {
                       run->pushed = pushAll(run->ends.producer, 1, 1);
                       run->ends.producer.close();
                     },
                     [=] { popSome(run->ends.consumer, run->received, 2); }},
                    [=] {
                      model::require(!run->received.closed ||
                                         int(run->received.values.size()) == run->pushed,
                                     "Closed before the last element");
                    }};
      },
      fault);
}
TEST(LanedModel, ClosedAfterTheLast) { expectRight(closing(), 10); }
TEST(LanedMutants, TheOrderOfClosingIsNeeded) {
  expectFound(closing(relaxed(kFlags, Access::Load)));
  expectFound(closing(relaxed(kFlags, Access::Modify)));
}

/// Two producers with a partition each, one consumer.
Result partitioned(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          Partitioned::Ends ends;
          Received received;
          int pushed[2] = {0, 0};
        };
        auto run = std::make_shared<Run>(Run{Partitioned(2, 1, 1, 255).split(), {}, {}});
        return Case{{[=] { run->pushed[0] = pushAll(run->ends.producers[0], 1, 2); },
                     [=] { run->pushed[1] = pushAll(run->ends.producers[1], 2, 2); },
                     [=] { popSome(run->ends.consumer, run->received, 3); }},
                    [=] {
                      drain(run->ends.consumer, run->received.values,
                            run->pushed[0] + run->pushed[1]);
                      requireInOrder(run->received.values, 2);
                    }};
      },
      fault);
}
TEST(PartitionedModel, TwoProducersOneSlotEach) { expectRight(partitioned(), 1000); }
TEST(PartitionedMutants, EveryOrderOfEachPartitionIsNeeded) {
  constexpr int kPartitionLocations = 7, kHead = 6;
  for (const int partition : {0, 1})
    for (const int index : {kTail, kHead})
      for (const Access access : {Access::Load, Access::Store}) {
        SCOPED_TRACE(partition * 10 + index);
        expectFound(partitioned(relaxed(partition * kPartitionLocations + index, access)));
      }
}

/// Each lane's elements in order, the first lane's first where both were there.
Result priority(Fault fault = {}) {
  return model::explore(
      [] {
        struct Run {
          decltype(std::declval<Priority>().split()) ends;
          Received received;
          int pushed[2] = {0, 0};
        };
        auto run = std::make_shared<Run>(Run{Priority(2, 64, 255).split(), {}, {}});
        return Case{{[=] { run->pushed[0] = pushAll(run->ends.producer.lane(0), 1, 2); },
                     [=] { run->pushed[1] = pushAll(run->ends.producer.lane(1), 2, 1); },
                     [=] { popSome(run->ends.consumer, run->received, 2); }},
                    [=] {
                      drain(run->ends.consumer, run->received.values,
                            run->pushed[0] + run->pushed[1]);
                      requireInOrder(run->received.values, 2);
                    }};
      },
      fault);
}
TEST(PriorityModel, TwoProducersTwoLanes) { expectRight(priority(), 1000); }
TEST(PriorityMutants, EverySequenceCarriesItsValue) {
  constexpr int kLocations = 10, kSequence = 8; // an MpscRing of two slots
  for (const int lane : {0, 1})
    for (const Access access : {Access::Load, Access::Store}) {
      SCOPED_TRACE(lane);
      const int first = lane * kLocations + kSequence;
      expectFound(priority({Fault::Kind::Relax, first, first + 1, access}));
    }
}

} // namespace
