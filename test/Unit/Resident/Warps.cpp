// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scheduler picks a warp, and lets each of its lanes that can go on run to its next stop.
#include "test/Unit/Resident/Warps.h"

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace warps {

namespace {

constexpr std::size_t kStackBytes = 256 * 1024; // address space; pages come when touched
constexpr std::uint32_t kYieldOneIn = 16;       ///< accesses, about
constexpr std::uint32_t kSpeeds = 16;
constexpr std::uint64_t kSpeedTurns = 4096; ///< then warps are fast or slow anew

const char* nameOf(Meeting meeting) {
  switch (meeting) {
  case Meeting::Ballot:
    return "ballot";
  case Meeting::Any:
    return "any";
  case Meeting::Shuffle:
    return "shuffle";
  case Meeting::Match:
    return "match";
  case Meeting::Warp:
    return "syncwarp";
  case Meeting::Block:
    return "syncthreads";
  case Meeting::Cluster:
    return "cluster barrier";
  }
  return "";
}

bool isOfWarp(Meeting meeting) { return meeting < Meeting::Block; }

struct Lane {
  boost::context::fiber fiber;
  std::uint32_t block = 0, thread = 0;
  Meeting meeting = Meeting::Warp;
  std::uint32_t mask = 0, from = 0;
  Site site;
  Value value, result;
};

/// Loads of one place that the lanes of a warp do at one site, since the warp met last.
struct SameLoad {
  std::uint64_t epoch = 0;
  const void* address = nullptr;
  Site site;
  std::array<std::uint16_t, kLanes> taken{};
  std::vector<std::unique_ptr<Value>> values;
  std::uint32_t count = 0; ///< of values in use
};

struct Warp {
  std::uint32_t block = 0;
  std::array<Lane, kLanes> lanes;
  std::uint32_t ready = 0, waiting = 0, alive = 0;
  std::uint32_t speed = kSpeeds;
  bool isStill = false; ///< has no turns: see Grid::setStill
  std::uint64_t epoch = 1;
  std::vector<SameLoad> loads = std::vector<SameLoad>(256);

  bool mayRun() const { return ready != 0 && !isStill; }
};

std::size_t& variablesEnd() {
  static std::size_t end = 0;
  return end;
}

} // namespace

class Grid::Impl {
public:
  Impl(const Options& options, void (*kernel)());

  void launch();
  void setStill(std::uint32_t warp, bool isStill) { warps_[warp].isStill = isStill; }
  bool isRunning() const { return alive_ != 0; }
  void run(std::uint64_t turns);
  std::string report() const;
  std::uint32_t random(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_()) % below;
  }

  Value meet(Meeting meeting, std::uint32_t mask, const Value& value, std::uint32_t from,
             Site site);
  void yield() {
    warp_->ready |= bit(*lane_);
    switchAway();
  }
  void access() {
    if (options_.isFair || --accesses_ != 0)
      return;
    accesses_ = 1 + random(2 * kYieldOneIn);
    yield();
  }
  void* sameForAll(const void* address, Site site, bool& isFirst);
  std::uint64_t nanoseconds() const { return turn_ * options_.nanosecondsOfTurn; }
  std::uint32_t cycles() { return cycles_ += 64; }
  const Lane& lane() const { return *lane_; }
  std::byte* sharedOf(std::uint32_t block) { return shared_.data() + block * blockBytes_; }

private:
  static std::uint32_t bit(const Lane& lane) { return 1u << lane.thread % kLanes; }
  void switchAway() { scheduler_ = std::move(scheduler_).resume(); }
  Warp& pick();
  void turn(Warp& warp);
  void resume(Warp& warp, std::uint32_t lane);
  void returned(Warp& warp, std::uint32_t lane);
  void arrive(Warp& warp, Lane& lane);
  void complete(Warp& warp, std::uint32_t mask);
  void meetBlocks(Meeting meeting, std::uint32_t block);
  [[noreturn]] void fail(const std::string& what) const;

  const Options options_;
  void (*const kernel_)();
  std::vector<Warp> warps_;
  std::size_t blockBytes_;
  std::vector<std::byte> shared_;
  std::mt19937 random_;
  boost::context::fiber scheduler_; ///< where the running lane goes back to
  Warp* warp_ = nullptr;            ///< that runs
  Lane* lane_ = nullptr;
  bool hasReturned_ = false, hasArrived_ = false;
  std::uint32_t alive_ = 0; ///< threads
  std::uint32_t next_ = 0;  ///< warp, where the order is fair
  std::uint64_t turn_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t accesses_ = kYieldOneIn; ///< to the next switch
};

namespace {
Grid::Impl* running = nullptr;
} // namespace

Grid::Impl::Impl(const Options& options, void (*kernel)())
    : options_(options), kernel_(kernel), warps_(options.blocks * options.warpsOfBlock),
      blockBytes_((kVariableBytes + options.sharedBytes + 127) / 128 * 128),
      shared_(blockBytes_ * options.blocks),
      random_(static_cast<std::mt19937::result_type>(options.seed)) {
  for (std::size_t w = 0; w < warps_.size(); ++w)
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      Warp& warp = warps_[w];
      warp.block = static_cast<std::uint32_t>(w) / options.warpsOfBlock;
      warp.lanes[i].block = warp.block;
      warp.lanes[i].thread = static_cast<std::uint32_t>(w) % options.warpsOfBlock * kLanes + i;
      warp.lanes[i].fiber = boost::context::fiber(
          std::allocator_arg, boost::context::protected_fixedsize_stack(kStackBytes),
          [this](boost::context::fiber&& scheduler) {
            scheduler_ = std::move(scheduler);
            for (;;) { // one turn a launch; the destructor unwinds
              kernel_();
              hasReturned_ = true;
              switchAway();
            }
            return std::move(scheduler_);
          });
    }
}

void Grid::Impl::launch() {
  if (alive_ != 0)
    throw std::runtime_error("the grid runs already");
  for (std::byte& byte : shared_)
    byte = static_cast<std::byte>(random_());
  for (Warp& warp : warps_) {
    warp.ready = warp.alive = kAllLanes;
    warp.waiting = 0;
    ++warp.epoch;
  }
  alive_ = static_cast<std::uint32_t>(warps_.size()) * kLanes;
}

Warp& Grid::Impl::pick() {
  const auto count = static_cast<std::uint32_t>(warps_.size());
  if (options_.isFair) {
    for (std::uint32_t i = 0; i < count; ++i)
      if (Warp& warp = warps_[next_++ % count]; warp.mayRun())
        return warp;
  } else if (std::ranges::any_of(warps_, &Warp::mayRun)) {
    if (turn_ % kSpeedTurns == 0)
      for (Warp& warp : warps_)
        warp.speed = 1 + random(kSpeeds);
    for (;;) {
      Warp& warp = warps_[random(count)];
      if (warp.mayRun() && random(kSpeeds) < warp.speed)
        return warp;
    }
  }
  fail("all threads wait for others");
}

void Grid::Impl::run(std::uint64_t turns) {
  for (std::uint64_t i = 0; i < turns && alive_ != 0; ++i) {
    turn(pick());
    ++turn_;
  }
}

void Grid::Impl::turn(Warp& warp) {
  std::array<std::uint8_t, kLanes> order{};
  std::uint32_t count = 0;
  for (std::uint32_t lanes = warp.ready; lanes != 0; lanes &= lanes - 1)
    order[count++] = static_cast<std::uint8_t>(std::countr_zero(lanes));
  if (!options_.isFair) {
    for (std::uint32_t i = count; i > 1; --i)
      std::swap(order[i - 1], order[random(i)]);
    if (random(8) == 0) // some only
      count = 1 + random(count);
  }
  for (std::uint32_t i = 0; i < count; ++i)
    resume(warp, order[i]);
  if (warp.ready == 0)
    for (std::uint32_t lanes = warp.waiting; lanes != 0; lanes &= lanes - 1)
      if (isOfWarp(warp.lanes[static_cast<std::uint32_t>(std::countr_zero(lanes))].meeting))
        fail("lanes of a warp wait for a meeting that cannot come about");
}

void Grid::Impl::resume(Warp& warp, std::uint32_t number) {
  Lane& lane = warp.lanes[number];
  warp.ready &= ~bit(lane);
  warp_ = &warp;
  lane_ = &lane;
  hasReturned_ = hasArrived_ = false;
  running = this;
  lane.fiber = std::move(lane.fiber).resume();
  running = nullptr;
  if (hasReturned_)
    returned(warp, number);
  else if (hasArrived_)
    arrive(warp, lane);
}

void Grid::Impl::returned(Warp& warp, std::uint32_t lane) {
  warp.alive &= ~(1u << lane);
  --alive_;
  meetBlocks(Meeting::Block, warp.block); // who has returned keeps nobody
}

Value Grid::Impl::meet(Meeting meeting, std::uint32_t mask, const Value& value, std::uint32_t from,
                       Site site) {
  Lane& lane = *lane_;
  lane.meeting = meeting;
  lane.mask = mask;
  lane.value = value;
  lane.from = from;
  lane.site = site;
  hasArrived_ = true;
  switchAway();
  return lane.result;
}

void Grid::Impl::arrive(Warp& warp, Lane& lane) {
  warp.waiting |= bit(lane);
  if (!isOfWarp(lane.meeting))
    return meetBlocks(lane.meeting, warp.block);
  if ((lane.mask & bit(lane)) == 0)
    fail("a lane meets others without being one of them");
  if ((warp.waiting & lane.mask) != lane.mask)
    return;
  for (std::uint32_t lanes = lane.mask; lanes != 0; lanes &= lanes - 1) {
    const Lane& other = warp.lanes[static_cast<std::uint32_t>(std::countr_zero(lanes))];
    if (other.meeting != lane.meeting || other.mask != lane.mask || other.site != lane.site)
      return; // of a part of the warp: it may come yet
  }
  complete(warp, lane.mask);
}

void Grid::Impl::complete(Warp& warp, std::uint32_t mask) {
  std::uint32_t ballot = 0;
  for (std::uint32_t i = 0; i < kLanes; ++i)
    if ((mask >> i & 1u) != 0 && fromValue<bool>(warp.lanes[i].value))
      ballot |= 1u << i;
  for (std::uint32_t i = 0; i < kLanes; ++i) {
    Lane& lane = warp.lanes[i];
    if ((mask >> i & 1u) == 0)
      continue;
    if (lane.meeting == Meeting::Ballot)
      lane.result = valueOf(ballot);
    else if (lane.meeting == Meeting::Any)
      lane.result = valueOf(ballot != 0);
    else if (lane.meeting == Meeting::Shuffle) {
      if ((mask >> lane.from % kLanes & 1u) == 0)
        fail("a lane asks one for its value that is not there");
      lane.result = warp.lanes[lane.from % kLanes].value;
    } else if (lane.meeting == Meeting::Match) {
      std::uint32_t peers = 0;
      for (std::uint32_t other = 0; other < kLanes; ++other)
        if ((mask >> other & 1u) != 0 &&
            std::memcmp(&lane.value, &warp.lanes[other].value, sizeof(Value)) == 0)
          peers |= 1u << other;
      lane.result = valueOf(peers);
    }
  }
  warp.waiting &= ~mask;
  warp.ready |= mask;
  if (mask == kAllLanes)
    ++warp.epoch;
}

/// Goes on where all threads of the block, or of its cluster, have come.
void Grid::Impl::meetBlocks(Meeting meeting, std::uint32_t block) {
  const std::uint32_t blocks = meeting == Meeting::Cluster ? options_.clusterBlocks : 1;
  const std::uint32_t first = block / blocks * blocks * options_.warpsOfBlock;
  const std::span<Warp> all(&warps_[first], std::size_t(blocks) * options_.warpsOfBlock);
  bool isAny = false;
  for (const Warp& warp : all) {
    if (warp.waiting != warp.alive)
      return;
    for (std::uint32_t lanes = warp.waiting; lanes != 0; lanes &= lanes - 1)
      if (warp.lanes[static_cast<std::uint32_t>(std::countr_zero(lanes))].meeting != meeting)
        return;
    isAny |= warp.waiting != 0;
  }
  if (!isAny)
    return;
  for (Warp& warp : all) {
    warp.ready = warp.waiting;
    warp.waiting = 0;
    ++warp.epoch;
  }
}

void* Grid::Impl::sameForAll(const void* address, Site site, bool& isFirst) {
  Warp& warp = *warp_;
  const auto key = reinterpret_cast<std::uintptr_t>(address) / 8 + site.line * 31u;
  std::size_t at = key % warp.loads.size();
  std::uint32_t steps = 0;
  while (warp.loads[at].epoch == warp.epoch &&
         (warp.loads[at].address != address || warp.loads[at].site != site)) {
    at = (at + 1) % warp.loads.size();
    if (++steps == warp.loads.size())
      throw std::runtime_error("a warp loads too much without a meeting");
  }
  SameLoad& load = warp.loads[at];
  if (load.epoch != warp.epoch) {
    load.epoch = warp.epoch;
    load.address = address;
    load.site = site;
    load.taken = {};
    load.count = 0;
  }
  const std::uint32_t number = load.taken[lane_->thread % kLanes]++;
  isFirst = number == load.count;
  if (isFirst && ++load.count > load.values.size())
    load.values.push_back(std::make_unique<Value>());
  return load.values[number].get();
}

std::string Grid::Impl::report() const {
  std::string text = "turn " + std::to_string(turn_);
  for (std::size_t w = 0; w < warps_.size(); ++w) {
    const Warp& warp = warps_[w];
    char line[256];
    std::snprintf(line, sizeof(line), "\nblock %u warp %zu: alive %08x, may run %08x", warp.block,
                  w % options_.warpsOfBlock, warp.alive, warp.ready);
    text += line;
    std::map<std::tuple<Meeting, std::uint32_t, std::string, unsigned>, std::uint32_t> groups;
    for (std::uint32_t i = 0; i < kLanes; ++i)
      if (const Lane& lane = warp.lanes[i]; (warp.waiting >> i & 1u) != 0)
        groups[{lane.meeting, lane.mask, lane.site.file, lane.site.line}] |= 1u << i;
    for (const auto& [key, lanes] : groups) {
      const auto& [meeting, mask, file, site] = key;
      std::snprintf(line, sizeof(line), "\n  %08x wait at %s:%u: %s of %08x", lanes,
                    file.substr(file.rfind('/') + 1).c_str(), site, nameOf(meeting), mask);
      text += line;
    }
  }
  return text;
}

void Grid::Impl::fail(const std::string& what) const {
  throw std::runtime_error(what + "\n" + report());
}

Grid::Grid(const Options& options, void (*kernel)())
    : impl_(std::make_unique<Impl>(options, kernel)) {}
Grid::~Grid() = default;
void Grid::launch() { impl_->launch(); }
void Grid::setStill(std::uint32_t warp, bool isStill) { impl_->setStill(warp, isStill); }
bool Grid::isRunning() const { return impl_->isRunning(); }
void Grid::run(std::uint64_t turns) { impl_->run(turns); }
std::string Grid::report() const { return impl_->report(); }
std::uint32_t Grid::random(std::uint32_t below) { return impl_->random(below); }

Value meet(Meeting meeting, std::uint32_t mask, const Value& value, std::uint32_t from, Site site) {
  return running->meet(meeting, mask, value, from, site);
}
void yield() { running->yield(); }
void access() { running->access(); }
void* sameForAll(const void* address, Site site, bool& isFirst) {
  return running->sameForAll(address, site, isFirst);
}
std::uint64_t nanoseconds() { return running->nanoseconds(); }
std::uint32_t cycles() { return running->cycles(); }
std::uint32_t blockOfThread() { return running->lane().block; }
std::uint32_t threadOfBlock() { return running->lane().thread; }
std::byte* sharedOf(std::uint32_t block) { return running->sharedOf(block); }
std::size_t reserveShared(std::size_t bytes) {
  std::size_t& end = variablesEnd();
  const std::size_t at = end;
  end += (bytes + 127) / 128 * 128;
  if (end > kVariableBytes)
    throw std::runtime_error("the variables of a block need more than " +
                             std::to_string(kVariableBytes) + " bytes");
  return at;
}

} // namespace warps
