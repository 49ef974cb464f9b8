// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same as Sink, Source and Echo with a message that fills a larger slot. A program's slots are
// as large as its largest message wants, so each size has a program: RINGKERNEL_BENCH_WORDS is that
// of its message.
#pragma once
#include <ringkernel/ring.h>

namespace bench {

inline constexpr std::uint32_t kWideWords = RINGKERNEL_BENCH_WORDS;

struct [[ring::message]] WideItem {
  std::uint64_t number;
  std::uint32_t words[kWideWords];
};

/// Checks every word; messages are counted and must come in order.
class [[ring::actor]] WideSink {
public:
  [[ring::handler]] void on(const WideItem& item, ring::Context&) {
    const auto seed = static_cast<std::uint32_t>(item.number) * 2654435761u;
    std::uint32_t bad = 0;
    for (std::uint32_t i = 0; i < kWideWords; ++i)
      bad |= item.words[i] ^ seed ^ i * 0x9e3779b9u;
    wrong += bad != 0 || item.number != received;
    ++received;
  }
  std::uint64_t received = 0, wrong = 0;
};

struct [[ring::message]] WideEmit {
  std::uint32_t left;
  std::uint32_t isFirst;
};

/// Says `left` items to the host, one at a time.
class [[ring::actor]] WideSource {
public:
  [[ring::handler]] void on(const WideEmit& emit, ring::Context& ctx) {
    if (emit.isFirst != 0)
      host = ctx.sender();
    WideItem item{};
    item.number = sent;
    const auto seed = static_cast<std::uint32_t>(sent) * 2654435761u;
    for (std::uint32_t i = 0; i < kWideWords; ++i)
      item.words[i] = seed ^ i * 0x9e3779b9u;
    ctx.send(host, item);
    ++sent;
    if (emit.left > 1)
      ctx.send(ctx.self(), WideEmit{emit.left - 1, 0});
  }

private:
  std::uint64_t sent = 0;
  ring::ActorId host{};
};

/// Sends back what comes.
class [[ring::actor]] WideEcho {
public:
  [[ring::handler]] void on(const WideItem& item, ring::Context& ctx) {
    ++handled;
    ctx.reply(item);
  }

private:
  std::uint64_t handled = 0;
};

} // namespace bench
