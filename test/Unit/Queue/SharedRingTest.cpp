// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SharedRing: attaching to the right memory and to the wrong, roles, and traffic between processes.
#include "Audit.h"

#include <ringkernel/queue/Blocking.h>
#include <ringkernel/queue/SharedRing.h>

#include <gtest/gtest.h>

#include <csignal>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

namespace {

using ring::RingResult;
using ring::SharedMemory;
using ring::SharedRing;
using ring::SpscRing;

/// Runs `body` in a child process and gives its exit code, 0 where it gave true.
template <class Body> pid_t inChild(Body body) {
  const pid_t child = fork();
  if (child == 0)
    _exit(body() ? 0 : 1);
  return child;
}
int exitCode(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/// What attach() says of memory in which `change` was made to the header of a ring of ints.
template <class As, class Change> std::string errorOf(Change change) {
  auto ring = SharedRing<SpscRing<int>>::create(16);
  change(*reinterpret_cast<ring::detail::SharedHeader<std::atomic>*>(ring->memory().data()));
  return SharedRing<As>::attach(ring->memory()).error;
}

TEST(SharedRing, RefusesMemoryOfAnotherKind) {
  const auto nothing = [](auto&) {};
  EXPECT_EQ(errorOf<SpscRing<int>>(nothing), "");
  EXPECT_EQ(errorOf<SpscRing<std::uint64_t>>(nothing), "bytes of a slot: 4 found, 8 expected");
  using Bytes = std::array<char, 4>;
  EXPECT_EQ(errorOf<SpscRing<Bytes>>(nothing), "alignment of a slot: 4 found, 1 expected");
  EXPECT_EQ(errorOf<ring::SharedMpscRing<int>>(nothing), "the kind of ring: 1 found, 3 expected");
  EXPECT_EQ(errorOf<SpscRing<int>>([](auto& header) { header.version = 7; }),
            "the ring's layout version: 7 found, 2 expected");
  EXPECT_EQ(errorOf<SpscRing<int>>([](auto& header) { header.magic = 0; }),
            "this shared memory holds no ring, or not yet");
  EXPECT_NE(errorOf<SpscRing<int>>([](auto& header) {
              header.capacity = 15;
            }).find("a ring of 15 slots of 4 bytes: the capacity must be a power of two"),
            std::string::npos);
  const std::size_t bytes = SharedRing<SpscRing<int>>::bytesFor(16);
  EXPECT_EQ(errorOf<SpscRing<int>>([](auto& header) { header.capacity = 32; }),
            "bytes of shared memory: " + std::to_string(bytes) + " found, " +
                std::to_string(SharedRing<SpscRing<int>>::bytesFor(32)) + " expected");
}

TEST(SharedRing, SaysWhichNumberIsAnother) {
  EXPECT_EQ(errorOf<SpscRing<int>>([](auto& header) { header.headerBytes -= 64; }).substr(0, 19),
            "bytes of the header");
  EXPECT_EQ(
      errorOf<SpscRing<int>>([](auto& header) { header.shape.totalBytes += 8; }).substr(0, 32),
      "bytes that the ring was made for");
}

/// What attach() has checked is used, whatever the other writes there later.
TEST(SharedRing, KeepsTheCapacityThatItChecked) {
  using Ring = SharedRing<SpscRing<int>>;
  auto ring = Ring::create(8);
  auto same = Ring::attach(ring->memory());
  ASSERT_TRUE(same) << same.error;
  reinterpret_cast<ring::detail::SharedHeader<std::atomic>*>(ring->memory().data())->capacity =
      1u << 30;
  EXPECT_EQ(same->capacity(), 8u);
  auto producer = same->producer();
  std::span<int> slots;
  EXPECT_EQ(producer->tryReserve(1000, slots), RingResult::TooLarge);
  EXPECT_EQ(producer->tryReserve(8, slots), RingResult::Ok);
  EXPECT_EQ(slots.size(), 8u);
}

TEST(SharedRing, ANameWhoseMemoryCannotBeMadeIsFreeAgain) {
  const std::string name = "/ringkernel-none-" + std::to_string(getpid());
  EXPECT_FALSE(SharedMemory::create(name.c_str(), std::size_t(1) << 62));
  auto memory = SharedMemory::create(name.c_str(), 4096);
  EXPECT_TRUE(memory) << memory.error;
  SharedMemory::removeName(name.c_str());
}

TEST(SharedRing, RefusesMemoryOfAnotherSize) {
  auto tooSmall = SharedMemory::memfd("test", 64);
  EXPECT_NE(SharedRing<SpscRing<int>>::attach(*tooSmall).error.find("64 found"), std::string::npos);
  EXPECT_NE(SharedRing<SpscRing<int>>::create(*tooSmall, 16).error.find("64 found"),
            std::string::npos);
  for (const std::size_t capacity : {std::size_t(0), std::size_t(6), std::size_t(1) << 62})
    EXPECT_NE(SharedRing<SpscRing<int>>::create(capacity).error.find("must be a power of two"),
              std::string::npos);
  EXPECT_NE(SharedMemory::fromDescriptor(-1).error.find("dup"), std::string::npos);
  EXPECT_NE(SharedMemory::open("/no-such-ring").error.find("shm_open"), std::string::npos);
}

TEST(SharedRing, ARoleIsHeldOnce) {
  auto ring = SharedRing<SpscRing<int>>::create(4);
  {
    auto producer = ring->producer();
    ASSERT_TRUE(producer);
    EXPECT_EQ(ring->producers().alive, 1u);
    EXPECT_EQ(ring->producer().error, "the ring has as many producers as it can have: 1");
    EXPECT_EQ(producer->tryPush(5), RingResult::Ok);
  }
  EXPECT_EQ(ring->producers().alive, 0u);
  auto consumer = ring->consumer();
  ASSERT_TRUE(consumer);
  int value = 0;
  EXPECT_EQ(consumer->tryPop(value), RingResult::Ok);
  EXPECT_EQ(consumer->tryPop(value), RingResult::Closed) << "an orderly end closes";
}

/// Who cannot be looked at (here for want of a descriptor) is not dead.
TEST(SharedRing, ALivingHolderKeepsItsRoleWhereProcCannotBeRead) {
  auto ring = SharedRing<SpscRing<int>>::create(4);
  auto producer = ring->producer();
  ASSERT_TRUE(producer);
  EXPECT_EQ(exitCode(inChild([&] {
              const rlimit none{0, 0};
              return setrlimit(RLIMIT_NOFILE, &none) == 0 && ring->producers().alive == 1 &&
                     !ring->producer() &&
                     ring->consumer().error.find("/stat cannot be read") != std::string::npos;
            })),
            0);
}

/// The main thread is a zombie then, as a dead process is.
TEST(SharedRing, AProcessWhoseMainThreadEndedIsAlive) {
  using Ring = SharedRing<SpscRing<int>>;
  auto ring = Ring::create(4);
  const pid_t child = fork();
  if (child == 0) {
    std::thread([&] {
      auto producer = ring->producer();
      (void)producer->tryPush(1);
      for (;;)
        pause();
    }).detach();
    syscall(SYS_exit, 0); // pthread_exit, without unwinding the test
  }
  const std::string path = "/proc/" + std::to_string(child) + "/stat";
  auto consumer = ring->consumer();
  int value = 0;
  while (consumer->tryPop(value) != RingResult::Ok)
    std::this_thread::yield();
  for (char state = 'R'; state != 'Z'; std::this_thread::yield()) {
    char text[256] = {};
    FILE* file = std::fopen(path.c_str(), "r");
    ASSERT_TRUE(file && std::fgets(text, sizeof(text), file));
    std::fclose(file);
    state = std::strrchr(text, ')')[2];
  }
  EXPECT_EQ(ring->producers().alive, 1u);
  EXPECT_FALSE(ring->producer());
  kill(child, SIGKILL);
  EXPECT_EQ(exitCode(child), 128);
  EXPECT_EQ(ring->producers().dead, 1u);
  EXPECT_TRUE(ring->producer());
}

TEST(SharedRing, RecordsHaveTheLimitOfTheirLengths) {
  using Ring = SharedRing<ring::RecordRing<>>;
  constexpr std::size_t kTooMany = std::size_t(1) << 30;
  constexpr const char* kLimit = "must be a power of two from 8 to 536870912";
  auto ring = Ring::create(64);
  reinterpret_cast<ring::detail::SharedHeader<std::atomic>*>(ring->memory().data())->capacity =
      kTooMany;
  ASSERT_NE(Ring::attach(ring->memory()).error.find(kLimit), std::string::npos);
  EXPECT_NE(Ring::create(kTooMany).error.find(kLimit), std::string::npos);
}

TEST(SharedRing, AFileAboveTheProcesssLimitIsAnError) {
  EXPECT_EQ(exitCode(inChild([] {
              const rlimit limit{4096, 4096};
              const std::string name = "/ringkernel-limit-" + std::to_string(getpid());
              return setrlimit(RLIMIT_FSIZE, &limit) == 0 &&
                     SharedMemory::create(name.c_str(), 8192).error.find("RLIMIT_FSIZE") !=
                         std::string::npos &&
                     SharedRing<SpscRing<int>>::create(1 << 16).error.find("which is 4096") !=
                         std::string::npos;
            })),
            0);
}

TEST(SharedRing, MemoryWithoutANameKeepsItsSize) {
  auto memory = SharedMemory::memfd("test", 4096);
  ASSERT_TRUE(memory) << memory.error;
  EXPECT_NE(ftruncate(memory->descriptor(), 0), 0);
  EXPECT_NE(ftruncate(memory->descriptor(), 8192), 0);
  EXPECT_EQ(errno, EPERM);
}

TEST(SharedRing, ManyProducersEachHaveAPlace) {
  auto ring = SharedRing<ring::SharedMpmcRing<int>>::create(64);
  std::vector<decltype(ring->producer())> producers;
  for (int i = 0; i < 32; ++i) {
    producers.push_back(ring->producer());
    ASSERT_TRUE(producers.back());
    EXPECT_EQ(producers.back()->tryPush(i), RingResult::Ok);
  }
  EXPECT_FALSE(ring->producer());
  auto consumer = ring->consumer();
  for (int i = 0; i < 32; ++i) {
    int value = -1;
    EXPECT_EQ(consumer->tryPop(value), RingResult::Ok);
    EXPECT_EQ(value, i);
  }
  EXPECT_FALSE(consumer->isClosed());
}

// Copies of handles between processes do not compile: each thread opens its own.
using SharedMpmc = ring::SharedMpmcRing<int>;
static_assert(!std::is_copy_constructible_v<SharedMpmc::Producer>);
static_assert(!std::is_copy_constructible_v<SharedMpmc::Consumer>);
static_assert(!std::is_copy_constructible_v<ring::SharedMpscRing<int>::Producer>);
static_assert(std::is_move_constructible_v<SharedMpmc::Producer>);

template <class Ring> void holdsSeveral() {
  auto ring = SharedRing<Ring>::create(64);
  auto producer = ring->producer();
  auto consumer = ring->consumer();
  std::array<typename Ring::Producer::Reservation, 7> places;
  for (auto& place : places)
    ASSERT_EQ(producer->tryReserve(1, place), RingResult::Ok);
  typename Ring::Producer::Reservation another;
  EXPECT_DEATH((void)producer->tryReserve(1, another), "too many reservations.*: 8, at most 7");
  EXPECT_DEATH(producer.value.reset(), "destroyed while a reservation");
  int value = 0;
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(consumer->tryPop(value), RingResult::Empty) << "who holds them lives";
  places[0][0] = 10;
  places[0].publish();
  ASSERT_EQ(producer->tryPush(17), RingResult::Ok) << "its word is free again";
  for (int i = 0; i < 5000; ++i)
    (void)consumer->tryPop(value);
  EXPECT_EQ(value, 10);
  for (std::size_t i = 1; i < places.size(); ++i) {
    places[i][0] = 10 + int(i);
    places[i].publish();
  }
  for (int expected = 11; expected <= 17; ++expected) {
    ASSERT_EQ(consumer->tryPop(value), RingResult::Ok);
    EXPECT_EQ(value, expected);
  }
}
TEST(SharedRing, AHandleHoldsSeveralReservations) {
  holdsSeveral<ring::SharedMpscRing<int>>();
  holdsSeveral<ring::SharedMpmcRing<int>>();
}

TEST(SharedRing, HasANameWhereOneIsGiven) {
  using Ring = SharedRing<SpscRing<int>>;
  const std::string name = "/ringkernel-test-" + std::to_string(getpid());
  auto memory = SharedMemory::create(name.c_str(), Ring::bytesFor(4));
  ASSERT_TRUE(memory) << memory.error;
  EXPECT_FALSE(SharedMemory::create(name.c_str(), 64)) << "the name is taken";
  auto first = Ring::create(*memory, 4);
  auto producer = first->producer();
  EXPECT_EQ(producer->tryPush(7), RingResult::Ok);
  auto again = SharedMemory::open(name.c_str());
  SharedMemory::removeName(name.c_str());
  auto second = Ring::attach(*again);
  ASSERT_TRUE(second) << second.error;
  int value = 0;
  EXPECT_EQ(second->consumer()->tryPop(value), RingResult::Ok);
  EXPECT_EQ(value, 7);
}

TEST(SharedRing, ElementsGoFromProcessToProcess) {
  using Ring = SharedRing<SpscRing<audit::Message>>;
  constexpr std::uint64_t kCount = 50000;
  auto ring = Ring::create(8);
  const pid_t child = inChild([&] {
    auto attached = Ring::attach(*SharedMemory::fromDescriptor(ring->memory().descriptor()));
    ring::BlockingProducer producer(std::move(*attached->producer()));
    bool ok = true;
    for (std::uint64_t next = 0; next < kCount; ++next)
      ok &=
          producer.push(audit::Message::make(0, next), ring::RingDeadline::max()) == RingResult::Ok;
    return ok;
  });
  ring::BlockingConsumer consumer(std::move(*ring->consumer()));
  audit::Stream stream(1);
  bool intact = true;
  for (audit::Message message; consumer.pop(message, ring::RingDeadline::max()) == RingResult::Ok;)
    intact &= stream.take(message);
  EXPECT_TRUE(intact);
  EXPECT_EQ(stream.count(), kCount);
  EXPECT_EQ(exitCode(child), 0);
}

TEST(SharedRing, ManyProcessesShareATail) {
  using Ring = SharedRing<ring::SharedMpscRing<audit::Message>>;
  constexpr std::uint64_t kCount = 20000, kProducers = 3;
  auto ring = Ring::create(16);
  std::vector<pid_t> children;
  for (std::uint64_t number = 0; number < kProducers; ++number)
    children.push_back(inChild([&] {
      auto attached = Ring::attach(*SharedMemory::fromDescriptor(ring->memory().descriptor()));
      auto producer = attached->producer();
      for (std::uint64_t next = 0; next < kCount;)
        if (producer->tryPush(audit::Message::make(number, next)) == RingResult::Ok)
          ++next;
        else
          std::this_thread::yield();
      return true;
    }));
  auto consumer = ring->consumer();
  audit::Stream stream(kProducers);
  bool intact = true;
  for (audit::Message message; stream.count() < kProducers * kCount;)
    if (consumer->tryPop(message) == RingResult::Ok)
      intact &= stream.take(message);
    else
      std::this_thread::yield();
  EXPECT_TRUE(intact);
  for (const pid_t child : children)
    EXPECT_EQ(exitCode(child), 0);
  EXPECT_EQ(ring->producers().alive + ring->producers().dead, 0u);
}

} // namespace
