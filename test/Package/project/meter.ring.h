// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A meter that adds up what it is sent and counts what is over a limit.
#pragma once

#include "MeterLimit.h"
#include <ringkernel/ring.h>

struct [[ring::message]] Reading {
  std::uint32_t value;
};
struct [[ring::message]] Question {
  std::uint32_t unused;
};
struct [[ring::message]] Answer {
  std::uint32_t limit;
  std::uint32_t total;
  std::uint32_t alerts;
};

class [[ring::actor]] Meter {
public:
  [[ring::handler]] void on(const Reading& reading, ring::Context&) {
    const std::uint32_t scaled = reading.value * METER_SCALE;
    total += scaled;
    if (scaled > kLimit)
      ++alerts;
  }
  [[ring::handler]] void on(const Question&, ring::Context& ctx) {
    ctx.reply(Answer{kLimit, total, alerts});
  }

private:
  std::uint32_t total = 0;
  std::uint32_t alerts = 0;
};
