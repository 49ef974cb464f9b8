// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Round robin over fibers. Nothing here runs at the same time as anything else of the same
// threadgroup; threadgroups on other threads have groups of their own.

#include "test/shims/metal/Lanes.h"

#include <boost/context/protected_fixedsize_stack.hpp>

#include <algorithm>
#include <cstring>

namespace ring::msl {

namespace {

/// Touched lazily; the page below it faults, so that an overflow is a crash and not wrong results.
using StackAllocator = boost::context::protected_fixedsize_stack;
constexpr std::size_t kStackBytes = 256 * 1024;

thread_local LaneGroup* runningGroup = nullptr;

} // namespace

bool LaneGroup::Place::operator==(const Place& other) const {
  return line == other.line && std::strcmp(file, other.file) == 0;
}

std::string LaneGroup::Place::text() const {
  return std::string(file) + ":" + std::to_string(line);
}

const Services& LaneGroup::services() {
  static const Services all{threadgroupBarrier, exchange, laneInSimdgroup};
  return all;
}

LaneGroup::~LaneGroup() {
  for (boost::context::stack_context& stack : unusedStacks)
    StackAllocator(kStackBytes).deallocate(stack);
}

boost::context::stack_context LaneGroup::StackPool::allocate() {
  if (unused->empty())
    return StackAllocator(kStackBytes).allocate();
  const boost::context::stack_context stack = unused->back();
  unused->pop_back();
  return stack;
}

std::string LaneGroup::run(unsigned count, const std::function<void(unsigned)>& lane) {
  runningGroup = this;
  lanes.clear();
  lanes.resize(count);
  exchanges.assign((count + kSimdWidth - 1) / kSimdWidth, Exchange{});
  for (unsigned i = 0; i < count; ++i)
    lanes[i].fiber = boost::context::fiber(std::allocator_arg, StackPool{&unusedStacks},
                                           [this, i, &lane](boost::context::fiber&& caller) {
                                             scheduler = std::move(caller);
                                             lane(i);
                                             lanes[i].state = State::Done;
                                             return std::move(scheduler);
                                           });

  std::string fault;
  for (bool released = true; released && fault.empty();) {
    for (unsigned i = 0; i < count; ++i)
      if (lanes[i].state == State::Ready)
        resume(i);
    released = false;
    fault = release(released).value_or("");
  }
  // Unwinds the lanes that never came to their end.
  lanes.clear();
  runningGroup = nullptr;
  return fault;
}

void LaneGroup::resume(unsigned lane) {
  current = lane;
  lanes[lane].fiber = std::move(lanes[lane].fiber).resume();
}

void LaneGroup::yield(State state, Place place) {
  Lane& lane = lanes[current];
  lane.state = state;
  lane.place = place;
  // Whoever resumes this lane is the scheduler again.
  boost::context::fiber caller = std::move(scheduler).resume();
  scheduler = std::move(caller);
}

void LaneGroup::threadgroupBarrier(const char* file, unsigned line) {
  runningGroup->yield(State::AtBarrier, {file, line});
}

const unsigned char* LaneGroup::exchange(const void* value, unsigned bytes, unsigned* activeLanes,
                                         const char* file, unsigned line) {
  LaneGroup& group = *runningGroup;
  const unsigned inSimdgroup = laneInSimdgroup();
  const unsigned simdgroup = group.current / kSimdWidth;
  Exchange& exchange = group.exchanges[simdgroup];
  const unsigned side = exchange.side;
  std::memcpy(&exchange.slots[side][inSimdgroup * kExchangeBytes], value, bytes);
  group.yield(State::AtExchange, {file, line});
  *activeLanes = exchange.active[side];
  return exchange.slots[side];
}

unsigned LaneGroup::laneInSimdgroup() { return runningGroup->current % kSimdWidth; }

std::optional<std::string> LaneGroup::release(bool& released) {
  released = releaseSimdgroups(false);
  if (released)
    return std::nullopt;
  const auto is = [](State state) {
    return [state](const Lane& lane) { return lane.state == state; };
  };
  if (std::ranges::all_of(lanes, is(State::Done)))
    return std::nullopt;
  if (std::ranges::all_of(lanes, is(State::AtBarrier)) && !barrierFault()) {
    for (Lane& lane : lanes)
      lane.state = State::Ready;
    released = true;
    return std::nullopt;
  }
  // Nobody can go on: simdgroup functions that only some lanes of their simdgroup reach take those
  // alone.
  released = releaseSimdgroups(true);
  return released ? std::nullopt : barrierFault();
}

/// Releases each simdgroup whose unfinished lanes are all at the same exchange; with `partly`,
/// those of its lanes that are where its first waiting lane is.
bool LaneGroup::releaseSimdgroups(bool partly) {
  bool released = false;
  for (std::size_t s = 0; s < exchanges.size(); ++s) {
    const std::size_t first = s * kSimdWidth;
    const std::size_t end = std::min<std::size_t>(first + kSimdWidth, lanes.size());
    const Lane* leader = nullptr;
    for (std::size_t i = first; i < end && !leader; ++i)
      if (lanes[i].state == State::AtExchange)
        leader = &lanes[i];
    if (!leader)
      continue;
    const Place place = leader->place;
    unsigned mask = 0;
    bool all = true;
    for (std::size_t i = first; i < end; ++i) {
      const bool there = lanes[i].state == State::AtExchange && lanes[i].place == place;
      mask |= there ? 1u << (i - first) : 0;
      all = all && (there || lanes[i].state == State::Done);
    }
    if (!all && !partly)
      continue;
    Exchange& exchange = exchanges[s];
    exchange.active[exchange.side] = mask;
    exchange.side ^= 1;
    for (std::size_t i = first; i < end; ++i)
      if (mask >> (i - first) & 1)
        lanes[i].state = State::Ready;
    released = true;
  }
  return released;
}

/// Why the lanes at a barrier cannot go on: another lane has ended or is at another barrier.
std::optional<std::string> LaneGroup::barrierFault() const {
  const auto waiting = std::ranges::find(lanes, State::AtBarrier, &Lane::state);
  if (waiting == lanes.end())
    return std::nullopt;
  for (const Lane& lane : lanes) {
    if (lane.state == State::AtBarrier && lane.place == waiting->place)
      continue;
    return "divergent barrier: lane " + std::to_string(waiting - lanes.begin()) + " waits at " +
           waiting->place.text() + " and lane " + std::to_string(&lane - lanes.data()) +
           (lane.state == State::Done ? " has ended" : " waits at " + lane.place.text());
  }
  return std::nullopt;
}

} // namespace ring::msl
