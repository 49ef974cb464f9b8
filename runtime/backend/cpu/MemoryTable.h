// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Host memory by id: what Buffer and Field hold on the CPU.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_MEMORYTABLE_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_MEMORYTABLE_H

#include <ringkernel/detail/RuntimeApi.h>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace ring::runtime::cpu {

class MemoryTable {
public:
  /// Zeroed, aligned to a cache line. Exhausted where the system has none.
  Result<detail::MemoryId> allocate(std::uint64_t bytes);
  /// One more release() is needed. Unknown ids are passed over.
  void hold(detail::MemoryId id);
  void release(detail::MemoryId id);
  /// All of it; empty for an unknown id. Valid until the last release().
  std::span<std::byte> find(detail::MemoryId id);

private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  struct Block {
    std::unique_ptr<std::byte, Free> memory;
    std::size_t bytes;
    std::uint32_t holders = 1;
  };
  std::mutex mutex_;
  std::uint32_t last_ = 0;
  std::unordered_map<std::uint32_t, Block> blocks_;
};

} // namespace ring::runtime::cpu

#endif
