// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The accesses of a transport's device side for the host: its protocol then runs as it is, in warps
// of one lane, each a thread or called in turn. Takes the place of transport/memory.cuh; include
// this before the .cuh files. What lanes do together is for the tests on a GPU.
#ifndef RINGKERNEL_CUDA_TRANSPORT_MEMORY_CUH
#define RINGKERNEL_CUDA_TRANSPORT_MEMORY_CUH

#include "runtime/transport/ChunkAccess.h"

#include <bit>
#include <chrono>

#define RING_DEVICE inline

namespace ring::gpu::detail {

using std::uint32_t;
using std::uint64_t;

inline constexpr uint32_t kLanes = 1, kRounds = 128, kPieces = 4;

struct alignas(16) Piece {
  uint32_t words[4];
};
inline constexpr uint32_t kPieceBytes = sizeof(Piece);

RINGKERNEL_WIDE inline abi::Chunk loadChunk(const void* from, bool isWanted = true) {
  return isWanted ? ring::detail::loadChunk(from) : abi::Chunk{};
}
RINGKERNEL_WIDE inline void storeChunk(void* to, const abi::Chunk& chunk) {
  ring::detail::storeChunk(to, chunk);
}
using ring::detail::loadMark;
using ring::detail::storeMark;
inline Piece loadPiece(const void* from, bool isWanted) {
  return isWanted ? *static_cast<const Piece*>(from) : Piece{};
}
inline void storePiece(void* to, const Piece& piece) { *static_cast<Piece*>(to) = piece; }
inline void fenceSystem() { __atomic_thread_fence(__ATOMIC_ACQ_REL); }
inline void releaseToHost(uint64_t* to, uint64_t value) {
  __atomic_store_n(to, value, __ATOMIC_RELEASE);
}
inline uint64_t load64(const uint64_t* from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }
inline void store64(uint64_t* to, uint64_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }
inline uint32_t load32(const uint32_t* from) { return __atomic_load_n(from, __ATOMIC_RELAXED); }
inline void store32(uint32_t* to, uint32_t value) { __atomic_store_n(to, value, __ATOMIC_RELAXED); }
inline uint64_t takeTicket(uint64_t* from, uint64_t count) {
  return __atomic_fetch_add(from, count, __ATOMIC_RELAXED);
}
inline uint64_t takeCredits(uint64_t* from, uint64_t count) {
  return __atomic_fetch_sub(from, count, __ATOMIC_ACQUIRE);
}
inline void addCredits(uint64_t* to, uint64_t count) {
  __atomic_fetch_add(to, count, __ATOMIC_RELEASE);
}
inline bool tryLock(uint32_t* lock) {
  uint32_t expected = 0;
  return __atomic_compare_exchange_n(lock, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
inline void unlock(uint32_t* lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

inline uint32_t laneIndex() { return 0; }
inline uint32_t ballot(bool vote) { return vote; }
inline void syncWarp() {}
inline uint32_t fromLane(uint32_t value, uint32_t) { return value; }
inline uint64_t fromLane(uint64_t value, uint32_t) { return value; }
inline uint32_t onesBelow(uint32_t mask) { return mask & 1; }
inline uint64_t nanoseconds() {
  using namespace std::chrono;
  return uint64_t(
      duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

} // namespace ring::gpu::detail

#endif
