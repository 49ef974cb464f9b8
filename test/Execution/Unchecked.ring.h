// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An actor that can break its GPU: compiled with neither index checks nor loop budgets.
#ifndef RINGKERNEL_TEST_EXECUTION_UNCHECKED_RING_H
#define RINGKERNEL_TEST_EXECUTION_UNCHECKED_RING_H

#include <ringkernel/ring.h>

namespace unchecked {

struct [[ring::message]] Write {
  std::uint32_t at;
};
struct [[ring::message]] Turn {
  std::uint32_t isForever;
};
struct [[ring::message]] Told {
  std::uint32_t calls;
  std::uint32_t value;
};

class [[ring::actor]] Breaker {
public:
  /// An index of some 2^31 lies far outside of what a GPU has mapped near the state.
  [[ring::handler]] void on(const Write& write, ring::Context& ctx) {
    calls += 1;
    cells[write.at] = calls;
    ctx.reply(Told{calls, cells[write.at]});
  }
  [[ring::handler]] void on(const Turn& turn, ring::Context& ctx) {
    calls += 1;
    do
      value = value * 1664525u + 1013904223u;
    while (turn.isForever != 0);
    ctx.reply(Told{calls, value});
  }

private:
  std::uint32_t cells[8] = {};
  std::uint32_t calls = 0;
  std::uint32_t value = 0;
};

} // namespace unchecked

#endif // RINGKERNEL_TEST_EXECUTION_UNCHECKED_RING_H
