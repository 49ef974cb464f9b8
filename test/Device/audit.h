// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actors that hold their mail to account: order of each sender, nothing lost or twice, every word
// as it was sent. Templates over the size of a message; AuditSmall.ring.h and AuditLarge.ring.h
// instantiate them.
#ifndef RINGKERNEL_TEST_DEVICE_AUDIT_H
#define RINGKERNEL_TEST_DEVICE_AUDIT_H

#include <ringkernel/ring.h>

namespace audit {

inline constexpr std::uint32_t kSenders = 32;

/// What word `i` of a sender's message must be.
constexpr std::uint32_t wordOf(std::uint32_t sender, std::uint32_t number, std::uint32_t i) {
  std::uint32_t x = sender * 2654435761u ^ number * 2246822519u ^ (i + 1u) * 3266489917u;
  x ^= x >> 15;
  return x * 668265263u;
}

/// Number `number` of those that `sender` has sent to its receiver.
template <std::uint32_t N> struct [[ring::message]] Item {
  std::uint32_t sender; ///< below kSenders
  std::uint32_t number;
  std::uint32_t words[N];
};

/// What a receiver found.
template <std::uint32_t N> struct Count {
  std::uint32_t next[kSenders]; ///< the number that is due from each sender
  std::uint32_t received, lost, outOfOrder, damaged;
  std::uint32_t noise; ///< what slowness leaves

  void take(const Item<N>& item, std::uint32_t turns) {
    const std::uint32_t sender = item.sender % kSenders;
    received += 1;
    if (item.number < next[sender]) {
      outOfOrder += 1; // or twice
    } else {
      lost += item.number - next[sender];
      next[sender] = item.number + 1u;
    }
    for (std::uint32_t i = 0; i < N; ++i)
      if (item.words[i] != wordOf(item.sender, item.number, i))
        damaged += 1;
    std::uint32_t x = noise + item.number;
    for (std::uint32_t i = 0; i < turns; ++i)
      x = x * 1664525u + 1013904223u;
    noise = x;
  }
};

/// `turns` make it slow.
template <std::uint32_t N> class [[ring::actor]] OnThread {
public:
  explicit OnThread(std::uint32_t turns) : turns(turns) {}
  [[ring::handler]] void on(const Item<N>& item, ring::Context&) { count.take(item, turns); }
  Count<N> count{};
  std::uint32_t turns;
};
template <std::uint32_t N> class [[ring::actor(ring::Scope::Warp)]] OnWarp {
public:
  explicit OnWarp(std::uint32_t turns) : turns(turns) {}
  [[ring::handler]] void on(const Item<N>& item, ring::Context&) { count.take(item, turns); }
  Count<N> count{};
  std::uint32_t turns;
};
template <std::uint32_t N> class [[ring::actor(ring::Scope::Block)]] OnBlock {
public:
  explicit OnBlock(std::uint32_t turns) : turns(turns) {}
  [[ring::handler]] void on(const Item<N>& item, ring::Context&) { count.take(item, turns); }
  Count<N> count{};
  std::uint32_t turns;
};

} // namespace audit

#endif
