// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The buffers of a round besides the states, and their images on the host. What a round reads lies
// in one buffer and what it writes in another (WebGPU refuses a buffer that is both), at places
// that change only when they grow, so that a device may cache its bindings.
#ifndef RINGKERNEL_RUNTIME_CORE_ROUNDBUFFERS_H
#define RINGKERNEL_RUNTIME_CORE_ROUNDBUFFERS_H

#include <ringkernel/device.h>

#include <ringkernel/abi/Rounds.h>

#include <vector>

namespace ring::runtime {

class RoundBuffers {
public:
  /// Entry points that one round may start.
  static constexpr std::uint32_t kMaxEntries = 64;

  explicit RoundBuffers(ComputeDevice& device);

  /// Bytes that inbox and outbox may each take.
  std::uint64_t maxBoxBytes() const { return maxBoxBytes_; }
  /// The most activations of one entry point and of a round.
  std::uint32_t maxActivations() const { return maxActivations_; }

  /// Room for a round of this size; within the bounds above. Contents on the host are lost.
  Status reserve(std::uint32_t activations, std::uint32_t messages, std::uint32_t sends,
                 std::uint32_t slotBytes);

  // What goes in, on the host.
  abi::RoundParams& params(std::uint32_t entry);
  abi::Activation& activation(std::uint32_t index);
  std::byte* inboxSlot(std::uint32_t index) {
    return in_.data() + inboxOffset_ + std::size_t(index) * slotBytes_;
  }
  std::uint32_t outboxCapacity() const { return outboxSlots_; }

  /// Sends params, activations and the first `messages` slots to the device and clears the ticket.
  Status upload(std::uint32_t messages);
  /// The bindings of entry point `entry`; `states` is the state arena.
  std::array<Binding, 7> bindings(std::uint32_t entry, BufferId states,
                                  std::uint64_t stateBytes) const;
  /// Brings back tickets, results and sends. Internal where more tickets were taken than
  /// `maxSends`.
  Status download(std::uint32_t activations, std::uint32_t maxSends);

  // What came out, on the host.
  std::uint32_t sendCount() const { return sendCount_; }
  const abi::ActivationResult& result(std::uint32_t index) const;
  std::byte* outboxSlot(std::uint32_t index) {
    return out_.data() + outboxOffset_ + std::size_t(index) * slotBytes_;
  }

private:
  Status grow(std::vector<std::byte>& image, BufferId& buffer, std::uint64_t bytes);

  ComputeDevice& device_;
  const std::uint64_t align_;
  const std::uint64_t maxBoxBytes_;
  const std::uint32_t maxActivations_;
  std::uint32_t slotBytes_ = 0;
  std::uint32_t activations_ = 0, inboxSlots_ = 0, outboxSlots_ = 0; // room
  std::uint64_t activationOffset_ = 0, inboxOffset_ = 0;             // in in_
  std::uint64_t resultOffset_ = 0, outboxOffset_ = 0;                // in out_
  std::vector<std::byte> in_, out_;
  BufferId inBuffer_{}, outBuffer_{};
  std::uint32_t sendCount_ = 0;
};

} // namespace ring::runtime

#endif
