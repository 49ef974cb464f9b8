// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process killed between any two steps of its operations on a ring in shared memory. The rings
// run on an atomic that counts its operations, and slots whose words count too; the child kills
// itself at the n-th, for every n until it survives. The parent must get every message that was
// published, none torn, must not hang, and must be able to tell.
#include <ringkernel/queue/PartitionedRing.h>
#include <ringkernel/queue/SharedRing.h>

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>

namespace {

using ring::RingResult;

long stepsToLive = -1; ///< in the child; below 0: forever

void step() {
  if (stepsToLive < 0)
    return;
  if (stepsToLive == 0)
    raise(SIGKILL);
  --stepsToLive;
}

/// std::atomic, with a step before and after each change and each look.
template <class T> class MortalAtomic {
public:
  constexpr MortalAtomic() = default;
  constexpr MortalAtomic(T value) : value_(value) {}
  T load(std::memory_order order) const {
    step();
    return value_.load(order);
  }
  void store(T value, std::memory_order order) {
    step();
    value_.store(value, order);
    step();
  }
  T fetch_or(T value, std::memory_order order) {
    step();
    return value_.fetch_or(value, order);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order yes, std::memory_order no) {
    return compare_exchange_strong(expected, desired, yes, no);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order yes,
                               std::memory_order no) {
    step();
    const bool done = value_.compare_exchange_strong(expected, desired, yes, no);
    step();
    return done;
  }

private:
  std::atomic<T> value_{};
};

constexpr std::uint64_t mark(std::uint64_t number, int word) { return number * 4 + word; }

struct Parcel {
  std::uint64_t words[4];
  bool isWhole(std::uint64_t number) const {
    for (int i = 0; i < 4; ++i)
      if (words[i] != mark(number, i))
        return false;
    return true;
  }
};
void write(Parcel& parcel, std::uint64_t number) {
  for (int i = 0; i < 4; ++i) {
    step();
    parcel.words[i] = mark(number, i);
  }
}

/// Runs `body` in a child that dies at its `steps`-th step; true where it was killed.
template <class Body> bool killedIn(long steps, Body body) {
  const pid_t child = fork();
  if (child == 0) {
    stepsToLive = -1;
    body([&] { stepsToLive = steps; });
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

/// Where the child keeps, in shared memory, what it knows to be done.
struct Progress {
  std::atomic<std::uint64_t> done{0};
};
Progress* sharedProgress() {
  auto memory = ring::SharedMemory::memfd("progress", sizeof(Progress));
  static std::vector<ring::SharedMemory> kept;
  kept.push_back(*memory);
  return new (memory->data()) Progress;
}

constexpr std::uint64_t kMessages = 5; // more than a lap of 4
constexpr int kPatience = 5000;        // looks; what is behind a dead one shows within 1024

using Spsc = ring::SharedRing<ring::SpscRing<Parcel, MortalAtomic, std::uint64_t>>;
using Mpsc = ring::SharedRing<ring::SharedMpscRing<Parcel, MortalAtomic>>;
using Mpmc = ring::SharedRing<ring::SharedMpmcRing<Parcel, MortalAtomic>>;

/// Writes in place, so that the child can die with half a message written.
RingResult push(Spsc::Producer& producer, std::uint64_t number) {
  std::span<Parcel> slot;
  const RingResult result = producer.tryReserve(1, slot);
  if (result == RingResult::Ok) {
    write(slot[0], number);
    producer.publish(1);
  }
  return result;
}
template <class Producer> RingResult push(Producer& producer, std::uint64_t number) {
  typename Producer::Reservation place;
  const RingResult result = producer.tryReserve(1, place);
  if (result == RingResult::Ok) {
    write(place[0], number);
    place.publish();
  }
  return result;
}

TEST(Kill, SpscProducerAtEveryStep) {
  bool killed = true;
  long steps = 0;
  for (; killed; ++steps) {
    auto ring = Spsc::create(8);
    Progress* progress = sharedProgress();
    killed = killedIn(steps, [&](auto arm) {
      auto producer = ring->producer();
      arm();
      for (std::uint64_t next = 0; next < kMessages; ++next)
        if (push(*producer, next) == RingResult::Ok)
          progress->done = next + 1;
      stepsToLive = -1;
      _exit(0); // an end without closing, as by exit() anywhere
    });
    auto consumer = ring->consumer();
    Parcel parcel;
    std::uint64_t received = 0;
    for (; consumer->tryPop(parcel) == RingResult::Ok; ++received)
      ASSERT_TRUE(parcel.isWhole(received)) << "killed at step " << steps;
    EXPECT_GE(received, progress->done);
    EXPECT_LE(received, progress->done + 1);
    EXPECT_EQ(ring->producers().dead, 1u) << "it can be told";
    // Another process goes on where the dead one was.
    auto heir = ring->producer();
    ASSERT_TRUE(heir) << heir.error;
    EXPECT_EQ(push(*heir, received), RingResult::Ok);
    EXPECT_EQ(consumer->tryPop(parcel), RingResult::Ok);
    EXPECT_TRUE(parcel.isWhole(received));
  }
  EXPECT_GT(steps, 30);
}

TEST(Kill, SpscConsumerAtEveryStep) {
  bool killed = true;
  long steps = 0;
  for (; killed; ++steps) {
    auto ring = Spsc::create(4);
    Progress* progress = sharedProgress();
    auto producer = ring->producer();
    for (std::uint64_t next = 0; next < 4; ++next)
      ASSERT_EQ(push(*producer, next), RingResult::Ok);
    killed = killedIn(steps, [&](auto arm) {
      auto consumer = ring->consumer();
      arm();
      Parcel parcel;
      for (std::uint64_t next = 0; next < 4; ++next)
        if (consumer->tryPop(parcel) == RingResult::Ok)
          progress->done = next + 1;
      stepsToLive = -1;
      _exit(0);
    });
    EXPECT_EQ(ring->consumers().dead, 1u);
    std::uint64_t room = 0;
    while (push(*producer, 4 + room) == RingResult::Ok)
      ++room;
    EXPECT_GE(room, progress->done) << "killed at step " << steps;
    EXPECT_LE(room, progress->done + 1);
    // The heir gets all that the dead one had not given back.
    auto heir = ring->consumer();
    ASSERT_TRUE(heir) << heir.error;
    Parcel parcel;
    for (std::uint64_t next = room; next < 4 + room; ++next) {
      ASSERT_EQ(heir->tryPop(parcel), RingResult::Ok);
      ASSERT_TRUE(parcel.isWhole(next));
    }
  }
  EXPECT_GT(steps, 8);
}

// A partition a process: one dies anywhere, the other's messages come all the same.
TEST(Kill, PartitionedProducerAtEveryStep) {
  bool killed = true;
  for (long steps = 0; killed; ++steps) {
    auto mortal = Spsc::create(8), living = Spsc::create(8);
    Progress* progress = sharedProgress();
    killed = killedIn(steps, [&](auto arm) {
      auto producer = mortal->producer();
      arm();
      for (std::uint64_t next = 0; next < kMessages; ++next)
        if (push(*producer, next) == RingResult::Ok)
          progress->done = next + 1;
      stepsToLive = -1;
      _exit(0);
    });
    auto producer = living->producer();
    for (std::uint64_t next = 100; next < 100 + kMessages; ++next)
      ASSERT_EQ(push(*producer, next), RingResult::Ok);
    std::vector<Spsc::Consumer> partitions;
    partitions.push_back(std::move(*mortal->consumer()));
    partitions.push_back(std::move(*living->consumer()));
    ring::PartitionedConsumer<Parcel, MortalAtomic, std::uint64_t> consumer(std::move(partitions),
                                                                            2);
    std::uint64_t next[] = {0, 100};
    Parcel parcel;
    while (consumer.tryPop(parcel) == RingResult::Ok)
      ASSERT_TRUE(parcel.isWhole(next[consumer.current()]++)) << "killed at step " << steps;
    EXPECT_GE(next[0], progress->done);
    EXPECT_EQ(next[1], 100 + kMessages);
    EXPECT_EQ(mortal->producers().dead, 1u) << "it can be told";
  }
}

/// A producer dies; a second one, alive, pushed before. The consumer gets what was published, in
/// order and whole, and then either all of the living one's messages or Poisoned.
template <class Ring> void killSharingProducer() {
  bool killed = true;
  long steps = 0, poisonings = 0;
  for (; killed; ++steps) {
    auto ring = Ring::create(8);
    Progress* progress = sharedProgress();
    auto living = ring->producer();
    killed = killedIn(steps, [&](auto arm) {
      auto producer = ring->producer();
      arm();
      for (std::uint64_t next = 0; next < 3; ++next)
        if (push(*producer, next) == RingResult::Ok)
          progress->done = next + 1;
      stepsToLive = -1;
      _exit(0);
    });
    ASSERT_EQ(push(*living, 100), RingResult::Ok);
    auto consumer = ring->consumer();
    Parcel parcel;
    std::uint64_t received = 0;
    RingResult result = RingResult::Empty;
    bool livingCame = false;
    for (int looks = 0; looks < kPatience && !livingCame && result != RingResult::Poisoned;
         ++looks) {
      result = consumer->tryPop(parcel);
      if (result != RingResult::Ok)
        continue;
      livingCame = parcel.isWhole(100);
      ASSERT_TRUE(livingCame || parcel.isWhole(received)) << "killed at step " << steps;
      received += !livingCame;
    }
    EXPECT_GE(received, progress->done);
    EXPECT_TRUE(livingCame || result == RingResult::Poisoned) << "hangs, killed at step " << steps;
    if (result == RingResult::Poisoned) {
      ++poisonings;
      EXPECT_EQ(push(*living, 101), RingResult::Poisoned);
      EXPECT_EQ(consumer->tryPop(parcel), RingResult::Poisoned) << "it stays so";
    }
  }
  EXPECT_GE(poisonings, 3 * 4) << "four words a message, each a place to die";
}
TEST(Kill, MpscProducerAtEveryStep) { killSharingProducer<Mpsc>(); }
TEST(Kill, MpmcProducerAtEveryStep) { killSharingProducer<Mpmc>(); }

TEST(Kill, MpmcConsumerAtEveryStep) {
  bool killed = true;
  long steps = 0, poisonings = 0;
  for (; killed; ++steps) {
    auto ring = Mpmc::create(4);
    auto producer = ring->producer();
    for (std::uint64_t next = 0; next < 4; ++next)
      ASSERT_EQ(push(*producer, next), RingResult::Ok);
    killed = killedIn(steps, [&](auto arm) {
      auto consumer = ring->consumer();
      arm();
      typename Mpmc::Consumer::Taken taken;
      for (int i = 0; i < 2; ++i)
        if (consumer->tryTake(2, taken) == RingResult::Ok) {
          step();
          taken.release();
        }
      stepsToLive = -1;
      _exit(0);
    });
    // The living consumer takes what is left, the producer goes round: both meet no torn message,
    // and the producer meets the slots that the dead one held.
    auto living = ring->consumer();
    Parcel parcel;
    std::uint64_t next = 4;
    RingResult result = RingResult::Empty;
    for (int looks = 0; looks < kPatience && next < 12 && result != RingResult::Poisoned; ++looks) {
      result = push(*producer, next);
      next += result == RingResult::Ok;
      if (result == RingResult::Full && living->tryPop(parcel) == RingResult::Ok) {
        ASSERT_TRUE(parcel.isWhole(parcel.words[0] / 4));
      }
    }
    EXPECT_TRUE(next == 12 || result == RingResult::Poisoned) << "hangs, killed at step " << steps;
    poisonings += result == RingResult::Poisoned;
  }
  EXPECT_GE(poisonings, 4);
}

} // namespace
