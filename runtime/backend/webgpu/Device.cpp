// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ComputeDevice over WebGPU: buffers are Memory's, compilation is Pipeline's, submission is here.
// All dispatches of a submit go into one compute pass, where WebGPU orders them and makes each
// one's writes visible to the next.

#include "runtime/backend/webgpu/Device.h"

#include "runtime/backend/webgpu/Memory.h"
#include "runtime/backend/webgpu/Pipeline.h"

#include <algorithm>
#include <map>
#include <vector>

namespace ring::runtime::webgpu {

namespace {

/// Rounds bind the same buffers again and again; beyond this many different groups all are made
/// anew.
constexpr std::size_t kMaxCachedBindGroups = 1024;

std::string number(std::uint64_t value) { return std::to_string(value); }

/// What identifies a bind group: the pipeline, then buffer id, offset and size by slot.
using BindGroupKey = std::vector<std::uint64_t>;

struct PreparedDispatch {
  const Pipeline* pipeline = nullptr;
  BindGroupKey key;
  std::vector<BindGroupEntry> entries;
  std::array<std::uint32_t, 3> groups{};
};

class WebGpuDevice final : public ComputeDevice {
public:
  explicit WebGpuDevice(std::unique_ptr<Session> opened)
      : session(std::move(opened)), memory(*session) {}

  const DeviceInfo& info() const override { return session->info(); }
  const DeviceLimits& limits() const override { return session->limits(); }

  Result<BufferId> createBuffer(std::uint64_t sizeBytes) override {
    return memory.create(sizeBytes);
  }
  Status destroyBuffer(BufferId buffer) override {
    bindGroups.clear(); // they hold on to their buffers
    return memory.destroy(buffer);
  }
  Status write(BufferId buffer, std::uint64_t offsetBytes,
               std::span<const std::byte> bytes) override {
    return memory.write(buffer, offsetBytes, bytes);
  }
  Status read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) override {
    return memory.read(buffer, offsetBytes, bytes);
  }
  Status wait() override { return memory.wait(); }

  Result<PipelineId> createPipeline(std::string_view source, std::string_view entryPoint,
                                    std::array<std::uint32_t, 3> workgroupSize) override;
  Status submit(std::span<const Dispatch> dispatches) override;

private:
  Result<PreparedDispatch> prepare(const Dispatch& dispatch);
  Status bind(const StorageBinding& slot, const Dispatch& dispatch, PreparedDispatch& prepared);
  BindGroupImpl* bindGroup(const PreparedDispatch& prepared);
  void encode(std::span<const PreparedDispatch> dispatches);

  std::unique_ptr<Session> session;
  Memory memory;
  std::vector<std::unique_ptr<Pipeline>> pipelines; ///< PipelineId is the index + 1
  std::map<BindGroupKey, Owned<BindGroupImpl>> bindGroups;
};

Result<PipelineId> WebGpuDevice::createPipeline(std::string_view source,
                                                std::string_view entryPoint,
                                                std::array<std::uint32_t, 3> workgroupSize) {
  Result<Pipeline> pipeline = webgpu::createPipeline(*session, source, entryPoint, workgroupSize);
  if (!pipeline)
    return pipeline.status();
  pipelines.push_back(std::make_unique<Pipeline>(std::move(*pipeline)));
  return PipelineId(static_cast<std::uint32_t>(pipelines.size()));
}

Status WebGpuDevice::submit(std::span<const Dispatch> dispatches) {
  std::vector<PreparedDispatch> prepared;
  for (const Dispatch& dispatch : dispatches) {
    Result<PreparedDispatch> next = prepare(dispatch);
    if (!next)
      return next.status();
    if (std::ranges::find(dispatch.groups, 0u) == dispatch.groups.end())
      prepared.push_back(std::move(*next));
  }
  memory.flushWrite();
  if (bindGroups.size() > kMaxCachedBindGroups)
    bindGroups.clear();
  return session->checked(StatusCode::InvalidArgument, [&] { encode(prepared); });
}

Result<PreparedDispatch> WebGpuDevice::prepare(const Dispatch& dispatch) {
  const auto index = static_cast<std::uint32_t>(dispatch.pipeline);
  if (index == 0 || index > pipelines.size())
    return Status(StatusCode::NotFound, "no pipeline " + number(index));
  PreparedDispatch prepared;
  prepared.pipeline = pipelines[index - 1].get();
  prepared.key.push_back(index);
  prepared.groups = dispatch.groups;
  const EntryPoint& entry = prepared.pipeline->entry;
  for (const StorageBinding& slot : entry.bindings)
    if (Status status = bind(slot, dispatch, prepared); !status)
      return status;
  for (std::uint32_t groups : dispatch.groups)
    if (groups > limits().maxWorkgroupsPerDimension)
      return Status(StatusCode::InvalidArgument,
                    "`" + entry.name + "` is launched with " + number(groups) +
                        " workgroups in one dimension; this device takes at most " +
                        number(limits().maxWorkgroupsPerDimension));
  return prepared;
}

Status WebGpuDevice::bind(const StorageBinding& slot, const Dispatch& dispatch,
                          PreparedDispatch& prepared) {
  const auto given = std::ranges::find(dispatch.bindings, slot.slot, &Binding::slot);
  const std::string what = "binding " + number(slot.slot) + " (`" + slot.name + "`) of `" +
                           prepared.pipeline->entry.name + "`";
  if (given == dispatch.bindings.end())
    return {StatusCode::InvalidArgument, what + " is not given"};
  Result<BufferRecord*> buffer =
      memory.range(given->buffer, given->offsetBytes, given->sizeBytes, what.c_str());
  if (!buffer)
    return buffer.status();
  const DeviceLimits& limit = limits();
  if (given->sizeBytes == 0 || given->sizeBytes > limit.maxBindingBytes)
    return {StatusCode::InvalidArgument, what + " has " + number(given->sizeBytes) +
                                             " bytes; from 4 to " + number(limit.maxBindingBytes) +
                                             " can be bound"};
  if (given->offsetBytes % limit.bindingOffsetAlignmentBytes != 0)
    return {StatusCode::InvalidArgument, what + " has offset " + number(given->offsetBytes) +
                                             ", which is not a multiple of " +
                                             number(limit.bindingOffsetAlignmentBytes)};
  BindGroupEntry& entry = prepared.entries.emplace_back();
  entry.binding = slot.slot;
  entry.buffer = (*buffer)->handle.get();
  entry.offset = given->offsetBytes;
  entry.size = given->sizeBytes;
  prepared.key.insert(prepared.key.end(), {static_cast<std::uint32_t>(given->buffer),
                                           given->offsetBytes, given->sizeBytes});
  return Status::ok();
}

BindGroupImpl* WebGpuDevice::bindGroup(const PreparedDispatch& prepared) {
  const auto cached = bindGroups.find(prepared.key);
  if (cached != bindGroups.end())
    return cached->second.get();
  const Api& api = session->api();
  BindGroupDescriptor descriptor;
  descriptor.layout = prepared.pipeline->layout.get();
  descriptor.entryCount = prepared.entries.size();
  descriptor.entries = prepared.entries.data();
  Owned<BindGroupImpl> group(api.DeviceCreateBindGroup(session->device(), &descriptor),
                             api.BindGroupRelease);
  return bindGroups.emplace(prepared.key, std::move(group)).first->second.get();
}

void WebGpuDevice::encode(std::span<const PreparedDispatch> dispatches) {
  const Api& api = session->api();
  Owned<CommandEncoderImpl> encoder(api.DeviceCreateCommandEncoder(session->device(), nullptr),
                                    api.CommandEncoderRelease);
  Owned<ComputePassEncoderImpl> pass(api.CommandEncoderBeginComputePass(encoder.get(), nullptr),
                                     api.ComputePassEncoderRelease);
  for (const PreparedDispatch& dispatch : dispatches) {
    api.ComputePassEncoderSetPipeline(pass.get(), dispatch.pipeline->handle.get());
    api.ComputePassEncoderSetBindGroup(pass.get(), 0, bindGroup(dispatch), 0, nullptr);
    api.ComputePassEncoderDispatchWorkgroups(pass.get(), dispatch.groups[0], dispatch.groups[1],
                                             dispatch.groups[2]);
  }
  api.ComputePassEncoderEnd(pass.get());
  Owned<CommandBufferImpl> commands(api.CommandEncoderFinish(encoder.get(), nullptr),
                                    api.CommandBufferRelease);
  CommandBufferImpl* list = commands.get();
  api.QueueSubmit(session->queue(), 1, &list);
}

} // namespace

Result<std::unique_ptr<ComputeDevice>> openDevice(const std::string& libraryPath) {
  Result<std::unique_ptr<Session>> session = Session::open(libraryPath);
  if (!session)
    return session.status();
  return std::unique_ptr<ComputeDevice>(new WebGpuDevice(std::move(*session)));
}

bool isSoftware(std::string_view description) {
  for (const char* name : {"SwiftShader", "llvmpipe", "Basic Render"})
    if (description.find(name) != std::string_view::npos)
      return true;
  return false;
}

} // namespace ring::runtime::webgpu
