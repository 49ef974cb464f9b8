// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts that every backend shares: types, directory, lifecycle, queues of records, options.
#include "Actors.ring.h"
#include "Demo.ring.h"
#include "Support.h"

#include "runtime/core/Directory.h"
#include "runtime/core/EventCount.h"
#include "runtime/core/FairMutex.h"
#include "runtime/core/Images.h"
#include "runtime/core/Modulo.h"
#include "runtime/core/RecordQueue.h"
#include "runtime/core/Registry.h"
#include "runtime/core/Threads.h"

#include <ringkernel/abi/Version.h>

#include <algorithm>
#include <barrier>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <random>
#include <thread>
#include <unistd.h>

namespace {

using namespace ring::runtime;
using ring::StatusCode;
using ring::detail::Registered;

const ring::detail::ModuleInfo* thisModule() {
  static constexpr ring::detail::ModuleInfo info{"this", ring::abi::kVersion, {}, {}, {}, {}};
  return &info;
}
const ring::detail::ModuleInfo* oldModule() {
  static constexpr ring::detail::ModuleInfo info{"old", ring::abi::kVersion + 7, {}, {}, {}, {}};
  return &info;
}
constexpr TypeInfo messageType(std::string_view name, std::uint64_t id,
                               const ring::detail::ModuleInfo* (*module)() = &thisModule) {
  return {name, id, 8, 8, module, 0, false, ring::Scope::Thread, {}, {}};
}

/// Until that thread of ours waits in the kernel.
void untilAsleep(pid_t thread) {
  for (std::string state; state != "S"; std::this_thread::yield()) {
    std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string number, name;
    status >> number >> name >> state;
  }
}

/// A thread that waits has the mutex before one that unlocks and locks again.
TEST(FairMutex, WhoWaitsIsNext) {
  FairMutex mutex;
  for (int turn = 0; turn < 5; ++turn) {
    std::atomic<bool> had = false;
    std::atomic<pid_t> thread = 0;
    mutex.lock();
    std::thread waiting([&] {
      thread = gettid();
      std::lock_guard lock(mutex);
      had = true;
    });
    while (thread == 0)
      std::this_thread::yield();
    untilAsleep(thread);
    mutex.unlock();
    mutex.lock();
    EXPECT_TRUE(had) << "it locked again before the one that waited";
    mutex.unlock();
    waiting.join();
  }
}

TEST(FairMutex, IsRecursiveAndRefusesOthers) {
  FairMutex mutex;
  const auto isFree = [&] {
    bool isFree = false;
    std::thread([&] {
      isFree = mutex.try_lock();
      if (isFree)
        mutex.unlock();
    }).join();
    return isFree;
  };
  mutex.lock();
  mutex.lock();
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(isFree());
  mutex.unlock();
  mutex.unlock();
  EXPECT_FALSE(isFree());
  mutex.unlock();
  EXPECT_TRUE(isFree());
}

TEST(Registry, GivesDenseIndicesAndKnowsTypesById) {
  Registry registry;
  static constexpr TypeInfo a = messageType("A", 1), b = messageType("B", 2),
                            again = messageType("A", 1);
  EXPECT_EQ(registry.find(a), kNoType);
  EXPECT_EQ(registry.message(a).value(), 0);
  EXPECT_EQ(registry.message(b).value(), 1);
  EXPECT_EQ(registry.message(again).value(), 0) << "another module's info of the same type";
  EXPECT_EQ(registry.find(again), 0);
  EXPECT_EQ(&registry.type(1), &b);
}

TEST(Registry, ManyTypesStayFindableWhileOthersAreAdded) {
  Registry registry;
  std::deque<std::string> names;
  std::deque<TypeInfo> types;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    names.push_back("T" + std::to_string(i));
    types.push_back(messageType(names.back(), 100 + i));
  }
  std::atomic<std::uint32_t> added{0};
  std::thread reader([&] {
    for (std::uint32_t seen = 0; seen < types.size();) {
      seen = added.load(std::memory_order_acquire);
      for (std::uint32_t i = 0; i < seen; i += 37)
        ASSERT_EQ(registry.find(types[i]), i);
    }
  });
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    ASSERT_EQ(registry.message(types[i]).value(), i);
    added.store(i + 1, std::memory_order_release);
  }
  reader.join();
}

TEST(Registry, RefusesCollisionsOtherVersionsAndTheWrongKind) {
  Registry registry;
  static constexpr TypeInfo a = messageType("A", 1), other = messageType("Other", 1),
                            old = messageType("Old", 3, &oldModule);
  ASSERT_TRUE(registry.message(a));
  const ring::Status collision = registry.message(other).status();
  EXPECT_EQ(collision.code(), StatusCode::InvalidArgument);
  EXPECT_NE(collision.message().find("`A` and `Other`"), std::string::npos) << collision.message();
  EXPECT_EQ(registry.message(old).status().code(), StatusCode::Unsupported);
  EXPECT_EQ(registry.message(old).status().code(), StatusCode::Unsupported) << "asked again";
  EXPECT_EQ(registry.actor(a).status().code(), StatusCode::InvalidArgument);
  EXPECT_EQ(registry.message(Registered<FraudMonitor>::info()).status().code(),
            StatusCode::InvalidArgument);
}

TEST(Registry, FindsHandlersByMessage) {
  Registry registry;
  const TypeIndex alert = registry.message(Registered<Alert>::info()).value();
  const ActorType& actor = **registry.actor(Registered<FraudMonitor>::info());
  const TypeIndex transfer = registry.find(Registered<Transfer>::info());
  ASSERT_NE(transfer, kNoType);
  EXPECT_EQ(actor.handler(transfer), &Registered<FraudMonitor>::info().handlers[0]);
  EXPECT_EQ(actor.handler(alert), nullptr);
  EXPECT_EQ(actor.handler(kNoType), nullptr);
}

TEST(Directory, TellsGenerationsApart) {
  Registry registry;
  const ActorType& type = **registry.actor(Registered<FraudMonitor>::info());
  Directory directory(4, 1024, 2);
  const float image[2] = {1, 2};
  const ring::ActorId first = *directory.place(type, image);
  EXPECT_EQ(directory.find(first)->life(), Life::Initializing);
  directory.activate(first);
  EXPECT_EQ(directory.find(first)->life(), Life::Active);
  EXPECT_EQ(std::memcmp(directory.find(first)->state, image, sizeof(image)), 0);
  directory.end(*directory.find(first));
  for (int i = 0; i < 4; ++i) { // all entries, the ended one's among them
    const ring::ActorId next = *directory.place(type, image);
    EXPECT_TRUE(next.index != first.index || next.generation != first.generation);
  }
  EXPECT_EQ(directory.find(first), nullptr);
  EXPECT_EQ(directory.place(type, image).status().code(), StatusCode::Exhausted);
}

TEST(Directory, SpreadsActorsOverShardsAndBoundsTheirBytes) {
  Registry registry;
  const ActorType& type = **registry.actor(Registered<FraudMonitor>::info());
  Directory directory(100, 8 * 6, 3);
  const float image[2] = {};
  std::uint32_t onShard[3] = {};
  std::vector<ring::ActorId> actors;
  for (int i = 0; i < 6; ++i) {
    actors.push_back(*directory.place(type, image));
    directory.activate(actors.back());
    ++onShard[actors.back().index % 3];
  }
  EXPECT_EQ(onShard[0], 2u);
  EXPECT_EQ(onShard[1], 2u);
  EXPECT_EQ(onShard[2], 2u);
  const ring::Status status = directory.place(type, image).status();
  EXPECT_EQ(status.code(), StatusCode::Exhausted);
  EXPECT_NE(status.message().find("0 of 48"), std::string::npos) << status.message();
  directory.end(*directory.find(actors[4]));
  EXPECT_EQ(directory.place(type, image).value().index, actors[4].index);
}

TEST(Directory, PrefersSomeShardsAndTakesOthersWhereTheseAreFull) {
  Registry registry;
  const ActorType& type = **registry.actor(Registered<FraudMonitor>::info());
  Directory directory(12, 1024, 4); // three entries a shard
  const float image[2] = {};
  std::uint32_t onShard[4] = {};
  for (int i = 0; i < 9; ++i)
    ++onShard[directory.shardOf(*directory.place(type, image, {{2, 3}, {1, 4}}))];
  EXPECT_EQ(onShard[0], 0u);
  EXPECT_EQ(onShard[1], 3u);
  EXPECT_EQ(onShard[2], 3u);
  EXPECT_EQ(onShard[3], 3u);
  EXPECT_EQ(directory.place(type, image, {{2, 3}, {1, 4}}).status().code(), StatusCode::Exhausted);
  EXPECT_EQ(directory.shardOf(*directory.place(type, image)), 0u);
}

TEST(Directory, KeepsFailedActorsUntilTheyAreRestartedOrKilled) {
  Registry registry;
  const ActorType& type = **registry.actor(Registered<FraudMonitor>::info());
  Directory directory(2, 1024, 1);
  const float image[2] = {1, 2}, changed[2] = {8, 9};
  const auto spawn = [&] {
    const ring::ActorId id = *directory.place(type, image);
    directory.activate(id);
    return id;
  };
  const ring::ActorId one = spawn(), other = spawn();
  DirectoryEntry& entry = *directory.find(one);
  std::memcpy(entry.state, changed, sizeof(changed));
  directory.fail(entry, 3);
  directory.fail(*directory.find(other), 4);
  EXPECT_EQ(directory.place(type, image).status().message(),
            "all 2 actors are in use, 2 of them failed: kill those that are given up, or set "
            "`RuntimeOptions::maxActors`");
  EXPECT_EQ(std::memcmp(entry.state, changed, sizeof(changed)), 0) << "as the handler left it";
  EXPECT_TRUE(directory.restart(one));
  EXPECT_EQ(entry.life(), Life::Active);
  EXPECT_EQ(entry.failCode, 0u);
  EXPECT_EQ(std::memcmp(entry.state, image, sizeof(image)), 0);
  EXPECT_NE(directory.place(type, image).status().message().find(", 1 of them failed"),
            std::string::npos);
  EXPECT_TRUE(directory.kill(other));
  EXPECT_FALSE(directory.kill(other));
  EXPECT_FALSE(directory.restart(other));
  const ring::ActorId next = spawn();
  EXPECT_EQ(next.index, other.index);
  EXPECT_FALSE(directory.kill(other)) << "that is somebody else now";
  EXPECT_EQ(directory.find(next)->life(), Life::Active);
  EXPECT_EQ(directory.place(type, image).status().message(),
            "all 2 actors are in use; set `RuntimeOptions::maxActors`");
}

TEST(Images, EqualOnesAreStoredOnce) {
  Images images;
  std::vector<std::uint64_t> one(100, 7), other(100, 8);
  const std::size_t bytes = one.size() * sizeof(one[0]);
  const std::byte* first = images.take(one.data(), bytes);
  EXPECT_EQ(images.take(one.data(), bytes), first);
  const std::byte* second = images.take(other.data(), bytes);
  EXPECT_NE(images.take(one.data(), bytes - 1), first);
  EXPECT_EQ(images.count(), 3u);
  one.assign(100, 0); // a copy is kept
  EXPECT_EQ(first[0], std::byte(7));
  EXPECT_EQ(std::memcmp(second, other.data(), bytes), 0);
  images.giveBack(first, bytes);
  EXPECT_EQ(images.count(), 3u) << "somebody still has it";
  images.giveBack(first, bytes);
  images.giveBack(second, bytes);
  EXPECT_EQ(images.count(), 1u);
}

TEST(Directory, GivesImagesBackWithTheirEntries) {
  Registry registry;
  const ActorType& type = **registry.actor(Registered<FraudMonitor>::info());
  Directory directory(1, 8, 1);
  for (float i = 0; i < 10; ++i) { // one state's bytes: each must be free for the next
    const float image[2] = {i, i};
    const ring::ActorId id = *directory.place(type, image);
    directory.activate(id);
    EXPECT_EQ(std::memcmp(directory.find(id)->image, image, sizeof(image)), 0);
    EXPECT_TRUE(directory.kill(id));
  }
}

TEST(Lifecycle, TableHasTheDesignsTransitions) {
  EXPECT_TRUE(mayMove(Life::Dormant, Life::Initializing));
  EXPECT_TRUE(mayMove(Life::Initializing, Life::Active));
  EXPECT_TRUE(mayMove(Life::Active, Life::Draining));
  EXPECT_TRUE(mayMove(Life::Draining, Life::Active));
  EXPECT_TRUE(mayMove(Life::Draining, Life::Terminated));
  EXPECT_TRUE(mayMove(Life::Active, Life::Failed));
  EXPECT_FALSE(mayMove(Life::Dormant, Life::Active));
  EXPECT_FALSE(mayMove(Life::Terminated, Life::Active));
  EXPECT_TRUE(mayMove(Life::Failed, Life::Active)) << "a restart";
  EXPECT_TRUE(mayMove(Life::Failed, Life::Terminated)) << "a kill";
  EXPECT_FALSE(mayMove(Life::Failed, Life::Dormant)) << "only a Terminated entry is taken again";
  EXPECT_TRUE(mayMove(Life::Terminated, Life::Dormant));
  EXPECT_FALSE(mayMove(Life::Terminated, Life::Failed));
  for (const Life life : {Life::Dormant, Life::Active, Life::Terminated, Life::Failed})
    EXPECT_FALSE(mayMove(life, life));
}

TEST(LifecycleDeathTest, AWrongTransitionEndsTheProgram) {
  Registry registry;
  Directory directory(2, 64, 1);
  const float image[2] = {};
  const ring::ActorId id =
      *directory.place(**registry.actor(Registered<FraudMonitor>::info()), image);
  EXPECT_DEATH(directory.move(*directory.find(id), Life::Draining),
               "cannot go from Initializing to Draining");
}

/// Writes a record of `bytes` that says which one it is.
bool put(RecordQueue& queue, std::size_t bytes, std::uint32_t number) {
  std::byte* record = queue.tryReserve(bytes);
  if (!record)
    return false;
  for (std::size_t i = 4; i + 4 <= bytes; i += 4)
    std::memcpy(record + i, &number, 4);
  return true;
}

TEST(RecordQueue, KeepsOrderAndForgetsWhatIsRolledBack) {
  RecordQueue queue(std::uint64_t(1) << 30);
  std::mt19937 random(1);
  std::deque<std::pair<std::uint32_t, std::size_t>> expected;
  std::uint32_t number = 0;
  for (int step = 0; step < 50000; ++step) {
    const std::size_t count = random() % 4;
    const bool keep = random() % 3 != 0;
    std::vector<std::pair<std::uint32_t, std::size_t>> batch;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t bytes = random() % 100 == 0 ? 8 + random() % 50000 : 8 + random() % 200;
      ASSERT_TRUE(put(queue, bytes, number));
      batch.emplace_back(number++, bytes);
    }
    if (keep) {
      queue.commit();
      expected.insert(expected.end(), batch.begin(), batch.end());
    } else {
      queue.rollback();
    }
    for (std::size_t taken = random() % 5; taken > 0 && !expected.empty(); --taken) {
      const std::byte* record = queue.tryPeek();
      ASSERT_NE(record, nullptr);
      const auto [wanted, bytes] = expected.front();
      for (std::size_t i = 4; i + 4 <= bytes; i += 4)
        ASSERT_EQ(std::memcmp(record + i, &wanted, 4), 0);
      queue.advance();
      expected.pop_front();
    }
    ASSERT_EQ(queue.isEmpty(), expected.empty());
    if (expected.empty()) {
      ASSERT_EQ(queue.tryPeek(), nullptr);
      ASSERT_EQ(queue.bytes(), 0u);
    }
  }
}

TEST(RecordQueue, IsBoundedByBytes) {
  RecordQueue queue(64);
  EXPECT_TRUE(put(queue, 32, 1));
  EXPECT_TRUE(put(queue, 17, 2)); // takes 32
  EXPECT_FALSE(put(queue, 4, 3));
  queue.rollback();
  EXPECT_TRUE(put(queue, 64, 4));
  EXPECT_NE(queue.reserve(16), nullptr) << "beyond the bound by request";
  queue.commit();
  EXPECT_EQ(queue.bytes(), 80u);
}

TEST(EventCount, NoWakeUpIsLost) {
  EventCount event;
  std::atomic<std::uint32_t> turn{0};
  constexpr std::uint32_t kTurns = 20000;
  const auto play = [&](std::uint32_t mine) {
    for (std::uint32_t i = mine; i < kTurns; i += 2) {
      while (turn.load(std::memory_order_acquire) != i) {
        const std::uint64_t key = event.prepare();
        if (turn.load(std::memory_order_acquire) == i)
          event.cancel();
        else
          event.wait(key);
      }
      turn.store(i + 1, std::memory_order_release);
      event.notify();
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(turn.load(), kTurns);
  const auto before = std::chrono::steady_clock::now();
  event.wait(event.prepare(), before + std::chrono::milliseconds(5));
  EXPECT_GE(std::chrono::steady_clock::now(), before + std::chrono::milliseconds(5));
}

TEST(Modulo, IsTheRemainder) {
  std::mt19937 random(17);
  for (const std::uint32_t divisor : {1u, 2u, 3u, 7u, 64u, 255u, 65537u, 0xffffffffu}) {
    const Modulo modulo(divisor);
    for (const std::uint32_t x : {0u, 1u, divisor - 1, divisor, divisor + 1, 0xffffffffu})
      ASSERT_EQ(modulo(x), x % divisor) << x << " % " << divisor;
    for (int i = 0; i < 1000; ++i) {
      const auto x = static_cast<std::uint32_t>(random());
      ASSERT_EQ(modulo(x), x % divisor) << x << " % " << divisor;
    }
  }
}

TEST(Options, OutOfRangeIsRefusedWithTheNumbers) {
  const auto refused = [](auto change) {
    ring::RuntimeOptions options = test::cpuOptions();
    change(options);
    return ring::Runtime::create(options).status();
  };
  const ring::Status slots = refused([](auto& o) { o.mailboxSlots = 100; });
  EXPECT_EQ(slots.code(), StatusCode::InvalidArgument);
  EXPECT_EQ(slots.message(),
            "`RuntimeOptions::mailboxSlots` is 100, not a power of two from 64 to 16777216");
  EXPECT_FALSE(refused([](auto& o) { o.workers = 257; }));
  EXPECT_FALSE(refused([](auto& o) { o.maxActors = 0; }));
  EXPECT_FALSE(refused([](auto& o) { o.maxAsks = 0; }));
  EXPECT_FALSE(refused([](auto& o) { o.stateBytes = 0; }));
  EXPECT_FALSE(refused([](auto& o) { o.stateBytes = (std::uint64_t(1) << 48) + 1; }));
  EXPECT_FALSE(refused([](auto& o) { o.spillBytes = ~std::uint64_t(0); }));
  EXPECT_FALSE(refused([](auto& o) { o.isolation = static_cast<ring::Isolation>(9); }));
  EXPECT_FALSE(refused([](auto& o) { o.recoveryWindow = std::chrono::nanoseconds(-1); }));
  EXPECT_FALSE(refused([](auto& o) { o.spillBytes = 0; }));
  EXPECT_FALSE(refused([](auto& o) { o.replyBytes = 0; }));
}

TEST(Options, BackendsHaveNames) {
  EXPECT_EQ(ring::parseBackend("cpu"), ring::Backend::Cpu);
  EXPECT_EQ(ring::parseBackend("auto"), ring::Backend::Auto);
  EXPECT_EQ(ring::parseBackend("cuda"), ring::Backend::Cuda);
  EXPECT_EQ(ring::parseBackend("metal"), ring::Backend::Metal);
  EXPECT_EQ(ring::parseBackend("webgpu"), ring::Backend::WebGpu);
  EXPECT_EQ(ring::parseBackend("CPU"), std::nullopt);
}

TEST(Options, CudaIsRefusedWhereTheDriverIsAbsent) {
  ASSERT_EQ(setenv("RINGKERNEL_CUDA_LIBRARY", "/nonexistent/libcuda.so", 1), 0);
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cuda;
  const ring::Status status = ring::Runtime::create(options).status();
  unsetenv("RINGKERNEL_CUDA_LIBRARY");
  EXPECT_EQ(status.code(), StatusCode::NotFound);
  EXPECT_TRUE(status.message().starts_with("cannot load CUDA driver `/nonexistent/libcuda.so`"))
      << status.message();
}

/// A number is a thread's as long as it lives, then the next thread's.
TEST(Threads, NumbersAreTakenAgain) {
  const std::uint32_t mine = threadNumber();
  EXPECT_EQ(threadNumber(), mine);
  std::uint32_t first = mine, second = mine;
  std::thread([&] { first = threadNumber(); }).join();
  std::thread([&] { second = threadNumber(); }).join();
  EXPECT_NE(first, mine);
  EXPECT_EQ(second, first);
  std::vector<std::uint32_t> all(8);
  std::barrier everybodyHasOne(8);
  std::vector<std::thread> threads;
  for (std::uint32_t& number : all)
    threads.emplace_back([&] {
      number = threadNumber();
      everybodyHasOne.arrive_and_wait();
    });
  for (std::thread& thread : threads)
    thread.join();
  all.push_back(mine);
  std::ranges::sort(all);
  for (std::uint32_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(all[i], i);
}

} // namespace
