// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tests over the fake driver (test/shims/cuda) let a runtime do. On it every question is
// answered with "no reply".
#ifndef RINGKERNEL_TEST_EXECUTION_FAKESCENARIO_H
#define RINGKERNEL_TEST_EXECUTION_FAKESCENARIO_H

#include "Demo.ring.h"
#include "Traffic.ring.h"
#include "Wide.ring.h"

#include <ringkernel/runtime.h>

namespace ring::test {

/// Uses most of the backend; gives the first status that is not as it should be.
inline Status useAll(const RuntimeOptions& options) {
  Result<Runtime> made = Runtime::create(options);
  if (!made)
    return made.status();
  Runtime& runtime = *made;
  Status first = Status::ok();
  const auto note = [&](const Status& status) {
    if (first && !status)
      first = status;
  };
  const auto small = runtime.spawn<FraudMonitor>(2.0f);
  note(small.status());
  const auto memory = runtime.buffer<float>(1000);
  note(memory.status());
  const auto other = runtime.spawn<traffic::Register>(5u); // the program is put together anew
  note(other.status());
  const auto wide = runtime.spawn<wide::Collector>(); // larger slots: the rings too
  note(wide.status());
  note(runtime.spawnMany<traffic::Register>(10, 6u).status());
  note(runtime
           .spawnEach<traffic::Register>(
               10, [](std::size_t i) { return traffic::Register(static_cast<std::uint32_t>(i)); })
           .status());
  if (small) {
    note(runtime.send(*small, Transfer{1, 2, 3, 4.0f}));
    const Status answer = runtime.ask<Alert>(*small, Transfer{1, 2, 3, 4.0f}).get().status();
    if (answer.code() != StatusCode::NoReply && first)
      first = Status(answer.code(), "asked: " + answer.message());
    note(runtime.state(*small).status());
    note(runtime.restart(*small));
  }
  if (other)
    note(runtime.kill(*other));
  note(runtime.health().status());
  note(runtime.drain());
  note(runtime.stop());
  return first;
}

} // namespace ring::test

#endif // RINGKERNEL_TEST_EXECUTION_FAKESCENARIO_H
