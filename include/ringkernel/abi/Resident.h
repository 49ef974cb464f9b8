// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the resident kernel of a CUDA device and its host agree on. Read by both compilers: plain
// structs, sizes in bytes, no includes but <cstdint> and our own.
//
// A message travels as a stream of 32-bit words: three of the header (all of MessageHeader but its
// tag), two of the origin, then the payload. A slot holds the stream in chunks of 16 bytes, each
// the tag of its lap and three words, written and read as one access. Nothing else says that a slot
// is full: a reader takes it once chunk 0 and the chunks that it counts carry the lap's tag. A
// writer owns a slot by its ticket, and may write it once the ring's limit has passed the ticket.
#ifndef RINGKERNEL_ABI_RESIDENT_H
#define RINGKERNEL_ABI_RESIDENT_H

#include <ringkernel/abi/Chunk.h>
#include <ringkernel/abi/Message.h>

namespace ring::abi {

inline constexpr std::uint32_t kPayloadWord = 5; ///< of the stream: behind header and origin
inline constexpr std::uint32_t kWarpsPerBlock = 8;
inline constexpr std::uint32_t kMaxClients = 16;
/// A client's ring for commands is split among lanes, each polled by one warp: a message takes the
/// lane of its target's shard, shard % lanes. Shard client * lanes + lane is that warp's own, so a
/// message to it needs no second hop.
inline constexpr std::uint32_t kMaxLanes = 32;
constexpr std::uint32_t chunksOf(std::uint32_t payloadBytes) {
  return (kPayloadWord + (payloadBytes + 3) / 4 + kWordsPerChunk - 1) / kWordsPerChunk;
}

// MessageHeader::flags on this way, beside kFlagReply and kFlagRequest.
// To an actor: kFlagFromHost says that the origin is a correlation and sourceShard the client;
// otherwise the origin is the sending ActorId. To the host: target is the sending actor, the origin
// a correlation.
inline constexpr std::uint8_t kFlagFromHost = 4;
inline constexpr std::uint8_t kFlagEnded = 8;   ///< to client 0: the actor has ended
inline constexpr std::uint8_t kFlagToHost = 16; ///< sourceShard is the client that it goes to
inline constexpr std::uint8_t kFlagOutcome =
    0x40; ///< to the host: the payload is a ResidentOutcome
inline constexpr std::uint8_t kFlagCommand = 0x80; ///< to a shard: the type is a Command

/// What became of a message that no reply answers.
enum class ResidentOutcomeCode : std::uint32_t { Ok, NoReply, Failed, Gone, WrongType, NoRoom };
struct ResidentOutcome {
  ResidentOutcomeCode code;
  std::uint32_t failCode;
};

inline constexpr std::uint32_t kKeepsNoImage = 0xffffffffu;

/// MessageHeader::type of a command; the target says which actor.
enum class Command : std::uint16_t {
  Spawn,
  ReadState,
  Kill,   ///< reads no arguments
  Restart ///< as Spawn, into the place that the actor has; the answer Failed says that it was
};
struct CommandArguments {
  std::uint64_t from;  ///< address of the image, or of the place for the state; aligned to 16
  std::uint32_t bytes; ///< of the state
  std::uint32_t place; ///< of the state in the arena, in units of 16 bytes
  std::uint32_t actorType;
  std::uint32_t keep; ///< Spawn: place for a copy of the image, or kKeepsNoImage
};

/// A directory entry, read and written by the actor's shard alone.
struct alignas(16) ResidentEntry {
  std::uint32_t place; ///< of the state in the arena, in units of 16 bytes
  std::uint16_t generation;
  std::uint16_t actorType;
  std::uint32_t life; ///< kEntryFree, ...; see kLifeBits
  std::uint32_t failCode;
};
inline constexpr std::uint32_t kEntryFree = 0;
inline constexpr std::uint32_t kEntryActive = 1;
inline constexpr std::uint32_t kEntryTerminated = 2;
inline constexpr std::uint32_t kEntryFailed = 3;
/// Above these bits of `life`: messages of the actor that its shard has put aside.
inline constexpr std::uint32_t kLifeBits = 8;

/// Written by the host, in pinned memory; one chunk, read by one warp.
struct alignas(16) HostWord {
  std::uint32_t mode;    ///< kModeRun, ...
  std::uint32_t beat;    ///< changes as long as the host lives
  std::uint32_t clients; ///< [0, clients) are in use
  std::uint32_t count;   ///< where it changes, shards tell their counters
};
inline constexpr std::uint32_t kModeRun = 0;
inline constexpr std::uint32_t kModePark = 1; ///< leave at the next batch; nothing is lost
/// A bit of Told::mode: all shards together hold more than ResidentTable::manyHeld.
inline constexpr std::uint32_t kManyHeld = 0x100;

/// How far the host has read a client's two reply rings; one chunk, written by the host.
struct alignas(128) ReplyCredit {
  std::uint64_t own;
  std::uint64_t shared;
};

/// How far a lane's warp has read its ring; written by it, on a line of its own.
struct alignas(64) CommandsRead {
  std::uint64_t ticket;
};

/// A shard's near mailbox, in its block's shared memory, for senders of its block and cluster: as a
/// mailbox, with tickets modulo 2^32.
struct NearRing {
  std::uint32_t ticket; ///< the next
  std::uint32_t limit;  ///< tickets before it may be written
};

/// A shard's mailbox: tickets are taken by anybody, the limit is the owner's.
struct alignas(128) ResidentRing {
  std::uint64_t ticket; ///< the next
  std::uint64_t reserved[7];
  std::uint64_t limit;    ///< tickets below may be written
  std::uint64_t lookedAt; ///< a reply ring: when a shard last looked at its credit, nanoseconds
  std::uint64_t reserved2[6];
};

/// Counters of a shard, written by it alone.
struct ResidentCounters {
  std::uint64_t sent, handled, replies, deadLetters, failed, stopped, spilled, dropped;

  constexpr void add(const ResidentCounters& other) {
    sent += other.sent;
    handled += other.handled;
    replies += other.replies;
    deadLetters += other.deadLetters;
    failed += other.failed;
    stopped += other.stopped;
    spilled += other.spilled;
    dropped += other.dropped;
  }
};

/// A shard's queues of messages that wait, by their number.
inline constexpr std::uint32_t kHeldQueue = 0;  ///< they have their tickets and wait for a limit
inline constexpr std::uint32_t kAsideQueue = 1; ///< for actors that do not go on yet
/// Messages that wait outside of mailboxes, numbered as they came, modulo 2^64: [begin, end). They
/// lie in blocks out of a pool that all shards share.
struct WaitingQueue {
  std::uint64_t begin, end;
  std::uint64_t ready; ///< there are blocks for the numbers before it
};
inline constexpr std::uint32_t kNoBlock = 0xffffffffu;
/// Free blocks lie in several stacks, each on a line of its own: few shards meet at one.
inline constexpr std::uint32_t kBlockStacks = 64, kBlockStackWords = 16;

/// A shard's own record: what it needs to go on after a park.
struct alignas(128) ResidentShard {
  ResidentCounters counters;  ///< as of `counted`
  std::uint64_t counted;      ///< HostWord::count that they answer
  std::uint64_t read;         ///< mailbox: the next ticket to read
  std::uint64_t commandsRead; ///< ring of its lane: the same
  std::uint64_t ownTicket;    ///< own reply ring of its client: the next ticket
  WaitingQueue held;          ///< messages that have their tickets and wait for a limit
  WaitingQueue aside;         ///< messages for actors that do not go on yet
  /// While it takes no messages, since no blocks are left for those that it would hold: the shard
  /// whose mailbox is waited for, plus 1. Written by this shard, read by those that wait for it.
  std::uint64_t waitsFor;
  std::uint32_t nearRead, nearTicket; ///< near mailbox: the next to read, the next to be taken
};

/// A message that waits. The stream follows.
struct WaitingMessage {
  std::uint64_t ticket; ///< of a held one
  std::uint32_t target; ///< of a held one: a ring by its number, see deliver.cuh
  std::uint32_t words;  ///< 0: it has gone
};

/// What the host told last, mirrored in the device's memory by one warp; one access. Beside it how
/// many messages all shards hold, which they count.
struct alignas(128) Told {
  std::uint16_t mode, clients;
  std::uint32_t count;
  std::uint64_t reserved[15]; // all shards look at what is before all the time
  std::uint64_t held;
};

/// Everything that stays while the kernel runs; in its constant memory, as `ring_table`.
struct ResidentTable {
  const volatile HostWord* host;
  Told* told;
  std::uint32_t actors;      ///< entries of the directory
  std::uint32_t queueBlocks; ///< the most of a queue, a power of two
  std::uint64_t beatLimitNs; ///< a beat older than this parks; 0: never
  ResidentEntry* directory;  ///< [actors]
  std::uint8_t* states;      ///< the arena
  ResidentRing* rings;       ///< [shards + clients]: mailboxes, then shared reply rings
  Chunk* slots;              ///< [shards][slots of a mailbox][chunks of a slot]
  ResidentShard* records;    ///< [shards]
  std::uint8_t* waiting;     ///< [blocks][messages of a block], each a WaitingMessage and a stream
  std::uint32_t* nextBlock;  ///< [blocks]: of those that are free
  /// [kBlockStacks][kBlockStackWords]: the first, or kNoBlock; above 32 bits, how often it changed
  std::uint64_t* freeBlocks;
  std::uint32_t* queues;   ///< [shards][2][queueBlocks]: blocks of held, of aside
  std::uint32_t heldKept;  ///< messages that a shard's queue of held ones keeps room for
  std::uint64_t manyHeld;  ///< messages that all shards hold at which no more are to be made
  std::uint32_t* outboxes; ///< [shards][32][kMaxSends][words of a stream]
  Chunk* nearSaved;        ///< [warp shards][slots of a near mailbox][chunks], while parked
  /// So many shards, a power of two of those next to each other, reach each other's near mailboxes:
  /// those of a block, or of a cluster of blocks. 0: there are none.
  std::uint32_t nearShards;
  std::uint32_t reserved;
  // Pinned memory, seen from the device.
  Chunk* commands;            ///< [clients][lanes][slots of a lane]; written by the host
  CommandsRead* commandsRead; ///< [clients][lanes]
  Chunk* own;                 ///< [clients][own slots]: replies of actors on a client's first lane
  Chunk* shared;              ///< [clients][shared slots]: replies of all others
  const volatile ReplyCredit* credit; ///< [clients]
};

static_assert(sizeof(HostWord) == 16 && sizeof(ResidentEntry) == 16);
static_assert(sizeof(ReplyCredit) == 128 && sizeof(CommandsRead) == 64);
static_assert(sizeof(ResidentRing) == 128 && sizeof(ResidentShard) == 256);
static_assert(sizeof(NearRing) == 8 && sizeof(WaitingMessage) == 16 && sizeof(Told) == 256);

} // namespace ring::abi

#endif
