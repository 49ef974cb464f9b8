// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Worker's orders, apart because one of them waits for the host, which no device's handler can.
#include "Actors.ring.h"

#include "Support.h"

#include <atomic>

namespace test {

static std::atomic<bool> gateIsOpen{true};

ClosedGate::ClosedGate() { gateIsOpen.store(false, std::memory_order_relaxed); }
ClosedGate::~ClosedGate() { open(); }
void ClosedGate::open() {
  gateIsOpen.store(true, std::memory_order_relaxed);
  gateIsOpen.notify_all();
}

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
  case 6:
    gateIsOpen.wait(false, std::memory_order_relaxed);
    context.reply(order);
    break;
  }
}

} // namespace test
