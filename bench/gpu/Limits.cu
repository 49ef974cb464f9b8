// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gpu-bench sets actors against, beside the raw rings of bench/transport/Kernels.cu: hops of
// one tagged word, barriers, and the kernels that a program without actors would launch. Every loop
// that waits gives up after a while and says so in `wrong`.
#include <ringkernel/cuda/transport.cuh>

using ring::abi::Chunk;
using ring::gpu::detail::loadChunk;
using ring::gpu::detail::nanoseconds;
using ring::gpu::detail::storeChunk;

namespace {

using Word = unsigned long long;
constexpr unsigned kApart = 16; ///< words between two that different sides write
constexpr unsigned kMostLooks = 1u << 26;

struct Event {
  Word number;
  unsigned words[4];
};

__device__ void storeL2(Word* to, Word value) {
  asm volatile("st.relaxed.gpu.global.b64 [%0], %1;" ::"l"(to), "l"(value) : "memory");
}
__device__ Word loadL2(const Word* from) {
  Word value;
  asm volatile("ld.relaxed.gpu.global.b64 %0, [%1];" : "=l"(value) : "l"(from) : "memory");
  return value;
}
__device__ void storeShared(unsigned to, Word value) {
  asm volatile("st.relaxed.cta.shared.b64 [%0], %1;" ::"r"(to), "l"(value) : "memory");
}
__device__ Word loadShared(unsigned from) {
  Word value;
  asm volatile("ld.relaxed.cta.shared.b64 %0, [%1];" : "=l"(value) : "r"(from) : "memory");
  return value;
}
__device__ unsigned sharedAddress(const void* of) {
  return static_cast<unsigned>(__cvta_generic_to_shared(of));
}

/// One of two that throw a word there and back, `turns` times: `isFirst` throws first. The value is
/// its own tag.
template <class Store, class Load>
__device__ void throwAndCatch(bool isFirst, unsigned turns, Store store, Load load,
                              unsigned* wrong) {
  for (unsigned i = 1; i <= turns; ++i) {
    if (isFirst)
      store(Word(i));
    unsigned looks = 0;
    while (load() != i)
      if (++looks > kMostLooks) {
        *wrong = 1;
        return;
      }
    if (!isFirst)
      store(Word(i));
  }
}

} // namespace

/// Two blocks of one warp, through L2. `words`: two, kApart apart, zeroed.
extern "C" __global__ void hopL2(Word* words, unsigned turns, Word* ns, unsigned* wrong) {
  if (threadIdx.x != 0)
    return;
  Word* const mine = words + kApart * blockIdx.x;
  Word* const theirs = words + kApart * (1 - blockIdx.x);
  const Word begin = nanoseconds();
  throwAndCatch(
      blockIdx.x == 0, turns, [=](Word v) { storeL2(theirs, v); }, [=] { return loadL2(mine); },
      wrong);
  if (blockIdx.x == 0)
    *ns = nanoseconds() - begin;
}

/// Two warps of one block, through shared memory.
extern "C" __global__ void hopBlock(unsigned turns, Word* ns, unsigned* wrong) {
  __shared__ Word words[2 * kApart];
  for (unsigned i = threadIdx.x; i < 2 * kApart; i += blockDim.x)
    words[i] = 0;
  __syncthreads();
  if (threadIdx.x % 32 != 0)
    return;
  const unsigned warp = threadIdx.x / 32;
  const unsigned mine = sharedAddress(words + kApart * warp);
  const unsigned theirs = sharedAddress(words + kApart * (1 - warp));
  const Word begin = nanoseconds();
  throwAndCatch(
      warp == 0, turns, [=](Word v) { storeShared(theirs, v); }, [=] { return loadShared(mine); },
      wrong);
  if (warp == 0)
    *ns = nanoseconds() - begin;
}

/// As many pairs as the grid has of lanes, through L2: each lane with that of the block beside it.
/// A warp throws again when all its lanes have caught. `words`: one a thread, zeroed; an even grid.
extern "C" __global__ void hopManyL2(Word* words, unsigned turns, unsigned* wrong) {
  Word* const mine = words + blockIdx.x * blockDim.x + threadIdx.x;
  Word* const theirs = words + (blockIdx.x ^ 1) * blockDim.x + threadIdx.x;
  throwAndCatch(
      blockIdx.x % 2 == 0, turns, [=](Word v) { storeL2(theirs, v); }, [=] { return loadL2(mine); },
      wrong);
}

/// The same within each block: the lanes of one half of it with those of the other.
extern "C" __global__ void hopManyBlock(unsigned turns, unsigned* wrong) {
  __shared__ Word words[1024];
  words[threadIdx.x] = 0;
  __syncthreads();
  const unsigned half = blockDim.x / 2;
  const unsigned mine = sharedAddress(words + threadIdx.x);
  const unsigned theirs = sharedAddress(words + (threadIdx.x + half) % blockDim.x);
  throwAndCatch(
      threadIdx.x < half, turns, [=](Word v) { storeShared(theirs, v); },
      [=] { return loadShared(mine); }, wrong);
}

#if __CUDA_ARCH__ >= 900
namespace {

__device__ void syncCluster() {
  asm volatile("barrier.cluster.arrive.aligned;\n\tbarrier.cluster.wait.aligned;" ::: "memory");
}

} // namespace

/// Two blocks of one cluster, through distributed shared memory.
extern "C" __global__ void __cluster_dims__(2, 1, 1)
    hopCluster(unsigned turns, Word* ns, unsigned* wrong) {
  __shared__ Word word;
  if (threadIdx.x == 0)
    word = 0;
  syncCluster();
  if (threadIdx.x == 0) {
    const unsigned mine = sharedAddress(&word);
    unsigned theirs;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(theirs) : "r"(mine), "r"(1 - blockIdx.x));
    const Word begin = nanoseconds();
    throwAndCatch(
        blockIdx.x == 0, turns,
        [=](Word v) {
          asm volatile("st.relaxed.cluster.shared::cluster.b64 [%0], %1;" ::"r"(theirs), "l"(v)
                       : "memory");
        },
        [=] {
          Word v;
          asm volatile("ld.relaxed.cluster.shared::cta.b64 %0, [%1];"
                       : "=l"(v)
                       : "r"(mine)
                       : "memory");
          return v;
        },
        wrong);
    if (blockIdx.x == 0)
      *ns = nanoseconds() - begin;
  }
  __syncwarp();
  syncCluster(); // neither goes while the other writes to it
}

/// `turns` barriers of clusters of eight blocks.
extern "C" __global__ void __cluster_dims__(8, 1, 1) barrierCluster(unsigned turns, Word* ns) {
  syncCluster();
  const Word begin = nanoseconds();
  for (unsigned i = 0; i < turns; ++i)
    syncCluster();
  if (blockIdx.x == 0 && threadIdx.x == 0)
    *ns = nanoseconds() - begin;
}
#endif

/// `turns` barriers of the grid over one counter: a release by one thread a block, and an acquire
/// where all have come. Cooperative; `counter` zeroed.
extern "C" __global__ void barrierCounter(unsigned* counter, unsigned turns, Word* ns,
                                          unsigned* wrong) {
  const Word begin = nanoseconds();
  for (unsigned i = 1; i <= turns; ++i) {
    __syncthreads();
    if (threadIdx.x == 0) {
      asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(counter) : "memory");
      unsigned come, looks = 0;
      do
        asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(come) : "l"(counter) : "memory");
      while (come < i * gridDim.x && ++looks < kMostLooks);
      if (looks == kMostLooks)
        *wrong = 1;
    }
    __syncthreads();
  }
  if (blockIdx.x == 0 && threadIdx.x == 0)
    *ns = nanoseconds() - begin;
}

/// What Echo does, as a kernel that is launched for each command: answers with each word plus one.
extern "C" __global__ void answerOnce(const Chunk* in, Chunk* out) {
  if (threadIdx.x >= 4)
    return;
  const Chunk chunk = loadChunk(in + threadIdx.x);
  storeChunk(out + threadIdx.x,
             {chunk.tag, {chunk.words[0] + 1, chunk.words[1] + 1, chunk.words[2] + 1}});
}

/// The mean time of `count` reads of pinned memory, each behind the one before.
extern "C" __global__ void readAcross(const Chunk* from, unsigned count, Word* ns,
                                      unsigned* wrong) {
  if (threadIdx.x != 0)
    return;
  unsigned at = 0; // always 0, which only the memory knows
  const Word begin = nanoseconds();
  for (unsigned i = 0; i < count; ++i)
    at = loadChunk(from + at).tag;
  *ns = (nanoseconds() - begin) / count;
  *wrong = at;
}

/// What a chain of four Stage actors does, as kernels over a batch.
extern "C" __global__ void makeEvents(Event* events, unsigned count, unsigned turn) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count)
    events[i] = {turn, {turn, turn ^ 9, turn + 1, 3}};
}
extern "C" __global__ void stageEvents(Event* events, unsigned count) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count)
    return;
  const Event e = events[i];
  events[i] = {e.number + 1,
               {e.words[0] * 3, e.words[1] ^ e.words[0], e.words[2] + 7, e.words[3] - 1}};
}
/// The last stage: counts them and sums their numbers. `totals`: two words.
extern "C" __global__ void endEvents(const Event* events, unsigned count, Word* totals) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  const bool isOne = i < count && events[i].words[3] == 0;
  Word sum = isOne ? events[i].number : 0;
  for (int step = 16; step > 0; step /= 2)
    sum += __shfl_xor_sync(~0u, sum, step);
  const unsigned ended = __popc(__ballot_sync(~0u, isOne));
  if (threadIdx.x % 32 == 0) {
    atomicAdd(totals, Word(ended));
    atomicAdd(totals + 1, sum);
  }
}

/// Copies 16 bytes four times a thread.
extern "C" __global__ void copyPieces(const uint4* from, uint4* to, Word pieces) {
  const Word at = Word(blockIdx.x) * blockDim.x * 4 + threadIdx.x;
  uint4 held[4];
  for (unsigned k = 0; k < 4; ++k)
    if (at + k * blockDim.x < pieces)
      held[k] = __ldcs(from + at + k * blockDim.x);
  for (unsigned k = 0; k < 4; ++k)
    if (at + k * blockDim.x < pieces)
      __stcs(to + at + k * blockDim.x, held[k]);
}
