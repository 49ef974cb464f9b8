// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chunks and marks of a transport through the accesses of WideAccess.h. A function that uses these
// is marked RINGKERNEL_WIDE.
#ifndef RINGKERNEL_RUNTIME_TRANSPORT_CHUNKACCESS_H
#define RINGKERNEL_RUNTIME_TRANSPORT_CHUNKACCESS_H

#include "runtime/backend/cuda/WideAccess.h"

#include <ringkernel/abi/Transport.h>

namespace ring::detail {

using ChunkWords = runtime::cuda::WideWords; ///< a chunk's tag and words
using runtime::cuda::loadWords;
using runtime::cuda::storeWords;

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
