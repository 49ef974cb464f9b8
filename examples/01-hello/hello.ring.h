// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An actor: its state lives where its handlers run, between messages.
#ifndef RINGKERNEL_EXAMPLES_HELLO_HELLO_H
#define RINGKERNEL_EXAMPLES_HELLO_HELLO_H

#include <ringkernel/ring.h>

struct [[ring::message]] Number {
  std::uint32_t value;
};

struct [[ring::actor]] Adder {
  std::uint32_t total = 0;
  [[ring::handler]] void on(const Number& number, ring::Context& ctx) {
    total += number.value;
    ctx.reply(Number{total});
  }
};

#endif
