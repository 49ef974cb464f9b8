// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Buffers over WebGPU. Ranges are checked here, before Dawn sees them, so that a refused call has
// no effect and says so in our words. Waiting is mapping a buffer that the last submission writes:
// see Api.h for why.

#include "runtime/backend/webgpu/Memory.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace ring::runtime::webgpu {

namespace {

/// Writes that touch are collected up to this size; Dawn makes a copy command and a barrier of each
/// it is given.
constexpr std::size_t kMaxPendingWriteBytes = 64 * 1024;
constexpr std::uint64_t kMaxReadbackBytes = 64 * 1024 * 1024;

std::string number(std::uint64_t value) { return std::to_string(value); }

} // namespace

Memory::Memory(Session& session)
    : session(session), api(session.api()), readback{{nullptr, api.BufferRelease}, 0},
      fence(nullptr, api.BufferRelease) {}

Result<Owned<BufferImpl>> Memory::allocate(std::uint64_t sizeBytes, Flags usage) {
  BufferDescriptor descriptor;
  descriptor.size = sizeBytes;
  descriptor.usage = usage;
  Owned<BufferImpl> handle(nullptr, api.BufferRelease);
  Status status = session.checked(StatusCode::InvalidArgument, [&] {
    handle.reset(api.DeviceCreateBuffer(session.device(), &descriptor));
  });
  if (!status)
    return status;
  return handle;
}

Result<BufferId> Memory::create(std::uint64_t sizeBytes) {
  if (sizeBytes == 0)
    return Status(StatusCode::InvalidArgument, "a buffer of 0 bytes; the least is 1");
  if (sizeBytes > session.limits().maxBufferBytes)
    return Status(StatusCode::InvalidArgument, "a buffer of " + number(sizeBytes) +
                                                   " bytes; this device takes at most " +
                                                   number(session.limits().maxBufferBytes));
  const std::uint64_t rounded = (sizeBytes + 3) / 4 * 4;
  Result<Owned<BufferImpl>> handle =
      allocate(rounded, kBufferStorage | kBufferCopySrc | kBufferCopyDst);
  if (!handle)
    return handle.status();
  const BufferId id{++lastId};
  buffers.emplace(id, BufferRecord{std::move(*handle), rounded});
  return id;
}

Status Memory::destroy(BufferId buffer) {
  if (pending.buffer == buffer)
    flushWrite();
  if (buffers.erase(buffer) == 0)
    return {StatusCode::NotFound, "no buffer " + number(static_cast<std::uint32_t>(buffer))};
  return Status::ok();
}

Result<BufferRecord*> Memory::range(BufferId buffer, std::uint64_t offsetBytes,
                                    std::uint64_t sizeBytes, const char* what) {
  const auto found = buffers.find(buffer);
  const std::string where =
      std::string(what) + " of buffer " + number(static_cast<std::uint32_t>(buffer));
  if (found == buffers.end())
    return Status(StatusCode::NotFound, where + ", which does not exist");
  if (offsetBytes % 4 != 0 || sizeBytes % 4 != 0)
    return Status(StatusCode::InvalidArgument, where + ": offset " + number(offsetBytes) +
                                                   " and size " + number(sizeBytes) +
                                                   " must be multiples of 4");
  const std::uint64_t total = found->second.sizeBytes;
  if (offsetBytes > total || sizeBytes > total - offsetBytes)
    return Status(StatusCode::InvalidArgument, where + ": offset " + number(offsetBytes) +
                                                   " and size " + number(sizeBytes) +
                                                   " end beyond its " + number(total) + " bytes");
  return &found->second;
}

Status Memory::write(BufferId buffer, std::uint64_t offsetBytes, std::span<const std::byte> bytes) {
  Result<BufferRecord*> record = range(buffer, offsetBytes, bytes.size(), "write");
  if (!record)
    return record.status();
  const std::uint64_t pendingEnd = pending.offsetBytes + pending.bytes.size();
  const bool touches =
      pending.buffer == buffer && offsetBytes >= pending.offsetBytes && offsetBytes <= pendingEnd;
  const std::uint64_t newEnd = std::max(pendingEnd, offsetBytes + bytes.size());
  if (!touches || newEnd - pending.offsetBytes > kMaxPendingWriteBytes) {
    flushWrite();
    if (bytes.size() > kMaxPendingWriteBytes) {
      api.QueueWriteBuffer(session.queue(), (*record)->handle.get(), offsetBytes, bytes.data(),
                           bytes.size());
      return session.takeError();
    }
    pending.buffer = buffer;
    pending.offsetBytes = offsetBytes;
  }
  const std::size_t at = offsetBytes - pending.offsetBytes;
  pending.bytes.resize(std::max(pending.bytes.size(), at + bytes.size()));
  std::ranges::copy(bytes, pending.bytes.begin() + at);
  return session.takeError();
}

void Memory::flushWrite() {
  if (!pending.bytes.empty())
    api.QueueWriteBuffer(session.queue(), buffers.at(pending.buffer).handle.get(),
                         pending.offsetBytes, pending.bytes.data(), pending.bytes.size());
  pending.buffer = {};
  pending.bytes.clear();
}

Status Memory::growReadback(std::uint64_t sizeBytes) {
  if (readback.sizeBytes >= sizeBytes)
    return Status::ok();
  const std::uint64_t size = std::max<std::uint64_t>(sizeBytes, 4096);
  Result<Owned<BufferImpl>> handle = allocate(size, kBufferMapRead | kBufferCopyDst);
  if (!handle)
    return handle.status();
  readback = {std::move(*handle), size};
  return Status::ok();
}

Status Memory::copyAndMap(BufferImpl* source, std::uint64_t offsetBytes,
                          std::span<std::byte> bytes) {
  struct Mapping {
    bool done = false;
    bool mapped = false;
    std::string message;
  };
  // On the heap, and left there if the device is lost first: Dawn may still answer later.
  auto mapping = std::make_unique<Mapping>();
  CallbackInfo<BufferMapCallback> callback;
  callback.userdata1 = mapping.get();
  callback.callback = [](MapStatus status, StringView message, void* self, void*) {
    auto& mapping = *static_cast<Mapping*>(self);
    mapping.mapped = status == MapStatus::Success;
    mapping.message = message.view();
    mapping.done = true;
  };
  Status status = session.checked(StatusCode::Internal, [&] {
    Owned<CommandEncoderImpl> encoder(api.DeviceCreateCommandEncoder(session.device(), nullptr),
                                      api.CommandEncoderRelease);
    api.CommandEncoderCopyBufferToBuffer(encoder.get(), source, offsetBytes, readback.handle.get(),
                                         0, bytes.size());
    Owned<CommandBufferImpl> commands(api.CommandEncoderFinish(encoder.get(), nullptr),
                                      api.CommandBufferRelease);
    CommandBufferImpl* list = commands.get();
    api.QueueSubmit(session.queue(), 1, &list);
    api.BufferMapAsync(readback.handle.get(), kMapRead, 0, bytes.size(), callback);
  });
  if (status)
    session.pollUntil(mapping->done);
  if (!mapping->done) {
    (void)mapping.release();
    return status ? session.takeError() : status;
  }
  if (!mapping->mapped)
    return {StatusCode::Internal, "cannot map a buffer: " + mapping->message};
  std::memcpy(bytes.data(), api.BufferGetConstMappedRange(readback.handle.get(), 0, bytes.size()),
              bytes.size());
  api.BufferUnmap(readback.handle.get());
  return session.takeError();
}

Status Memory::read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) {
  Result<BufferRecord*> record = range(buffer, offsetBytes, bytes.size(), "read");
  if (!record)
    return record.status();
  if (bytes.empty())
    return wait();
  flushWrite();
  if (Status status = growReadback(std::min<std::uint64_t>(bytes.size(), kMaxReadbackBytes));
      !status)
    return status;
  while (!bytes.empty()) {
    const std::size_t part = std::min<std::uint64_t>(bytes.size(), kMaxReadbackBytes);
    Status status = copyAndMap((*record)->handle.get(), offsetBytes, bytes.first(part));
    if (!status)
      return status;
    bytes = bytes.subspan(part);
    offsetBytes += part;
  }
  return Status::ok();
}

Status Memory::wait() {
  flushWrite();
  if (!fence) {
    Result<Owned<BufferImpl>> handle = allocate(4, kBufferCopySrc);
    if (!handle)
      return handle.status();
    fence = std::move(*handle);
  }
  if (Status status = growReadback(4); !status)
    return status;
  std::array<std::byte, 4> ignored;
  return copyAndMap(fence.get(), 0, ignored);
}

} // namespace ring::runtime::webgpu
