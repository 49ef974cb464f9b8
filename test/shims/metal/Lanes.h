// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lanes of one threadgroup, run as fibers on the calling thread: a lane runs until it waits for
// others, and goes on when they have arrived. A barrier that not all lanes reach is found and
// reported, never waited for.

#ifndef RINGKERNEL_TEST_SHIMS_METAL_LANES_H
#define RINGKERNEL_TEST_SHIMS_METAL_LANES_H

#include "test/shims/metal/Abi.h"

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ring::msl {

class LaneGroup {
public:
  LaneGroup() = default;
  LaneGroup(LaneGroup&&) = default;
  ~LaneGroup();

  /// Runs `lane(i)` for each i in [0, count) to its end. What went wrong, else empty; the group can
  /// be used again.
  std::string run(unsigned count, const std::function<void(unsigned)>& lane);

  /// For the modules' ring_msl_services.
  static const Services& services();

private:
  enum class State : std::uint8_t { Ready, AtBarrier, AtExchange, Done };

  struct Place {
    const char* file = "";
    unsigned line = 0;
    bool operator==(const Place& other) const;
    std::string text() const;
  };

  struct Lane {
    boost::context::fiber fiber;
    State state = State::Ready;
    Place place;
  };

  /// What the lanes of a simdgroup hand round: one side is filled while the other is read.
  struct Exchange {
    alignas(16) unsigned char slots[2][kSimdWidth * kExchangeBytes];
    unsigned side = 0;
    unsigned active[2] = {0, 0};
  };

  /// Hands stacks to fibers and takes them back; making one anew costs more than the lanes of most
  /// kernels do.
  struct StackPool {
    std::vector<boost::context::stack_context>* unused;
    boost::context::stack_context allocate();
    void deallocate(boost::context::stack_context& stack) { unused->push_back(stack); }
  };

  static void threadgroupBarrier(const char* file, unsigned line);
  static const unsigned char* exchange(const void* value, unsigned bytes, unsigned* activeLanes,
                                       const char* file, unsigned line);
  static unsigned laneInSimdgroup();

  void yield(State state, Place place);
  void resume(unsigned lane);
  /// Lets waiting lanes go on; says so in `released`. What is wrong, if none can.
  std::optional<std::string> release(bool& released);
  bool releaseSimdgroups(bool partly);
  std::optional<std::string> barrierFault() const;

  std::vector<boost::context::stack_context> unusedStacks;
  std::vector<Lane> lanes;
  std::vector<Exchange> exchanges;
  boost::context::fiber scheduler;
  unsigned current = 0;
};

} // namespace ring::msl

#endif // RINGKERNEL_TEST_SHIMS_METAL_LANES_H
