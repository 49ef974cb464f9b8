// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// First fit over a map of what is used: pieces are few and live long.
#include "runtime/core/DeviceArena.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace ring::runtime {
namespace {

constexpr std::uint64_t kFirstBytes = 64 * 1024;

std::uint64_t roundUp(std::uint64_t value, std::uint64_t align) {
  return (value + align - 1) / align * align;
}

} // namespace

Status writeBytes(ComputeDevice& device, BufferId buffer, std::uint64_t offset,
                  std::span<const std::byte> bytes) {
  const std::size_t whole = bytes.size() / 4 * 4;
  if (whole != 0)
    if (Status status = device.write(buffer, offset, bytes.first(whole)); !status)
      return status;
  if (whole == bytes.size())
    return Status::ok();
  std::byte last[4];
  if (Status status = device.read(buffer, offset + whole, last); !status)
    return status;
  std::memcpy(last, bytes.data() + whole, bytes.size() - whole);
  return device.write(buffer, offset + whole, last);
}

Status readBytes(ComputeDevice& device, BufferId buffer, std::uint64_t offset,
                 std::span<std::byte> bytes) {
  const std::size_t whole = bytes.size() / 4 * 4;
  if (whole != 0)
    if (Status status = device.read(buffer, offset, bytes.first(whole)); !status)
      return status;
  if (whole == bytes.size())
    return Status::ok();
  std::byte last[4];
  if (Status status = device.read(buffer, offset + whole, last); !status)
    return status;
  std::memcpy(bytes.data() + whole, last, bytes.size() - whole);
  return Status::ok();
}

DeviceArena::DeviceArena(ComputeDevice& device, std::uint64_t maxBytes, const char* what)
    : device_(device),
      maxBytes_(
          std::min({maxBytes, device.limits().maxBindingBytes, device.limits().maxBufferBytes}) /
          4 * 4),
      what_(what) {}

Status DeviceArena::grow(std::uint64_t atLeast) {
  std::uint64_t bytes = std::max(capacity_, kFirstBytes);
  while (bytes < atLeast)
    bytes *= 2;
  bytes = std::min(bytes, maxBytes_);
  if (bytes < atLeast)
    return Status(StatusCode::Exhausted, std::to_string(atLeast) + " bytes of " + what_ +
                                             " are needed; this device and the options allow " +
                                             std::to_string(maxBytes_));
  Result<BufferId> larger = device_.createBuffer(bytes);
  if (!larger)
    return larger.status();
  if (capacity_ != 0) {
    std::vector<std::byte> content(capacity_);
    if (Status status = device_.read(buffer_, 0, content); !status)
      return status;
    if (Status status = device_.write(*larger, 0, content); !status)
      return status;
    if (Status status = device_.destroyBuffer(buffer_); !status)
      return status;
  }
  buffer_ = *larger;
  capacity_ = bytes;
  return Status::ok();
}

Result<std::uint64_t> DeviceArena::allocate(std::uint64_t bytes, std::uint64_t align) {
  std::uint64_t offset = 0;
  for (const auto& [begin, size] : used_) {
    if (offset + bytes <= begin)
      break;
    offset = roundUp(begin + size, align);
  }
  const std::uint64_t end = roundUp(offset + bytes, 4);
  if (end > capacity_)
    if (Status status = grow(end); !status)
      return status;
  used_.emplace(offset, bytes);
  return offset;
}

void DeviceArena::release(std::uint64_t offset) { used_.erase(offset); }

Status DeviceArena::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  return writeBytes(device_, buffer_, offset, bytes);
}
Status DeviceArena::read(std::uint64_t offset, std::span<std::byte> bytes) {
  return readBytes(device_, buffer_, offset, bytes);
}

} // namespace ring::runtime
