// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One of everything that targets must print: what this file needs, and how it is named, is chosen to be
// awkward for one target or another.
#ifndef RINGKERNEL_TEST_TARGET_EVERYTHING_H
#define RINGKERNEL_TEST_TARGET_EVERYTHING_H

#include <ringkernel/ring.h>

#include <array>
#include <bit>
#include <span>

namespace bank {

struct Pair {
  float first, second;
  float sum() const { return first + second; }
  void add(const Pair& other) {
    first += other.first;
    second += other.second;
  }
};

/// Fields that WGSL cannot hold in buffers as they are.
struct [[ring::message]] Small {
  std::uint8_t kind;
  bool urgent;
  std::int16_t level;
  std::int8_t bytes[5];
  std::uint64_t wide;
};

struct [[ring::message]] Request {
  std::uint32_t id;
  std::uint32_t count;
  Pair pair;
  ring::ActorId target;
};

struct [[ring::message]] Answer {
  std::uint64_t total;
  std::int64_t difference;
  float values[4];
  std::uint16_t tag;
};

/// Names that are words of CUDA, MSL or WGSL.
class [[ring::actor]] Teller {
public:
  explicit Teller(float limit) : limit(limit) {}

  [[ring::handler]] void on(const Request& request, ring::Context& ctx) {
    std::uint32_t kernel = request.id, device = 3, threadgroup = 1, fn = 2, var = 0, loop = 0;
    do {
      ++loop;
      if (loop == 2)
        continue;
      var += kernel * device + fn - threadgroup;
    } while (loop < 4);
    seen += 1;
    last = request.pair;
    last.add(request.pair);
    history[seen % 8].add(last);
    require(ctx, request.count < 1000, 7);
    const float mean = average(request.count);
    total += wide(var);
    Answer answer{total, std::int64_t(total) - 5, {mean, limit, last.sum(), 0.5f}, 9};
    answer.values[request.id % 4] = limit;
    if (total > 1000000)
      ctx.stop();
    ctx.reply(answer);
    if (!ctx.trySend(ring::ActorRef<Teller>{request.target}, Small{1, true, -3, {1, 2, 3, 4, 5}, total}))
      refused += 1;
  }

  [[ring::handler]] void on(const Small& small, ring::Context& ctx) {
    flags[small.kind % 3] = small.urgent;
    levels[small.kind % 5] = std::int16_t(small.level + small.bytes[small.kind % 5]);
    switch (small.wide) {
    case 1:
    case 0x100000000ull:
      total += 1;
      break;
    case 2:
      total *= 3;
      break;
    default:
      total -= small.wide / 7;
    }
    ctx.send(ctx.sender(), Request{1, 2, {3.0f, 4.0f}, ctx.self()});
  }

private:
  void require(ring::Context& ctx, bool condition, std::uint32_t code) {
    if (!condition)
      ctx.fail(code);
  }
  std::uint64_t wide(std::uint32_t x) const {
    if (x == 0)
      return 1;
    for (std::uint32_t i = 0; i < 10; ++i)
      if (x < i * i)
        return (std::uint64_t(x) << i) | 1;
    return std::uint64_t(x) * 0x100000001b3ull >> 3;
  }
  float average(std::uint32_t count) const {
    float sum = 0;
    for (const Pair& pair : history)
      sum += pair.sum();
    return count == 0 ? sum : sum / float(count);
  }

  float limit;
  std::uint32_t seen = 0;
  std::uint32_t refused = 0;
  bool flags[3] = {};
  std::int16_t levels[5] = {};
  std::uint64_t total = 0;
  Pair last = {};
  std::array<Pair, 8> history = {};
};

/// Keeps the larger, and the first of two that are equal in size.
struct LargerSize {
  float operator()(float a, float b) const {
    const float x = a < 0 ? -a : a;
    const float y = b < 0 ? -b : b;
    return x < y ? b : a;
  }
};

template <ring::Scope S> class [[ring::actor(S)]] Group {
public:
  [[ring::handler]] void on(const Request& request, ring::Context& ctx) {
    const std::uint32_t n = request.count < 300 ? request.count : 300;
    const float scale = request.pair.first;
    std::uint32_t rounds = 0;
    float local[16] = {};
    for (std::uint32_t turn = 0; turn < 3; ++turn) {
      if (stopped(request, turn))
        break;
      ctx.parallelFor(n, [&](std::uint32_t i) {
        data[i] = data[i] * scale + float(i + turn);
        if (i < 16)
          local[i] = data[i];
      });
      rounds += 1;
    }
    float best = local[3];
    if (n > 0) {
      best = ctx.reduce(n, best, ring::Maximum{}, [&](std::uint32_t i) { return data[i]; });
      const float larger = ctx.reduce(n, 0.0f, LargerSize{}, [&](std::uint32_t i) {
        const float size = data[i] * 0.5f;
        return i % 2 == 0 ? size : -size;
      });
      sums = Pair{larger, best};
    } else {
      ctx.fail(3);
    }
    const std::uint32_t count = ctx.reduce(
        std::int32_t(n), 0u, ring::Plus{}, [&](std::int32_t i) { return data[i] > 1.0f ? 1u : 0u; });
    ctx.reply(Answer{count, -1, {best, sums.first, sums.second, float(rounds)}, 4});
  }

private:
  bool stopped(const Request& request, std::uint32_t turn) const {
    return request.id != 0 && turn >= request.id;
  }
  Pair sums = {};
  float data[300] = {};
};

template class Group<ring::Scope::Thread>;
template class Group<ring::Scope::Warp>;
template class Group<ring::Scope::Block>;

[[ring::kernel(16, 16)]] inline void transpose(std::span<const float> in, std::span<float> out,
                                               std::uint32_t width, bool negate,
                                               std::int8_t offset, Pair pair,
                                               ring::Shared<float[16][17]>& tile) {
  const ring::Dim3 t = ring::threadIndex(), b = ring::blockIndex();
  tile[t.y][t.x] = in[(b.y * 16 + t.y) * width + b.x * 16 + t.x];
  ring::barrier();
  const float value = tile[t.x][t.y] + float(offset) * pair.sum();
  out[(b.x * 16 + t.y) * width + b.y * 16 + t.x] = negate ? -value : value;
}

[[ring::kernel]] inline void histogram(std::span<const std::uint8_t> bytes,
                                       std::span<std::uint32_t> counts, std::span<std::int32_t> low,
                                       std::span<std::uint8_t> marks,
                                       ring::Shared<std::uint32_t[256]>& local,
                                       ring::Shared<std::uint32_t>& blocks) {
  local[ring::threadIndex().x] = 0;
  if (ring::threadIndex().x == 0)
    *blocks = 0;
  ring::barrier();
  for (std::size_t i : ring::gridStride(bytes.size())) {
    ring::atomicAdd(local[bytes[i]], 1u);
    ring::atomicMin(low[0], std::int32_t(bytes[i]) - 128);
    marks[i] = std::uint8_t(bytes[i] + 1);
  }
  ring::barrier();
  ring::atomicAdd(*blocks, 1u);
  ring::atomicAdd(counts[ring::threadIndex().x], local[ring::threadIndex().x]);
}

[[ring::stencil]] inline void blur(ring::Cell1<const float> in, ring::Cell1<float> out) {
  out() = (in.west() + in() + in.east()) * (1.0f / 3.0f);
}

[[ring::stencil]] inline void box(ring::Cell3<const float> in, ring::Cell3<std::uint16_t> out,
                                  float scale, std::uint16_t bias) {
  const float sum = in.at(1, 0, 0) + in.at(-2, 0, 0) + in.north() + in.south() + in.up() +
                    in.at(0, 1, -1) + float(in.x() + in.extentZ());
  out() = std::uint16_t(std::uint16_t(sum * scale) + bias);
}

} // namespace bank

#endif
