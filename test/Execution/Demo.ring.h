// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
#pragma once
#include <ringkernel/ring.h>
#include <span>

struct [[ring::message]] Transfer {
  std::uint64_t id;
  std::uint32_t from, to;
  float amount;
};
struct [[ring::message]] Alert {
  std::uint64_t id;
  float score;
};

class [[ring::actor]] FraudMonitor { // state lives on the device between messages
public:
  explicit FraudMonitor(float limit) : limit(limit) {}
  [[ring::handler]] void on(const Transfer& t, ring::Context& ctx) {
    total += t.amount;
    if (t.amount > limit)
      ctx.reply(Alert{t.id, t.amount / limit});
  }

private:
  float limit;
  float total = 0;
};

[[ring::stencil]] inline void wave(ring::Cell2<const float> p, ring::Cell2<float> prev, float c2) {
  const float lap = p.north() + p.south() + p.east() + p.west() - 4.0f * p();
  prev() = 2.0f * p() - prev() + c2 * lap; // offsets are constants: halo and traffic are inferred
}

[[ring::kernel]] inline void saxpy(std::span<const float> x, std::span<float> y, float a) {
  for (std::size_t i : ring::gridStride(y.size()))
    y[i] += a * x[i];
}
