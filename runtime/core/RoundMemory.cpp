// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parameter blocks, or native parameters where the device takes them, and the dispatches.
#include "runtime/core/RoundMemory.h"

#include <ringkernel/abi/Launch.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>

namespace ring::runtime {

using detail::FunctionInfo;
using detail::MemoryId;
using detail::MemoryKind;
using detail::ParameterInfo;
using detail::ParameterKind;
using detail::SweepRange;

namespace {

Status invalid(std::string message) {
  return Status(StatusCode::InvalidArgument, std::move(message));
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

/// A value in a parameter block: those narrower than 4 bytes extended to 4.
void putValue(std::byte* to, const ParameterInfo& parameter, const void* value) {
  std::memcpy(to, value, parameter.size);
  if (parameter.size >= 4)
    return;
  const bool negative =
      parameter.signExtend && (static_cast<std::uint8_t>(to[parameter.size - 1]) & 0x80) != 0;
  std::memset(to + parameter.size, negative ? 0xff : 0, 4 - parameter.size);
}

template <class T> void put(std::byte* to, const T& value) {
  std::memcpy(to, &value, sizeof(value));
}

template <class T> std::span<const std::byte> bytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

abi::SweepHeader headerOf(const SweepRange& cells) {
  abi::SweepHeader header{};
  const std::int32_t extents[3] = {cells.extent.x, cells.extent.y, cells.extent.z};
  for (int axis = 0; axis < 3; ++axis) {
    header.extent[axis] = static_cast<std::uint32_t>(extents[axis]);
    header.origin[axis] = static_cast<std::uint32_t>(cells.origin[axis]);
    header.count[axis] = static_cast<std::uint32_t>(cells.count[axis]);
  }
  return header;
}

std::uint64_t roundUp4(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }

} // namespace

RoundMemory::RoundMemory(ComputeDevice& device, std::uint32_t last)
    : device_(device), fields_(device, std::numeric_limits<std::uint64_t>::max(), "fields"),
      last_(last) {}

Result<MemoryId> RoundMemory::allocate(MemoryKind kind, std::uint64_t bytes,
                                       std::uint32_t elementBytes) {
  Piece piece{bytes};
  if (kind == MemoryKind::Field && !device_.limits().takesArguments) {
    // Shaders count from the arena's start in elements, and devices bind at multiples of 4.
    Result<std::uint64_t> offset = fields_.allocate(bytes, std::lcm(elementBytes, 16u));
    if (!offset)
      return offset.status();
    piece.offset = *offset;
    const std::vector<std::byte> zeros(bytes); // an earlier field may have lain there
    if (Status status = fields_.write(*offset, zeros); !status)
      return status;
  } else {
    if (bytes > device_.limits().maxBindingBytes)
      return Status(StatusCode::Exhausted, "a buffer of " + std::to_string(bytes) +
                                               " bytes; this device binds up to " +
                                               std::to_string(device_.limits().maxBindingBytes));
    Result<BufferId> buffer = device_.createBuffer(roundUp4(bytes));
    if (!buffer)
      return buffer.status();
    piece.buffer = *buffer;
  }
  pieces_.emplace(++last_, piece);
  return MemoryId(last_);
}

void RoundMemory::hold(MemoryId memory) {
  if (const auto found = pieces_.find(static_cast<std::uint32_t>(memory)); found != pieces_.end())
    ++found->second.holders;
}

bool RoundMemory::isLast(MemoryId memory) const {
  const auto found = pieces_.find(static_cast<std::uint32_t>(memory));
  return found != pieces_.end() && found->second.holders == 1;
}

void RoundMemory::release(MemoryId memory) {
  const auto found = pieces_.find(static_cast<std::uint32_t>(memory));
  if (found == pieces_.end() || --found->second.holders != 0)
    return;
  if (found->second.isInArena())
    fields_.release(found->second.offset);
  else
    static_cast<void>(device_.destroyBuffer(found->second.buffer).isOk()); // nothing to be done
  pieces_.erase(found);
}

Result<RoundMemory::Piece*> RoundMemory::find(MemoryId memory, std::uint64_t offset,
                                              std::uint64_t bytes) {
  const auto found = pieces_.find(static_cast<std::uint32_t>(memory));
  if (found == pieces_.end())
    return Status(StatusCode::NotFound, "no such memory");
  if (offset > found->second.bytes || bytes > found->second.bytes - offset)
    return invalid(std::to_string(bytes) + " bytes at " + std::to_string(offset) +
                   " leave memory of " + std::to_string(found->second.bytes) + " bytes");
  return &found->second;
}

Status RoundMemory::upload(MemoryId memory, std::uint64_t offset, std::span<const std::byte> from) {
  Result<Piece*> piece = find(memory, offset, from.size());
  if (!piece)
    return piece.status();
  return (*piece)->isInArena() ? fields_.write((*piece)->offset + offset, from)
                               : writeBytes(device_, (*piece)->buffer, offset, from);
}

Status RoundMemory::download(MemoryId memory, std::uint64_t offset, std::span<std::byte> to) {
  Result<Piece*> piece = find(memory, offset, to.size());
  if (!piece)
    return piece.status();
  return (*piece)->isInArena() ? fields_.read((*piece)->offset + offset, to)
                               : readBytes(device_, (*piece)->buffer, offset, to);
}

Result<BufferId> RoundMemory::bufferOf(MemoryId memory, std::uint64_t offset, std::uint64_t bytes) {
  Result<Piece*> piece = find(memory, offset, bytes);
  if (!piece)
    return piece.status();
  return (*piece)->buffer;
}

Result<BufferId> RoundMemory::parameterBuffer(std::size_t bytes) {
  if (bytes <= parameterBytes_)
    return parameters_;
  Result<BufferId> made = device_.createBuffer(bytes); // the smaller one may still be in use
  if (made) {
    parameters_ = *made;
    parameterBytes_ = bytes;
  }
  return made;
}

/// Emitted code with a parameter block counts elements and threads in 31 bits.
static Status checkCounts(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                          std::span<const detail::Argument> arguments) {
  const std::string limit = "; this device counts to " + std::to_string(abi::kMaxLaunchCount);
  for (int axis = 0; axis < 3; ++axis) {
    const std::uint64_t threads = std::uint64_t(grid[axis]) * kernel.blockSize[axis];
    if (threads > abi::kMaxLaunchCount)
      return invalid("the grid of " + quoted(kernel.name) + " has " + std::to_string(threads) +
                     " threads along one axis" + limit);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ParameterInfo& parameter = kernel.parameters[i];
    if (parameter.kind == ParameterKind::Span && arguments[i].count > abi::kMaxLaunchCount)
      return invalid(quoted(parameter.name) + " of " + quoted(kernel.name) + " has " +
                     std::to_string(arguments[i].count) + " elements" + limit);
  }
  return Status::ok();
}

Status RoundMemory::launch(const FunctionInfo& kernel, PipelineId pipeline,
                           const std::array<std::uint32_t, 3>& grid,
                           std::span<const detail::Argument> arguments) {
  const DeviceLimits& limits = device_.limits();
  for (const std::uint32_t blocks : grid)
    if (blocks > limits.maxWorkgroupsPerDimension)
      return invalid("the grid of " + quoted(kernel.name) + " has " + std::to_string(blocks) +
                     " blocks along one axis; this device takes " +
                     std::to_string(limits.maxWorkgroupsPerDimension));
  if (Status status = limits.takesArguments ? Status::ok() : checkCounts(kernel, grid, arguments);
      !status)
    return status;
  std::vector<std::byte> block(kernel.parameterBytes);
  std::vector<std::uint64_t> counts(arguments.size());
  std::vector<Binding> bindings;
  std::vector<Argument> native;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ParameterInfo& parameter = kernel.parameters[i];
    if (parameter.kind == ParameterKind::Value) {
      putValue(block.data() + parameter.blockOffset, parameter, arguments[i].value);
      native.push_back(
          {.bytes = {static_cast<const std::byte*>(arguments[i].value), parameter.size}});
      continue;
    }
    Result<Piece*> piece = find(arguments[i].memory, 0, 0);
    if (!piece)
      return piece.status();
    counts[i] = arguments[i].count;
    put(block.data() + parameter.blockOffset,
        abi::SpanArgument{static_cast<std::uint32_t>(counts[i])});
    bindings.push_back({parameter.slot, (*piece)->buffer, 0, roundUp4((*piece)->bytes)});
    native.push_back({.buffer = (*piece)->buffer});
    native.push_back({.bytes = bytesOf(counts[i])});
  }
  Dispatch dispatch{.pipeline = pipeline, .bindings = bindings, .groups = grid};
  if (limits.takesArguments) {
    dispatch.bindings = {};
    dispatch.arguments = native;
    return device_.submit({&dispatch, 1});
  }
  if (bindings.size() + 1 > limits.maxStorageBuffersPerStage)
    return Status(StatusCode::Unsupported,
                  quoted(kernel.name) + " takes " + std::to_string(bindings.size()) +
                      " spans; this device binds " +
                      std::to_string(limits.maxStorageBuffersPerStage - 1));
  Result<BufferId> parameters = parameterBuffer(block.size());
  if (!parameters)
    return parameters.status();
  if (Status status = device_.write(*parameters, 0, block); !status)
    return status;
  bindings.push_back({kernel.parameterSlot, *parameters, 0, block.size()});
  dispatch.bindings = bindings;
  return device_.submit({&dispatch, 1});
}

Status RoundMemory::sweep(const FunctionInfo& stencil, PipelineId pipeline, const SweepRange& cells,
                          std::span<const detail::Argument> arguments) {
  // Cut along the axes where the device has fewer workgroups than the range needs.
  std::int32_t most[3];
  for (int axis = 0; axis < 3; ++axis)
    most[axis] = static_cast<std::int32_t>(
        std::min<std::uint64_t>(std::uint64_t(device_.limits().maxWorkgroupsPerDimension) *
                                    abi::kSweepBlock[stencil.dims - 1][axis],
                                std::numeric_limits<std::int32_t>::max()));
  SweepRange part = cells;
  for (std::int32_t z = 0; z < cells.count[2]; z += part.count[2]) {
    part.origin[2] = cells.origin[2] + z;
    part.count[2] = std::min(most[2], cells.count[2] - z);
    for (std::int32_t y = 0; y < cells.count[1]; y += part.count[1]) {
      part.origin[1] = cells.origin[1] + y;
      part.count[1] = std::min(most[1], cells.count[1] - y);
      for (std::int32_t x = 0; x < cells.count[0]; x += part.count[0]) {
        part.origin[0] = cells.origin[0] + x;
        part.count[0] = std::min(most[0], cells.count[0] - x);
        if (Status status = sweepPart(stencil, pipeline, part, arguments); !status)
          return status;
      }
    }
  }
  return Status::ok();
}

Status RoundMemory::sweepPart(const FunctionInfo& stencil, PipelineId pipeline,
                              const SweepRange& cells,
                              std::span<const detail::Argument> arguments) {
  Dispatch dispatch;
  dispatch.pipeline = pipeline;
  for (int axis = 0; axis < 3; ++axis) {
    const std::uint32_t block = abi::kSweepBlock[stencil.dims - 1][axis];
    dispatch.groups[axis] = (static_cast<std::uint32_t>(cells.count[axis]) + block - 1) / block;
  }
  return submitSweep(stencil, dispatch, cells, arguments);
}

Status RoundMemory::submitSweep(const FunctionInfo& stencil, const Dispatch& shape,
                                const SweepRange& cells,
                                std::span<const detail::Argument> arguments) {
  const abi::SweepHeader header = headerOf(cells);
  std::vector<std::byte> block(stencil.parameterBytes);
  put(block.data(), header);
  std::vector<Argument> fields, values;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ParameterInfo& parameter = stencil.parameters[i];
    std::byte* place = block.data() + parameter.blockOffset;
    if (parameter.kind == ParameterKind::Value) {
      putValue(place, parameter, arguments[i].value);
      values.push_back(
          {.bytes = {static_cast<const std::byte*>(arguments[i].value), parameter.size}});
      continue;
    }
    Result<Piece*> piece = find(arguments[i].memory, 0, 0);
    if (!piece)
      return piece.status();
    put(place, abi::FieldArgument{static_cast<std::uint32_t>((*piece)->offset / parameter.size)});
    fields.push_back({.buffer = (*piece)->buffer}); // in the arena: only the block above counts
  }
  Dispatch dispatch = shape;
  if (device_.limits().takesArguments) {
    fields.push_back({.bytes = bytesOf(header)});
    fields.insert(fields.end(), values.begin(), values.end());
    dispatch.arguments = fields;
    return device_.submit({&dispatch, 1});
  }
  Result<BufferId> parameters = parameterBuffer(block.size());
  if (!parameters)
    return parameters.status();
  if (Status status = device_.write(*parameters, 0, block); !status)
    return status;
  const Binding bindings[] = {{0, fields_.buffer(), 0, fields_.capacity()},
                              {stencil.parameterSlot, *parameters, 0, block.size()}};
  dispatch.bindings = bindings;
  return device_.submit({&dispatch, 1});
}

} // namespace ring::runtime
