// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HELLO_RING_H
#define HELLO_RING_H

#include <ringkernel/ring.h>

struct [[ring::message]] Add {
  std::uint32_t amount;
};

struct [[ring::message]] Total {
  std::uint32_t value;
};

class [[ring::actor]] Counter {
public:
  [[ring::handler]] void on(const Add& add, ring::Context& ctx) {
    total += add.amount;
    ctx.reply(Total{total});
  }

private:
  std::uint32_t total = 0;
};

#endif
