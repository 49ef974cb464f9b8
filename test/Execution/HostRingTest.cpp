// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host's ends of the rings to the GPU, against an other side that this test plays: every byte,
// the wrap of slots, full rings, messages that are half there, and tags near their wrap.
#include "runtime/backend/cuda/HostRing.h"
#include "runtime/backend/cuda/WideAccess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace ring::runtime::cuda {
namespace {

constexpr std::uint32_t kSlots = 64, kChunks = 8;

/// Reads commands as the device does: by tags alone.
struct CommandReader {
  std::uint64_t read = 0;
  bool tryPop(const std::vector<abi::Chunk>& slots, std::vector<std::uint32_t>& words) {
    const abi::Chunk* slot = &slots[read % kSlots * kChunks];
    const std::uint32_t tag = abi::tagOf(read, kSlots);
    if (slot->tag != tag)
      return false;
    words.clear();
    const std::uint32_t used = slot->words[2] >> 8 & 0xff;
    for (std::uint32_t i = 0; i < used; ++i) {
      EXPECT_EQ(slot[i].tag, tag);
      words.insert(words.end(), slot[i].words, slot[i].words + 3);
    }
    ++read;
    return true;
  }
};

/// Where rings begin: new ones, before tags wrap, before slots are written whole, before tickets
/// wrap.
class HostRings : public testing::TestWithParam<std::uint64_t> {
protected:
  void SetUp() override {
    if (!hasWideAccess())
      GTEST_SKIP() << "no 16-byte access";
  }
};
INSTANTIATE_TEST_SUITE_P(Begin, HostRings,
                         testing::Values(0, ((std::uint64_t(1) << 32) - 3) * kSlots,
                                         (abi::kWholeSlotLaps - 3) * kSlots,
                                         std::uint64_t(0) - 3 * kSlots));

TEST_P(HostRings, CommandsArriveWholeAndInOrder) {
  std::vector<abi::Chunk> slots(kSlots * kChunks);
  const std::uint64_t first = GetParam();
  std::uint64_t taken = first;
  CommandWriter writer(slots.data(), kSlots, &taken, kChunks, first);
  CommandReader reader{first};
  std::mt19937 random(5);
  std::vector<std::uint32_t> words;
  std::uint32_t sent = 0;
  const auto payloadOf = [](std::uint32_t i) {
    std::vector<std::uint32_t> payload(1 + i % 19);
    for (std::uint32_t k = 0; k < payload.size(); ++k)
      payload[k] = i * 2654435761u ^ k;
    return payload;
  };
  for (std::uint32_t received = 0; received < 10000;) {
    const auto payload = payloadOf(sent);
    abi::MessageHeader header{};
    header.targetIndex = sent;
    header.targetGeneration = 7;
    header.type = static_cast<std::uint16_t>(sent);
    header.sourceShard = 3;
    if (random() % 3 != 0) {
      const bool pushed = writer.tryPush(header, sent, payload.data(),
                                         static_cast<std::uint32_t>(payload.size() * 4));
      EXPECT_EQ(pushed, sent - (taken - first) < kSlots) << "full exactly when a lap ahead";
      sent += pushed;
    } else if (reader.tryPop(slots, words)) {
      const auto expected = payloadOf(received);
      EXPECT_EQ(words[0], received);
      EXPECT_EQ(words[1], 7u | (received & 0xffff) << 16);
      EXPECT_EQ(words[2] >> 16, 3u);
      EXPECT_EQ(words[3], received);
      EXPECT_EQ(std::memcmp(&words[5], expected.data(), expected.size() * 4), 0);
      ++received;
      if (received % 8 == 0)
        taken = first + received;
    }
  }
}

TEST_P(HostRings, RepliesThatAreHalfThereWait) {
  std::vector<abi::Chunk> slots(kSlots * kChunks);
  const std::uint64_t begin = GetParam();
  ReplyReader reader(slots.data(), kSlots, kChunks, begin);
  ReplyReader::View view;
  std::uint32_t payload[kChunks * 3];
  std::mt19937 random(11);
  for (std::uint64_t ticket = 0; ticket < 5 * kSlots; ++ticket) {
    const std::uint32_t used = 2 + ticket % (kChunks - 1);
    const std::uint32_t tag = abi::tagOf(begin + ticket, kSlots);
    abi::Chunk* slot = &slots[(begin + ticket) % kSlots * kChunks];
    // The bus may bring chunks in any order.
    std::vector<std::uint32_t> order(used);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), random);
    for (const std::uint32_t i : order) {
      EXPECT_FALSE(reader.tryPop(view, payload)) << "chunk " << i << " is missing";
      const auto word = static_cast<std::uint32_t>(ticket * 100 + i * 3);
      slot[i] = {tag, {word, word + 1, i == 0 ? used << 8 : word + 2}};
    }
    ASSERT_TRUE(reader.tryPop(view, payload));
    EXPECT_EQ(view.words, 1 + (used - 2) * 3);
    EXPECT_EQ(view.origin, (ticket * 100 + 3) | (ticket * 100 + 4) << 32);
    EXPECT_EQ(payload[0], ticket * 100 + 5);
    for (std::uint32_t i = 2; i < used; ++i)
      EXPECT_EQ(payload[1 + (i - 2) * 3], ticket * 100 + i * 3);
  }
  EXPECT_EQ(reader.read(), begin + 5 * kSlots);
}

TEST(HostRing, AMessageOfAnImpossibleLengthIsNeverTaken) {
  if (!hasWideAccess())
    GTEST_SKIP() << "no 16-byte access";
  std::vector<abi::Chunk> slots(kSlots * kChunks);
  ReplyReader reader(slots.data(), kSlots, kChunks);
  ReplyReader::View view;
  std::uint32_t payload[kChunks * 3];
  for (const std::uint32_t used : {0u, 1u, kChunks + 1, 255u}) {
    for (abi::Chunk& chunk : slots)
      chunk = {1, {0, 0, used << 8}};
    EXPECT_FALSE(reader.tryPop(view, payload)) << used;
  }
}

TEST(HostRing, TagsSkipZeroAndSlotsAreWrittenWholeBeforeTagsReturn) {
  EXPECT_EQ(abi::tagOf(0, kSlots), 1u);
  EXPECT_EQ(abi::tagOf(kSlots, kSlots), 2u);
  const std::uint64_t last = (std::uint64_t(1) << 32) - 1; // laps before the wrap, counted from 1
  EXPECT_EQ(abi::tagOf((last - 1) * kSlots, kSlots), 0xffffffffu);
  EXPECT_EQ(abi::tagOf(last * kSlots, kSlots), 0x80000000u); // not 0
  EXPECT_EQ(abi::tagOf((last + 1) * kSlots, kSlots), 1u);
  EXPECT_TRUE(abi::isWholeLap(abi::kWholeSlotLaps - 1));
  EXPECT_FALSE(abi::isWholeLap(abi::kWholeSlotLaps));
}

} // namespace
} // namespace ring::runtime::cuda
