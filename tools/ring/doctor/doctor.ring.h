// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The actors of the self-test (SelfTest.cpp): one answers, some pass items on, some check what
// arrives, one ends when told to.
#ifndef RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_RING_H
#define RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_RING_H

#include <ringkernel/ring.h>

namespace doctor {

inline constexpr std::uint32_t kSenders = 3; ///< to one auditor
inline constexpr std::uint32_t kWords = 5;

/// What every backend must compute alike.
inline std::uint32_t scramble(std::uint32_t x) {
  x = (x ^ (x >> 15)) * 0x2c1b3c6du;
  return (x ^ (x >> 12)) * 0x297a2d39u;
}

struct [[ring::message]] Question {
  std::uint32_t value;
};
struct [[ring::message]] Answer {
  std::uint32_t value;    ///< scramble() of the question's
  std::uint32_t answered; ///< questions so far
};

struct [[ring::message]] Item {
  std::uint32_t sender; ///< of this auditor, below kSenders
  std::uint32_t number; ///< counts from 0, for each sender
  std::uint32_t words[kWords];
};
inline std::uint32_t wordOf(std::uint32_t sender, std::uint32_t number, std::uint32_t index) {
  return scramble(number + (sender * 8u + index + 1u) * 0x9e3779b9u);
}

struct [[ring::message]] Report {
  std::uint32_t unused;
};
struct [[ring::message]] Totals {
  std::uint32_t received;
  std::uint32_t disordered;
  std::uint32_t damaged;
};

class [[ring::actor]] Echo {
public:
  [[ring::handler]] void on(const Question& question, ring::Context& ctx) {
    answered += 1;
    ctx.reply(Answer{scramble(question.value), answered});
  }

private:
  std::uint32_t answered = 0;
};

class [[ring::actor]] Auditor {
public:
  [[ring::handler]] void on(const Item& item, ring::Context&) {
    totals.received += 1;
    bool isWhole = item.sender < kSenders;
    for (std::uint32_t i = 0; i < kWords; ++i)
      if (item.words[i] != wordOf(item.sender, item.number, i))
        isWhole = false;
    if (!isWhole) {
      totals.damaged += 1;
      return;
    }
    if (item.number != next[item.sender])
      totals.disordered += 1;
    next[item.sender] = item.number + 1u;
  }
  [[ring::handler]] void on(const Report&, ring::Context& ctx) { ctx.reply(totals); }

private:
  Totals totals{};
  std::uint32_t next[kSenders]{};
};

class [[ring::actor]] Relay {
public:
  explicit Relay(ring::ActorRef<Auditor> to) : target(to) {}
  [[ring::handler]] void on(const Item& item, ring::Context& ctx) { ctx.send(target, item); }

private:
  ring::ActorRef<Auditor> target;
};

struct [[ring::message]] Fail {
  std::uint32_t code;
};
struct [[ring::message]] Leave {
  std::uint32_t unused;
};

class [[ring::actor]] Mortal {
public:
  [[ring::handler]] void on(const Fail& fail, ring::Context& ctx) { ctx.fail(fail.code); }
  [[ring::handler]] void on(const Leave&, ring::Context& ctx) {
    ctx.reply(Answer{1, 1});
    ctx.stop();
  }
  [[ring::handler]] void on(const Question& question, ring::Context& ctx) {
    ctx.reply(Answer{question.value, 0});
  }
};

} // namespace doctor

#endif // RINGKERNEL_TOOLS_RING_DOCTOR_DOCTOR_RING_H
