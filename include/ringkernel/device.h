// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For those who bring a device of their own: what Runtime::create(options, device, language)
// drives. A program that uses the runtime's own backends does not need this header.
//
// A device runs compute pipelines over storage buffers. The runtime owns actors, rings and what a
// buffer means (abi/Rounds.h, abi/Launch.h); the device owns memory, compilation and submission.
// Nothing here names a graphics API.
//
// Assumes one calling thread at a time per device; a device may use threads of its own.
#ifndef RINGKERNEL_DEVICE_H
#define RINGKERNEL_DEVICE_H

#include <ringkernel/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ring {

/// A buffer of one device. Zero is never handed out. Ids are not reused within a device.
enum class BufferId : std::uint32_t {};

/// A compiled pipeline of one device. Zero is never handed out. Pipelines live as long as their
/// device.
enum class PipelineId : std::uint32_t {};

/// What a device can do. Sizes in bytes.
struct DeviceLimits {
  std::uint32_t maxStorageBuffersPerStage = 0;
  std::uint32_t maxInvocationsPerWorkgroup = 0;
  std::array<std::uint32_t, 3> maxWorkgroupSize{};
  std::uint32_t maxWorkgroupsPerDimension = 0;
  std::uint32_t maxWorkgroupMemoryBytes = 0;
  std::uint64_t maxBufferBytes = 0;
  /// The largest range of a buffer that one binding may cover.
  std::uint64_t maxBindingBytes = 0;
  /// Binding::offsetBytes must be a multiple of this.
  std::uint32_t bindingOffsetAlignmentBytes = 1;
  /// Kernels and stencils take native parameters (Dispatch::arguments) and no parameter block.
  bool takesArguments = false;
};

/// Which device it is, for reports and messages.
struct DeviceInfo {
  std::string name;        ///< the implementation, e.g. `webgpu`
  std::string description; ///< the adapter or compiler behind it, and its version where it has one
};

/// One storage buffer range, visible to the shader at group 0, binding `slot` (WGSL) or
/// `[[buffer(slot)]]` (MSL). `offsetBytes` is a multiple of
/// `DeviceLimits::bindingOffsetAlignmentBytes`; `sizeBytes` is a multiple of 4, above zero, at most
/// `maxBindingBytes`, and `offsetBytes + sizeBytes` lies within the buffer.
/// In one dispatch a buffer is bound either to slots that the shader reads or to slots that it
/// writes, not to both (WebGPU refuses it, whatever the ranges).
struct Binding {
  std::uint32_t slot = 0;
  BufferId buffer{};
  std::uint64_t offsetBytes = 0;
  std::uint64_t sizeBytes = 0;
};

/// One native parameter of a kernel or stencil: the address of a byte of a buffer or, where
/// `buffer` is not set, `bytes` by value.
struct Argument {
  BufferId buffer{};
  std::uint64_t offsetBytes = 0;
  std::span<const std::byte> bytes{};
};

/// One launch of a pipeline over `groups[0] * groups[1] * groups[2]` workgroups; none is launched
/// when one of them is 0. `bindings` holds every slot that the entry point uses, each once. Slots
/// that the shader declares and this entry point does not use may be given and are ignored.
struct Dispatch {
  PipelineId pipeline{};
  std::span<const Binding> bindings;
  std::array<std::uint32_t, 3> groups{1, 1, 1};
  /// Where DeviceLimits::takesArguments: what follows the bindings, whose addresses come first, in
  /// order of their slots. Elsewhere empty.
  std::span<const Argument> arguments{};
};

/// A device with a single in-order queue.
///
/// Writes, submits and reads take effect in the order of the calls. Once a call returned
/// `DeviceLost` every later one does too.
class ComputeDevice {
public:
  virtual ~ComputeDevice() = default;
  ComputeDevice(const ComputeDevice&) = delete;
  ComputeDevice& operator=(const ComputeDevice&) = delete;

  virtual const DeviceInfo& info() const = 0;
  virtual const DeviceLimits& limits() const = 0;

  /// A buffer of `sizeBytes`, rounded up to a multiple of 4, all zero.
  /// InvalidArgument for size 0 or above `maxBufferBytes`, Exhausted when the device has no memory
  /// for it.
  virtual Result<BufferId> createBuffer(std::uint64_t sizeBytes) = 0;

  /// Gives a buffer back. Submitted work that uses it still completes. NotFound for an unknown id.
  virtual Status destroyBuffer(BufferId buffer) = 0;

  /// Puts `bytes` at `offsetBytes` before any later submit. `bytes` may be reused on return.
  /// Offset and length are multiples of 4. InvalidArgument when they are not or the range lies
  /// outside the buffer.
  virtual Status write(BufferId buffer, std::uint64_t offsetBytes,
                       std::span<const std::byte> bytes) = 0;

  /// Waits for all submitted work, then fills `bytes` from `offsetBytes`. The same bounds as
  /// `write`.
  virtual Status read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) = 0;

  /// Compiles `entryPoint` of `source` (the language of the device). `workgroupSize` must be what
  /// the source declares where the language declares one, and is the threadgroup's size where it
  /// does not. InvalidArgument carries the compiler's messages, one a line, as `LINE:COLUMN: error:
  /// ...` where it tells places.
  virtual Result<PipelineId> createPipeline(std::string_view source, std::string_view entryPoint,
                                            std::array<std::uint32_t, 3> workgroupSize) = 0;

  /// Queues the dispatches, in order; each sees all that the ones before it wrote. Returns without
  /// waiting. A call that is refused (InvalidArgument, NotFound) queues none of them.
  virtual Status submit(std::span<const Dispatch> dispatches) = 0;

  /// Waits for all submitted work. Reports what went wrong in it, once.
  virtual Status wait() = 0;

protected:
  ComputeDevice() = default;
};

} // namespace ring

#endif
