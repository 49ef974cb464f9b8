// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Aligned accesses of 16 bytes that are one access each, which the compiler cannot split. They
// order nothing. x86-64: AVX guarantees that an aligned 16-byte move is one access (Intel SDM
// volume 3, 9.1.1; AMD APM volume 2, 7.3.2). AArch64: a pair load or store is one with LSE2 (Arm
// ARM, FEAT_LSE2). Whether a GPU sees them whole is what Tearing.h tries out.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_WIDEACCESS_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_WIDEACCESS_H

#include <cstdint>
#include <cstring>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace ring::runtime::cuda {

struct Wide {
  alignas(16) std::uint32_t words[4];
};

/// True where this processor moves 16 aligned bytes at once; else none of the below may be called.
inline bool hasWideAccess() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx");
#elif defined(__aarch64__)
  constexpr unsigned long kLse2 = 1ul << 25; // HWCAP_USCAT
  return (getauxval(AT_HWCAP) & kLse2) != 0;
#else
#error "the CUDA backend knows no 16-byte access of this processor"
#endif
}

#if defined(__x86_64__)
inline void storeWide(volatile void* to, const Wide& from) {
  asm volatile("vmovdqa %1, %%xmm0\n\tvmovdqa %%xmm0, %0"
               : "=m"(*static_cast<volatile Wide*>(to))
               : "m"(from)
               : "xmm0", "memory");
}
inline Wide loadWide(const volatile void* from) {
  Wide value;
  asm volatile("vmovdqa %1, %%xmm0\n\tvmovdqa %%xmm0, %0"
               : "=m"(value)
               : "m"(*static_cast<const volatile Wide*>(from))
               : "xmm0", "memory");
  return value;
}
#else
inline void storeWide(volatile void* to, const Wide& from) {
  std::uint64_t parts[2];
  std::memcpy(parts, from.words, sizeof(parts));
  asm volatile("stp %1, %2, [%0]" ::"r"(to), "r"(parts[0]), "r"(parts[1]) : "memory");
}
inline Wide loadWide(const volatile void* from) {
  std::uint64_t parts[2];
  asm volatile("ldp %0, %1, [%2]" : "=r"(parts[0]), "=r"(parts[1]) : "r"(from) : "memory");
  Wide value;
  std::memcpy(value.words, parts, sizeof(parts));
  return value;
}
#endif

/// The same with the value in a register, for who takes one after the other. A function that uses
/// these is marked RINGKERNEL_WIDE.
typedef std::uint32_t WideWords __attribute__((vector_size(16)));
#if defined(__x86_64__)
#define RINGKERNEL_WIDE __attribute__((target("avx")))
RINGKERNEL_WIDE inline WideWords loadWords(const volatile void* from) {
  WideWords value;
  asm volatile("vmovdqa %1, %0"
               : "=x"(value)
               : "m"(*static_cast<const volatile WideWords*>(from))
               : "memory");
  return value;
}
RINGKERNEL_WIDE inline void storeWords(volatile void* to, WideWords value) {
  asm volatile("vmovdqa %1, %0"
               : "=m"(*static_cast<volatile WideWords*>(to))
               : "x"(value)
               : "memory");
}
#else
#define RINGKERNEL_WIDE
inline WideWords loadWords(const volatile void* from) {
  const Wide wide = loadWide(from);
  WideWords value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}
inline void storeWords(volatile void* to, WideWords value) {
  Wide wide;
  std::memcpy(&wide, &value, sizeof(wide));
  storeWide(to, wide);
}
#endif

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_WIDEACCESS_H
