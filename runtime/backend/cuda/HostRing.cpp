// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The accesses of 16 bytes. x86-64: AVX guarantees that an aligned 16-byte move is one access
// (Intel SDM volume 3, 9.1.1; AMD APM volume 2, 7.3.2). AArch64: a pair load or store is one with
// LSE2 (Arm ARM, FEAT_LSE2).
#include "runtime/backend/cuda/HostRing.h"

#include <cstring>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace ring::runtime::cuda {

namespace {

#if defined(__x86_64__)
struct Wide {
  alignas(16) std::uint32_t words[4];
};
__attribute__((target("avx"))) inline void store(volatile void* to, const Wide& from) {
  asm volatile("vmovdqa %1, %%xmm0\n\tvmovdqa %%xmm0, %0"
               : "=m"(*static_cast<volatile Wide*>(to))
               : "m"(from)
               : "xmm0", "memory");
}
__attribute__((target("avx"))) inline Wide load(const volatile void* from) {
  Wide value;
  asm volatile("vmovdqa %1, %%xmm0\n\tvmovdqa %%xmm0, %0"
               : "=m"(value)
               : "m"(*static_cast<const volatile Wide*>(from))
               : "xmm0", "memory");
  return value;
}
#elif defined(__aarch64__)
struct Wide {
  alignas(16) std::uint32_t words[4];
};
inline void store(volatile void* to, const Wide& from) {
  std::uint64_t parts[2];
  std::memcpy(parts, from.words, sizeof(parts));
  asm volatile("stp %1, %2, [%0]" ::"r"(to), "r"(parts[0]), "r"(parts[1]) : "memory");
}
inline Wide load(const volatile void* from) {
  std::uint64_t parts[2];
  asm volatile("ldp %0, %1, [%2]" : "=r"(parts[0]), "=r"(parts[1]) : "r"(from) : "memory");
  Wide value;
  std::memcpy(value.words, parts, sizeof(parts));
  return value;
}
#else
#error "the CUDA backend knows no 16-byte access of this processor"
#endif

} // namespace

bool hasWideAccess() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx");
#else
  constexpr unsigned long kLse2 = 1ul << 24; // HWCAP_USCAT
  return (getauxval(AT_HWCAP) & kLse2) != 0;
#endif
}

void storeWide(volatile void* to, const std::uint32_t (&words)[4]) {
  Wide value;
  std::memcpy(value.words, words, sizeof(value.words));
  store(to, value);
}

bool CommandWriter::tryPush(abi::MessageHeader header, std::uint64_t origin, const void* payload,
                            std::uint32_t bytes) {
  if (ticket_ - seen_ == count_) {
    seen_ = __atomic_load_n(read_, __ATOMIC_ACQUIRE); // pairs with ring_releaseHost64
    if (ticket_ - seen_ == count_)
      return false;
  }
  const std::uint32_t used = abi::chunksOf(bytes);
  header.chunks = static_cast<std::uint8_t>(used);
  std::uint32_t stream[256 * abi::kWordsPerChunk];
  stream[used * abi::kWordsPerChunk - 1] = stream[used * abi::kWordsPerChunk - 2] = 0;
  std::memcpy(stream, &header.targetIndex, 12);
  std::memcpy(stream + 3, &origin, sizeof(origin));
  std::memcpy(stream + abi::kPayloadWord, payload, bytes);
  const std::uint32_t tag = abi::tagOf(ticket_, count_);
  const std::uint32_t count = abi::isWholeLap(ticket_, count_) ? slotChunks_ : used;
  abi::Chunk* slot = slots_ + ticket_ % count_ * slotChunks_;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t* words = i < used ? stream + i * abi::kWordsPerChunk : stream;
    store(slot + i, Wide{{tag, words[0], words[1], words[2]}});
  }
  ++ticket_;
  return true;
}

bool ReplyReader::tryPop(View& view, std::uint32_t* payload) {
  if (!slots_)
    return false;
  const abi::Chunk* slot = slots_ + read_ % count_ * slotChunks_;
  const std::uint32_t tag = abi::tagOf(read_, count_);
  Wide chunk = load(slot);
  if (chunk.words[0] != tag)
    return false;
  std::memcpy(&view.header, chunk.words, sizeof(view.header));
  const std::uint32_t used = view.header.chunks;
  if (used < 2 || used > slotChunks_)
    return false; // no message has so many: the memory is corrupt, and the ring stands still
  // A whole message or none: what is still on its way is there at the next look.
  Wide chunks[256];
  for (std::uint32_t i = 1; i < used; ++i) {
    chunks[i] = load(slot + i);
    if (chunks[i].words[0] != tag)
      return false;
  }
  std::memcpy(&view.origin, chunks[1].words + 1, sizeof(view.origin));
  payload[0] = chunks[1].words[3];
  for (std::uint32_t i = 2; i < used; ++i)
    std::memcpy(payload + 1 + (i - 2) * abi::kWordsPerChunk, chunks[i].words + 1, 12);
  view.words = 1 + (used - 2) * abi::kWordsPerChunk;
  ++read_;
  return true;
}

} // namespace ring::runtime::cuda
