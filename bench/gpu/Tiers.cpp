// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages between actors on the GPU by how far they are apart, beside a tagged word over the same
// way; and the rates of many at once.
#include "Asking.h"
#include "Makers.h"

#include <ringkernel/abi/Resident.h>

#include <fmt/core.h>

#include <algorithm>

namespace bench {
namespace {

using Player1 = ring::ActorRef<Player>;
using Players = std::vector<Player1>;

/// How far two actors are apart. The backend chooses a message's way by it.
enum class Tier { Warp, Block, NextBlock, Far };

/// Whether this runtime can place an actor beside another one; not every one can.
template <class Runtime, class Ref>
concept PlacesBeside =
    requires(Runtime& runtime, Ref one) { runtime.template spawn<Player>(beside(one)); };
constexpr bool kPlacesBeside = PlacesBeside<ring::Runtime, Player1>;

std::uint32_t blockOf(std::uint32_t shard) { return shard / ring::abi::kWarpsPerBlock; }

/// On `shards` shards, warps first; an actor's shard is its index modulo their number.
bool isApart(std::uint32_t one, std::uint32_t other, Tier tier, std::uint32_t shards) {
  const std::uint32_t a = one % shards, b = other % shards;
  switch (tier) {
  case Tier::Warp:
    return a == b;
  case Tier::Block:
    return a != b && blockOf(a) == blockOf(b);
  case Tier::NextBlock: // a cluster is of neighbours, the first of which is even
    return blockOf(a) != blockOf(b) && blockOf(a) / 2 == blockOf(b) / 2;
  case Tier::Far:
    return blockOf(a) > blockOf(b) + 3 || blockOf(b) > blockOf(a) + 3;
  }
  return false;
}

Player1 spawnPlayer(ring::Runtime& runtime) { return require("spawn", runtime.spawn<Player>()); }

/// Two that are as far apart; the ones in between stay idle.
std::pair<Player1, Player1> spawnApart(ring::Runtime& runtime, Tier tier) {
  const Player1 one = spawnPlayer(runtime);
  const ring::Result<ring::Health> health = runtime.health(std::chrono::seconds(1));
  const std::uint32_t shards = std::max(1u, require("health", health).shards);
  for (std::uint32_t i = 0; i < 4 * shards; ++i)
    if (const Player1 other = spawnPlayer(runtime);
        isApart(one.id.index, other.id.index, tier, shards))
      return {one, other};
  require("place two actors",
          ring::Status(ring::StatusCode::Unsupported, "no actor came to lie as far from another"));
  return {};
}

template <class Runtime, class Ref> std::pair<Ref, Ref> spawnBeside(Runtime& runtime, Ref one) {
  if constexpr (PlacesBeside<Runtime, Ref>)
    return {one, require("spawn", runtime.template spawn<Player>(beside(one)))};
  else
    return {one, spawnPlayer(runtime)};
}

void introduce(ring::Runtime& runtime, Player1 one, Player1 other) {
  require("send", runtime.send(one, Partner{other.id}));
  require("send", runtime.send(other, Partner{one.id}));
}

/// From the first throw until all balls have come to the host, in microseconds.
double play(ring::Runtime& runtime, std::span<const Player1> throwers, std::uint32_t throws) {
  require("drain", runtime.drain());
  const auto begin = Clock::now();
  for (const Player1 player : throwers)
    require("send", runtime.send(player, Ball{throws}));
  for (std::size_t ended = 0; ended < throwers.size();)
    ended += runtime.replies().drainOwn<Ball>([](const Ball&) {});
  return microsecondsSince(begin);
}

template <class Spawn> Figures oneBall(std::uint32_t throws, Spawn&& spawn) {
  ring::Runtime runtime = makeRuntime();
  const std::pair<Player1, Player1> pair = spawn(runtime);
  introduce(runtime, pair.first, pair.second);
  static_cast<void>(play(runtime, {&pair.first, 1}, 100));
  std::vector<double> times;
  for (int i = 0; i < 9; ++i)
    times.push_back(play(runtime, {&pair.first, 1}, throws) / throws);
  const ring::Statistics counts = runtime.statistics();
  return timesOf(std::move(times), counts.deadLetters == 0 &&
                                       counts.handled == 2 + 101 + 9 * (std::uint64_t(throws) + 1));
}

/// `pairs` pairs; the first 2 * pairs actors are spawned in turn, so those `apart` are a pair.
Figures manyBalls(std::size_t pairs, std::uint32_t throws, bool isInBlock) {
  ring::Runtime runtime = makeRuntime();
  Players players, throwers;
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    players.push_back(spawnPlayer(runtime));
  if (isInBlock) { // by index: neighbours lie on neighbouring warps
    std::ranges::sort(players, {}, [&](Player1 player) { return player.id.index; });
    for (std::size_t i = 0; i < pairs; ++i)
      introduce(runtime, players[2 * i], players[2 * i + 1]);
    for (std::size_t i = 0; i < pairs; ++i)
      throwers.push_back(players[2 * i]);
  } else {
    for (std::size_t i = 0; i < pairs; ++i)
      introduce(runtime, players[i], players[pairs + i]);
    throwers.assign(players.begin(), players.begin() + std::ptrdiff_t(pairs));
  }
  const double time = play(runtime, throwers, throws);
  const ring::Statistics counts = runtime.statistics();
  const std::uint64_t balls = std::uint64_t(pairs) * (throws + 1);
  return rateOf(double(pairs) * throws, time,
                counts.handled == balls + 2 * pairs && counts.deadLetters == 0);
}

constexpr unsigned kLanes = 256; ///< of a block of the kernels with many hops

/// One tagged word there and back `turns` times; nanoseconds one way.
Figures rawHop(const Settings& settings, const char* kernel, unsigned turns) {
  const auto words = settings.driver.zeroed(4096);
  const auto told = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  std::memset(told.host<void>(), 0, 4096);
  auto* const ns = told.device<unsigned long long>();
  auto* const wrong = told.device<unsigned>() + 16;
  cuda::FunctionImpl* const function = settings.limits.function(kernel);
  Work work(settings.driver);
  if (std::string_view(kernel) == "hopL2")
    work.start(function, 2, 32, words.device<unsigned long long>(), turns, ns, wrong);
  else if (std::string_view(kernel) == "hopBlock")
    work.start(function, 1, 64, turns, ns, wrong);
  else
    work.start(function, 2, 32, turns, ns, wrong);
  work.wait();
  return {double(*told.host<std::uint64_t>()) / turns / 2 / 1e3, 0, told.host<unsigned>()[16] == 0,
          turns};
}

Figures rawHops(const Settings& settings, bool isInBlock, unsigned turns) {
  const unsigned blocks = settings.limits.gpu().multiprocessors() / 2 * 2;
  const auto words = settings.driver.zeroed(std::size_t(blocks) * kLanes * 8);
  const auto told = settings.driver.memory(cuda::GpuMemory::Kind::Pinned, 4096);
  std::memset(told.host<void>(), 0, 4096);
  Work work(settings.driver);
  cuda::FunctionImpl* const function =
      settings.limits.function(isInBlock ? "hopManyBlock" : "hopManyL2");
  const auto begin = Clock::now();
  if (isInBlock)
    work.startTogether(function, blocks, kLanes, turns, told.device<unsigned>());
  else
    work.startTogether(function, blocks, kLanes, words.device<unsigned long long>(), turns,
                       told.device<unsigned>());
  work.wait();
  return rateOf(double(blocks) * kLanes * turns, microsecondsSince(begin),
                *told.host<unsigned>() == 0);
}

Group tier(const Settings& settings, const char* name, const char* target, Tier which,
           const char* kernel) {
  const auto throws = static_cast<std::uint32_t>(std::max(100.0, 10000 * settings.scale));
  Group group{fmt::format("actor to actor, one way: {}", name), "us", target, {}};
  if (kernel)
    group.rows.push_back(
        {"raw hop",
         "a word that is its own tag, thrown there and back by two lanes, relaxed; half "
         "of a turn, by the GPU's clock",
         [&settings, kernel] { return rawHop(settings, kernel, 20000); }});
  group.rows.push_back({"message",
                        "one message at a time between two Thread actors: handler, outbox, "
                        "the way, poll; from the first throw until the host has the end, "
                        "over all throws; placed by their numbers",
                        [=] {
                          return oneBall(throws, [which](ring::Runtime& runtime) {
                            return spawnApart(runtime, which);
                          });
                        }});
  if (which == Tier::Block && kPlacesBeside)
    group.rows.push_back(
        {"message, spawned beside", "the same, the second by spawn(ring::beside())", [=] {
           return oneBall(throws, [](ring::Runtime& runtime) {
             return spawnBeside(runtime, spawnPlayer(runtime));
           });
         }});
  return group;
}

} // namespace

void tiers(const Settings& settings, const Groups& add) {
  const bool hasClusters = settings.limits.gpu().capability() >= 90;
  add(tier(settings, "same warp", "", Tier::Warp, nullptr));
  add(tier(settings, "same block", "1.2", Tier::Block, "hopBlock"));
  if (hasClusters)
    add(tier(settings, "neighbouring blocks (a cluster where the kernel has them)",
             "1.2 where there are clusters", Tier::NextBlock, "hopCluster"));
  add(tier(settings, "through L2", "1.2", Tier::Far, "hopL2"));

  Group many{"actor to actor, many at once", "Mmsg/s", "3000 through L2, 8000 in blocks", {}};
  for (const bool isInBlock : {false, true})
    many.rows.push_back({isInBlock ? "raw hops within blocks" : "raw hops through L2",
                         "256 lanes a block, a block a multiprocessor, each with a partner: a "
                         "tagged word there and "
                         "back; both ways counted; with the launch",
                         [&settings, isInBlock] {
                           return rawHops(settings, isInBlock, isInBlock ? 20000 : 5000);
                         }});
  const auto throws = static_cast<std::uint32_t>(std::max(8.0, 500 * settings.scale));
  for (const std::size_t pairs : {1024u, 32768u})
    for (const bool isInBlock : {false, true})
      many.rows.push_back(
          {fmt::format("{} pairs, {}", pairs, isInBlock ? "neighbours" : "anywhere"),
           "each pair has a ball; from the first throw until all have ended",
           [=] { return manyBalls(pairs, throws, isInBlock); }});
  add(std::move(many));
}

} // namespace bench
