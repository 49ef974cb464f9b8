// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of a transport and what is fixed about it. Both ends of the host hold it together;
// what each end knows of the traffic is the end's own.
#ifndef RINGKERNEL_RUNTIME_TRANSPORT_TRANSPORTBODY_H
#define RINGKERNEL_RUNTIME_TRANSPORT_TRANSPORTBODY_H

#include "runtime/backend/cuda/GpuMemory.h"

#include <ringkernel/transport.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

namespace ring::detail {

class TransportBody {
public:
  static Result<std::shared_ptr<TransportBody>> create(TransportDirection direction,
                                                       const TransportOptions& options);
  /// Of caller's memory; 0 where the options are invalid.
  static std::size_t bytesFor(TransportDirection direction, const TransportOptions& options);

  /// As the host sees it; gate and positions are the device's.
  const abi::TransportRing& host() const { return host_; }
  const abi::TransportRing& device() const { return device_; }
  TransportDirection direction() const { return direction_; }
  std::uint64_t start() const { return start_; }
  /// Latency mode: bytes of a payload that was taken out of its slot, with room for whole accesses.
  std::size_t copyBytes() const {
    return host_.lineBytes != 0 ? 0 : std::size_t(12) << host_.chunkShift;
  }

  /// TransportOptions::lateMs.
  std::chrono::milliseconds late() const { return late_; }
  /// The next ticket of the producers on the device, all of which are done; nothing where the GPU
  /// does not say.
  std::optional<std::uint64_t> nextTicket() const;

  /// TransportDevice::close(), and how many tickets there were; further than a lap from all that
  /// the host reads where that is not known.
  std::atomic<bool> isDeviceDone{false};
  std::uint64_t lastTicket = 0; ///< written once, before isDeviceDone
  std::mutex closing;           ///< any thread may close, several at once too

private:
  TransportBody() = default;
  struct Layout;
  Status onGpu(const Layout& layout);
  Status inMemory(const Layout& layout, std::span<std::byte> memory);
  void place(const Layout& layout, std::byte* host, std::byte* device, std::byte* control);
  void begin();
  Status copyControl(const std::vector<std::byte>& control);
  std::vector<std::byte> firstControl(const Layout& layout) const;

  TransportDirection direction_{};
  std::uint64_t start_ = 0;
  std::chrono::milliseconds late_{};
  abi::TransportRing host_{}, device_{};
  runtime::cuda::GpuMemory shared_, control_;
  std::shared_ptr<runtime::cuda::Gpu> gpu_;
};

} // namespace ring::detail

#endif // RINGKERNEL_RUNTIME_TRANSPORT_TRANSPORTBODY_H
