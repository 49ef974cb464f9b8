// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two kernels of their own, which try out whether the accesses of memory.cuh to the host's memory
// are whole: every word of a chunk is the same number, so a chunk whose words differ was torn. They
// wait for nobody and end by themselves. Launched with one block of ring_kTearThreads, one chunk a
// thread: the first warp's lanes go at once, as in a stream; those of the second in turn.
#pragma once

#include "memory.cuh"

constexpr ring_u32 ring_kTearThreads = 64;

/// Writes numbers for so long.
extern "C" __global__ void __launch_bounds__(ring_kTearThreads)
    ring_tearWrite(ring_Chunk* chunks, ring_u64 nanoseconds) {
  const ring_u64 end = ring_nanoseconds() + nanoseconds;
  ring_u32 value = 0;
  do {
    for (ring_u32 i = 0; i < 64; ++i) {
      value += 1;
      if (threadIdx.x < 32 || value % 32 == threadIdx.x - 32)
        ring_storeChunk(chunks + threadIdx.x, {value, {value, value, value}});
    }
  } while (ring_nanoseconds() < end);
}

/// Reads for so long; then `counts[thread]` has how often it read, saw another number, and saw torn
/// chunks.
extern "C" __global__ void __launch_bounds__(ring_kTearThreads)
    ring_tearRead(const ring_Chunk* chunks, ring_u64 (*counts)[3], ring_u64 nanoseconds) {
  const ring_u64 end = ring_nanoseconds() + nanoseconds;
  ring_u64 reads = 0, changes = 0, torn = 0;
  ring_u32 seen = 0, turn = 0;
  do {
    for (ring_u32 i = 0; i < 64; ++i) {
      turn += 1;
      if (threadIdx.x >= 32 && turn % 32 != threadIdx.x - 32)
        continue;
      const ring_Chunk chunk = ring_loadHostChunk(chunks + threadIdx.x);
      reads += 1;
      changes += chunk.tag != seen;
      seen = chunk.tag;
      torn += chunk.words[0] != seen || chunk.words[1] != seen || chunk.words[2] != seen;
    }
  } while (ring_nanoseconds() < end);
  counts[threadIdx.x][0] = reads;
  counts[threadIdx.x][1] = changes;
  counts[threadIdx.x][2] = torn;
}
