// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rings between processes add: roles of which one is had by one, and claims, by which who
// finds a slot taken and not given on tells a slow participant from a dead one. In every
// interleaving: where all live, nobody says Poisoned; where one dies with slots in its hands, the
// others are told and get nothing that was not published. A participant that dies is a thread that
// stops there.
#include "RingCases.h"

#include <ringkernel/queue/MpmcRing.h>
#include <ringkernel/queue/MpscRing.h>

#include <array>
#include <limits>
#include <memory>

namespace {

using namespace cases;

/// Two words for claims are enough here, and keep the number of interleavings small.
constexpr std::size_t kWords = 2;
using Claims = ring::detail::SharedClaims<model::Atomic, 1, kWords>; // every look in vain asks
using Holder = ring::detail::SharedHolder<model::Atomic, kWords>;
using Mpsc = ring::MpscRing<Cell, model::Atomic, std::uint64_t, Claims>;
using Mpmc = ring::MpmcRing<Cell, model::Atomic, std::uint64_t, Claims>;
using ring::detail::RingAccess;

constexpr std::uint64_t kNearWrap = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kFirst = 1, kSecond = 2; ///< participants

/// The entries of one role, and who of them lives. Ends of processes are seen by who asks.
struct Participants {
  std::array<Holder, 2> holders;
  std::array<Claims::Words, 2> words{Claims::Words(holders[0].claims),
                                     Claims::Words(holders[1].claims)};
  model::Atomic<std::uint32_t> dead; ///< bit n: the participant n

  Participants() {
    holders[0].identity.store(kFirst, std::memory_order_relaxed);
    holders[1].identity.store(kSecond, std::memory_order_relaxed);
  }
  bool isAlive(std::uint64_t identity) {
    return !(dead.load(std::memory_order_acquire) >> identity & 1);
  }
  void die(std::uint64_t identity) { dead.fetch_or(1u << identity, std::memory_order_release); }
  static bool isOrphan(void* context, std::uint64_t index) {
    auto& self = *static_cast<Participants*>(context);
    return !ring::detail::isClaimed(std::span<const Holder>(self.holders), index,
                                    [&](std::uint64_t identity) { return self.isAlive(identity); });
  }
};

/// A ring as SharedRing makes its handles, without the memory of several processes.
template <class Ring> struct Shared {
  using Producer = typename Ring::Producer;
  using Consumer = typename Ring::Consumer;
  using Body = typename Ring::Body;
  Body body;
  Participants producers, consumers;
  Received received[2];
  int pushed[2] = {0, 0};
  int poisoned = 0;
  // What a dead one held is never destroyed, as its memory is not: the space lives, the object does
  // not end.
  alignas(64) std::byte left[256];

  Shared(std::size_t capacity, std::uint64_t start) : body(Body::onHeap(capacity, start)) {
    Ring::prepare(body);
  }
  Producer producer(std::uint64_t identity) {
    return RingAccess::make<Producer>(
        body, nullptr,
        typename Ring::Claims(&producers.words[identity - 1], &Participants::isOrphan, &consumers));
  }
  Consumer consumer(std::uint64_t identity) {
    return RingAccess::make<Consumer>(
        body, nullptr,
        typename Ring::Claims(&consumers.words[identity - 1], &Participants::isOrphan, &producers));
  }
  template <class Held> Held& leftBehind() {
    static_assert(sizeof(Held) <= sizeof(left));
    return *::new (left) Held;
  }
};

/// Pushes `count`, whatever the ring says.
template <class Ring>
void push(Shared<Ring>& run, typename Ring::Producer& producer, std::uint64_t identity, int count) {
  int& pushed = run.pushed[identity - 1];
  for (int i = 0; i < count; ++i) {
    const RingResult result = producer.tryPush(Cell(10 * int(identity) + pushed));
    pushed += result == RingResult::Ok;
    run.poisoned += result == RingResult::Poisoned;
  }
}
template <class Ring>
void pop(Shared<Ring>& run, typename Ring::Consumer& consumer, std::uint64_t identity, int looks) {
  for (int i = 0; i < looks; ++i) {
    Cell cell(0);
    const RingResult result = consumer.tryPop(cell);
    if (result == RingResult::Ok)
      run.received[identity - 1].values.push_back(cell.get());
    run.poisoned += result == RingResult::Poisoned;
  }
}

/// Everybody lives: nobody is taken for dead, and nothing is lost.
template <class Ring> Result allLive(int pushes, int looks, Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Shared<Ring>>(2, kNearWrap);
        return Case{{[=] {
                       auto producer = run->producer(kFirst);
                       push<Ring>(*run, producer, kFirst, pushes);
                     },
                     [=] {
                       auto consumer = run->consumer(kFirst);
                       pop<Ring>(*run, consumer, kFirst, looks);
                     }},
                    [=] {
                      model::require(run->poisoned == 0, "Poisoned, though all live");
                      auto consumer = run->consumer(kFirst);
                      drain(consumer, run->received[0].values, run->pushed[0]);
                      requireInOrder(run->received[0].values, 1);
                    }};
      },
      fault);
}
TEST(ClaimModel, MpscAllLive) { expectRight(allLive<Mpsc>(3, 3), 1000); }
TEST(ClaimModel, MpmcAllLive) { expectRight(allLive<Mpmc>(3, 2), 1000); }

/// Two producers, of which the second is the one that the consumer waits for.
template <class Ring> Result twoProducersLive(Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Shared<Ring>>(2, kNearWrap);
        return Case{{[=] {
                       auto producer = run->producer(kFirst);
                       push<Ring>(*run, producer, kFirst, 1);
                     },
                     [=] {
                       auto producer = run->producer(kSecond);
                       push<Ring>(*run, producer, kSecond, 1);
                     },
                     [=] {
                       auto consumer = run->consumer(kFirst);
                       pop<Ring>(*run, consumer, kFirst, 1);
                     }},
                    [=] { model::require(run->poisoned == 0, "Poisoned, though all live"); }};
      },
      fault);
}
TEST(ClaimModel, MpscTwoProducersLive) { expectRight(twoProducersLive<Mpsc>(), 1000); }
TEST(ClaimModel, MpmcTwoProducersLive) { expectRight(twoProducersLive<Mpmc>(), 1000); }

// Locations: the ring's control, its slots' sequences, then the producers': identity and claims of
// each, which words each uses, who is dead.
template <class Ring> constexpr int kSequence = std::is_same_v<Ring, Mpsc> ? 8 : 7;
template <class Ring> constexpr int kClaim = kSequence<Ring> + 2 + 1;
template <class Ring> constexpr int kUsed = kSequence<Ring> + 2 + 2 * (1 + int(kWords));

template <class Ring> void everyOrderOfAClaimIsNeeded() {
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    expectFound(allLive<Ring>(3, 2, relaxed(kClaim<Ring>, access)));
  }
  // What carries a claim to who finds the place taken.
  expectFound(allLive<Ring>(3, 2, relaxed(kTail, Access::Modify)));
  expectFound(allLive<Ring>(3, 2, relaxed(kTail, Access::Load)));
}
TEST(ClaimMutants, MpscEveryOrderOfAClaimIsNeeded) { everyOrderOfAClaimIsNeeded<Mpsc>(); }
TEST(ClaimMutants, MpmcEveryOrderOfAClaimIsNeeded) { everyOrderOfAClaimIsNeeded<Mpmc>(); }
/// A participant that takes slots without saying so.
struct SilentClaims : Claims {
  using Claims::Claims;
  void take(Claim& /*claim*/, std::uint64_t /*first*/, std::size_t /*count*/) {}
};
TEST(ClaimMutants, TakenWithoutAClaim) {
  expectFound(allLive<ring::MpscRing<Cell, model::Atomic, std::uint64_t, SilentClaims>>(3, 2));
  expectFound(allLive<ring::MpmcRing<Cell, model::Atomic, std::uint64_t, SilentClaims>>(3, 2));
}

/// One handle holds a reservation and pushes before it publishes that one.
template <class Ring> Result pushesWhileItHolds() {
  return model::explore([=] {
    auto run = std::make_shared<Shared<Ring>>(2, kNearWrap);
    return Case{{[=] {
                   auto producer = run->producer(kFirst);
                   typename Ring::Producer::Reservation place;
                   (void)producer.tryReserve(1, place);
                   push<Ring>(*run, producer, kFirst, 1);
                   place[0] = Cell(19);
                   place.publish();
                 },
                 [=] {
                   auto consumer = run->consumer(kFirst);
                   pop<Ring>(*run, consumer, kFirst, 2);
                 }},
                [=] { model::require(run->poisoned == 0, "Poisoned, though all live"); }};
  });
}
TEST(ClaimModel, MpscPushesWhileItHolds) { expectRight(pushesWhileItHolds<Mpsc>(), 100); }
TEST(ClaimModel, MpmcPushesWhileItHolds) { expectRight(pushesWhileItHolds<Mpmc>(), 100); }

/// Two threads use one handle between processes, against the rules.
template <class Ring> Result twoUseOneHandle(Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Shared<Ring>>(2, kNearWrap);
        auto producer = std::make_shared<typename Ring::Producer>(run->producer(kFirst));
        const auto pushes = [=] { (void)producer->tryPush(Cell(10)); };
        return Case{{pushes, pushes,
                     [=] {
                       auto consumer = run->consumer(kFirst);
                       pop<Ring>(*run, consumer, kFirst, 1);
                     }},
                    [=] { model::require(run->poisoned == 0, "Poisoned, though all live"); }};
      },
      fault);
}
TEST(ClaimModel, MpscTwoUseOneHandle) { expectRight(twoUseOneHandle<Mpsc>(), 1000); }
TEST(ClaimModel, MpmcTwoUseOneHandle) { expectRight(twoUseOneHandle<Mpmc>(), 1000); }
TEST(ClaimMutants, AWordForAClaimMustBeTakenInOneStepAndInOrder) {
  expectFound(twoUseOneHandle<Mpsc>(torn(kUsed<Mpsc>)));
  expectFound(twoUseOneHandle<Mpmc>(torn(kUsed<Mpmc>)));
  expectFound(twoUseOneHandle<Mpsc>(relaxed(kUsed<Mpsc>, Access::Modify)));
  expectFound(twoUseOneHandle<Mpmc>(relaxed(kUsed<Mpmc>, Access::Modify)));
}
/// All claims of a participant in one word, the last one said.
struct OneWord : Claims {
  struct Claim {
    Words* words = nullptr;
    void give() {
      if (words)
        words->claims[0].store(0, std::memory_order_release);
      words = nullptr;
    }
  };
  OneWord(Words* words, Claims::Scan scan, void* context)
      : Claims(words, scan, context), its(words) {}
  void take(Claim& claim, std::uint64_t first, std::size_t count) {
    claim.words = its;
    its->claims[0].store(ring::detail::ringClaim(first, count), std::memory_order_release);
  }
  Words* its;
};
TEST(ClaimMutants, OneWordForAllReservations) {
  expectFound(pushesWhileItHolds<ring::MpscRing<Cell, model::Atomic, std::uint64_t, OneWord>>());
  expectFound(pushesWhileItHolds<ring::MpmcRing<Cell, model::Atomic, std::uint64_t, OneWord>>());
}

/// A producer dies with a slot reserved; another, alive, pushes. Nothing unpublished comes out, and
/// who asks often enough gets the living one's element or is told.
template <class Ring> Result producerDies(Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Shared<Ring>>(2, kNearWrap);
        return Case{
            {[=] {
               auto producer = run->producer(kFirst);
               auto& places = run->template leftBehind<typename Ring::Producer::Reservation>();
               (void)producer.tryReserve(1, places);
               run->producers.die(kFirst);
             },
             [=] {
               auto producer = run->producer(kSecond);
               push<Ring>(*run, producer, kSecond, 1);
             },
             [=] {
               auto consumer = run->consumer(kFirst);
               pop<Ring>(*run, consumer, kFirst, 1);
             }},
            [=] {
              auto consumer = run->consumer(kFirst);
              auto producer = run->producer(kSecond);
              pop<Ring>(*run, consumer, kFirst, 3);
              model::require(run->poisoned > 0, "a dead one's slot is waited for");
              const std::vector<int>& got = run->received[0].values;
              model::require(got.empty() || (got.size() == 1 && got[0] == 20),
                             "more came out than was published");
              model::require(producer.tryPush(Cell(29)) == RingResult::Poisoned, "it stays so");
            }};
      },
      fault);
}
TEST(ClaimModel, MpscProducerDies) { expectRight(producerDies<Mpsc>(), 1000); }
TEST(ClaimModel, MpmcProducerDies) { expectRight(producerDies<Mpmc>(), 1000); }

/// A consumer dies with an element in its hands: the producer that comes round is told.
Result consumerDies(bool dies, Fault fault = {}) {
  return model::explore(
      [=] {
        auto run = std::make_shared<Shared<Mpmc>>(2, kNearWrap);
        auto before = run->producer(kFirst);
        push<Mpmc>(*run, before, kFirst, 2);
        return Case{{[=] {
                       auto consumer = run->consumer(kFirst);
                       auto& taken = run->leftBehind<Mpmc::Consumer::Taken>();
                       (void)consumer.tryTake(1, taken);
                       if (dies)
                         run->consumers.die(kFirst);
                       else
                         taken.release();
                     },
                     [=] {
                       auto producer = run->producer(kFirst);
                       push<Mpmc>(*run, producer, kFirst, 1);
                     }},
                    [=] {
                      auto producer = run->producer(kFirst);
                      push<Mpmc>(*run, producer, kFirst, 1);
                      model::require((run->poisoned > 0) == dies,
                                     dies ? "a dead one's slot is waited for"
                                          : "Poisoned, though all live");
                    }};
      },
      fault);
}
TEST(ClaimModel, MpmcConsumerDies) { expectRight(consumerDies(true), 10); }
TEST(ClaimModel, MpmcConsumerLives) { expectRight(consumerDies(false), 10); }
TEST(ClaimMutants, EveryOrderOfAConsumersClaimIsNeeded) {
  constexpr int kHead = 6, kConsumersClaim = kUsed<Mpmc> + 2 * int(kWords) + 1 + 1;
  for (const Access access : {Access::Load, Access::Store}) {
    SCOPED_TRACE(static_cast<int>(access));
    expectFound(consumerDies(false, relaxed(kConsumersClaim, access)));
  }
  expectFound(consumerDies(false, relaxed(kHead, Access::Modify)));
  expectFound(consumerDies(false, relaxed(kHead, Access::Load)));
}

/// Two processes want one role, which a dead one left.
Result roles(std::uint64_t before, Fault fault = {}) {
  return model::explore(
      [=] {
        struct Run {
          std::array<Holder, 1> holders;
          Holder* got[2] = {nullptr, nullptr};
        };
        auto run = std::make_shared<Run>();
        run->holders[0].identity.store(before, std::memory_order_relaxed);
        const auto take = [=](std::uint64_t identity) {
          return [=] {
            run->got[identity - 1] =
                ring::detail::takeRole(std::span<Holder>(run->holders), identity,
                                       [](std::uint64_t other) { return other <= kSecond; });
          };
        };
        return Case{{take(kFirst), take(kSecond)}, [=] {
                      model::require(!run->got[0] || !run->got[1], "two have one role");
                      model::require(run->got[0] || run->got[1], "nobody has a free role");
                    }};
      },
      fault);
}
constexpr std::uint64_t kNobody = 0, kDead = 9;
TEST(RoleModel, OneOfTwoGetsIt) {
  expectRight(roles(kNobody), 2);
  expectRight(roles(kDead), 2);
}
TEST(RoleMutants, ARoleMustBeTakenInOneStep) {
  expectFound(roles(kNobody, torn(0)));
  expectFound(roles(kDead, torn(0)));
}

} // namespace
