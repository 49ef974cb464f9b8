// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of byte strings that counts who uses them.
#include "runtime/core/Images.h"

#include <cstdlib>
#include <cstring>

namespace ring::runtime {
namespace {

std::string_view textOf(const void* image, std::size_t bytes) {
  return {static_cast<const char*>(image), bytes};
}

} // namespace

const std::byte* Images::take(const void* image, std::size_t bytes, std::uint64_t users) {
  auto found = images_.find(textOf(image, bytes));
  if (found == images_.end()) {
    auto copy = std::make_unique<std::byte[]>(bytes);
    std::memcpy(copy.get(), image, bytes);
    const std::string_view key = textOf(copy.get(), bytes);
    found = images_.emplace(key, Image{std::move(copy)}).first;
  }
  found->second.users += users;
  return found->second.bytes.get();
}

void Images::giveBack(const std::byte* image, std::size_t bytes) {
  const auto found = images_.find(textOf(image, bytes));
  if (found == images_.end() || found->second.bytes.get() != image)
    std::abort(); // it was not taken here
  if (--found->second.users == 0)
    images_.erase(found);
}

} // namespace ring::runtime
