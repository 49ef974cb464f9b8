// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every access of a transport's device side to memory that somebody else writes or reads, with its
// order, scope and width, and what it takes from a warp. Nothing else of it touches such memory.
// Chunks and marks are one access of 16 bytes (`.v4` would be four in no order). Who defines the
// guard below beforehand brings accesses of his own: the protocol also runs on the host so.
#ifndef RINGKERNEL_CUDA_TRANSPORT_MEMORY_CUH
#define RINGKERNEL_CUDA_TRANSPORT_MEMORY_CUH

#include <ringkernel/abi/Transport.h>

#define RING_DEVICE __device__ __forceinline__

namespace ring::gpu::detail {

using std::uint32_t;
using std::uint64_t;

inline constexpr uint32_t kLanes = 32;
/// Chunks that a lane has under way at once when it looks for records: 2 KiB a warp.
inline constexpr uint32_t kRounds = 4;
/// Pieces of 16 bytes that a lane copies at once.
inline constexpr uint32_t kPieces = 4;

struct alignas(16) Piece {
  uint32_t words[4];
};
inline constexpr uint32_t kPieceBytes = sizeof(Piece);

/// A chunk in memory of the host, or zeros. Predicated rather than branched around, so that several
/// are on their way at once. Relaxed: a tag that matches says all about its own chunk.
RING_DEVICE abi::Chunk loadChunk(const void* from, bool isWanted = true) {
  uint64_t lo, hi;
  asm volatile("{ .reg .b128 c; .reg .pred p; setp.ne.u32 p, %3, 0; mov.b128 c, {%4, %4};"
               "@p ld.relaxed.sys.global.b128 c, [%2]; mov.b128 {%0, %1}, c; }"
               : "=l"(lo), "=l"(hi)
               : "l"(from), "r"(uint32_t(isWanted)), "l"(0ull)
               : "memory");
  return {uint32_t(lo), {uint32_t(lo >> 32), uint32_t(hi), uint32_t(hi >> 32)}};
}
RING_DEVICE void storeChunk(void* to, const abi::Chunk& chunk) {
  asm volatile(
      "{ .reg .b128 c; mov.b128 c, {%1, %2}; st.relaxed.sys.global.b128 [%0], c; }" ::"l"(to),
      "l"(chunk.tag | uint64_t(chunk.words[0]) << 32),
      "l"(chunk.words[1] | uint64_t(chunk.words[2]) << 32)
      : "memory");
}
RING_DEVICE abi::TransportMark loadMark(const abi::TransportMark* from) {
  const abi::Chunk chunk = loadChunk(from);
  return {chunk.tag | uint64_t(chunk.words[0]) << 32, chunk.words[1], chunk.words[2]};
}
RING_DEVICE void storeMark(abi::TransportMark* to, const abi::TransportMark& mark) {
  storeChunk(to,
             {uint32_t(mark.slots), {uint32_t(mark.slots >> 32), mark.granules, mark.isClosed}});
}
/// Payload outside of slots, behind fenceSystem(): its tag was seen, so nobody writes it.
RING_DEVICE Piece loadPiece(const void* from, bool isWanted) {
  Piece piece{};
  if (isWanted)
    asm volatile("ld.relaxed.sys.global.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(piece.words[0]), "=r"(piece.words[1]), "=r"(piece.words[2]),
                   "=r"(piece.words[3])
                 : "l"(from)
                 : "memory");
  return piece;
}
/// The same, before fenceSystem() and the tag.
RING_DEVICE void storePiece(void* to, const Piece& piece) {
  asm volatile("st.weak.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(to), "r"(piece.words[0]),
               "r"(piece.words[1]), "r"(piece.words[2]), "r"(piece.words[3])
               : "memory");
}
/// What the warp wrote to the host's memory comes before the tags that tell of it; what it read
/// behind a tag, after it. Pairs with the host's fences.
RING_DEVICE void fenceSystem() { asm volatile("fence.acq_rel.sys;" ::: "memory"); }
/// Gives slots back: the reads of them come before. Pairs with the producer's acquiring load.
RING_DEVICE void releaseToHost(uint64_t* to, uint64_t value) {
  asm volatile("st.release.sys.global.u64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}

RING_DEVICE uint64_t load64(const uint64_t* from) {
  uint64_t value;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(from) : "memory");
  return value;
}
RING_DEVICE void store64(uint64_t* to, uint64_t value) {
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}
RING_DEVICE uint32_t load32(const uint32_t* from) {
  uint32_t value;
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
  return value;
}
RING_DEVICE void store32(uint32_t* to, uint32_t value) {
  asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" ::"l"(to), "r"(value) : "memory");
}
/// Takes tickets. Relaxed: a ticket is only a number.
RING_DEVICE uint64_t takeTicket(uint64_t* from, uint64_t count) {
  uint64_t before;
  asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], %2;"
               : "=l"(before)
               : "l"(from), "l"(count)
               : "memory");
  return before;
}
/// Takes credits. Acquire: the host has read what lay in the slots; pairs with addCredits().
RING_DEVICE uint64_t takeCredits(uint64_t* from, uint64_t count) {
  uint64_t before;
  asm volatile("atom.acquire.gpu.global.add.u64 %0, [%1], %2;"
               : "=l"(before)
               : "l"(from), "l"(0 - count)
               : "memory");
  return before;
}
/// Passes on what the host gave back, or what was taken in vain.
RING_DEVICE void addCredits(uint64_t* to, uint64_t count) {
  asm volatile("red.release.gpu.global.add.u64 [%0], %1;" ::"l"(to), "l"(count) : "memory");
}
/// The lock of a gate: true where it was free. Pairs with unlock().
RING_DEVICE bool tryLock(uint32_t* lock) {
  uint32_t before;
  asm volatile("atom.acquire.gpu.global.cas.b32 %0, [%1], 0, 1;"
               : "=r"(before)
               : "l"(lock)
               : "memory");
  return before == 0;
}
RING_DEVICE void unlock(uint32_t* lock) {
  asm volatile("st.release.gpu.global.u32 [%0], 0;" ::"l"(lock) : "memory");
}

RING_DEVICE uint32_t laneIndex() {
  uint32_t lane;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  return lane;
}
RING_DEVICE uint32_t ballot(bool vote) { return __ballot_sync(0xffffffffu, vote); }
RING_DEVICE void syncWarp() { __syncwarp(); }
RING_DEVICE uint32_t fromLane(uint32_t value, uint32_t lane) {
  return __shfl_sync(0xffffffffu, value, int(lane));
}
RING_DEVICE uint64_t fromLane(uint64_t value, uint32_t lane) {
  return uint64_t(fromLane(uint32_t(value >> 32), lane)) << 32 | fromLane(uint32_t(value), lane);
}
/// Set bits from bit 0 on, up to the first that is not.
RING_DEVICE uint32_t onesBelow(uint32_t mask) {
  return mask == 0xffffffffu ? kLanes : uint32_t(__ffs(int(~mask))) - 1;
}
RING_DEVICE uint64_t nanoseconds() {
  uint64_t now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

} // namespace ring::gpu::detail

#endif
