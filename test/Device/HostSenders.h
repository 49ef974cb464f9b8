// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that send numbered items to receivers, and the comparison of what these found with what
// was sent.
#ifndef RINGKERNEL_TEST_DEVICE_HOSTSENDERS_H
#define RINGKERNEL_TEST_DEVICE_HOSTSENDERS_H

#include "audit.h"
#include "test/Device/OnBackend.h"

#include <thread>
#include <vector>

namespace ring::test {

/// Which receiver a message goes to.
enum class Aim { Uniform, Skewed, OneHot };

inline constexpr Aim kAims[] = {Aim::Uniform, Aim::Skewed, Aim::OneHot};

/// The items of one sender in their order, single and in batches.
template <class Actor, std::uint32_t N> class Sender {
public:
  Sender(Runtime& runtime, std::span<const ActorRef<Actor>> receivers, std::uint32_t number,
         Aim aim)
      : runtime_(runtime), receivers_(receivers), number_(number), aim_(aim),
        sent_(receivers.size()) {}

  /// Sends `count`, or as many as the runtime takes; gives what it says in the end.
  Status send(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count;) {
      const auto batch = static_cast<std::size_t>(random() % 3 == 0 ? random() % 60 : 1);
      const auto part = std::min<std::uint64_t>(batch, count - i);
      if (Status status = batch == 1 ? sendOne() : sendSome(part); !status)
        return status;
      i += part;
    }
    return Status::ok();
  }
  /// By receiver.
  const std::vector<std::uint32_t>& sent() const { return sent_; }

private:
  std::uint32_t random() { return seed_ = seed_ * 1664525u + 1013904223u, seed_ >> 8; }
  std::size_t pick() {
    const double u = random() / double(1 << 24);
    switch (aim_) {
    case Aim::Uniform:
      return static_cast<std::size_t>(u * double(receivers_.size()));
    case Aim::Skewed:
      return static_cast<std::size_t>(u * u * u * u * double(receivers_.size()));
    case Aim::OneHot:
      break;
    }
    return 0;
  }
  audit::Item<N> make(std::size_t to, std::uint32_t ahead) const {
    audit::Item<N> item{number_, sent_[to] + ahead, {}};
    for (std::uint32_t i = 0; i < N; ++i)
      item.words[i] = audit::wordOf(number_, item.number, i);
    return item;
  }
  Status sendOne() {
    const std::size_t to = pick();
    Status status = runtime_.send(receivers_[to], make(to, 0));
    sent_[to] += status.isOk();
    return status;
  }
  Status sendSome(std::uint64_t count) {
    std::vector<std::uint32_t> ahead(receivers_.size());
    std::vector<std::size_t> places;
    std::vector<ActorRef<Actor>> targets;
    std::vector<audit::Item<N>> items;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t to = pick();
      places.push_back(to);
      targets.push_back(receivers_[to]);
      items.push_back(make(to, ahead[to]++));
    }
    std::size_t gone = 0;
    Status status = runtime_.sendBatch(std::span<const ActorRef<Actor>>(targets),
                                       std::span<const audit::Item<N>>(items), &gone);
    for (std::size_t i = 0; i < gone; ++i)
      ++sent_[places[i]];
    return status;
  }

  Runtime& runtime_;
  const std::span<const ActorRef<Actor>> receivers_;
  const std::uint32_t number_;
  const Aim aim_;
  std::uint32_t seed_ = number_ * 7919 + 1;
  std::vector<std::uint32_t> sent_;
};

/// `senders` threads, each with `each` items; gives how many were sent by sender and receiver.
template <std::uint32_t N, class Actor>
std::vector<std::vector<std::uint32_t>>
sendAll(Runtime& runtime, std::span<const ActorRef<Actor>> receivers, std::uint32_t senders,
        std::uint64_t each, Aim aim) {
  std::vector<std::vector<std::uint32_t>> sent(senders);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < senders; ++i)
    threads.emplace_back([&, i] {
      Sender<Actor, N> sender(runtime, receivers, i, aim);
      EXPECT_OK(sender.send(each));
      sent[i] = sender.sent();
    });
  for (std::thread& thread : threads)
    thread.join();
  return sent;
}

/// Every item once, whole and in order.
template <class Actor>
void expectAll(Runtime& runtime, std::span<const ActorRef<Actor>> receivers,
               const std::vector<std::vector<std::uint32_t>>& sent) {
  EXPECT_OK(runtime.drain());
  for (std::size_t to = 0; to < receivers.size(); ++to) {
    const Result<Actor> actor = runtime.state(receivers[to]);
    ASSERT_TRUE(actor) << actor.status().message();
    const auto& count = actor->count;
    std::uint64_t expected = 0;
    for (std::size_t sender = 0; sender < sent.size(); ++sender) {
      ASSERT_EQ(count.next[sender], sent[sender][to]) << "of " << sender << " to " << to;
      expected += sent[sender][to];
    }
    ASSERT_EQ(count.received, expected) << to;
    ASSERT_EQ(count.lost, 0u) << to;
    ASSERT_EQ(count.outOfOrder, 0u) << to;
    ASSERT_EQ(count.damaged, 0u) << to;
  }
  const Statistics counts = runtime.statistics();
  EXPECT_EQ(counts.handled, counts.sent);
  EXPECT_EQ(counts.deadLetters, 0u);
}

/// Receivers of the same kind.
template <class Actor>
std::vector<ActorRef<Actor>> spawnMany(Runtime& runtime, std::size_t count, std::uint32_t turns) {
  std::vector<ActorRef<Actor>> actors;
  for (std::size_t i = 0; i < count; ++i)
    actors.push_back(spawnIn<Actor>(runtime, turns));
  return actors;
}

} // namespace ring::test

#endif // RINGKERNEL_TEST_DEVICE_HOSTSENDERS_H
