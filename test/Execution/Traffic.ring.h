// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors that talk: several messages an actor, references in state and messages, order, replies,
// failing and stopping.
#ifndef RINGKERNEL_TEST_EXECUTION_TRAFFIC_RING_H
#define RINGKERNEL_TEST_EXECUTION_TRAFFIC_RING_H

#include <ringkernel/ring.h>

namespace traffic {

struct [[ring::message]] Add {
  std::int32_t value;
};
struct [[ring::message]] Multiply {
  std::uint32_t factor;
};
struct [[ring::message]] Read {
  std::uint32_t unused;
};
struct [[ring::message]] Value {
  std::uint32_t value;
  std::uint32_t calls;
};

/// What it holds hangs on the order of its messages.
class [[ring::actor]] Register {
public:
  explicit Register(std::uint32_t start) : value(start) {}
  [[ring::handler]] void on(const Add& add, ring::Context&) {
    value = value * 31u + static_cast<std::uint32_t>(add.value);
    calls += 1;
  }
  [[ring::handler]] void on(const Multiply& multiply, ring::Context&) {
    value = (value ^ (value >> 7)) * multiply.factor;
    calls += 1;
  }
  [[ring::handler]] void on(const Read&, ring::Context& ctx) {
    calls += 1;
    ctx.reply(Value{value, calls});
  }

private:
  std::uint32_t value;
  std::uint32_t calls = 0;
};

struct [[ring::message]] Connect {
  ring::ActorRef<Register> left, right;
};
struct [[ring::message]] Work {
  std::uint32_t seed;
};

/// Feeds two registers: several messages a call, to one and the other in turn.
class [[ring::actor]] Feeder {
public:
  [[ring::handler]] void on(const Connect& connect, ring::Context&) {
    left = connect.left;
    right = connect.right;
  }
  [[ring::handler]] void on(const Work& work, ring::Context& ctx) {
    std::uint32_t x = work.seed;
    for (int i = 0; i < 5; ++i) {
      x = x * 1664525u + 1013904223u;
      if ((x & 0x10000u) != 0)
        ctx.send(left, Add{static_cast<std::int32_t>(x >> 8)});
      else
        ctx.send(right, Multiply{x | 1u});
    }
    ctx.send(right, Add{-1});
    ctx.reply(Work{x});
  }

private:
  ring::ActorRef<Register> left, right;
};

struct [[ring::message]] Tick {
  std::uint32_t unused;
};

/// Never rests: once it was told to begin, a message to itself is always under way.
class [[ring::actor]] Restless {
public:
  [[ring::handler]] void on(const Tick& tick, ring::Context& ctx) {
    ticks += 1;
    ctx.send(ctx.self(), tick);
  }

private:
  std::uint32_t ticks = 0;
};

struct [[ring::message]] Storm {
  std::uint32_t left;
  ring::ActorId other;
};

/// Answers each message to it by four to another: more than any mailbox holds.
class [[ring::actor]] Cloud {
public:
  [[ring::handler]] void on(const Storm& storm, ring::Context& ctx) {
    ++seen;
    if (storm.left == 0)
      return;
    const Storm next{storm.left - 1, ctx.self()};
    ctx.send(storm.other, next);
    ctx.send(storm.other, next);
    ctx.send(storm.other, next);
    ctx.send(storm.other, next);
  }

private:
  std::uint64_t seen = 0;
};

struct [[ring::message]] Trial {
  std::uint32_t kind;
  std::uint32_t argument;
};

/// 0 replies, 1 nothing, 2 replies and fails, 3 replies and stops, 4 replies twice, 5 tries to send
/// `argument` times, 6 fails in a function, far down.
class [[ring::actor]] Moody {
public:
  [[ring::handler]] void on(const Trial& trial, ring::Context& ctx) {
    calls += 1;
    if (trial.kind == 1)
      return;
    if (trial.kind == 6)
      check(trial.argument, ctx);
    if (trial.kind == 5) {
      std::uint32_t sent = 0;
      for (std::uint32_t i = 0; i < trial.argument; ++i)
        if (ctx.trySend(target, Add{1}))
          sent += 1;
      ctx.reply(Trial{sent, calls});
      return;
    }
    ctx.reply(Trial{trial.argument, calls});
    switch (trial.kind) {
    case 2:
      ctx.fail(trial.argument + 1000u);
      break;
    case 3:
      ctx.stop();
      break;
    case 4:
      ctx.reply(Trial{trial.argument + 1u, calls});
      break;
    default:
      break;
    }
    after += 1;
  }

private:
  void check(std::uint32_t argument, ring::Context& ctx) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      after += 100;
      if (i == argument)
        ctx.fail(i);
    }
  }

  ring::ActorRef<Register> target;
  std::uint32_t calls = 0;
  std::uint32_t after = 0;
};

} // namespace traffic

#endif
