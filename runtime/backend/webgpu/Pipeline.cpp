// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WGSL to pipeline. The module is created first, so that what Tint says of the source comes before
// anything that we might say of the entry point.

#include "runtime/backend/webgpu/Pipeline.h"

#include <algorithm>
#include <vector>

namespace ring::runtime::webgpu {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string extent(const std::array<std::uint32_t, 3>& size) {
  return number(size[0]) + "x" + number(size[1]) + "x" + number(size[2]);
}

Status checkEntry(const EntryPoint& entry, const std::array<std::uint32_t, 3>& workgroupSize,
                  const DeviceLimits& limits) {
  const std::string name = "`" + entry.name + "`";
  if (entry.workgroupSize && *entry.workgroupSize != workgroupSize)
    return {StatusCode::InvalidArgument, name + " is asked for with workgroups of " +
                                             extent(workgroupSize) + " and declares " +
                                             extent(*entry.workgroupSize)};
  for (const StorageBinding& binding : entry.bindings)
    if (binding.group != 0)
      return {StatusCode::InvalidArgument, name + " uses `" + binding.name + "` of group " +
                                               number(binding.group) + "; only group 0 is bound"};
  if (entry.bindings.size() > limits.maxStorageBuffersPerStage)
    return {StatusCode::Unsupported, name + " uses " + number(entry.bindings.size()) +
                                         " storage buffers; this device takes at most " +
                                         number(limits.maxStorageBuffersPerStage)};
  return Status::ok();
}

std::vector<BindGroupLayoutEntry> layoutEntries(const EntryPoint& entry) {
  std::vector<BindGroupLayoutEntry> entries;
  for (const StorageBinding& binding : entry.bindings) {
    BindGroupLayoutEntry& layoutEntry = entries.emplace_back();
    layoutEntry.binding = binding.slot;
    layoutEntry.buffer.type =
        binding.readOnly ? BufferBindingType::ReadOnlyStorage : BufferBindingType::Storage;
  }
  return entries;
}

} // namespace

Result<Pipeline> createPipeline(Session& session, std::string_view source,
                                std::string_view entryPoint,
                                std::array<std::uint32_t, 3> workgroupSize) {
  const Api& api = session.api();
  ShaderSourceWgsl code;
  code.code = source;
  ShaderModuleDescriptor moduleDescriptor;
  moduleDescriptor.nextInChain = &code.chain;
  Owned<ShaderModuleImpl> module(nullptr, api.ShaderModuleRelease);
  Status status = session.checked(StatusCode::InvalidArgument, [&] {
    module.reset(api.DeviceCreateShaderModule(session.device(), &moduleDescriptor));
  });
  if (!status)
    return status;

  std::vector<EntryPoint> entries = computeEntryPoints(source);
  const auto entry = std::ranges::find(entries, entryPoint, &EntryPoint::name);
  if (entry == entries.end())
    return Status(StatusCode::NotFound,
                  "the source has no compute entry point `" + std::string(entryPoint) + "`");
  status = checkEntry(*entry, workgroupSize, session.limits());
  if (!status)
    return status;

  const std::vector<BindGroupLayoutEntry> slots = layoutEntries(*entry);
  Pipeline pipeline{{nullptr, api.ComputePipelineRelease},
                    {nullptr, api.BindGroupLayoutRelease},
                    std::move(*entry)};
  status = session.checked(StatusCode::InvalidArgument, [&] {
    BindGroupLayoutDescriptor layout;
    layout.entryCount = slots.size();
    layout.entries = slots.data();
    pipeline.layout.reset(api.DeviceCreateBindGroupLayout(session.device(), &layout));
    BindGroupLayoutImpl* const groups[] = {pipeline.layout.get()};
    PipelineLayoutDescriptor pipelineLayout;
    pipelineLayout.bindGroupLayoutCount = 1;
    pipelineLayout.bindGroupLayouts = groups;
    Owned<PipelineLayoutImpl> owned(
        api.DeviceCreatePipelineLayout(session.device(), &pipelineLayout),
        api.PipelineLayoutRelease);
    ComputePipelineDescriptor descriptor;
    descriptor.layout = owned.get();
    descriptor.compute.module = module.get();
    descriptor.compute.entryPoint = entryPoint;
    pipeline.handle.reset(api.DeviceCreateComputePipeline(session.device(), &descriptor));
  });
  if (!status)
    return status;
  return pipeline;
}

} // namespace ring::runtime::webgpu
