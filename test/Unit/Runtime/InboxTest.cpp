// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the host has not taken: order, visitors that use some of it, throw, visit again, or meet.
#include "Support.h"

#include "runtime/core/Inbox.h"
#include "runtime/core/Mailbox.h"
#include "runtime/core/Registry.h"

#include <ringkernel/abi/Version.h>

#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace ring::runtime;
using ring::ActorId;
using ring::detail::TypeInfo;

const ring::detail::ModuleInfo* thisModule() {
  static constexpr ring::detail::ModuleInfo info{"this", ring::abi::kVersion, {}, {}, {}, {}};
  return &info;
}
constexpr TypeInfo numberType(std::string_view name, std::uint64_t id) {
  return {name, id, 8, 8, &thisModule, 0, false, ring::Scope::Thread, {}, {}};
}
constexpr TypeInfo kOdd = numberType("Odd", 1), kEven = numberType("Even", 2);

class InboxTest : public testing::Test {
protected:
  InboxTest() {
    EXPECT_EQ(registry_.message(kOdd).value(), 0);
    EXPECT_EQ(registry_.message(kEven).value(), 1);
  }
  /// Numbers from `begin` on, each of the type that its name says.
  void put(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t number = begin; number < end; ++number) {
      ring::abi::Envelope envelope{};
      envelope.header.type = number % 2 != 0 ? 0 : 1;
      envelope.source.source = {static_cast<std::uint32_t>(number), 1, 0};
      std::lock_guard lock(inbox_.lock());
      inbox_.put(envelope, reinterpret_cast<const std::byte*>(&number));
    }
  }
  /// What a visitor that uses what `wants` says it does sees of that.
  using Wants = std::function<bool(const TypeInfo&, std::uint64_t)>;
  std::size_t visit(const Wants& wants, std::vector<std::uint64_t>* seen = nullptr) {
    struct Closure {
      const Wants& wants;
      std::vector<std::uint64_t>* seen;
    } closure{wants, seen};
    return inbox_.visit(
        [](void* opaque, const TypeInfo& type, ActorId from, const void* message) {
          const Closure& c = *static_cast<Closure*>(opaque);
          std::uint64_t number;
          std::memcpy(&number, message, sizeof(number));
          EXPECT_EQ(from.index, number);
          if (!c.wants(type, number))
            return false;
          if (c.seen)
            c.seen->push_back(number);
          return true;
        },
        &closure);
  }
  bool isRefused() { return Inbox::Visit(inbox_, nullptr, nullptr).isRefused(); }
  static bool any(const TypeInfo&, std::uint64_t) { return true; }
  static bool odd(const TypeInfo& type, std::uint64_t) { return type.typeId == kOdd.typeId; }
  static std::vector<std::uint64_t> upTo(std::uint64_t begin, std::uint64_t end,
                                         std::uint64_t step = 1) {
    std::vector<std::uint64_t> numbers;
    for (; begin < end; begin += step)
      numbers.push_back(begin);
    return numbers;
  }

  Registry registry_;
  Inbox inbox_{registry_, 1 << 20};
};

TEST_F(InboxTest, WhatIsNotUsedStaysInOrder) {
  put(0, 100);
  std::vector<std::uint64_t> seen;
  EXPECT_EQ(visit(&InboxTest::odd, &seen), 50u);
  EXPECT_EQ(seen, upTo(1, 100, 2));
  put(100, 104);
  seen.clear();
  EXPECT_EQ(visit(&InboxTest::any, &seen), 54u);
  std::vector<std::uint64_t> expected = upTo(0, 100, 2);
  for (const std::uint64_t number : upTo(100, 104))
    expected.push_back(number);
  EXPECT_EQ(seen, expected);
  EXPECT_FALSE(inbox_.hasRecords());
  EXPECT_EQ(inbox_.bytes(), 0u);
  EXPECT_EQ(visit(&InboxTest::any), 0u);
}

TEST_F(InboxTest, WhatComesDuringAVisitIsBehindWhatIsKept) {
  put(0, 10);
  visit([&](const TypeInfo&, std::uint64_t number) {
    if (number == 4)
      put(10, 13);
    return number < 3;
  });
  std::vector<std::uint64_t> seen;
  EXPECT_EQ(visit(&InboxTest::any, &seen), 10u);
  EXPECT_EQ(seen, upTo(3, 13));
}

TEST_F(InboxTest, AVisitorThatThrowsLosesNothing) {
  put(0, 10);
  std::vector<std::uint64_t> seen;
  const Wants untilSix = [](const TypeInfo& type, std::uint64_t number) {
    if (number == 6)
      throw std::runtime_error("six");
    return odd(type, number);
  };
  EXPECT_THROW(static_cast<void>(visit(untilSix, &seen)), std::runtime_error);
  EXPECT_EQ(seen, upTo(1, 6, 2));
  seen.clear();
  EXPECT_EQ(visit(&InboxTest::any, &seen), 7u);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 2, 4, 6, 7, 8, 9}));
}

/// Whoever visits has what is older: others are to wait, but not the visitor itself.
TEST_F(InboxTest, OneThreadVisitsAtATime) {
  put(0, 4);
  std::vector<std::uint64_t> within;
  EXPECT_EQ(visit([&](const TypeInfo&, std::uint64_t number) {
              if (number != 1)
                return true;
              put(4, 6);
              std::thread([&] {
                EXPECT_TRUE(isRefused());
                EXPECT_EQ(visit(&InboxTest::any), 0u);
                ring::Reply reply;
                EXPECT_EQ(inbox_.take({&reply, 1}), 0u) << "what is older may come back";
              }).join();
              EXPECT_FALSE(isRefused());
              EXPECT_EQ(visit(&InboxTest::any, &within), 2u);
              return true;
            }),
            4u);
  EXPECT_EQ(within, upTo(4, 6));
  std::thread([&] { EXPECT_FALSE(isRefused()); }).join();
}

/// What a visitor reads at the source itself is behind what it has kept, and before what came.
TEST_F(InboxTest, WhatIsKeptOfTheSourceHasItsPlace) {
  put(0, 3);
  {
    Inbox::Visit visit(
        inbox_, [](void*, const TypeInfo&, ActorId, const void*) { return false; }, nullptr);
    EXPECT_EQ(visit.showAll(), 0u);
    EXPECT_FALSE(visit.hasMore());
    put(4, 6);
    const std::uint64_t number = 3;
    ring::abi::Envelope envelope{};
    envelope.source.source = {3, 1, 0};
    visit.keep(envelope, reinterpret_cast<const std::byte*>(&number));
  }
  std::vector<std::uint64_t> seen;
  EXPECT_EQ(visit(&InboxTest::any, &seen), 6u);
  EXPECT_EQ(seen, upTo(0, 6));
}

TEST_F(InboxTest, TakesTheFirstOnes) {
  put(0, 5);
  std::vector<ring::Reply> replies(3);
  EXPECT_EQ(inbox_.take(replies), 3u);
  std::vector<std::uint64_t> seen;
  EXPECT_EQ(visit(&InboxTest::any, &seen), 2u);
  EXPECT_EQ(seen, upTo(3, 5));
}

/// The bound is that of all sources together.
TEST(Mailbox, SourcesShareABound) {
  Registry registry;
  EXPECT_EQ(registry.message(kOdd).value(), 0);
  Mailbox mailbox(registry, 16, 300, 4);
  const std::uint64_t number = 7;
  for (std::uint32_t i = 0; i < 7; ++i) {
    EXPECT_FALSE(mailbox.isOverBound()) << i;
    const ring::abi::Envelope envelope{};
    Mailbox::Delivery(mailbox, i % 4)
        .deliver(envelope, reinterpret_cast<const std::byte*>(&number));
  }
  EXPECT_TRUE(mailbox.isOverBound()) << "seven records of 48 bytes";
  std::vector<ring::Reply> replies(16);
  EXPECT_EQ(mailbox.take(replies), 7u);
  EXPECT_FALSE(mailbox.isOverBound());
}

} // namespace
