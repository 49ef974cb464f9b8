// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The images that actors were spawned with, kept so that a restart can go back to them. Most actors
// of a type begin alike, so equal images are stored once. Not thread-safe; who reads an image holds
// an actor that has it.
#ifndef RINGKERNEL_RUNTIME_CORE_IMAGES_H
#define RINGKERNEL_RUNTIME_CORE_IMAGES_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace ring::runtime {

class Images {
public:
  /// A copy of `bytes` bytes for `users`, each of which gives it back; the one there is where they
  /// are equal.
  const std::byte* take(const void* image, std::size_t bytes, std::uint64_t users = 1);
  /// Of what take() gave, once for each time.
  void giveBack(const std::byte* image, std::size_t bytes);
  /// Different images that are kept.
  std::size_t count() const { return images_.size(); }

private:
  struct Image {
    std::unique_ptr<std::byte[]> bytes;
    std::uint64_t users = 0;
  };
  std::unordered_map<std::string_view, Image> images_; ///< by their own bytes
};

} // namespace ring::runtime

#endif
