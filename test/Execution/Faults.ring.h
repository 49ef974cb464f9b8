// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers that fail, in each scope: in sequential code and in regions. Nothing of a failed call
// may be seen but its code.
#ifndef RINGKERNEL_TEST_EXECUTION_FAULTS_RING_H
#define RINGKERNEL_TEST_EXECUTION_FAULTS_RING_H

#include <ringkernel/ring.h>

namespace faults {

inline constexpr std::uint32_t kSize = 300; ///< no multiple of any scope's lanes

enum class Kind : std::uint32_t { None, For, Called, Wide, Value, Combine, Tree, Last };
inline constexpr std::uint32_t kKinds = 8;

struct [[ring::message]] Job {
  Kind kind;
  std::uint32_t count; ///< at most kSize
  std::uint32_t from;  ///< indices below it do not fail
};
struct [[ring::message]] Result {
  std::uint32_t sum;
  std::uint32_t calls;
};

inline constexpr std::uint32_t kCells = 24;
inline constexpr std::uint32_t kPlaces = 9;

/// Where an index is used.
enum class Place : std::uint32_t {
  Read,
  Write,
  Called,
  Condition,
  Step,
  Taken,
  Local,
  Message,
  Region
};

struct [[ring::message]] Index {
  Place place;
  std::int32_t at;
  ring::Array<std::uint32_t, 4> small;
};
/// The same of arrays that the host does not check.
struct [[ring::message]] RawIndex {
  std::int32_t at;
};
struct [[ring::message]] Spin {
  std::uint32_t turns;
  std::uint32_t isForever;
};

/// The state of all three; handlers below call it.
struct Work {
  std::uint32_t squares[kSize];
  std::uint32_t calls;
  ring::Array<std::uint32_t, kCells> cells;

  static bool isDue(const Job& job, std::uint32_t i) { return i >= job.from && i % 7 == 3; }
  static std::uint32_t checked(const Job& job, std::uint32_t i, ring::Context& ctx) {
    for (std::uint32_t k = 0; k < 3; ++k)
      if (isDue(job, i) && k == i % 3)
        ctx.fail(2000 + i);
    return i * i;
  }

  void run(const Job& job, ring::Context& ctx) {
    calls += 1;
    ctx.reply(Result{0, calls});
    ctx.parallelFor(job.count, [&](std::uint32_t i) {
      squares[i] = job.kind == Kind::Called ? checked(job, i, ctx) : i * i;
      if (job.kind == Kind::For && isDue(job, i))
        ctx.fail(1000 + i);
    });
    ctx.parallelFor(std::uint64_t(job.count), [&](std::uint64_t i) {
      if (job.kind == Kind::Wide && isDue(job, std::uint32_t(i)))
        ctx.fail(3000 + std::uint32_t(i));
    });
    const std::uint32_t sum = ctx.reduce(
        job.count, 5u,
        [&](std::uint32_t a, std::uint32_t b) {
          if (job.kind == Kind::Combine && isDue(job, b % 1000))
            ctx.fail(5000 + b);
          if (job.kind == Kind::Tree && (a % 1000) < 32 && (b % 1000) - (a % 1000) == 16)
            ctx.fail(6000 + a);
          if (job.kind == Kind::Last && a == 5)
            ctx.fail(7000);
          return a + b;
        },
        [&](std::uint32_t i) {
          if (job.kind == Kind::Value && isDue(job, i))
            ctx.fail(4000 + i);
          return job.kind == Kind::Combine || job.kind == Kind::Tree ? i : squares[i];
        });
    ctx.reply(Result{sum, calls});
  }

  std::uint32_t cell(std::int32_t at) const { return cells[std::uint32_t(at)] + 1; }

  std::uint32_t use(const Index& index, ring::Context& ctx) {
    const std::int32_t at = index.at;
    std::uint32_t sum = 0;
    switch (index.place) {
    case Place::Read:
      return cells[std::uint32_t(at)];
    case Place::Write:
      cells[std::uint64_t(at) + 1] = 7;
      return cells[std::uint32_t(at) + 1];
    case Place::Called:
      return cell(at) + cell(at / 2);
    case Place::Condition:
      for (std::int32_t i = 0; cells[std::uint32_t(i)] != 99 && i < at; ++i)
        sum += std::uint32_t(i);
      return sum;
    case Place::Step:
      for (std::uint32_t i = 0; sum < std::uint32_t(at); cells[i] = sum, i += 2)
        sum += 3;
      return sum;
    case Place::Taken:
      sum = at >= 0 && at < 24 && cells[std::uint32_t(at)] == 0 ? 1 : 2;
      return sum + (at == 3 ? cells[std::uint32_t(at) * 8] : cells[std::uint32_t(at) & 7]);
    case Place::Local: {
      ring::Array<std::uint32_t, 6> own{{1, 2, 3, 4, 5, 6}};
      std::uint32_t& named = own[std::uint32_t(at)];
      named += 10;
      return named + own[0];
    }
    case Place::Message:
      return index.small[std::uint32_t(at)];
    case Place::Region:
      ctx.parallelFor(std::uint32_t(at), [&](std::uint32_t i) { cells[i * 2] = i; });
      return ctx.reduce(std::uint32_t(at), 0u, ring::Plus{},
                        [&](std::uint32_t i) { return cells[i + 4]; });
    }
    return 0;
  }

  void index(const Index& index, ring::Context& ctx) {
    calls += 1;
    ctx.reply(Result{1, calls});
    const std::uint32_t used = use(index, ctx);
    ctx.reply(Result{used, calls});
  }
  void rawIndex(const RawIndex& index, ring::Context& ctx) {
    calls += 1;
    squares[index.at] = 1;
    ctx.reply(Result{squares[index.at], calls});
  }
  void spin(const Spin& spin, ring::Context& ctx) {
    calls += 1;
    std::uint32_t x = 1;
    std::uint32_t turns = 0;
    while (spin.isForever != 0 || turns < spin.turns) {
      for (std::uint32_t k = 0; k < 4; ++k)
        x = x * 1664525u + 1013904223u;
      turns += 1;
    }
    const std::uint32_t sum = ctx.reduce(40u, x, ring::Plus{}, [&](std::uint32_t i) {
      std::uint32_t y = i;
      while (y < turns)
        y += 1;
      return y;
    });
    ctx.reply(Result{sum, calls});
  }
};

class [[ring::actor]] OnThread {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }
  [[ring::handler]] void on(const Index& m, ring::Context& ctx) { work.index(m, ctx); }
  [[ring::handler]] void on(const RawIndex& m, ring::Context& ctx) { work.rawIndex(m, ctx); }
  [[ring::handler]] void on(const Spin& m, ring::Context& ctx) { work.spin(m, ctx); }

private:
  Work work{};
};
class [[ring::actor(ring::Scope::Warp)]] OnWarp {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }
  [[ring::handler]] void on(const Index& m, ring::Context& ctx) { work.index(m, ctx); }
  [[ring::handler]] void on(const RawIndex& m, ring::Context& ctx) { work.rawIndex(m, ctx); }
  [[ring::handler]] void on(const Spin& m, ring::Context& ctx) { work.spin(m, ctx); }

private:
  Work work{};
};
class [[ring::actor(ring::Scope::Block)]] OnBlock {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }
  [[ring::handler]] void on(const Index& m, ring::Context& ctx) { work.index(m, ctx); }
  [[ring::handler]] void on(const RawIndex& m, ring::Context& ctx) { work.rawIndex(m, ctx); }
  [[ring::handler]] void on(const Spin& m, ring::Context& ctx) { work.spin(m, ctx); }

private:
  Work work{};
};

} // namespace faults

#endif
