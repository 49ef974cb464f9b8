// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 64-bit integers, narrow integers, nested structs and arrays, enums, templates: what the targets
// have to lower.
#ifndef RINGKERNEL_TEST_EXECUTION_WIDE_RING_H
#define RINGKERNEL_TEST_EXECUTION_WIDE_RING_H

#include <ringkernel/ring.h>

#include <array>

namespace wide {

enum class Op : std::uint8_t { Add, Multiply, Divide, Shift, Compare, Count };

struct [[ring::message]] Step {
  std::uint64_t a;
  std::int64_t b;
  Op op;
};
struct [[ring::message]] Result {
  std::uint64_t u;
  std::int64_t s;
  std::uint64_t hash;
};

class [[ring::actor]] Calculator {
public:
  [[ring::handler]] void on(const Step& step, ring::Context& ctx) {
    switch (step.op) {
    case Op::Add:
      u = u + step.a;
      s = s - step.b;
      break;
    case Op::Multiply:
      u = (u | 1u) * step.a;
      s = s * step.b + 7;
      break;
    case Op::Divide:
      u = u / (step.a | 1u) + step.a % ((u >> 40) | 3u);
      s = s / (step.b == 0 || step.b == -1 ? 5 : step.b) + step.b % 1000003;
      break;
    case Op::Shift: {
      const std::uint32_t by = static_cast<std::uint32_t>(step.a & 63u);
      u = (u << by) ^ (step.a >> by) ^ ~u;
      s = (s >> by) | (step.b & 0xff00ff);
      break;
    }
    case Op::Compare:
      u += (u < step.a ? 1u : 2u) + (s < step.b ? 4u : 8u) + (s == step.b ? 16u : 32u);
      s = -s;
      break;
    case Op::Count:
      break;
    }
    hash = (hash ^ u) * 1099511628211u + static_cast<std::uint64_t>(s);
    ctx.reply(Result{u, s, hash});
  }

private:
  std::uint64_t u = 1;
  std::int64_t s = -1;
  std::uint64_t hash = 14695981039346656037u;
};

template <class T, std::uint32_t N> struct Window {
  std::array<T, N> items;
  std::uint32_t next;

  void push(T item) {
    items[next] = item;
    next = (next + 1u) % N;
  }
  T sum() const {
    T all = 0;
    for (const T& item : items)
      all = static_cast<T>(all + item);
    return all;
  }
};

struct Point {
  std::int16_t x, y;
};
struct Box {
  Point low, high;
  bool filled;

  std::int32_t area() const { return (high.x - low.x) * (high.y - low.y); }
};

struct [[ring::message]] Shape {
  std::array<Box, 3> boxes;
  std::uint8_t tags[5];
  std::int8_t bias;
};
struct [[ring::message]] Summary {
  std::int32_t area;
  std::uint8_t tagSum;
  std::int8_t biasSum;
  std::uint16_t count;
  Box last;
};

/// Keeps the last boxes and small sums that wrap.
class [[ring::actor]] Collector {
public:
  [[ring::handler]] void on(const Shape& shape, ring::Context& ctx) {
    std::int32_t area = 0;
    for (const Box& box : shape.boxes)
      if (box.filled) {
        boxes[count % 4u] = box;
        count = static_cast<std::uint16_t>(count + 1u);
        area += box.area();
      }
    for (std::uint8_t tag : shape.tags)
      tags.push(tag);
    biases.push(shape.bias);
    Box last = boxes[(count + 3u) % 4u];
    last.high.x = static_cast<std::int16_t>(last.high.x + last.low.y);
    ctx.reply(Summary{area, tags.sum(), biases.sum(), count, last});
  }

private:
  std::array<Box, 4> boxes{};
  Window<std::uint8_t, 8> tags{};
  Window<std::int8_t, 3> biases{};
  std::uint16_t count = 0;
};

} // namespace wide

#endif
