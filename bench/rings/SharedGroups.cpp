// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several producers to one consumer, and to several. Only as many threads as there are cores: what
// a scheduler does with more is not a queue's merit.
#include "Groups.h"
#include "Streams.h"

namespace bench {

namespace {

using M = Message<64>;
constexpr std::size_t kCapacity = 1024;

Group sharedGroup(const Placement& placement, double scale, Threads threads, double target) {
  Group group;
  const bool single = threads.consumers == 1;
  group.name = std::string(single ? "mpsc" : "mpmc") + " 64 B, " +
               std::to_string(threads.producers) + " to " + std::to_string(threads.consumers);
  group.definition =
      "each thread on a core of its own, 1024 slots; every word written and checked, "
      "each producer's order too; from the start of all until the last is checked";
  group.bytes = sizeof(M);
  group.target = target;
  group.messages = static_cast<std::uint64_t>(1'000'000 * scale) / (256 * threads.producers) *
                   (256 * threads.producers);
  const auto add = [&]<class Queue>(const char* name, Side side, std::size_t atOnce,
                                    std::type_identity<Queue>) {
    group.entries.push_back({name, side, atOnce, [=, &placement, count = group.messages] {
                               return stream<Queue, M>(placement, threads, count, atOnce,
                                                       kCapacity);
                             }});
  };
  for (const std::size_t atOnce : {1u, 32u}) {
    if (single) {
      add("MpscRing", Side::Ours, atOnce, std::type_identity<OurShared<ring::MpscRing<M>>>{});
      add("PartitionedRing", Side::Ours, atOnce, std::type_identity<OurPartitioned<M>>{});
    } else {
      add("MpmcRing", Side::Ours, atOnce, std::type_identity<OurShared<ring::MpmcRing<M>>>{});
      add("LanedRing", Side::Ours, atOnce, std::type_identity<OurShared<ring::LanedRing<M>>>{});
    }
#if RINGKERNEL_BENCH_CONCURRENTQUEUE
    add("moodycamel ConcurrentQueue", Side::Peer, atOnce,
        std::type_identity<Copying<Concurrent<M>, M>>{});
#endif
  }
#if RINGKERNEL_BENCH_BOOST
  add("boost queue", Side::Peer, 1, std::type_identity<Copying<BoostQueue<M>, M>>{});
#endif
#if RINGKERNEL_BENCH_TBB
  add("TBB concurrent_bounded_queue", Side::Peer, 1, std::type_identity<Copying<Tbb<M>, M>>{});
#endif
  return group;
}

} // namespace

std::vector<Group> sharedGroups(const Placement& placement, double scale) {
  std::vector<Group> groups;
  for (const std::size_t producers : {1u, 2u, 4u, 8u})
    if (producers + 1 <= placement.cores.size())
      groups.push_back(sharedGroup(placement, scale, {producers, 1}, 1.2));
  for (const std::size_t each : {1u, 2u, 4u, 8u})
    if (2 * each <= placement.cores.size() && each > 1)
      groups.push_back(sharedGroup(placement, scale, {each, each}, 1.0));
  return groups;
}

} // namespace bench
