// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The actors of the tests as the host sees them: their messages and states, and how the kernel that
// they stand in is laid out.
#ifndef RINGKERNEL_TEST_UNIT_RESIDENT_MESSAGES_H
#define RINGKERNEL_TEST_UNIT_RESIDENT_MESSAGES_H

#include <ringkernel/abi/Resident.h>

#include <cstddef>
#include <cstdint>

namespace ring::test {

using std::uint32_t;
using std::uint64_t;

enum ActorKind : uint32_t {
  kEcho,         ///< answers a Ping; writes nothing
  kCounter,      ///< counts items, and looks at each sender's order
  kWarpCounter,  ///< the same as a Warp actor
  kBlockCounter, ///< the same as a Block actor
  kFan,          ///< sends an item to each of up to four targets, and goes on by itself
  kStage,        ///< passes events on, but for the last of a chain
  kGenerator,    ///< four events a message, and goes on by itself
  kWhirl,        ///< two messages to each of two targets, in circles
  kMortal,       ///< fails or stops when told to
  kActorKinds
};

enum MessageType : uint32_t { kPing, kPong, kItem, kLink, kEvent, kGenerate, kGust, kPoke };

struct Ping {
  uint32_t number, word;
};
/// Number `number` of those that `sender` sends to its receiver. As many words follow as
/// Configuration::itemWords says; what they must be is wordOf.
struct Item {
  uint32_t sender, number;
};
struct Link {
  ActorId target;
};
struct Event {
  uint32_t number, hops;
};
struct Generate {
  uint32_t left;
};
/// `way`: 2 from the host.
struct Gust {
  uint32_t left, way, number;
};
enum class Deed : uint32_t { Nothing, Stop, Fail };
struct Poke {
  Deed deed;
  uint32_t number;
};

constexpr uint32_t wordOf(uint32_t sender, uint32_t number, uint32_t i) {
  const uint32_t x = sender * 2654435761u ^ number * 2246822519u ^ (i + 1u) * 3266489917u;
  return (x ^ x >> 15) * 668265263u;
}

// States; all zeros is a new actor, but for what is said otherwise.
inline constexpr uint32_t kSenders = 32;
struct Count {
  uint32_t due[kSenders];
  uint32_t received, outOfOrder, lost, damaged;
};
struct Fan {
  uint32_t sender, sent, targetCount, reserved; ///< `sender`: given at spawn
  ActorId targets[4];
};
struct Stage {
  ActorId next;
  uint32_t passed, due, outOfOrder;
};
struct Generator {
  ActorId first;
  uint32_t made;
};
struct Whirl {
  ActorId targets[2];
  uint32_t due[3], sent[2];
  uint32_t received, outOfOrder, targetCount;
};
struct Mortal {
  uint32_t handled;
};

/// How a kernel was compiled, and where it is.
struct Configuration {
  const char* name;
  uint32_t slotChunks, mailboxSlots, laneSlots, laneStride, ownSlots, sharedSlots, nearSlots;
  uint32_t stageBytes, maxSends, sharedSends, shards, warpShards, lanes, clients;
  uint32_t itemWords;
  // What the kernel has by itself, and runtime/backend/cuda/Program.h too.
  uint32_t stagedAtOnce, blockMessages, waitingBytes, heldRoom, asideRoom;
  abi::ResidentTable* table;
  void (*kernel)();

  uint32_t streamWords() const { return slotChunks * abi::kWordsPerChunk; }
  uint32_t slotBytes() const { return slotChunks * uint32_t(sizeof(abi::Chunk)); }
  uint32_t warpBlocks() const { return warpShards / abi::kWarpsPerBlock; }
  uint32_t blocks() const { return warpBlocks() + shards - warpShards; }
  uint32_t maxPayload() const { return (streamWords() - abi::kPayloadWord) * 4; }
};

/// Slots of 64 bytes with near mailboxes, 1 and 4 KiB without; all rings as short as can be.
const Configuration& smallSlots();
const Configuration& largeSlots();
const Configuration& hugeSlots();

} // namespace ring::test

#endif // RINGKERNEL_TEST_UNIT_RESIDENT_MESSAGES_H
