// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What bench/transport runs on the GPU: kernels that push and pop through a transport, and the raw
// ring that is their limit: a tag in every chunk of 16 bytes, no lengths, no tickets, positions
// known beforehand. Every word is made and checked. Every loop that waits gives up after a while
// and counts an error.
#include <ringkernel/cuda/transport.cuh>

using ring::TransportResult;
using ring::abi::Chunk;
using ring::gpu::detail::loadChunk;
using ring::gpu::detail::nanoseconds;
using ring::gpu::detail::storeChunk;

namespace {

constexpr unsigned long long kTimeoutNs = 20000000000ull;
constexpr unsigned kMaxRings = 16;
constexpr unsigned kStageBytes = 8192; ///< of a warp

/// As bench/transport/Message.h has it.
__device__ unsigned seedOf(unsigned sender, unsigned number) {
  return number * 2654435761u ^ sender * 0x85ebca6bu;
}
__device__ unsigned wordOf(unsigned seed, unsigned index) { return seed ^ index * 0x9e3779b9u; }

struct Rings {
  ring::abi::TransportRing ring[kMaxRings];
};

/// Records for `count` numbers from `first` on, in the warp's stage. Sender and number come first.
__device__ void makeRecords(unsigned* stage, unsigned words, unsigned stride, unsigned sender,
                            unsigned first, unsigned count, unsigned lane) {
  if (words <= 16) { // a lane a record
    if (lane < count)
      for (unsigned k = 0; k < words; ++k)
        stage[lane * stride + k] = k == 0   ? sender
                                   : k == 1 ? first + lane
                                            : wordOf(seedOf(sender, first + lane), k);
    return;
  }
  for (unsigned s = 0; s < count; ++s)
    for (unsigned k = lane; k < words; k += 32)
      stage[s * stride + k] = k == 0   ? sender
                              : k == 1 ? first + s
                                       : wordOf(seedOf(sender, first + s), k);
}

/// Wrong words of `count` records; `last` and `sum` follow their numbers.
__device__ unsigned checkRecords(const unsigned* stage, unsigned words, unsigned stride,
                                 unsigned sender, unsigned count, unsigned lane,
                                 unsigned long long& sum, unsigned& next) {
  unsigned wrong = 0;
  if (words <= 16) {
    if (lane < count) {
      const unsigned* record = stage + lane * stride;
      const unsigned number = record[1];
      wrong +=
          record[0] != sender || (lane > 0 ? number <= record[1 - int(stride)] : number < next);
      for (unsigned k = 2; k < words; ++k)
        wrong += record[k] != wordOf(seedOf(sender, number), k);
      sum += number;
    }
  } else {
    for (unsigned s = 0; s < count; ++s) {
      const unsigned* record = stage + s * stride;
      const unsigned number = record[1];
      wrong += record[0] != sender || (s > 0 ? number <= record[1 - int(stride)] : number < next);
      for (unsigned k = lane; k < words; k += 32)
        wrong += k > 1 && record[k] != wordOf(seedOf(sender, number), k);
      sum += lane == 0 ? number : 0;
    }
  }
  next = stage[(count - 1) * stride + 1] + 1;
  return wrong;
}

__device__ bool isLate(unsigned& misses, unsigned long long& since) {
  if (++misses % 1024 != 0)
    return false;
  if (since == 0)
    since = nanoseconds();
  return nanoseconds() - since > kTimeoutNs;
}

} // namespace

/// `blocks` blocks a ring; each warp pushes `each` records from number `first` on, `batch` at once.
extern "C" __global__ void pushStream(const __grid_constant__ Rings rings, unsigned blocks,
                                      unsigned first, unsigned each, unsigned bytes, unsigned batch,
                                      unsigned* wrong) {
  extern __shared__ uint4 shared[];
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  unsigned* stage = reinterpret_cast<unsigned*>(shared) + warp * (kStageBytes / 4);
  const unsigned sender = blockIdx.x % blocks * (blockDim.x / 32) + warp;
  ring::gpu::TransportProducer producer(rings.ring[blockIdx.x / blocks]);
  // A stride that no bank sees twice, or one that pieces of 16 bytes like.
  const unsigned words = bytes / 4, stride = words % 4 == 0 ? words : words | 1;
  for (unsigned i = 0; i < each; i += batch) {
    const unsigned count = min(batch, each - i);
    makeRecords(stage, words, stride, sender, first + i, count, lane);
    if (producer.pushBatch(stage, stride * 4, bytes, count, kTimeoutNs) != TransportResult::Ok) {
      atomicAdd(wrong, 1);
      break;
    }
  }
}

/// `blocks` blocks a ring, each warp a reader that takes `each` records; `sums` get their numbers.
extern "C" __global__ void popStream(const __grid_constant__ Rings rings, unsigned blocks,
                                     unsigned each, unsigned bytes, unsigned batch, unsigned* wrong,
                                     unsigned long long* sums) {
  extern __shared__ uint4 shared[];
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, which = blockIdx.x / blocks;
  unsigned* stage = reinterpret_cast<unsigned*>(shared) + warp * (kStageBytes / 4);
  ring::gpu::TransportConsumer consumer(rings.ring[which],
                                        blockIdx.x % blocks * (blockDim.x / 32) + warp);
  const unsigned words = bytes / 4, stride = words % 4 == 0 ? words : words | 1;
  unsigned taken = 0, errors = 0, misses = 0, next = 0;
  unsigned long long sum = 0, since = 0;
  while (taken < each) {
    unsigned popped = 0;
    const TransportResult result = consumer.tryPopBatch(stage, stride * 4, batch, nullptr, popped);
    if (result == TransportResult::Empty) {
      if (!__any_sync(~0u, isLate(misses, since)))
        continue;
      errors += 1000000;
      break;
    }
    if (result != TransportResult::Ok) {
      errors += 1000000;
      break;
    }
    errors += checkRecords(stage, words, stride, which, popped, lane, sum, next);
    taken += popped;
    since = misses = 0;
    __syncwarp();
  }
  consumer.publish();
  if (errors != 0)
    atomicAdd(wrong, errors);
  atomicAdd(sums + which, sum);
}

namespace {

/// Where a lane's chunks are in a raw ring: `chunks` a slot, a block's lanes side by side.
struct Place {
  unsigned long long message;
  unsigned part;
};
__device__ Place placeOf(unsigned long long base, unsigned chunkShift, unsigned i) {
  return {base + (i >> chunkShift), i & ((1u << chunkShift) - 1)};
}

} // namespace

/// The limit, GPU to host: a block a ring; what a block writes at once is blockDim.x chunks.
extern "C" __global__ void rawFill(Chunk* out, unsigned slots, unsigned chunkShift,
                                   unsigned long long first, unsigned long long count,
                                   const unsigned long long* consumed, unsigned* wrong) {
  Chunk* mine = out + (static_cast<unsigned long long>(blockIdx.x) * slots << chunkShift);
  const unsigned step = max(blockDim.x >> chunkShift, 1u), chunks = step << chunkShift;
  const unsigned slotShift = __ffs(slots) - 1;
  __shared__ unsigned long long seen;
  __shared__ bool isOver;
  if (threadIdx.x == 0) {
    seen = first;
    isOver = false;
  }
  __syncthreads();
  for (unsigned long long base = first; base < first + count; base += step) {
    if (base + step > seen + slots) {
      __syncthreads();
      if (threadIdx.x == 0) {
        unsigned long long now, since = 0;
        unsigned misses = 0;
        do {
          asm volatile("ld.acquire.sys.global.u64 %0, [%1];"
                       : "=l"(now)
                       : "l"(consumed + blockIdx.x * 16)
                       : "memory");
          isOver = isLate(misses, since);
        } while (base + step > now + slots && !isOver);
        seen = now;
      }
      __syncthreads();
      if (isOver) {
        atomicAdd(wrong, 1);
        return;
      }
    }
    for (unsigned i = threadIdx.x; i < chunks; i += blockDim.x) {
      const Place at = placeOf(base, chunkShift, i);
      const unsigned seed = seedOf(blockIdx.x, unsigned(at.message)), k = 3 * at.part;
      storeChunk(mine + ((at.message & (slots - 1)) << chunkShift) + at.part,
                 {unsigned(at.message >> slotShift) + 1,
                  {wordOf(seed, k), wordOf(seed, k + 1), wordOf(seed, k + 2)}});
    }
  }
}

/// The limit, host to GPU: likewise; credits go back eight times a lap.
extern "C" __global__ void rawDrain(const Chunk* in, unsigned slots, unsigned chunkShift,
                                    unsigned long long first, unsigned long long count,
                                    unsigned long long* consumed, unsigned* wrong) {
  const Chunk* mine = in + (static_cast<unsigned long long>(blockIdx.x) * slots << chunkShift);
  const unsigned step = max(blockDim.x >> chunkShift, 1u), chunks = step << chunkShift;
  const unsigned slotShift = __ffs(slots) - 1;
  unsigned errors = 0, misses = 0;
  unsigned long long since = 0;
  for (unsigned long long base = first; base < first + count; base += step) {
    for (unsigned i = threadIdx.x; i < chunks; i += blockDim.x) {
      const Place at = placeOf(base, chunkShift, i);
      const unsigned want = unsigned(at.message >> slotShift) + 1, k = 3 * at.part;
      const Chunk* from = mine + ((at.message & (slots - 1)) << chunkShift) + at.part;
      const unsigned seed = seedOf(blockIdx.x, unsigned(at.message));
      Chunk chunk;
      do
        chunk = loadChunk(from);
      while (__any_sync(~0u, chunk.tag != want) && !__any_sync(~0u, isLate(misses, since)));
      errors += chunk.tag != want || chunk.words[0] != wordOf(seed, k) ||
                chunk.words[1] != wordOf(seed, k + 1) || chunk.words[2] != wordOf(seed, k + 2);
    }
    if ((base + step) % (slots / 8) == 0) {
      __syncthreads();
      if (threadIdx.x == 0)
        asm volatile("st.release.sys.global.u64 [%0], %1;" ::"l"(consumed + blockIdx.x * 16),
                     "l"(base + step)
                     : "memory");
    }
  }
  if (errors != 0)
    atomicAdd(wrong, errors);
}

/// The limit of question and answer: four lanes poll the four chunks of a slot of 64 bytes and
/// answer with each word plus one. Numbers from 1.
extern "C" __global__ void rawEcho(const Chunk* in, Chunk* out, unsigned slots, unsigned count) {
  if (threadIdx.x >= 4)
    return;
  unsigned misses = 0;
  unsigned long long since = 0;
  for (unsigned i = 1; i <= count; ++i) {
    const unsigned at = 4 * (i & (slots - 1)) + threadIdx.x;
    Chunk chunk;
    do
      chunk = loadChunk(in + at);
    while (__any_sync(0xf, chunk.tag != i) && !__any_sync(0xf, isLate(misses, since)));
    storeChunk(out + at, {chunk.tag, {chunk.words[0] + 1, chunk.words[1] + 1, chunk.words[2] + 1}});
  }
}

/// The limit of both ways: what comes in goes out again. A block has a multiple of a slot's chunks.
extern "C" __global__ void rawRelay(const Chunk* in, Chunk* out, unsigned slots,
                                    unsigned chunkShift, unsigned long long first,
                                    unsigned long long count, unsigned long long* consumed,
                                    const unsigned long long* answered, unsigned* wrong) {
  const unsigned long long mine = static_cast<unsigned long long>(blockIdx.x) * slots << chunkShift;
  const unsigned step = blockDim.x >> chunkShift, slotShift = __ffs(slots) - 1;
  __shared__ unsigned long long seen;
  __shared__ bool isOver;
  if (threadIdx.x == 0) {
    seen = first;
    isOver = false;
  }
  __syncthreads();
  unsigned misses = 0;
  unsigned long long since = 0;
  for (unsigned long long base = first; base < first + count; base += step) {
    const unsigned long long message = base + (threadIdx.x >> chunkShift);
    const unsigned want = unsigned(message >> slotShift) + 1;
    const unsigned long long at =
        mine + ((message & (slots - 1)) << chunkShift) + (threadIdx.x & ((1u << chunkShift) - 1));
    Chunk chunk;
    do
      chunk = loadChunk(in + at);
    while (__any_sync(~0u, chunk.tag != want) && !__any_sync(~0u, isLate(misses, since)));
    if (base + step > seen + slots) {
      __syncthreads();
      if (threadIdx.x == 0) {
        unsigned long long now, waiting = 0;
        unsigned looks = 0;
        do {
          asm volatile("ld.acquire.sys.global.u64 %0, [%1];"
                       : "=l"(now)
                       : "l"(answered + blockIdx.x * 16)
                       : "memory");
          isOver = isLate(looks, waiting);
        } while (base + step > now + slots && !isOver);
        seen = now;
      }
      __syncthreads();
      if (isOver) {
        atomicAdd(wrong, 1);
        return;
      }
    }
    storeChunk(out + at, chunk);
    if ((base + step) % (slots / 8) == 0) {
      __syncthreads();
      if (threadIdx.x == 0)
        asm volatile("st.release.sys.global.u64 [%0], %1;" ::"l"(consumed + blockIdx.x * 16),
                     "l"(base + step)
                     : "memory");
    }
  }
}
