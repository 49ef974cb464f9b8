// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Many pieces in one buffer of a device, for what a shader must find in one binding: actors'
// states, the fields of a sweep. Grows by making a larger buffer and copying through the host, so
// between dispatches only.
#ifndef RINGKERNEL_RUNTIME_CORE_DEVICEARENA_H
#define RINGKERNEL_RUNTIME_CORE_DEVICEARENA_H

#include <ringkernel/device.h>

#include <cstdint>
#include <map>

namespace ring::runtime {

class DeviceArena {
public:
  /// Up to `maxBytes`, or what the device can bind. `what` names it in messages.
  DeviceArena(ComputeDevice& device, std::uint64_t maxBytes, const char* what);

  /// The offset of a piece, a multiple of `align`. Exhausted with the numbers where it does not
  /// fit. Its bytes are what an earlier piece left there.
  Result<std::uint64_t> allocate(std::uint64_t bytes, std::uint64_t align);
  void release(std::uint64_t offset);
  /// Bytes and offset are as given to allocate(); lengths need not be multiples of 4.
  Status write(std::uint64_t offset, std::span<const std::byte> bytes);
  Status read(std::uint64_t offset, std::span<std::byte> bytes);

  BufferId buffer() const { return buffer_; }
  /// Of the buffer, bytes; 0 before the first allocate().
  std::uint64_t capacity() const { return capacity_; }

private:
  Status grow(std::uint64_t atLeast);

  ComputeDevice& device_;
  const std::uint64_t maxBytes_;
  const char* what_;
  BufferId buffer_{};
  std::uint64_t capacity_ = 0;
  std::map<std::uint64_t, std::uint64_t> used_; ///< offset -> bytes
};

/// write() and read() of a ComputeDevice for lengths that are no multiple of 4. `offset` is one,
/// and the buffer reaches to the next.
Status writeBytes(ComputeDevice& device, BufferId buffer, std::uint64_t offset,
                  std::span<const std::byte> bytes);
Status readBytes(ComputeDevice& device, BufferId buffer, std::uint64_t offset,
                 std::span<std::byte> bytes);

} // namespace ring::runtime

#endif
