// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Worker's orders, apart because one of them waits on a clock, which no device has.
#include "Actors.ring.h"

#include <chrono>

namespace test {

void Worker::on(const Order& order, ring::Context& context) {
  ++orders;
  switch (order.kind) {
  case 0:
    context.reply(order);
    break;
  case 1:
    context.reply(order);
    context.reply(Order{order.kind, order.argument + 1});
    break;
  case 2:
    break;
  case 3:
    context.reply(order);
    context.send(context.sender(), Number{1});
    context.fail(order.argument);
  case 4:
    context.reply(order);
    context.stop();
    break;
  case 5:
    context.reply(Number{order.argument});
    break;
  case 6: {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(order.argument);
    while (std::chrono::steady_clock::now() < end) {
    }
    context.reply(order);
    break;
  }
  }
}

} // namespace test
