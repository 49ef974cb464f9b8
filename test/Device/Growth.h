// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a process holds: open files, memory of its own, memory of the GPU. For tests that do
// something a thousand times and must leave none of it.
#ifndef RINGKERNEL_TEST_DEVICE_GROWTH_H
#define RINGKERNEL_TEST_DEVICE_GROWTH_H

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#if defined(__linux__)
#include <malloc.h>
#endif
#include <unistd.h>

namespace ring::test {

/// Sanitizers keep what is freed for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryTells = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kMemoryTells = false;
#else
inline constexpr bool kMemoryTells = true;
#endif
#else
inline constexpr bool kMemoryTells = true;
#endif

struct Holdings {
  std::uint64_t files = 0, threads = 0, residentBytes = 0;

  static std::uint64_t countIn(const char* folder) {
    const auto entries = std::filesystem::directory_iterator(folder);
    return static_cast<std::uint64_t>(std::distance(begin(entries), end(entries)));
  }
  static Holdings now() {
#if defined(__GLIBC__)
    malloc_trim(0); // what is freed and the allocator keeps is held by nobody
#endif
    std::uint64_t size = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return {countIn("/proc/self/fd"), countIn("/proc/self/task"),
            resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
  }
};

/// Does it `times` times, of which the first tenth may leave what is kept for good, within `limit`.
inline void expectNoGrowth(std::uint64_t times, std::uint64_t mostBytes, std::chrono::seconds limit,
                           const std::function<void()>& once) {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t first = (times + 9) / 10;
  Holdings before;
  for (std::uint64_t i = 0; i < times && !testing::Test::HasFailure(); ++i) {
    if (i == first)
      before = Holdings::now();
    once();
    ASSERT_LE(std::chrono::steady_clock::now() - begin, limit) << "after " << i + 1 << " times";
  }
  const Holdings after = Holdings::now();
  EXPECT_LE(after.files, before.files);
  EXPECT_LE(after.threads, before.threads);
  if (kMemoryTells)
    EXPECT_LE(after.residentBytes, before.residentBytes + mostBytes);
}

} // namespace ring::test

#endif // RINGKERNEL_TEST_DEVICE_GROWTH_H
