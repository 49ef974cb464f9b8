// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of a ring that somebody else writes into: every word of it, with values that cannot be and
// values that could. No call runs for ever or leaves the ring's memory, and the two sides never
// wait for each other: one of them gets something, or Poisoned, or Closed.
#include <ringkernel/queue/SharedRing.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>

namespace {

using ring::RingResult;
using ring::SharedRing;

/// Looks in vain of both sides, one after the other, before they count as waiting for each other:
/// the dead are looked for every 1024th time.
constexpr int kPatience = 3000;

std::uint32_t damaged(std::uint32_t value, int how, std::uint32_t lap) {
  switch (how) {
  case 0:
    return 0;
  case 1:
    return ~0u;
  case 2:
    return value + 1;
  case 3:
    return value - 1;
  case 4:
    return value + lap;
  case 5:
    return value - lap;
  case 6:
    return value ^ 0x80000000u;
  default:
    return value * 2654435761u + 12345;
  }
}
constexpr int kHows = 8;

/// How the ring stands when it is damaged: with something in it, just emptied so that the producer
/// has not heard of it yet, or filled so that the consumer has not.
enum class Before { Some, Emptied, Filled };
constexpr Before kBefores[] = {Before::Some, Before::Emptied, Before::Filled};
template <class Push, class Pop> void bring(Before to, Push push, Pop pop) {
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(push() == RingResult::Ok && pop() == RingResult::Ok);
  if (to == Before::Some) {
    ASSERT_EQ(push(), RingResult::Ok);
    return;
  }
  for (int rounds = 0; rounds < 2; ++rounds) { // to the end of a lap as well
    while (push() == RingResult::Ok) {
    }
    if (to == Before::Filled && rounds == 1)
      return;
    while (pop() == RingResult::Ok) {
    }
  }
}

/// What a ring's two sides do, one step each; true where it got on.
struct Sides {
  std::function<RingResult()> push, pop;
  std::function<void()> close;
};

/// Runs both sides until one has been told, or for some rounds; then the producer closes, and the
/// consumer must come to an end.
void expectNoStall(const Sides& sides) {
  int vain = 0;
  for (int round = 0; round < 40 && vain < kPatience;) {
    const RingResult pushed = sides.push(), popped = sides.pop();
    if (pushed == RingResult::Poisoned || popped == RingResult::Poisoned ||
        popped == RingResult::Closed)
      return;
    const bool stands = pushed != RingResult::Ok && popped != RingResult::Ok;
    vain = stands ? vain + 1 : 0;
    round += !stands;
  }
  EXPECT_LT(vain, kPatience) << "both wait";
  sides.close();
  RingResult last = RingResult::Ok;
  for (int looks = 0; looks < kPatience; ++looks)
    if ((last = sides.pop()) == RingResult::Closed || last == RingResult::Poisoned)
      return;
  ADD_FAILURE() << "no end, but " << ring::name(last);
}

/// Each word of `memory`, each kind of damage: a new ring for each.
template <class Run> void everyDamage(std::size_t bytes, std::uint32_t lap, Run run) {
  for (std::size_t at = 0; at + 4 <= bytes; at += 4)
    for (int how = 0; how < kHows; ++how) {
      SCOPED_TRACE("byte " + std::to_string(at) + ", damage " + std::to_string(how));
      run([=](std::byte* memory) {
        std::uint32_t word;
        std::memcpy(&word, memory + at, 4);
        const std::uint32_t other = damaged(word, how, lap);
        std::memcpy(memory + at, &other, 4);
      });
    }
}

template <class Ring> void damageShared() {
  using Shared = SharedRing<Ring>;
  constexpr std::size_t kSlots = 4;
  const std::size_t bytes = Ring::Body::bytesFor(kSlots);
  for (const Before before : kBefores)
    everyDamage(bytes, kSlots, [&](auto damage) {
      auto ring = Shared::create(kSlots);
      auto producer = ring->producer();
      auto consumer = ring->consumer();
      int value = 0;
      const auto push = [&] { return producer->tryPush(1); };
      const auto pop = [&] { return consumer->tryPop(value); };
      bring(before, push, pop);
      damage(ring->memory().data() + Shared::bytesFor(kSlots) - bytes);
      expectNoStall({push, pop, [&] { producer->close(); }});
    });
}
TEST(Damage, SpscRing) { damageShared<ring::SpscRing<int, std::atomic, std::uint64_t>>(); }
TEST(Damage, MpscRing) { damageShared<ring::SharedMpscRing<int>>(); }
TEST(Damage, MpmcRing) { damageShared<ring::SharedMpmcRing<int>>(); }

/// Of a BroadcastRing: the producer never waits and its pushes do not count as getting on, so that
/// a reader that sees nothing any more is found; or it closes at once.
void damageBroadcast(int pushesBefore, int popsBefore, bool closesAtOnce) {
  using Ring = ring::BroadcastRing<int>;
  using Shared = SharedRing<Ring>;
  constexpr std::size_t kSlots = 4;
  const std::size_t bytes = Ring::Body::bytesFor(kSlots);
  everyDamage(bytes, kSlots, [&](auto damage) {
    auto ring = Shared::create(kSlots);
    auto producer = ring->producer();
    auto reader = ring->consumer();
    int value = 0;
    std::uint64_t missed = 0;
    const auto pop = [&] { return reader->tryPop(value, missed); };
    for (int i = 0; i < std::max(pushesBefore, popsBefore); ++i) {
      if (i < pushesBefore)
        ASSERT_EQ(producer->tryPush(i), RingResult::Ok);
      if (i < popsBefore)
        ASSERT_EQ(pop(), RingResult::Ok);
    }
    damage(ring->memory().data() + Shared::bytesFor(kSlots) - bytes);
    if (closesAtOnce)
      producer->close();
    const auto push = [&] {
      const RingResult result = producer->tryPush(1);
      return result == RingResult::Ok ? RingResult::Full : result;
    };
    expectNoStall({push, pop, [&] { producer->close(); }});
  });
}
TEST(Damage, BroadcastRing) {
  for (const bool closesAtOnce : {false, true}) {
    damageBroadcast(6, 5, closesAtOnce);  // something is left
    damageBroadcast(5, 5, closesAtOnce);  // nothing
    damageBroadcast(11, 2, closesAtOnce); // the reader is lapped
  }
}

/// A tail far ahead is not believed, and so cannot blind a reader for ever.
TEST(Damage, ABroadcastTailThatNoSlotHasSeen) {
  using Ring = ring::BroadcastRing<int>;
  alignas(64) std::array<std::byte, 1024> memory{};
  auto [producer, reader] = Ring(memory, 8).split();
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(producer.tryPush(i), RingResult::Ok);
  reinterpret_cast<Ring::Body::Control*>(memory.data())->tail.value = std::uint64_t(1) << 40;
  int value = 0;
  std::uint64_t missed = 0;
  EXPECT_EQ(reader.tryPop(value, missed), RingResult::Poisoned);
  EXPECT_EQ(missed, 0u);
  EXPECT_EQ(producer.tryPush(1), RingResult::Closed);
}

/// In memory of its own size, so that AddressSanitizer sees what is read past it.
void damageRecords(Before before, std::uint64_t start, std::size_t recordBytes) {
  using Ring = ring::RecordRing<>;
  constexpr std::size_t kBytes = 128;
  const std::size_t bytes = Ring::bytesFor(kBytes / 8);
  everyDamage(bytes, kBytes / 8, [&](auto damage) {
    const std::unique_ptr<std::byte, decltype(&std::free)> memory(
        static_cast<std::byte*>(std::aligned_alloc(64, bytes)), &std::free);
    auto [producer, consumer] = Ring({memory.get(), bytes}, kBytes, start).split();
    const std::array<std::byte, 56> record{};
    const auto push = [&] { return producer.tryPush(std::span(record).first(recordBytes)); };
    const auto pop = [&] {
      std::span<std::byte> got;
      const RingResult result = consumer.tryPeek(got);
      if (result != RingResult::Ok)
        return result;
      EXPECT_TRUE(got.empty() ||
                  (got.data() >= memory.get() && got.data() + got.size() <= memory.get() + bytes));
      consumer.release();
      return result;
    };
    bring(before, push, pop);
    damage(memory.get());
    expectNoStall({push, pop, [&] { producer.close(); }});
  });
}
TEST(Damage, RecordRing) {
  for (const Before before : kBefores) {
    damageRecords(before, 0, 20);
    damageRecords(before, ~std::uint64_t(0) - 17, 52);
    damageRecords(before, 0, 24); // four fill the ring
  }
}

/// A length that could be is found out as well.
TEST(Damage, AnyOtherLengthOfARecordIsPoisoned) {
  using Ring = ring::RecordRing<>;
  for (std::uint32_t bit = 0; bit < 64; ++bit) {
    alignas(64) std::array<std::byte, 1024> memory{};
    auto [producer, consumer] = Ring(memory, 256).split();
    const std::array<std::byte, 20> in{};
    ASSERT_EQ(producer.tryPush(in), RingResult::Ok);
    memory[Ring::Body::kSlotsOffset + bit / 8] ^= std::byte(1 << bit % 8);
    std::span<std::byte> record;
    EXPECT_EQ(consumer.tryPeek(record), RingResult::Poisoned) << bit;
  }
}

/// An index far away and a ring full of what says that it is unused: looked at once, not for ever.
TEST(Damage, UnusedWordsEverywhere) {
  using Ring = ring::RecordRing<>;
  using Header = ring::detail::RecordHeader;
  alignas(64) std::array<std::byte, 1024> memory{};
  auto [producer, consumer] = Ring(memory, 128).split();
  for (std::uint64_t word = 0; word < 16; ++word) {
    const Header unused = Header::of(8 * (16 - word - 1), Header::kUnused);
    std::memcpy(memory.data() + Ring::Body::kSlotsOffset + 8 * word, &unused, 8);
  }
  auto* control = reinterpret_cast<Ring::Body::Control*>(memory.data());
  control->tail.value = std::uint64_t(1) << 62;
  std::span<std::byte> record;
  EXPECT_EQ(consumer.tryPeek(record), RingResult::Poisoned);
  control->tail.value = 16;
  EXPECT_EQ(consumer.tryPeek(record), RingResult::Poisoned) << "a lap of nothing";
}

} // namespace
