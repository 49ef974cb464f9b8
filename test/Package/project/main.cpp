// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "meter.ring.h"

#include <cstdio>
#include <ringkernel/runtime.h>

int main() {
  auto runtime = ring::Runtime::create({.backend = ring::Backend::Cpu, .workers = 1});
  if (!runtime) {
    std::fprintf(stderr, "%s\n", runtime.status().message().c_str());
    return 1;
  }
  auto meter = runtime->spawn<Meter>();
  if (!meter)
    return 1;
  for (const std::uint32_t value : {4u, 8u, 16u})
    if (!runtime->send(*meter, Reading{value}))
      return 1;
  auto answer = runtime->ask<Answer>(*meter, Question{}).get();
  if (!answer)
    return 1;
  std::printf("limit %u: total %u, %u alerts\n", answer->limit, answer->total, answer->alerts);
}
