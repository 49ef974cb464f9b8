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

private:
  Series series{};
};
class [[ring::actor(ring::Scope::Warp)]] OnWarp {
public:
  [[ring::handler]] void on(const Fill& m, ring::Context& ctx) { series.fill(m, ctx); }
  [[ring::handler]] void on(const Smooth& m, ring::Context& ctx) { series.smooth(m, ctx); }

private:
  Series series{};
};
class [[ring::actor(ring::Scope::Block)]] OnBlock {
public:
  [[ring::handler]] void on(const Fill& m, ring::Context& ctx) { series.fill(m, ctx); }
  [[ring::handler]] void on(const Smooth& m, ring::Context& ctx) { series.smooth(m, ctx); }

private:
  Series series{};
};

} // namespace scopes

#endif
