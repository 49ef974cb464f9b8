// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Audits of messages that fill a slot of 64 bytes in part; actors that send them on, whirl them
// around in a circle, and die of them.
#ifndef RINGKERNEL_TEST_DEVICE_AUDITSMALL_RING_H
#define RINGKERNEL_TEST_DEVICE_AUDITSMALL_RING_H

#include "audit.h"

template struct audit::Item<5>;
template class audit::OnThread<5>;
template class audit::OnWarp<5>;
template class audit::OnBlock<5>;

namespace audit {

using SmallItem = Item<5>;
using SmallTally = OnThread<5>;

inline constexpr std::uint32_t kMostTargets = 16;

struct [[ring::message]] Link {
  ring::ActorId target;
};
/// Send on, eight messages a call.
struct [[ring::message]] Go {
  std::uint32_t calls;
};

/// One of many senders to many receivers: each in turn, numbered for each.
class [[ring::actor]] Source {
public:
  explicit Source(std::uint32_t sender) : sender(sender) {}
  [[ring::handler]] void on(const Link& link, ring::Context&) {
    targets[targetCount % kMostTargets] = link.target;
    targetCount += 1;
  }
  [[ring::handler]] void on(const Go& go, ring::Context& ctx) {
    if (targetCount == 0 || go.calls == 0)
      return;
    for (int i = 0; i < 8; ++i) {
      const std::uint32_t to = cursor % targetCount % kMostTargets;
      cursor += 1;
      SmallItem item;
      item.sender = sender;
      item.number = next[to];
      for (std::uint32_t w = 0; w < 5; ++w)
        item.words[w] = wordOf(sender, next[to], w);
      next[to] += 1;
      ctx.send(targets[to], item);
    }
    ctx.send(ctx.self(), Go{go.calls - 1u});
  }

  ring::ActorId targets[kMostTargets] = {};
  std::uint32_t next[kMostTargets] = {};
  std::uint32_t sender;
  std::uint32_t targetCount = 0;
  std::uint32_t cursor = 0;
};

/// Sends back what comes.
class [[ring::actor]] Echo {
public:
  [[ring::handler]] void on(const SmallItem& item, ring::Context& ctx) {
    handled += 1;
    ctx.reply(item);
  }
  std::uint32_t handled = 0;
};

/// Number `number` on one of three ways to its receiver.
struct [[ring::message]] Gust {
  std::uint32_t left;
  std::uint32_t way;
  std::uint32_t number;
};

/// Answers each message by four, to the next and to the next but one in a circle: more than any
/// mailbox holds. What a full circle costs must be counted, and what arrives stays in order.
class [[ring::actor]] Whirl {
public:
  [[ring::handler]] void on(const Link& link, ring::Context&) {
    targets[targetCount % 2u] = link.target;
    targetCount += 1;
  }
  [[ring::handler]] void on(const Gust& gust, ring::Context& ctx) {
    received += 1;
    const std::uint32_t way = gust.way % 3u;
    if (gust.number < due[way])
      outOfOrder += 1;
    else
      due[way] = gust.number + 1u;
    if (gust.left == 0)
      return;
    for (std::uint32_t i = 0; i < 4; ++i) {
      const std::uint32_t to = i % 2u;
      ctx.send(targets[to], Gust{gust.left - 1u, to, sent[to]});
      sent[to] += 1;
    }
  }

  ring::ActorId targets[2] = {};
  std::uint32_t due[3] = {};
  std::uint32_t sent[2] = {};
  std::uint32_t received = 0, outOfOrder = 0, targetCount = 0;
};

/// What a message is to do to its receiver.
enum class Deed : std::uint32_t { Nothing, Stop, Fail };
struct [[ring::message]] Poke {
  Deed deed;
  std::uint32_t number;
};

/// Answers with the same, and ends if it is told to.
class [[ring::actor]] Mortal {
public:
  [[ring::handler]] void on(const Poke& poke, ring::Context& ctx) {
    handled += 1;
    if (poke.deed == Deed::Fail)
      ctx.fail(poke.number);
    ctx.reply(poke);
    if (poke.deed == Deed::Stop)
      ctx.stop();
  }

  std::uint32_t handled = 0;
};

/// More state than most need.
class [[ring::actor]] Hoard {
public:
  [[ring::handler]] void on(const Poke& poke, ring::Context&) { words[poke.number % 4096u] += 1; }

  std::uint32_t words[4096] = {};
};

} // namespace audit

#endif
