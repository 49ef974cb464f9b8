// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the two ends of a transport (ringkernel/transport.h) agree on: a stream of records between
// kernels of any user and the host. Read by both compilers: plain structs, sizes in bytes.
//
// A ring of slots in memory of the host. The first chunk of a slot carries the tag of its lap and
// the record's length; nothing else says that a slot is full. The length is held with a check, so
// that a word that somebody else wrote is found out at once (lengthWord()). Where the payload lies
// follows from length and mode:
//   latency     behind the length, each chunk of 16 bytes with the tag of the lap
//   throughput  in the slot's lines, whole cache lines elsewhere; the tag comes after them
//   longer      in the arena, at the granule that words[1] names (words[2] checks it and the
//               length, placeCheck()); the tag comes after it. Granules are given out in the order
//               of tickets; a record lies in one piece, since behind the arena's end there is room
//               for the longest.
//
// GPU to host: any warp takes credits, then tickets, each one atomic add a warp for slots and
// granules together. The host reads in the order of tickets. Host to GPU: blocks of slots go to the
// readers (warps) in turn. Every word of the host's memory has one writer at a time.
#ifndef RINGKERNEL_ABI_TRANSPORT_H
#define RINGKERNEL_ABI_TRANSPORT_H

#include <ringkernel/abi/Chunk.h>

namespace ring {

/// What became of an attempt. The same numbers in C (RING_TRANSPORT_OK, ...).
enum class [[nodiscard]] TransportResult : std::uint32_t {
  Ok,
  Full,     ///< no room now; nothing was written
  Empty,    ///< nothing to take now
  Closed,   ///< by the other end, and for readers also empty: it stays so
  TooLarge, ///< a record that this ring never takes, or that the place given does not hold
  Corrupt,  ///< somebody else wrote into the next slot: it was skipped, and reading goes on
};

namespace abi {

inline constexpr std::uint32_t kTransportVersion = 2;
inline constexpr std::uint32_t kGranuleBytes = 64;     ///< of the arena
inline constexpr std::uint32_t kReaderBlock = 32;      ///< slots that a reader takes in turn
inline constexpr std::uint32_t kMaxLatencySlot = 2048; ///< bytes
inline constexpr std::uint32_t kMaxTransportReaders = 64;

/// How far a side is; one chunk, one access.
struct alignas(16) TransportMark {
  std::uint64_t slots;    ///< tickets given back; of a reader its next ticket; how many there are
  std::uint32_t granules; ///< given back, or given out
  std::uint32_t isClosed; ///< not 0: the side that writes the mark is done
};

/// Tickets and credits of the producers on a GPU, in its memory.
struct alignas(128) TransportGate {
  std::uint64_t free;     ///< slots + 2^32 granules, as signed numbers
  std::uint64_t credited; ///< the mark of the consumer that credits were last given for
  std::uint32_t creditedGranules;
  std::uint32_t isRefreshing; ///< a lock: one warp at a time asks the host
  std::uint32_t isClosed;
  std::uint32_t reserved[25];
  std::uint64_t ticket; ///< the next: low half slots, high half granules
  std::uint64_t reserved2[15];
};

/// One end as kernels see it; given to them by value.
struct TransportRing {
  Chunk* slots;              ///< [slotCount][slotChunks]
  std::uint8_t* lines;       ///< [slotCount][lineBytes]
  std::uint8_t* arena;       ///< [granules], and behind them room for the longest record
  TransportMark* toProducer; ///< the consumer's; of readers on a GPU one each
  TransportMark* toConsumer; ///< the producer's: closed, and with how many records
  TransportGate* gate;       ///< of producers on a GPU
  std::uint64_t* positions;  ///< of readers on a GPU, in its memory: their next tickets
  std::uint32_t version;
  std::uint32_t slotShift;   ///< slotCount is 1 << slotShift
  std::uint32_t chunkShift;  ///< slotChunks is 1 << chunkShift
  std::uint32_t inlineBytes; ///< a longer record is in the arena
  std::uint32_t lineBytes;   ///< 0 in latency mode
  std::uint32_t maxBytes;    ///< of a record
  std::uint32_t granules;    ///< 0 or a power of two
  std::uint32_t readers;     ///< on a GPU; a power of two, 0 where the host reads
};

static_assert(sizeof(TransportMark) == 16 && sizeof(TransportGate) == 256);
static_assert(sizeof(TransportRing) == 88);

/// The length of a record that lies in its slot, as its first chunk has it: bit 31, a check of 14
/// bits, the length. In front of a record in the arena the length stands as it is, below 2^31.
RINGKERNEL_ABI_CALL constexpr std::uint32_t lengthWord(std::uint32_t bytes) {
  return 0x80000000u | (~(bytes ^ bytes >> 14) & 0x3fffu) << 17 | bytes;
}
/// The bytes that either word tells.
RINGKERNEL_ABI_CALL constexpr std::uint32_t recordBytes(std::uint32_t word) {
  return word >> 31 != 0 ? word & 0x1ffffu : word;
}
/// The word is the length of a record in its slot.
RINGKERNEL_ABI_CALL constexpr bool isInSlot(std::uint32_t word, std::uint32_t inlineBytes) {
  return word == lengthWord(word & 0x1ffffu) && (word & 0x1ffffu) <= inlineBytes;
}
/// words[2] of a record whose payload lies outside of its chunks: none of the three can be another.
RINGKERNEL_ABI_CALL constexpr std::uint32_t placeCheck(std::uint32_t word, std::uint32_t place) {
  return ~(word ^ place);
}
/// The first chunk's words are those of a record in the arena.
RINGKERNEL_ABI_CALL constexpr bool isInArena(std::uint32_t word, std::uint32_t place,
                                             std::uint32_t check, std::uint32_t inlineBytes,
                                             std::uint32_t maxBytes) {
  return word > inlineBytes && word <= maxBytes && check == placeCheck(word, place);
}

/// Chunks of a slot that a record in it takes.
RINGKERNEL_ABI_CALL constexpr std::uint32_t transportChunks(std::uint32_t bytes) {
  return (bytes + 15) / 12; // 8 bytes beside tag and length, then 12 a chunk
}
/// Payload that the chunks of a slot hold.
RINGKERNEL_ABI_CALL constexpr std::uint32_t transportInline(std::uint32_t chunks) {
  return chunks * 12 - 4;
}
RINGKERNEL_ABI_CALL constexpr std::uint32_t granulesOf(std::uint32_t bytes) {
  return bytes / kGranuleBytes + (bytes % kGranuleBytes != 0);
}
/// The granule that a ticket word names. Its low half carries one into the high half whenever 2^32
/// slots have passed, which the full ticket tells.
RINGKERNEL_ABI_CALL constexpr std::uint32_t granuleOf(std::uint64_t word, std::uint64_t ticket) {
  return static_cast<std::uint32_t>(word >> 32) - static_cast<std::uint32_t>(ticket >> 32);
}
/// Where a reader of a GPU begins: its first slot from `start` on.
RINGKERNEL_ABI_CALL constexpr std::uint64_t firstTicket(std::uint64_t start, std::uint32_t reader,
                                                        std::uint32_t readers) {
  const std::uint64_t block = start / kReaderBlock;
  const std::uint64_t ahead = (reader - block) & (readers - 1);
  return ahead == 0 ? start : (block + ahead) * kReaderBlock;
}

} // namespace abi
} // namespace ring

#endif
