// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the self-test's auditor would say of a backend that loses, doubles, swaps or damages.
#include "tools/ring/doctor/doctor.ring.h"

#include <ringkernel/runtime.h>

#include <gtest/gtest.h>

#include <vector>

namespace doctor {
namespace {

Item itemOf(std::uint32_t sender, std::uint32_t number) {
  Item item{sender, number, {}};
  for (std::uint32_t i = 0; i < kWords; ++i)
    item.words[i] = wordOf(sender, number, i);
  return item;
}

Totals audited(const std::vector<Item>& items) {
  ring::RuntimeOptions options;
  options.backend = ring::Backend::Cpu;
  options.workers = 1;
  options.pinWorkers = false;
  ring::Result<ring::Runtime> runtime = ring::Runtime::create(options);
  const auto auditor = runtime->spawn<Auditor>();
  for (const Item& item : items)
    EXPECT_TRUE(runtime->send(*auditor, item));
  return runtime->ask<Totals>(*auditor, Report{}).get().value();
}

TEST(DoctorAuditor, WhatIsRightIsCountedOnly) {
  const Totals totals =
      audited({itemOf(0, 0), itemOf(1, 0), itemOf(0, 1), itemOf(2, 0), itemOf(1, 1), itemOf(0, 2)});
  EXPECT_EQ(totals.received, 6u);
  EXPECT_EQ(totals.disordered, 0u);
  EXPECT_EQ(totals.damaged, 0u);
}

TEST(DoctorAuditor, LostDoubledAndSwappedItemsAreDisorder) {
  EXPECT_EQ(audited({itemOf(0, 0), itemOf(0, 2)}).disordered, 1u);
  EXPECT_EQ(audited({itemOf(0, 0), itemOf(0, 0)}).disordered, 1u);
  EXPECT_EQ(audited({itemOf(1, 1), itemOf(1, 0)}).disordered, 2u);
}

TEST(DoctorAuditor, EveryChangedBitIsDamage) {
  const std::vector<Item> right{itemOf(0, 0), itemOf(2, 0)};
  for (std::size_t bit = 0; bit < sizeof(Item) * 8; ++bit) {
    std::vector<Item> items = right;
    reinterpret_cast<unsigned char*>(&items[1])[bit / 8] ^=
        static_cast<unsigned char>(1 << bit % 8);
    EXPECT_EQ(audited(items).damaged, 1u) << bit;
  }
}

} // namespace
} // namespace doctor
