// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks of arguments against what is registered of a kernel or stencil.
#include "runtime/core/LaunchChecks.h"

#include "runtime/core/Registry.h"

#include <algorithm>
#include <string>

namespace ring::runtime {

using detail::Argument;
using detail::Extent;
using detail::FunctionInfo;
using detail::ParameterKind;
using detail::SweepRange;

namespace {

Status invalid(std::string message) {
  return Status(StatusCode::InvalidArgument, std::move(message));
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string toText(const Extent& e, std::uint32_t dims) {
  std::string text = std::to_string(e.x);
  if (dims > 1)
    text += " x " + std::to_string(e.y);
  if (dims > 2)
    text += " x " + std::to_string(e.z);
  return text;
}

Status checkFunction(const FunctionInfo& function, std::span<const Argument> arguments) {
  if (Status status = checkVersion(*function.module()); !status)
    return status;
  if (arguments.size() == function.parameters.size())
    return Status::ok();
  return invalid(quoted(function.name) + " has " + std::to_string(function.parameters.size()) +
                 " parameters and was given " + std::to_string(arguments.size()) + " arguments");
}

/// One piece of memory, two parameters, and one of them writes: the result would hang on the order
/// of threads, and GPUs' compilers assume that it does not happen.
Status checkAliases(const FunctionInfo& function, std::span<const Argument> arguments) {
  const auto& parameters = function.parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (parameters[i].kind == ParameterKind::Value || parameters[j].kind == ParameterKind::Value)
        continue;
      if (arguments[i].memory != arguments[j].memory ||
          (parameters[i].isConst && parameters[j].isConst))
        continue;
      return invalid(quoted(function.name) + " was given the same " +
                     (function.isStencil ? "field" : "buffer") + " for " +
                     quoted(parameters[j].name) + " and " + quoted(parameters[i].name) +
                     ", and writes it; give it two");
    }
  return Status::ok();
}

/// Range and margins along one axis.
Status checkAxis(const FunctionInfo& stencil, int axis, std::int32_t extent,
                 const SweepRange* range, SweepRange& cells) {
  const std::int64_t low = stencil.marginLow[axis];
  const std::int64_t high = std::int64_t(extent) - stencil.marginHigh[axis]; // one past the last
  if (!range) {
    cells.origin[axis] = static_cast<std::int32_t>(std::min<std::int64_t>(low, extent));
    cells.count[axis] = static_cast<std::int32_t>(std::max<std::int64_t>(high - low, 0));
    return Status::ok();
  }
  const std::int64_t from = range->origin[axis], count = range->count[axis];
  if (count < 0 || (count > 0 && (from < low || from + count > high)))
    return invalid("the range of " + quoted(stencil.name) + " takes " + std::to_string(count) +
                   " cells from " + std::to_string(from) + " along " + "xyz"[axis] +
                   "; its footprint allows those from " + std::to_string(low) + " to " +
                   std::to_string(high - 1));
  cells.origin[axis] = range->origin[axis];
  cells.count[axis] = range->count[axis];
  return Status::ok();
}

} // namespace

Status checkLaunch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                   std::span<const Argument> arguments) {
  if (Status status = checkFunction(kernel, arguments); !status)
    return status;
  for (const std::uint32_t blocks : grid)
    if (blocks == 0)
      return invalid("the grid of " + quoted(kernel.name) + " is " + std::to_string(grid[0]) +
                     " x " + std::to_string(grid[1]) + " x " + std::to_string(grid[2]) +
                     " blocks; each must be from 1 to 4294967295");
  return checkAliases(kernel, arguments);
}

Status checkSweep(const FunctionInfo& stencil, const SweepRange* range,
                  std::span<const Argument> arguments, SweepRange& cells) {
  if (Status status = checkFunction(stencil, arguments); !status)
    return status;
  const Argument* first = nullptr;
  std::string_view firstName;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (stencil.parameters[i].kind != ParameterKind::Cell)
      continue;
    const Argument& field = arguments[i];
    const std::string_view name = stencil.parameters[i].name;
    if (field.dims != stencil.dims)
      return invalid("the field for " + quoted(name) + " of " + quoted(stencil.name) + " has " +
                     std::to_string(field.dims) + " dimensions, the stencil " +
                     std::to_string(stencil.dims));
    if (!first) {
      first = &field;
      firstName = name;
    } else if (field.extent.x != first->extent.x || field.extent.y != first->extent.y ||
               field.extent.z != first->extent.z) {
      return invalid("the fields of " + quoted(stencil.name) + " differ: " + quoted(firstName) +
                     " is " + toText(first->extent, stencil.dims) + ", " + quoted(name) + " is " +
                     toText(field.extent, stencil.dims));
    }
  }
  if (!first)
    return invalid(quoted(stencil.name) + " has no field to sweep");
  if (Status status = checkAliases(stencil, arguments); !status)
    return status;
  cells.extent = first->extent;
  const std::int32_t extents[3] = {first->extent.x, first->extent.y, first->extent.z};
  for (int axis = 0; axis < 3; ++axis)
    if (Status status = checkAxis(stencil, axis, extents[axis], range, cells); !status)
      return status;
  return Status::ok();
}

} // namespace ring::runtime
