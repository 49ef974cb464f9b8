// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One producer, one consumer: streams of each size, round trips, one thread alone, and the limits.
#include "Groups.h"
#include "Streams.h"

#include <chrono>
#include <cstring>

namespace bench {

namespace {

constexpr std::size_t kCapacity = 1024;

/// `rep movsb`, or what the library has where the processor has none.
void copyBytes(void* to, const void* from, std::size_t bytes) {
#if defined(__x86_64__)
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
#else
  std::memcpy(to, from, bytes);
#endif
}

/// Blocks copied into shared memory on one core and out of it on another, with nothing around but
/// an index each way, every 8 blocks. `touch`: each is written before and checked after, as
/// messages are; without, only the copies are timed.
template <class M>
bool blockCopies(const Placement& placement, std::uint64_t blocks, std::size_t slots, bool touch) {
  constexpr std::size_t kEvery = 8;
  struct alignas(sizeof(M)) Block {
    M message;
  };
  struct alignas(128) Line {
    std::atomic<std::uint64_t> value{0};
  };
  const auto memory = std::make_unique<Block[]>(slots);
  Line written, read;
  std::atomic<bool> right{true};
  onCores({placement.cores[0], placement.cores[1]}, [&](std::size_t side) {
    const auto local = std::make_unique<Block>();
    Line& mine = side == 0 ? written : read;
    const Line& other = side == 0 ? read : written;
    std::uint64_t known = 0, wrong = 0;
    for (std::uint64_t i = 0; i < blocks; i += kEvery) {
      const std::uint64_t needed =
          side == 0 ? i + kEvery - std::min<std::uint64_t>(slots, i + kEvery) : i + kEvery;
      while (known < needed)
        known = other.value.load(std::memory_order_acquire);
      for (std::uint64_t k = i; k < i + kEvery; ++k) {
        Block& shared = memory[k % slots];
        if (side == 0) {
          if (touch)
            local->message.write(k);
          copyBytes(&shared, local.get(), sizeof(M));
        } else {
          copyBytes(local.get(), &shared, sizeof(M));
          if (touch)
            wrong |= local->message.wrong(k);
        }
      }
      mine.value.store(i + kEvery, std::memory_order_release);
    }
    if (wrong != 0)
      right = false;
  });
  return right;
}

template <std::size_t kBytes>
Group spscGroup(const Placement& placement, double scale, std::uint64_t messages, double target) {
  using M = Message<kBytes>;
  Group group;
  group.name = "spsc " + std::to_string(kBytes) + " B";
  group.definition = "one producer, one consumer, 1024 slots; every word written by the one and "
                     "checked by the other; from the start of both until the last is checked";
  group.bytes = kBytes;
  group.messages = static_cast<std::uint64_t>(double(messages) * scale) / 256 * 256;
  group.target = target;
  const auto add = [&]<class Queue>(const char* name, Side side, std::size_t atOnce,
                                    std::type_identity<Queue>) {
    group.entries.push_back({name, side, atOnce, [=, &placement, count = group.messages] {
                               return stream<Queue, M>(placement, {}, count, atOnce, kCapacity);
                             }});
  };
  for (const std::size_t atOnce : {1u, 8u, 32u})
    add("SpscRing", Side::Ours, atOnce, std::type_identity<OurSpsc<M>>{});
  for (const std::size_t atOnce : {1u, 8u, 32u})
    add("SpscRing, copied in", Side::Ours, atOnce, std::type_identity<OurSpscCopied<M>>{});
#if RINGKERNEL_BENCH_BOOST
  for (const std::size_t atOnce : {1u, 32u})
    add("boost spsc_queue", Side::Peer, atOnce, std::type_identity<Copying<BoostSpsc<M>, M>>{});
#endif
#if RINGKERNEL_BENCH_READERWRITERQUEUE
  add("moodycamel ReaderWriterQueue", Side::Peer, 1, std::type_identity<ReaderWriter<M>>{});
#endif
#if RINGKERNEL_BENCH_CONCURRENTQUEUE
  add("moodycamel ConcurrentQueue", Side::Peer, 32,
      std::type_identity<Copying<Concurrent<M>, M>>{});
#endif
  if constexpr (kBytes == 4096)
    for (const bool touch : {false, true})
      for (const std::size_t slots : {64u, 1024u})
        group.entries.push_back(
            {"rep movsb, " + std::to_string(slots) + " blocks" + (touch ? ", all words" : ""),
             Side::Limit, 8, [=, &placement, count = group.messages] {
               return blockCopies<M>(placement, count, slots, touch);
             }});
  return group;
}

/// `kBytes` of 56 are a slot of 64 with the ring's word.
template <std::size_t kBytes> Group roundTripGroup(const Placement& placement, double scale) {
  using M = Message<kBytes>;
  Group group;
  group.name = "there and back " + std::to_string(kBytes) + " B";
  group.definition = "one message to the other core through one queue and back through another, "
                     "written and checked on both; limit: a flag in one cache line each way";
  group.bytes = kBytes;
  group.isLatency = true;
  group.target = 1.0;
  group.messages = static_cast<std::uint64_t>(100'000 * scale);
  const std::uint64_t turns = group.messages;
  group.entries.push_back({"LatencyRing", Side::Ours, 1, [=, &placement] {
                             return roundTrip<OurLatency<M>, M>(placement, turns, kCapacity);
                           }});
  group.entries.push_back({"SpscRing", Side::Ours, 1, [=, &placement] {
                             return roundTrip<OurSpsc<M>, M>(placement, turns, kCapacity);
                           }});
#if RINGKERNEL_BENCH_BOOST
  group.entries.push_back({"boost spsc_queue", Side::Peer, 1, [=, &placement] {
                             return roundTrip<Copying<BoostSpsc<M>, M>, M>(placement, turns,
                                                                           kCapacity);
                           }});
#endif
#if RINGKERNEL_BENCH_READERWRITERQUEUE
  group.entries.push_back({"moodycamel ReaderWriterQueue", Side::Peer, 1, [=, &placement] {
                             return roundTrip<ReaderWriter<M>, M>(placement, turns, kCapacity);
                           }});
#endif
  group.entries.push_back({"two lines", Side::Limit, 1, [=, &placement] {
                             pingPong(placement.cores[0], placement.cores[1], int(turns));
                             return true;
                           }});
  return group;
}

} // namespace

std::vector<Group> spscGroups(const Placement& placement, double scale) {
  std::vector<Group> groups;
  if (placement.cores.size() < 2)
    return groups;
  groups.push_back(spscGroup<8>(placement, scale, 4'000'000, 1.0));
  groups.push_back(spscGroup<64>(placement, scale, 2'000'000, 1.5));
  groups.push_back(spscGroup<256>(placement, scale, 1'000'000, 1.5));
  groups.push_back(spscGroup<1024>(placement, scale, 400'000, 1.0));
  groups.push_back(spscGroup<4096>(placement, scale, 100'000, 1.0));
  return groups;
}

std::vector<Group> latencyGroups(const Placement& placement, double scale) {
  using M = Message<64>;
  std::vector<Group> groups;
  if (placement.cores.size() >= 2) {
    groups.push_back(roundTripGroup<56>(placement, scale));
    groups.push_back(roundTripGroup<64>(placement, scale));
  }
  Group alone;
  alone.name = "push and pop on one thread 64 B";
  alone.definition = "one thread pushes a message and pops it, written and checked";
  alone.bytes = 64;
  alone.isLatency = true;
  alone.messages = static_cast<std::uint64_t>(2'000'000 * scale);
  const std::uint64_t turns = alone.messages;
  alone.entries.push_back({"SpscRing", Side::Ours, 1, [=, &placement] {
                             return pushAndPop<OurSpsc<M>, M>(placement, turns, kCapacity);
                           }});
#if RINGKERNEL_BENCH_BOOST
  alone.entries.push_back({"boost spsc_queue", Side::Peer, 1, [=, &placement] {
                             return pushAndPop<Copying<BoostSpsc<M>, M>, M>(placement, turns,
                                                                            kCapacity);
                           }});
#endif
#if RINGKERNEL_BENCH_READERWRITERQUEUE
  alone.entries.push_back({"moodycamel ReaderWriterQueue", Side::Peer, 1, [=, &placement] {
                             return pushAndPop<ReaderWriter<M>, M>(placement, turns, kCapacity);
                           }});
#endif
  groups.push_back(std::move(alone));
  return groups;
}

} // namespace bench
