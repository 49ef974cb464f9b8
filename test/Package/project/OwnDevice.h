// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device of the project's own, in plain memory: it keeps buffers and compiles nothing.
#pragma once

#include <algorithm>
#include <map>
#include <ringkernel/device.h>
#include <vector>

class OwnDevice final : public ring::ComputeDevice {
public:
  OwnDevice() {
    limits_.maxStorageBuffersPerStage = 8;
    limits_.maxInvocationsPerWorkgroup = 256;
    limits_.maxWorkgroupSize = {256, 256, 64};
    limits_.maxWorkgroupsPerDimension = 65535;
    limits_.maxWorkgroupMemoryBytes = 16384;
    limits_.maxBufferBytes = limits_.maxBindingBytes = 1u << 30;
  }

  const ring::DeviceInfo& info() const override { return info_; }
  const ring::DeviceLimits& limits() const override { return limits_; }

  ring::Result<ring::BufferId> createBuffer(std::uint64_t sizeBytes) override {
    const ring::BufferId id{++last_};
    buffers_[id].resize(sizeBytes);
    return id;
  }
  ring::Status destroyBuffer(ring::BufferId buffer) override {
    return buffers_.erase(buffer) ? ring::Status::ok() : missing();
  }
  ring::Status write(ring::BufferId buffer, std::uint64_t offsetBytes,
                     std::span<const std::byte> bytes) override {
    const auto found = buffers_.find(buffer);
    if (found == buffers_.end())
      return missing();
    std::ranges::copy(bytes, found->second.begin() + std::ptrdiff_t(offsetBytes));
    return ring::Status::ok();
  }
  ring::Status read(ring::BufferId buffer, std::uint64_t offsetBytes,
                    std::span<std::byte> bytes) override {
    const auto found = buffers_.find(buffer);
    if (found == buffers_.end())
      return missing();
    std::copy_n(found->second.begin() + std::ptrdiff_t(offsetBytes), bytes.size(), bytes.begin());
    return ring::Status::ok();
  }
  ring::Result<ring::PipelineId> createPipeline(std::string_view source,
                                                std::string_view entryPoint,
                                                std::array<std::uint32_t, 3>) override {
    return ring::Status(ring::StatusCode::InvalidArgument,
                        source.find(entryPoint) == source.npos
                            ? "the source lacks its entry point"
                            : "seen: " + std::string(entryPoint));
  }
  ring::Status submit(std::span<const ring::Dispatch>) override { return ring::Status::ok(); }
  ring::Status wait() override { return ring::Status::ok(); }

private:
  static ring::Status missing() { return {ring::StatusCode::NotFound, "no such buffer"}; }

  ring::DeviceInfo info_{"own", "plain memory"};
  ring::DeviceLimits limits_;
  std::uint32_t last_ = 0;
  std::map<ring::BufferId, std::vector<std::byte>> buffers_;
};
