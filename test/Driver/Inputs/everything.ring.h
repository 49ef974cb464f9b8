// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of entity that a module registers, private and nested state, overloads, templates.
#ifndef EVERYTHING_RING_H
#define EVERYTHING_RING_H

#include <ringkernel/ring.h>

#include <array>
#include <span>

namespace bank {

enum class Kind : std::uint8_t { Cash, Card };

struct Money {
  std::int64_t cents;
  Kind kind;
};

struct [[ring::message]] Transfer {
  Money money;
  std::uint32_t from, to;
  std::array<float, 3> weights;
};

struct [[ring::message]] Alert {
  std::uint64_t id;
  bool isSure;
};

class [[ring::actor]] Monitor {
public:
  explicit Monitor(float limit) : limit(limit) {}
  [[ring::handler]] void on(const Transfer& transfer, ring::Context& ctx) {
    window.values[count % 4] = transfer.weights[0];
    ++count;
    if (transfer.weights[0] > limit)
      ctx.reply(Alert{transfer.from, true});
  }
  [[ring::handler]] void on(const Alert& alert, ring::Context& ctx) {
    if (alert.isSure)
      ctx.stop();
  }

private:
  struct Window {
    float values[4];
  };
  Window window{};
  float limit;
  std::uint32_t count = 0;
};

} // namespace bank

template <class T> struct [[ring::message]] Sample {
  T value;
};

template <class T> class [[ring::actor(ring::Scope::Block)]] Mean {
public:
  [[ring::handler]] void on(const Sample<T>& sample, ring::Context&) {
    sum += sample.value;
    ++count;
  }

private:
  T sum = 0;
  std::uint32_t count = 0;
};
template struct Sample<float>;
template class Mean<float>;

namespace field {

[[ring::stencil]] inline void smooth(ring::Cell2<const float> from, ring::Cell2<float> to,
                                     float c) {
  to() = from() + c * (from.at(-2, 0) + from.at(1, 0) + from.north() - 3.0f * from());
}

} // namespace field

[[ring::kernel]] inline void scale(std::span<float> values, float factor) {
  for (std::size_t i : ring::gridStride(values.size()))
    values[i] *= factor;
}

[[ring::kernel(64)]] inline void scale(std::span<const std::int32_t> from,
                                       std::span<std::int32_t> to,
                                       ring::Shared<std::int32_t[64]>& tile, std::int16_t factor) {
  const std::uint32_t lane = ring::threadIndex().x;
  const std::uint32_t i = ring::globalIndex();
  tile[lane] = i < from.size() ? from[i] : 0;
  ring::barrier();
  if (i < to.size())
    to[i] = tile[63 - lane] * factor;
}

#endif
