// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See the header.
#include "runtime/backend/cpu/MemoryTable.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace ring::runtime::cpu {

void MemoryTable::Free::operator()(std::byte* memory) const { std::free(memory); }

Result<detail::MemoryId> MemoryTable::allocate(std::uint64_t bytes) {
  constexpr std::uint64_t kLine = 64;
  std::byte* memory = nullptr;
  if (bytes <= SIZE_MAX - kLine)
    memory =
        static_cast<std::byte*>(std::aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine));
  if (!memory)
    return Status(StatusCode::Exhausted,
                  "there is no memory for " + std::to_string(bytes) + " bytes");
  std::memset(memory, 0, bytes);
  std::lock_guard lock(mutex_);
  ++last_;
  blocks_.emplace(last_, Block{std::unique_ptr<std::byte, Free>(memory), bytes});
  return detail::MemoryId(last_);
}

void MemoryTable::hold(detail::MemoryId id) {
  std::lock_guard lock(mutex_);
  if (const auto found = blocks_.find(static_cast<std::uint32_t>(id)); found != blocks_.end())
    ++found->second.holders;
}

void MemoryTable::release(detail::MemoryId id) {
  std::lock_guard lock(mutex_);
  const auto found = blocks_.find(static_cast<std::uint32_t>(id));
  if (found != blocks_.end() && --found->second.holders == 0)
    blocks_.erase(found);
}

std::span<std::byte> MemoryTable::find(detail::MemoryId id) {
  std::lock_guard lock(mutex_);
  const auto found = blocks_.find(static_cast<std::uint32_t>(id));
  return found == blocks_.end() ? std::span<std::byte>()
                                : std::span(found->second.memory.get(), found->second.bytes);
}

} // namespace ring::runtime::cpu
