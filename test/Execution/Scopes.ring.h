// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One computation in each scope: parallel writes to state, reductions of integers and floats, and
// sequential code between them. All scopes must give the same bits.
#ifndef RINGKERNEL_TEST_EXECUTION_SCOPES_RING_H
#define RINGKERNEL_TEST_EXECUTION_SCOPES_RING_H

#include <ringkernel/ring.h>

#include <array>

namespace scopes {

inline constexpr std::uint32_t kSize = 300; ///< no multiple of any scope's lanes

struct [[ring::message]] Fill {
  std::uint32_t seed;
  std::uint32_t count; ///< at most kSize
};
struct [[ring::message]] Smooth {
  std::uint32_t times;
};
struct [[ring::message]] Prefix {
  std::uint32_t count; ///< at most kSize
};
struct [[ring::message]] Sums {
  std::uint32_t ints;
  float floats;
  float largest;
  std::uint32_t rounds;
};

/// The state of all three; handlers below call it.
struct Series {
  std::array<float, kSize> values;
  std::array<std::uint32_t, kSize> ints;
  std::uint32_t count;
  std::uint32_t rounds;

  void fill(const Fill& fill, ring::Context& ctx) {
    count = fill.count;
    rounds = 0;
    ctx.parallelFor(count, [&](std::uint32_t i) {
      std::uint32_t x = fill.seed + i * 2654435761u;
      x ^= x >> 15;
      ints[i] = x;
      values[i] = static_cast<float>(x & 0xffffu) * 0.001f + 0.1f;
    });
    sum(ctx);
  }
  void smooth(const Smooth& smooth, ring::Context& ctx) {
    for (std::uint32_t t = 0; t < smooth.times; ++t) {
      const float mean = ctx.reduce(count, 0.0f, ring::Plus{}, [&](std::uint32_t i) {
        return values[i];
      }) * 0.004f;
      rounds += 1;
      if (mean > 30.0f) {
        ctx.parallelFor(count, [&](std::uint32_t i) { values[i] = values[i] * 0.5f + mean; });
      } else {
        ctx.parallelFor(count, [&](std::uint32_t i) { values[i] = values[i] * 1.75f - 0.5f; });
      }
    }
    sum(ctx);
  }
  void prefix(const Prefix& prefix, ring::Context& ctx) {
    const float total = ctx.scan(
        prefix.count, 0.5f, ring::Plus{}, [&](std::uint32_t i) { return values[i]; },
        [&](std::uint32_t i, float sum) { values[i] = sum * 0.001f; });
    // Neither commutative nor associative: what stands where shows.
    const auto mix = [](std::uint32_t a, std::uint32_t b) { return a * 5u + (b ^ 77u); };
    const std::uint32_t mixed = ctx.exclusiveScan(
        std::uint64_t(prefix.count), 3u, mix, [&](std::uint64_t i) { return ints[i] ^ 9u; },
        [&](std::uint64_t i, std::uint32_t before) { ints[i] += before; });
    ctx.reply(Sums{mixed, total, 0, rounds});
    const float largest = ctx.scan(
        std::int32_t(prefix.count), -1.0f, ring::Maximum{},
        [&](std::int32_t i) { return values[std::uint32_t(i)]; }, [](std::int32_t, float) {});
    ctx.reply(Sums{0, 0, largest, rounds});
    sum(ctx);
  }
  void sum(ring::Context& ctx) {
    const std::uint32_t all =
        ctx.reduce(count, 7u, ring::Plus{}, [&](std::uint32_t i) { return ints[i] ^ i; });
    const float floats =
        ctx.reduce(count, 0.25f, ring::Plus{}, [&](std::uint32_t i) { return values[i]; });
    const float largest = ctx.reduce(count, -1.0f, ring::Maximum{}, [&](std::uint32_t i) {
      return values[i] - static_cast<float>(i % 3u);
    });
    ctx.reply(Sums{all, floats, largest, rounds});
  }
};

class [[ring::actor]] OnThread {
public:
  [[ring::handler]] void on(const Fill& m, ring::Context& ctx) { series.fill(m, ctx); }
  [[ring::handler]] void on(const Smooth& m, ring::Context& ctx) { series.smooth(m, ctx); }
  [[ring::handler]] void on(const Prefix& m, ring::Context& ctx) { series.prefix(m, ctx); }

private:
  Series series{};
};
class [[ring::actor(ring::Scope::Warp)]] OnWarp {
public:
  [[ring::handler]] void on(const Fill& m, ring::Context& ctx) { series.fill(m, ctx); }
  [[ring::handler]] void on(const Smooth& m, ring::Context& ctx) { series.smooth(m, ctx); }
  [[ring::handler]] void on(const Prefix& m, ring::Context& ctx) { series.prefix(m, ctx); }

private:
  Series series{};
};
class [[ring::actor(ring::Scope::Block)]] OnBlock {
public:
  [[ring::handler]] void on(const Fill& m, ring::Context& ctx) { series.fill(m, ctx); }
  [[ring::handler]] void on(const Smooth& m, ring::Context& ctx) { series.smooth(m, ctx); }
  [[ring::handler]] void on(const Prefix& m, ring::Context& ctx) { series.prefix(m, ctx); }

private:
  Series series{};
};

} // namespace scopes

#endif
