// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A request to the GPU's process or its answer: values one after another, as they lie in memory.
// Both ends are one build. Reading past the end gives zeros and is remembered.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_PACKET_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_PACKET_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ring::runtime::cuda {

class Packet {
public:
  template <class T> void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&value, sizeof(T));
  }
  void putBytes(const void* bytes, std::size_t count) {
    put(static_cast<std::uint64_t>(count));
    append(bytes, count);
  }
  void putText(std::string_view text) { putBytes(text.data(), text.size()); }

  template <class T> T get() {
    T value{};
    if (const std::byte* from = take(sizeof(T)))
      std::memcpy(&value, from, sizeof(T));
    return value;
  }
  /// Valid as long as the packet is not changed.
  std::span<const std::byte> getBytes() {
    const auto count = get<std::uint64_t>();
    const std::byte* from = take(count);
    return from ? std::span(from, count) : std::span<const std::byte>();
  }
  std::string getText() {
    const std::span<const std::byte> text = getBytes();
    return {reinterpret_cast<const char*>(text.data()), text.size()};
  }
  /// All that was read was there.
  bool isWhole() const { return !isShort_; }

  /// The bytes to send, or room for those that come.
  std::vector<std::byte>& bytes() { return bytes_; }

private:
  void append(const void* from, std::size_t count) {
    if (count == 0)
      return;
    bytes_.resize(bytes_.size() + count);
    std::memcpy(bytes_.data() + bytes_.size() - count, from, count);
  }
  const std::byte* take(std::size_t count) {
    if (count > bytes_.size() - at_) {
      isShort_ = true;
      return nullptr;
    }
    at_ += count;
    return bytes_.data() + at_ - count;
  }

  std::vector<std::byte> bytes_;
  std::size_t at_ = 0;
  bool isShort_ = false;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_PACKET_H
