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

/// The state of all three; handlers below call it.
struct Work {
  std::uint32_t squares[kSize];
  std::uint32_t calls;

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
};

class [[ring::actor]] OnThread {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }

private:
  Work work{};
};
class [[ring::actor(ring::Scope::Warp)]] OnWarp {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }

private:
  Work work{};
};
class [[ring::actor(ring::Scope::Block)]] OnBlock {
public:
  [[ring::handler]] void on(const Job& job, ring::Context& ctx) { work.run(job, ctx); }

private:
  Work work{};
};

} // namespace faults

#endif
