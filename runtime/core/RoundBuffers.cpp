// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layout of the two buffers: in = params | activations | inbox; out = control | results | outbox.
#include "runtime/core/RoundBuffers.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

namespace ring::runtime {
namespace {

constexpr std::uint64_t kMaxBoxBytes = 32u << 20; // more in one round would only wait longer
constexpr std::uint64_t kEagerBytes = 64 * 1024;  // read with the results rather than after them

std::uint64_t roundUp(std::uint64_t value, std::uint64_t align) {
  return (value + align - 1) / align * align;
}

} // namespace

RoundBuffers::RoundBuffers(ComputeDevice& device)
    : device_(device),
      align_(std::max<std::uint64_t>(device.limits().bindingOffsetAlignmentBytes, 16)),
      // A box takes at most half of its buffer, the activations at most an eighth of theirs.
      maxBoxBytes_(std::min(
          {kMaxBoxBytes, device.limits().maxBindingBytes, device.limits().maxBufferBytes / 2})),
      maxActivations_(static_cast<std::uint32_t>(std::min<std::uint64_t>(
          {device.limits().maxWorkgroupsPerDimension, 65535,
           device.limits().maxBufferBytes / 8 / sizeof(abi::Activation)}))) {}

abi::RoundParams& RoundBuffers::params(std::uint32_t entry) {
  return *reinterpret_cast<abi::RoundParams*>(in_.data() + entry * align_);
}
abi::Activation& RoundBuffers::activation(std::uint32_t index) {
  return reinterpret_cast<abi::Activation*>(in_.data() + activationOffset_)[index];
}
const abi::ActivationResult& RoundBuffers::result(std::uint32_t index) const {
  return reinterpret_cast<const abi::ActivationResult*>(out_.data() + resultOffset_)[index];
}

Status RoundBuffers::grow(std::vector<std::byte>& image, BufferId& buffer, std::uint64_t bytes) {
  if (bytes <= image.size())
    return Status::ok();
  if (buffer != BufferId{})
    if (Status status = device_.destroyBuffer(buffer); !status)
      return status;
  Result<BufferId> made = device_.createBuffer(bytes);
  if (!made)
    return made.status();
  buffer = *made;
  image.resize(bytes);
  return Status::ok();
}

Status RoundBuffers::reserve(std::uint32_t activations, std::uint32_t messages, std::uint32_t sends,
                             std::uint32_t slotBytes) {
  const bool fits = slotBytes == slotBytes_ && activations <= activations_ &&
                    messages <= inboxSlots_ && sends <= outboxSlots_;
  if (fits)
    return Status::ok();
  // Powers of two, so that growth is rare.
  const auto slotsMost = static_cast<std::uint32_t>(maxBoxBytes_ / slotBytes);
  slotBytes_ = slotBytes;
  activations_ = std::max({activations_, std::bit_ceil(activations), 64u});
  inboxSlots_ = std::min(std::max({inboxSlots_, std::bit_ceil(messages), 256u}), slotsMost);
  outboxSlots_ = std::min(std::max({outboxSlots_, std::bit_ceil(sends), 256u}), slotsMost);
  activationOffset_ = kMaxEntries * align_;
  inboxOffset_ = roundUp(activationOffset_ + activations_ * sizeof(abi::Activation), align_);
  resultOffset_ = roundUp(sizeof(abi::RoundControl), align_);
  outboxOffset_ = roundUp(resultOffset_ + activations_ * sizeof(abi::ActivationResult), align_);
  if (Status status = grow(in_, inBuffer_, inboxOffset_ + std::uint64_t(inboxSlots_) * slotBytes_);
      !status)
    return status;
  return grow(out_, outBuffer_, outboxOffset_ + std::uint64_t(outboxSlots_) * slotBytes_);
}

Status RoundBuffers::upload(std::uint32_t messages) {
  const std::uint64_t bytes = inboxOffset_ + std::uint64_t(messages) * slotBytes_;
  if (Status status = device_.write(inBuffer_, 0, std::span(in_).first(bytes)); !status)
    return status;
  const abi::RoundControl control{};
  return device_.write(outBuffer_, 0, std::as_bytes(std::span(&control, 1)));
}

std::array<Binding, 7> RoundBuffers::bindings(std::uint32_t entry, BufferId states,
                                              std::uint64_t stateBytes) const {
  return {{{0, inBuffer_, entry * align_, sizeof(abi::RoundParams)},
           {1, outBuffer_, 0, sizeof(abi::RoundControl)},
           {2, inBuffer_, activationOffset_, activations_ * sizeof(abi::Activation)},
           {3, inBuffer_, inboxOffset_, std::uint64_t(inboxSlots_) * slotBytes_},
           {4, outBuffer_, outboxOffset_, std::uint64_t(outboxSlots_) * slotBytes_},
           {5, states, 0, stateBytes},
           {6, outBuffer_, resultOffset_, activations_ * sizeof(abi::ActivationResult)}}};
}

Status RoundBuffers::download(std::uint32_t activations, std::uint32_t maxSends) {
  // Small rounds: everything in one go.
  const std::uint64_t most = outboxOffset_ + std::uint64_t(maxSends) * slotBytes_;
  const bool eager = most <= kEagerBytes;
  const std::uint64_t first =
      eager ? most : resultOffset_ + activations * sizeof(abi::ActivationResult);
  if (Status status = device_.read(outBuffer_, 0, std::span(out_).first(first)); !status)
    return status;
  abi::RoundControl control;
  std::memcpy(&control, out_.data(), sizeof(control));
  sendCount_ = control.outboxCount.raw;
  if (sendCount_ > maxSends)
    return Status(StatusCode::Internal, "a round sent " + std::to_string(sendCount_) +
                                            " messages where its handlers may send " +
                                            std::to_string(maxSends));
  if (eager || sendCount_ == 0)
    return Status::ok();
  return device_.read(
      outBuffer_, outboxOffset_,
      std::span(out_).subspan(outboxOffset_, std::uint64_t(sendCount_) * slotBytes_));
}

} // namespace ring::runtime
