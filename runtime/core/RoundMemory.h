// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Buffers, fields, launches and sweeps on a ComputeDevice, by ringkernel/abi/Launch.h. A buffer is
// a buffer of the device. All fields lie in one arena, which moves when it grows, because a sweep
// binds few buffers; where the device takes addresses each field is a buffer and stays where it is.
// Not thread-safe.
#ifndef RINGKERNEL_RUNTIME_CORE_ROUNDMEMORY_H
#define RINGKERNEL_RUNTIME_CORE_ROUNDMEMORY_H

#include "runtime/core/DeviceArena.h"
#include <ringkernel/device.h>

#include <ringkernel/detail/RuntimeApi.h>

#include <unordered_map>
#include <vector>

namespace ring::runtime {

class RoundMemory {
public:
  /// Ids begin behind `last`.
  explicit RoundMemory(ComputeDevice& device, std::uint32_t last = 0);
  /// The newest id that was given.
  std::uint32_t last() const { return last_; }

  Result<detail::MemoryId> allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes);
  /// One more release() is needed. Unknown ids are passed over.
  void hold(detail::MemoryId memory);
  void release(detail::MemoryId memory);
  /// release() would free it.
  bool isLast(detail::MemoryId memory) const;
  /// The buffer, where there is an own one, after the checks of upload().
  Result<BufferId> bufferOf(detail::MemoryId memory, std::uint64_t offset, std::uint64_t bytes);
  Status upload(detail::MemoryId memory, std::uint64_t offset, std::span<const std::byte> from);
  Status download(detail::MemoryId memory, std::uint64_t offset, std::span<std::byte> to);

  /// Arguments were checked; `pipeline` is the function's.
  Status launch(const detail::FunctionInfo& kernel, PipelineId pipeline,
                const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments);
  /// Arguments were checked; there are cells. In as many dispatches as the device's limits need.
  Status sweep(const detail::FunctionInfo& stencil, PipelineId pipeline,
               const detail::SweepRange& cells, std::span<const detail::Argument> arguments);

private:
  struct Piece {
    std::uint64_t bytes;
    BufferId buffer{};         ///< the arena's is not kept: it changes
    std::uint64_t offset = 0;  ///< in the arena
    std::uint32_t holders = 1; ///< release() as often

    bool isInArena() const { return buffer == BufferId{}; }
  };

  Result<Piece*> find(detail::MemoryId memory, std::uint64_t offset, std::uint64_t bytes);
  Result<BufferId> parameterBuffer(std::size_t bytes);
  Status sweepPart(const detail::FunctionInfo& stencil, PipelineId pipeline,
                   const detail::SweepRange& cells, std::span<const detail::Argument> arguments);
  Status submitSweep(const detail::FunctionInfo& stencil, const Dispatch& dispatch,
                     const detail::SweepRange& cells, std::span<const detail::Argument> arguments);

  ComputeDevice& device_;
  DeviceArena fields_;
  std::uint32_t last_;
  std::unordered_map<std::uint32_t, Piece> pieces_;
  BufferId parameters_{};
  std::size_t parameterBytes_ = 0;
};

} // namespace ring::runtime

#endif
