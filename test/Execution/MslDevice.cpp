// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ComputeDevice over the execute shim. Limits are those that Metal promises on every Mac, and are
// held to, so that what runs here does not ask for more than a Metal device has.

#include "test/Execution/MslDevice.h"

#include "test/shims/metal/Compiler.h"
#include "test/shims/metal/Lanes.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace ring::test {

namespace {

constexpr DeviceLimits kLimits{
    .maxStorageBuffersPerStage = 31,
    .maxInvocationsPerWorkgroup = 1024,
    .maxWorkgroupSize = {1024, 1024, 1024},
    .maxWorkgroupsPerDimension = 65535,
    .maxWorkgroupMemoryBytes = 32 * 1024,
    .maxBufferBytes = std::uint64_t(1) << 30,
    .maxBindingBytes = std::uint64_t(1) << 30,
    .bindingOffsetAlignmentBytes = 256,
};

/// Of a buffer's start: more than any type of MSL asks for.
constexpr std::size_t kAlignment = 256;

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Module {
  msl::Source source;
  void* library = nullptr;
};

struct MslPipeline {
  const msl::Kernel* kernel;
  msl::KernelFunction function;
  bool synchronises;
  std::array<std::uint32_t, 3> workgroupSize;
};

struct FreeAligned {
  void operator()(std::byte* bytes) const {
    ::operator delete(bytes, std::align_val_t(kAlignment));
  }
};

struct MslBuffer {
  std::unique_ptr<std::byte, FreeAligned> bytes;
  std::uint64_t sizeBytes;
};

class MslDevice final : public ComputeDevice {
public:
  explicit MslDevice(unsigned threads)
      : threads(threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency())),
        groups(this->threads) {}

  const DeviceInfo& info() const override { return deviceInfo; }
  const DeviceLimits& limits() const override { return kLimits; }
  Result<BufferId> createBuffer(std::uint64_t sizeBytes) override;
  Status destroyBuffer(BufferId buffer) override;
  Status write(BufferId buffer, std::uint64_t offsetBytes,
               std::span<const std::byte> bytes) override;
  Status read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) override;
  Result<PipelineId> createPipeline(std::string_view source, std::string_view entryPoint,
                                    std::array<std::uint32_t, 3> workgroupSize) override;
  Status submit(std::span<const Dispatch> dispatches) override;
  Status wait() override { return std::exchange(fault, Status::ok()); }

private:
  struct Prepared {
    const MslPipeline* pipeline = nullptr;
    std::array<void*, 31> buffers{};
    std::array<std::uint32_t, 3> groups{};
  };

  Result<std::byte*> range(BufferId buffer, std::uint64_t offsetBytes, std::uint64_t sizeBytes,
                           const std::string& what);
  Result<const Module*> load(std::string_view source);
  Result<Prepared> prepare(const Dispatch& dispatch);
  void run(const Prepared& dispatch);
  std::string runGroup(const Prepared& dispatch, msl::Position position, msl::LaneGroup& lanes);

  const unsigned threads;
  std::vector<msl::LaneGroup> groups; ///< one a thread
  std::unordered_map<BufferId, MslBuffer> buffers;
  std::map<std::string, std::unique_ptr<Module>, std::less<>> modules; ///< by source
  std::vector<MslPipeline> pipelines; ///< PipelineId is the index + 1
  std::uint32_t lastBufferId = 0;
  Status fault = Status::ok();
  const DeviceInfo deviceInfo{"msl-shim", "MSL on the CPU, through " RINGKERNEL_SHIM_CLANG};
};

Result<BufferId> MslDevice::createBuffer(std::uint64_t sizeBytes) {
  if (sizeBytes == 0 || sizeBytes > kLimits.maxBufferBytes)
    return Status(StatusCode::InvalidArgument,
                  "a buffer of " + number(sizeBytes) + " bytes; from 1 to " +
                      number(kLimits.maxBufferBytes) + " are possible");
  const std::uint64_t rounded = (sizeBytes + 3) / 4 * 4;
  auto* bytes = static_cast<std::byte*>(::operator new(rounded, std::align_val_t(kAlignment)));
  std::memset(bytes, 0, rounded);
  const BufferId id{++lastBufferId};
  buffers.emplace(id, MslBuffer{std::unique_ptr<std::byte, FreeAligned>(bytes), rounded});
  return id;
}

Status MslDevice::destroyBuffer(BufferId buffer) {
  if (buffers.erase(buffer) == 0)
    return {StatusCode::NotFound, "no buffer " + number(static_cast<std::uint32_t>(buffer))};
  return Status::ok();
}

Result<std::byte*> MslDevice::range(BufferId buffer, std::uint64_t offsetBytes,
                                    std::uint64_t sizeBytes, const std::string& what) {
  const auto found = buffers.find(buffer);
  if (found == buffers.end())
    return Status(StatusCode::NotFound,
                  what + ": no buffer " + number(static_cast<std::uint32_t>(buffer)));
  const std::uint64_t total = found->second.sizeBytes;
  if (offsetBytes % 4 != 0 || sizeBytes % 4 != 0 || offsetBytes > total ||
      sizeBytes > total - offsetBytes)
    return Status(StatusCode::InvalidArgument,
                  what + ": offset " + number(offsetBytes) + " and size " + number(sizeBytes) +
                      " must be multiples of 4 within the buffer's " + number(total) + " bytes");
  return found->second.bytes.get() + offsetBytes;
}

Status MslDevice::write(BufferId buffer, std::uint64_t offsetBytes,
                        std::span<const std::byte> bytes) {
  Result<std::byte*> target = range(buffer, offsetBytes, bytes.size(), "write");
  if (target)
    std::ranges::copy(bytes, *target);
  return target.status();
}

Status MslDevice::read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) {
  Result<std::byte*> source = range(buffer, offsetBytes, bytes.size(), "read");
  if (!source)
    return source.status();
  std::copy_n(*source, bytes.size(), bytes.begin());
  return wait();
}

Result<const Module*> MslDevice::load(std::string_view source) {
  const auto loaded = modules.find(source);
  if (loaded != modules.end())
    return loaded->second.get();
  auto module = std::make_unique<Module>();
  module->source = msl::readSource(source);
  if (!module->source.errors.empty())
    return Status(StatusCode::InvalidArgument, module->source.errors);
  const msl::Outcome outcome = msl::compile(module->source, "source.metal");
  if (!outcome.fine)
    return Status(StatusCode::InvalidArgument, outcome.messages);
  module->library = dlopen(outcome.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module->library)
    return Status(StatusCode::Internal, std::string("cannot load what clang made: ") + dlerror());
  auto* services = static_cast<const msl::Services**>(dlsym(module->library, msl::kServicesSymbol));
  if (services)
    *services = &msl::LaneGroup::services();
  return modules.emplace(source, std::move(module)).first->second.get();
}

Result<PipelineId> MslDevice::createPipeline(std::string_view source, std::string_view entryPoint,
                                             std::array<std::uint32_t, 3> workgroupSize) {
  const std::uint64_t lanes = std::uint64_t(workgroupSize[0]) * workgroupSize[1] * workgroupSize[2];
  if (lanes == 0 || lanes > kLimits.maxInvocationsPerWorkgroup)
    return Status(StatusCode::InvalidArgument,
                  "a threadgroup of " + number(lanes) + " lanes; from 1 to " +
                      number(kLimits.maxInvocationsPerWorkgroup) + " are possible");
  Result<const Module*> module = load(source);
  if (!module)
    return module.status();
  const auto& kernels = (*module)->source.kernels;
  const auto kernel = std::ranges::find(kernels, entryPoint, &msl::Kernel::name);
  if (kernel == kernels.end())
    return Status(StatusCode::NotFound,
                  "the source has no kernel `" + std::string(entryPoint) + "`");
  const std::string symbol = std::string(msl::kKernelSymbol) + kernel->name;
  const auto function =
      reinterpret_cast<msl::KernelFunction>(dlsym((*module)->library, symbol.c_str()));
  if (!function)
    return Status(StatusCode::Internal, "the compiled library has no `" + symbol + "`");
  pipelines.push_back({&*kernel, function, (*module)->source.synchronises, workgroupSize});
  return PipelineId(static_cast<std::uint32_t>(pipelines.size()));
}

Result<MslDevice::Prepared> MslDevice::prepare(const Dispatch& dispatch) {
  const auto index = static_cast<std::uint32_t>(dispatch.pipeline);
  if (index == 0 || index > pipelines.size())
    return Status(StatusCode::NotFound, "no pipeline " + number(index));
  Prepared prepared;
  prepared.pipeline = &pipelines[index - 1];
  prepared.groups = dispatch.groups;
  const msl::Kernel& kernel = *prepared.pipeline->kernel;
  for (const msl::Parameter& parameter : kernel.parameters) {
    if (parameter.slot < 0)
      continue;
    const auto given =
        std::ranges::find(dispatch.bindings, std::uint32_t(parameter.slot), &Binding::slot);
    const std::string what =
        "binding " + number(std::uint64_t(parameter.slot)) + " of `" + kernel.name + "`";
    if (given == dispatch.bindings.end())
      return Status(StatusCode::InvalidArgument, what + " is not given");
    if (given->sizeBytes == 0 || given->offsetBytes % kLimits.bindingOffsetAlignmentBytes != 0)
      return Status(StatusCode::InvalidArgument,
                    what + " has offset " + number(given->offsetBytes) + " and size " +
                        number(given->sizeBytes) + "; the offset is to be a multiple of " +
                        number(kLimits.bindingOffsetAlignmentBytes) + ", the size above 0");
    Result<std::byte*> bytes = range(given->buffer, given->offsetBytes, given->sizeBytes, what);
    if (!bytes)
      return bytes.status();
    prepared.buffers[std::size_t(parameter.slot)] = *bytes;
  }
  for (std::uint32_t groups : dispatch.groups)
    if (groups > kLimits.maxWorkgroupsPerDimension)
      return Status(StatusCode::InvalidArgument,
                    "`" + kernel.name + "` is launched with " + number(groups) +
                        " threadgroups in one dimension; at most " +
                        number(kLimits.maxWorkgroupsPerDimension) + " are possible");
  return prepared;
}

Status MslDevice::submit(std::span<const Dispatch> dispatches) {
  std::vector<Prepared> prepared;
  for (const Dispatch& dispatch : dispatches) {
    Result<Prepared> next = prepare(dispatch);
    if (!next)
      return next.status();
    prepared.push_back(*next);
  }
  for (const Prepared& dispatch : prepared)
    run(dispatch);
  return Status::ok();
}

void MslDevice::run(const Prepared& dispatch) {
  const std::uint64_t count =
      std::uint64_t(dispatch.groups[0]) * dispatch.groups[1] * dispatch.groups[2];
  std::atomic<std::uint64_t> next{0};
  std::mutex faultMutex;
  const auto worker = [&](msl::LaneGroup& lanes) {
    // Relaxed: the counter only hands out numbers; starting and joining the threads orders the
    // data.
    for (std::uint64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
      msl::Position position{};
      position.group[0] = unsigned(i % dispatch.groups[0]);
      position.group[1] = unsigned(i / dispatch.groups[0] % dispatch.groups[1]);
      position.group[2] = unsigned(i / dispatch.groups[0] / dispatch.groups[1]);
      const std::string message = runGroup(dispatch, position, lanes);
      const std::lock_guard lock(faultMutex);
      if (!message.empty() && fault.isOk())
        fault =
            Status(StatusCode::Internal, "`" + dispatch.pipeline->kernel->name + "`: " + message);
    }
  };
  const auto workers = unsigned(std::min<std::uint64_t>(threads, count));
  std::vector<std::jthread> running;
  for (unsigned i = 1; i < workers; ++i)
    running.emplace_back(worker, std::ref(groups[i]));
  worker(groups[0]);
}

std::string MslDevice::runGroup(const Prepared& dispatch, msl::Position position,
                                msl::LaneGroup& lanes) {
  const MslPipeline& pipeline = *dispatch.pipeline;
  const auto& size = pipeline.workgroupSize;
  std::ranges::copy(size, position.threadsPerGroup);
  std::ranges::copy(dispatch.groups, position.groupsPerGrid);
  const auto lane = [&](unsigned i) {
    msl::Position mine = position;
    mine.lane[0] = i % size[0];
    mine.lane[1] = i / size[0] % size[1];
    mine.lane[2] = i / size[0] / size[1];
    pipeline.function(dispatch.buffers.data(), &mine);
  };
  const unsigned count = size[0] * size[1] * size[2];
  if (pipeline.synchronises)
    return lanes.run(count, lane);
  for (unsigned i = 0; i < count; ++i)
    lane(i);
  return {};
}

} // namespace

std::unique_ptr<ComputeDevice> makeMslDevice(unsigned threads) {
  return std::make_unique<MslDevice>(threads);
}

} // namespace ring::test
