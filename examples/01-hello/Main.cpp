// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 01-hello: starts the runtime, spawns an actor, asks it three times.
#include "hello.ring.h"
#include <cstdio>
#include <ringkernel/runtime.h>

int main() {
  auto runtime = ring::Runtime::create();
  auto adder = runtime->spawn<Adder>();
  for (std::uint32_t value : {1, 2, 39})
    std::printf("the total is %u\n", runtime->ask<Number>(*adder, Number{value}).get()->value);
}
