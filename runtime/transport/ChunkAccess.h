// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The accesses of WideAccess.h with the value in a register, since a stream takes one after the
// other: there it goes through memory. A function that uses these is marked RINGKERNEL_WIDE.
#ifndef RINGKERNEL_RUNTIME_TRANSPORT_CHUNKACCESS_H
#define RINGKERNEL_RUNTIME_TRANSPORT_CHUNKACCESS_H

#include "runtime/backend/cuda/WideAccess.h"

#include <ringkernel/abi/Transport.h>

#if defined(__x86_64__)
#define RINGKERNEL_WIDE __attribute__((target("avx")))
#else
#define RINGKERNEL_WIDE
#endif

namespace ring::detail {

/// A chunk's tag and words.
typedef std::uint32_t ChunkWords __attribute__((vector_size(16)));

#if defined(__x86_64__)
RINGKERNEL_WIDE inline ChunkWords loadWords(const void* from) {
  ChunkWords value;
  asm volatile("vmovdqa %1, %0"
               : "=x"(value)
               : "m"(*static_cast<const volatile ChunkWords*>(from))
               : "memory");
  return value;
}
RINGKERNEL_WIDE inline void storeWords(void* to, ChunkWords value) {
  asm volatile("vmovdqa %1, %0"
               : "=m"(*static_cast<volatile ChunkWords*>(to))
               : "x"(value)
               : "memory");
}
#else
inline ChunkWords loadWords(const void* from) {
  const runtime::cuda::Wide wide = runtime::cuda::loadWide(from);
  ChunkWords value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}
inline void storeWords(void* to, ChunkWords value) {
  runtime::cuda::Wide wide;
  std::memcpy(&wide, &value, sizeof(wide));
  runtime::cuda::storeWide(to, wide);
}
#endif

RINGKERNEL_WIDE inline abi::Chunk loadChunk(const void* from) {
  const ChunkWords value = loadWords(from);
  return {value[0], {value[1], value[2], value[3]}};
}
RINGKERNEL_WIDE inline void storeChunk(void* to, const abi::Chunk& chunk) {
  storeWords(to, ChunkWords{chunk.tag, chunk.words[0], chunk.words[1], chunk.words[2]});
}
RINGKERNEL_WIDE inline abi::TransportMark loadMark(const abi::TransportMark* from) {
  const abi::Chunk chunk = loadChunk(from);
  return {chunk.tag | std::uint64_t(chunk.words[0]) << 32, chunk.words[1], chunk.words[2]};
}
RINGKERNEL_WIDE inline void storeMark(abi::TransportMark* to, const abi::TransportMark& mark) {
  storeChunk(to, {static_cast<std::uint32_t>(mark.slots),
                  {static_cast<std::uint32_t>(mark.slots >> 32), mark.granules, mark.isClosed}});
}

} // namespace ring::detail

#endif // RINGKERNEL_RUNTIME_TRANSPORT_CHUNKACCESS_H
