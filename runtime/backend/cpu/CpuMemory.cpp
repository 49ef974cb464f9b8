// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CpuBackend's half for memory, kernels and stencils: checks, then pointers for the launcher.
#include "runtime/backend/cpu/CpuBackend.h"
#include "runtime/core/LaunchChecks.h"

#include <cstring>
#include <string>

namespace ring::runtime::cpu {

using detail::Argument;
using detail::FunctionInfo;
using detail::MemoryId;
using detail::ParameterKind;
using detail::SpanValue;

namespace {

/// `offset` and `bytes` within `memory`.
Status checkBounds(std::span<std::byte> memory, std::uint64_t offset, std::size_t bytes) {
  if (offset <= memory.size() && bytes <= memory.size() - offset)
    return Status::ok();
  return Status(StatusCode::InvalidArgument, std::to_string(bytes) + " bytes at " +
                                                 std::to_string(offset) + " leave memory of " +
                                                 std::to_string(memory.size()) + " bytes");
}

} // namespace

Result<MemoryId> CpuBackend::allocate(detail::MemoryKind, std::uint64_t bytes, std::uint32_t) {
  return memory_.allocate(bytes);
}

Status CpuBackend::upload(MemoryId id, std::uint64_t offset, std::span<const std::byte> from) {
  const std::span<std::byte> memory = memory_.find(id);
  if (Status status = checkBounds(memory, offset, from.size()); !status)
    return status;
  std::memcpy(memory.data() + offset, from.data(), from.size());
  return Status::ok();
}

Status CpuBackend::download(MemoryId id, std::uint64_t offset, std::span<std::byte> to) {
  const std::span<std::byte> memory = memory_.find(id);
  if (Status status = checkBounds(memory, offset, to.size()); !status)
    return status;
  std::memcpy(to.data(), memory.data() + offset, to.size());
  return Status::ok();
}

Status CpuBackend::launch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                          std::span<const Argument> arguments) {
  if (Status status = checkLaunch(kernel, grid, arguments); !status)
    return status;
  std::vector<SpanValue> spans(arguments.size());
  std::vector<void*> pointers(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (kernel.parameters[i].kind == ParameterKind::Span) {
      spans[i] = {memory_.find(arguments[i].memory).data(), arguments[i].count};
      pointers[i] = &spans[i];
    } else {
      pointers[i] = const_cast<void*>(arguments[i].value); // only read
    }
  }
  return launcher_.launch({&kernel, grid, pointers.data()});
}

Status CpuBackend::sweep(const FunctionInfo& stencil, const detail::SweepRange* range,
                         std::span<const Argument> arguments) {
  detail::SweepRange cells{};
  if (Status status = checkSweep(stencil, range, arguments, cells); !status)
    return status;
  if (!hasCells(cells))
    return Status::ok();
  std::vector<void*> pointers(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i)
    pointers[i] = stencil.parameters[i].kind == ParameterKind::Cell
                      ? static_cast<void*>(memory_.find(arguments[i].memory).data())
                      : const_cast<void*>(arguments[i].value); // only read
  launcher_.sweep(stencil, cells, pointers.data());
  return Status::ok();
}

} // namespace ring::runtime::cpu
