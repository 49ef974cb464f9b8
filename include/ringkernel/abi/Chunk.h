// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chunk of 16 bytes in which host and device exchange what nobody may see torn: the tag of its
// lap and three words, written and read as one access. Who finds the lap's tag has the chunk whole,
// and knows nothing of any other. No includes but <cstdint>.
#ifndef RINGKERNEL_ABI_CHUNK_H
#define RINGKERNEL_ABI_CHUNK_H

#include <cstdint>

#ifdef __CUDACC__
#define RINGKERNEL_ABI_CALL __host__ __device__
#else
#define RINGKERNEL_ABI_CALL
#endif

namespace ring::abi {

struct alignas(16) Chunk {
  std::uint32_t tag;
  std::uint32_t words[3];
};

inline constexpr std::uint32_t kWordsPerChunk = 3;
/// Every so many laps a slot is written whole, so that no chunk's old tag lives until tags return.
inline constexpr std::uint64_t kWholeSlotLaps = std::uint64_t(1) << 24;

/// The tag of all slots of a lap, counted from 0: never 0.
RINGKERNEL_ABI_CALL constexpr std::uint32_t tagOfLap(std::uint64_t lap) {
  const auto tag = static_cast<std::uint32_t>(lap + 1);
  return tag != 0 ? tag : 0x80000000u;
}
/// True where the slots of a lap are to be written whole.
RINGKERNEL_ABI_CALL constexpr bool isWholeLap(std::uint64_t lap) {
  return (lap + 1) % kWholeSlotLaps == 0;
}
/// The same for the slot that a ticket names.
RINGKERNEL_ABI_CALL constexpr std::uint32_t tagOf(std::uint64_t ticket, std::uint32_t slots) {
  return tagOfLap(ticket / slots);
}
RINGKERNEL_ABI_CALL constexpr bool isWholeLap(std::uint64_t ticket, std::uint32_t slots) {
  return isWholeLap(ticket / slots);
}

static_assert(sizeof(Chunk) == 16);

} // namespace ring::abi

#endif
