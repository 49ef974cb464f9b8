// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emulator itself: what lanes get from each other, what it finds, and that a seed decides all.
#include "test/Unit/Resident/Cuda.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace warps {
namespace {

std::vector<std::uint32_t> results;
std::uint32_t shared = 0;

std::uint32_t lane() { return threadIdx.x % kLanes; }

std::string errorOf(void (*kernel)(), Options options = {}) {
  Grid grid(options, kernel);
  grid.launch();
  try {
    grid.run(100000);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return grid.isRunning() ? "it does not end" : "";
}

void collectives() {
  const std::uint32_t odd = __ballot_sync(kAllLanes, lane() % 2 != 0);
  const bool any = __any_sync(kAllLanes, lane() == 31);
  const auto third = __shfl_sync(kAllLanes, std::uint64_t(lane()) << 40, 3);
  std::uint32_t peers = 0;
  if (lane() < 8)
    peers = __match_any_sync(0xff, lane() / 4);
  __syncwarp();
  if (odd != 0xaaaaaaaau || !any || third != std::uint64_t(3) << 40 ||
      peers != (lane() < 4   ? 0xfu
                : lane() < 8 ? 0xf0u
                             : 0))
    ++shared;
}

TEST(Warps, LanesGetWhatOthersBring) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    shared = 0;
    Options options;
    options.seed = seed;
    options.isFair = seed == 0;
    EXPECT_EQ(errorOf(collectives, options), "");
    EXPECT_EQ(shared, 0u);
  }
}

void oneStaysAway() {
  if (lane() != 5)
    __syncwarp();
}
void twoPlaces() {
  if (lane() < 16)
    __syncwarp();
  else
    __ballot_sync(kAllLanes, true);
}
void aWarpStaysAway() {
  if (threadIdx.x < 64)
    __syncthreads();
  else
    __syncwarp(1u << lane());
  if (threadIdx.x >= 64)
    meet(Meeting::Cluster, kAllLanes, {}, 0, WARPS_HERE);
}

TEST(Warps, MeetingsThatCannotComeAboutAreNamed) {
  EXPECT_NE(errorOf(oneStaysAway).find("cannot come about"), std::string::npos);
  EXPECT_NE(errorOf(oneStaysAway).find("ffffffdf wait at WarpsTest.cpp"), std::string::npos)
      << errorOf(oneStaysAway);
  EXPECT_NE(errorOf(twoPlaces).find("ballot of ffffffff"), std::string::npos);
  EXPECT_NE(errorOf(aWarpStaysAway).find("all threads wait for others"), std::string::npos);
}

/// A lane reads what its neighbour has written, with no barrier between.
template <bool kHasBarrier> void neighbours() {
  auto* const words = reinterpret_cast<std::uint32_t*>(sharedOf(0) + kVariableBytes);
  words[lane()] = lane();
  if constexpr (kHasBarrier)
    __syncwarp();
  if (words[(lane() + 1) % kLanes] != (lane() + 1) % kLanes)
    ++shared;
}

TEST(Warps, AMissingBarrierShows) {
  Options options;
  options.warpsOfBlock = 1;
  options.sharedBytes = kLanes * 4;
  shared = 0;
  EXPECT_EQ(errorOf(neighbours<true>, options), "");
  EXPECT_EQ(shared, 0u);
  EXPECT_EQ(errorOf(neighbours<false>, options), "");
  EXPECT_GT(shared, 0u);
}

/// What all lanes load at once is one value, and a later load another.
void loads() {
  const auto load = [] { return loadOnce(&shared, WARPS_HERE, [] { return ++shared; }); };
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < 3; ++i)
    sum += load() << 8 * i;
  __syncwarp();
  results.push_back(sum);
  results.push_back(load() << 24);
}

TEST(Warps, AWarpLoadsOnce) {
  Options options;
  options.warpsOfBlock = 1;
  shared = 0;
  results.clear();
  EXPECT_EQ(errorOf(loads, options), "");
  EXPECT_EQ(results.size(), 2u * kLanes);
  EXPECT_EQ(std::set(results.begin(), results.end()), (std::set{0x030201u, 0x04000000u}));
}

void order() {
  for (int i = 0; i < 3; ++i) {
    results.push_back(blockIdx.x << 16 | threadIdx.x);
    __syncthreads();
  }
}

TEST(Warps, ASeedDecidesTheOrder) {
  const auto run = [](std::uint64_t seed) {
    results.clear();
    Options options;
    options.blocks = 2;
    options.seed = seed;
    EXPECT_EQ(errorOf(order, options), "");
    return results;
  };
  const std::vector<std::uint32_t> first = run(1);
  EXPECT_EQ(first.size(), 3u * 2 * 8 * kLanes);
  EXPECT_EQ(first, run(1));
  EXPECT_NE(first, run(2));
}

void forEver() {
  for (;;)
    yield();
}

TEST(Warps, ARunEndsAfterItsTurns) { EXPECT_EQ(errorOf(forEver), "it does not end"); }

} // namespace
} // namespace warps
