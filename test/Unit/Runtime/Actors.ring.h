// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors, kernels and stencils that show one property of the runtime each. Registered by hand in
// Actors.ring.gen.cpp.
#ifndef RINGKERNEL_TEST_UNIT_RUNTIME_ACTORS_RING_H
#define RINGKERNEL_TEST_UNIT_RUNTIME_ACTORS_RING_H

#include <ringkernel/ring.h>

#include <cstdint>
#include <span>

namespace test {

struct [[ring::message]] Number {
  std::uint64_t value;
};
struct [[ring::message]] Text {
  std::uint8_t bytes[200];
};
struct [[ring::message]] Huge {
  std::uint32_t words[15000]; // 60,000 bytes
};
struct [[ring::message]] Order {
  std::uint32_t kind; // Worker's orders
  std::uint32_t argument;
};
struct [[ring::message]] Start {
  ring::ActorId peer;
  std::uint64_t count;
};
struct [[ring::message]] Sequenced {
  std::uint32_t sender;
  std::uint32_t number;
};
struct [[ring::message]] Report {
  std::uint64_t received, outOfOrder, senders;
};

/// Obeys: 0 reply, 1 reply twice, 2 nothing, 3 fail after replying and sending, 4 stop after
/// replying, 5 reply with a Number (asked for a Text: the wrong type), 6 wait while a ClosedGate
/// is.
class [[ring::actor]] Worker {
public:
  [[ring::handler]] void on(const Order& order, ring::Context& context);
  [[ring::handler]] void on(const Text& text, ring::Context& context) { context.reply(text); }
  [[ring::handler]] void on(const Huge& huge, ring::Context& context) { context.reply(huge); }

  std::uint64_t orders = 0;
};

/// Passes a number to a peer until it is 0, then tells the host.
class [[ring::actor]] Player {
public:
  [[ring::handler]] void on(const Start& start, ring::Context& context) {
    peer = start.peer;
    if (start.count != 0)
      context.send(peer, Number{start.count});
  }
  [[ring::handler]] void on(const Number& number, ring::Context& context) {
    ++seen;
    if (number.value == 0)
      context.send(ring::ActorId{ring::abi::kHostIndex, 0, 0}, Number{seen});
    else
      context.send(peer, Number{number.value - 1});
  }

private:
  ring::ActorId peer{};
  std::uint64_t seen = 0;
};

/// Sends `count` numbered messages to its peer for each Start, by trySend at most 8 at a time.
class [[ring::actor]] Sender {
public:
  explicit Sender(std::uint32_t id) : id(id) {}
  [[ring::handler]] void on(const Start& start, ring::Context& context) {
    for (std::uint64_t i = 0; i < start.count; ++i)
      context.send(start.peer, Sequenced{id, next++});
  }

private:
  std::uint32_t id;
  std::uint32_t next = 0;
};

/// Counts what comes from each of 64 senders and what comes out of order.
class [[ring::actor]] Auditor {
public:
  [[ring::handler]] void on(const Sequenced& message, ring::Context&) {
    ++received;
    std::uint32_t& expected = next[message.sender % 64];
    if (message.number != expected)
      ++outOfOrder;
    expected = message.number + 1;
  }
  [[ring::handler]] void on(const Order&, ring::Context& context) {
    std::uint64_t senders = 0;
    for (const std::uint32_t n : next)
      senders += n != 0 ? 1 : 0;
    context.reply(Report{received, outOfOrder, senders});
  }

private:
  std::uint64_t received = 0, outOfOrder = 0;
  std::uint32_t next[64] = {};
};

/// Tries to send more than a handler may.
class [[ring::actor]] Trier {
public:
  [[ring::handler]] void on(const Order& order, ring::Context& context) {
    std::uint64_t sent = 0;
    for (std::uint32_t i = 0; i < order.argument; ++i)
      sent += context.trySend(ring::ActorRef<Auditor>{}, Sequenced{0, i}) ? 1 : 0;
    context.reply(Number{sent});
  }
};

/// Sums each block's part of `in` in shared memory, with barriers: out[block] is the block's sum.
[[ring::kernel(64)]] inline void blockSum(std::span<const std::uint32_t> in,
                                          std::span<std::uint32_t> out,
                                          ring::Shared<std::uint32_t[64]>& part) {
  const std::uint32_t t = ring::threadIndex().x;
  part[t] = 0;
  for (std::size_t i : ring::gridStride(in.size()))
    part[t] += in[i];
  for (std::uint32_t half = 32; half > 0; half /= 2) {
    ring::barrier();
    if (t < half)
      part[t] += part[t + half];
  }
  if (t == 0)
    out[ring::blockIndex().x] = part[0];
}

/// Threads from `from` on leave before the barrier.
[[ring::kernel(8)]] inline void parting(std::span<std::uint32_t> out, std::uint32_t from) {
  if (ring::threadIndex().x >= from)
    return;
  ring::barrier();
  out[ring::globalIndex()] = 1;
}

/// Where each thread of a 4 x 2 block stands, and atomics.
[[ring::kernel(4, 2)]] inline void places(std::span<std::uint32_t> out,
                                          std::span<std::uint32_t> count) {
  const ring::Dim3 t = ring::threadIndex(), b = ring::blockIndex(), n = ring::blockSize(),
                   g = ring::gridSize();
  const std::uint32_t block = (b.z * g.y + b.y) * g.x + b.x;
  const std::uint32_t thread = (t.z * n.y + t.y) * n.x + t.x;
  out[block * n.x * n.y * n.z + thread] = 1000 * block + thread;
  ring::atomicAdd(count[0], 1u);
}

[[ring::stencil]] inline void shift1(ring::Cell1<const std::int32_t> in,
                                     ring::Cell1<std::int32_t> out, std::int32_t add) {
  out() = in.west() + 10 * in.at(2) + add + in.x();
}

[[ring::stencil]] inline void sum3(ring::Cell3<const double> in, ring::Cell3<double> out) {
  out() = in.east() + 2 * in.west() + 3 * in.north() + 4 * in.south() + 5 * in.up() +
          6 * in.down() + 100 * in.z() + 10 * in.y() + in.x();
}

} // namespace test

#endif
