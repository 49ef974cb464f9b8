// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors whose handlers cost next to nothing, so that what is measured is the way to them.
#pragma once
#include <ringkernel/ring.h>

namespace bench {

struct [[ring::message]] Ping {
  std::uint64_t number;
  std::uint32_t words[4];
};
struct [[ring::message]] Pong {
  std::uint64_t number;
  std::uint32_t words[4];
};

/// Answers with each word plus one.
class [[ring::actor]] Echo {
public:
  [[ring::handler]] void on(const Ping& ping, ring::Context& ctx) {
    ++handled;
    ctx.reply(Pong{ping.number,
                   {ping.words[0] + 1, ping.words[1] + 1, ping.words[2] + 1, ping.words[3] + 1}});
  }

private:
  std::uint64_t handled = 0;
};

struct [[ring::message]] Item {
  std::uint64_t number;
  std::uint32_t words[4];
};

/// Sums what it gets, every word of it; messages are counted and must come in order.
class [[ring::actor]] Sink {
public:
  [[ring::handler]] void on(const Item& item, ring::Context&) {
    outOfOrder += item.number != received;
    ++received;
    for (int i = 0; i < 4; ++i)
      sum += item.words[i] ^ item.number;
  }
  std::uint64_t received = 0, outOfOrder = 0, sum = 0;
};

struct [[ring::message]] Emit {
  std::uint32_t left;
  std::uint32_t isFirst;
};

/// Says `left` items to the host, eight at a time.
class [[ring::actor]] Source {
public:
  [[ring::handler]] void on(const Emit& emit, ring::Context& ctx) {
    if (emit.isFirst != 0)
      host = ctx.sender();
    std::uint32_t left = emit.left;
    for (int i = 0; i < 8; ++i)
      if (left > 0) {
        const auto n = static_cast<std::uint32_t>(sent);
        ctx.send(host, Item{sent, {n, n * 3, n ^ 5, ~n}});
        ++sent;
        --left;
      }
    if (left > 0)
      ctx.send(ctx.self(), Emit{left, 0});
  }

private:
  std::uint64_t sent = 0;
  ring::ActorId host{};
};

struct [[ring::message]] Partner {
  ring::ActorId id;
};
struct [[ring::message]] Ball {
  std::uint32_t left;
};

/// Two of them throw balls to each other; who catches one for the last time says so to the host.
class [[ring::actor]] Player {
public:
  [[ring::handler]] void on(const Partner& message, ring::Context& ctx) {
    partner = message.id;
    host = ctx.sender();
  }
  [[ring::handler]] void on(const Ball& ball, ring::Context& ctx) {
    ++caught;
    if (ball.left > 0)
      ctx.send(partner, Ball{ball.left - 1});
    else
      ctx.send(host, Ball{0});
  }

private:
  ring::ActorId partner{}, host{};
  std::uint64_t caught = 0;
};

struct [[ring::message]] Event {
  std::uint64_t number;
  std::uint32_t words[4];
};

/// A stage of a pipeline: changes the event and passes it on.
class [[ring::actor]] Stage {
public:
  [[ring::handler]] void on(const Partner& message, ring::Context&) { next = message.id; }
  [[ring::handler]] void on(const Event& event, ring::Context& ctx) {
    ++passed;
    if (event.words[3] == 0)
      sum += event.number;
    else
      ctx.send(next, Event{event.number + 1,
                           {event.words[0] * 3, event.words[1] ^ event.words[0], event.words[2] + 7,
                            event.words[3] - 1}});
  }
  std::uint64_t passed = 0, sum = 0;
  ring::ActorId next{};
};

struct [[ring::message]] Generate {
  std::uint32_t left;
};

/// Feeds a pipeline on the device: four events a call, numbered by the call, then itself again.
class [[ring::actor]] Generator {
public:
  [[ring::handler]] void on(const Partner& message, ring::Context&) { first = message.id; }
  [[ring::handler]] void on(const Generate& generate, ring::Context& ctx) {
    std::uint32_t left = generate.left;
    for (int i = 0; i < 4; ++i)
      if (left > 0) {
        const auto n = static_cast<std::uint32_t>(made);
        ctx.send(first, Event{made, {n, n ^ 9, n + 1, 3}});
        ++made;
        --left;
      }
    if (left > 0)
      ctx.send(ctx.self(), Generate{left});
  }

private:
  std::uint64_t made = 0;
  ring::ActorId first{};
};

struct [[ring::message]] Tagged {
  std::uint64_t number;
  std::uint32_t sender;
  std::uint32_t words[3];
};

/// Takes from sixteen senders: counts, and looks at each sender's order.
class [[ring::actor]] SharedSink {
public:
  [[ring::handler]] void on(const Tagged& tagged, ring::Context&) {
    const std::uint32_t from = tagged.sender % 16;
    outOfOrder += tagged.number != received[from];
    ++received[from];
    for (int i = 0; i < 3; ++i)
      sum += tagged.words[i] ^ tagged.number;
  }
  std::uint64_t received[16] = {}, outOfOrder = 0, sum = 0;
};

struct [[ring::message]] Leave {
  std::uint32_t number;
};
struct [[ring::message]] Left {
  std::uint32_t number;
};

/// Goes when it is told to.
class [[ring::actor]] Leaver {
public:
  [[ring::handler]] void on(const Leave& leave, ring::Context& ctx) {
    ++told;
    ctx.reply(Left{leave.number});
    ctx.stop();
  }

private:
  std::uint64_t told = 0;
};

} // namespace bench
