// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ComputeDevice over the CUDA driver. One stream at a time orders everything, so a submit needs no
// event.
// Each source is compiled once, whatever the number of its entry points. After a fault of the
// context (illegal address, launch failure) every call says DeviceLost, as the contract asks.

#include "runtime/backend/cuda/Device.h"

#include "runtime/backend/cuda/Compiler.h"
#include "runtime/backend/cuda/KernelArguments.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace ring::runtime::cuda {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Memory {
  DevicePointer address = 0;
  std::uint64_t sizeBytes = 0;
};

struct Kernel {
  FunctionImpl* function = nullptr;
  std::string name;
  std::array<std::uint32_t, 3> block{};
};

/// A kernel's parameters. `addresses` has room before the first push.
struct Arguments {
  std::vector<DevicePointer> addresses;
  KernelArguments values;
};

class CudaDevice final : public StreamedDevice {
public:
  explicit CudaDevice(std::shared_ptr<Gpu> gpu) : gpu(std::move(gpu)), api(this->gpu->api()) {}
  ~CudaDevice() override;

  Status open();
  const DeviceInfo& info() const override { return deviceInfo; }
  const DeviceLimits& limits() const override { return deviceLimits; }
  Result<BufferId> createBuffer(std::uint64_t sizeBytes) override;
  Status destroyBuffer(BufferId buffer) override;
  Status write(BufferId buffer, std::uint64_t offsetBytes,
               std::span<const std::byte> bytes) override;
  Status read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) override;
  Result<PipelineId> createPipeline(std::string_view source, std::string_view entryPoint,
                                    std::array<std::uint32_t, 3> workgroupSize) override;
  Status submit(std::span<const Dispatch> dispatches) override;
  Status wait() override;
  void setStream(StreamImpl* to) override { stream = to ? to : own; }
  Result<DevicePointer> addressOf(BufferId buffer, std::uint64_t offsetBytes) override {
    return range(buffer, offsetBytes, 0);
  }

private:
  Status describeDevice();
  Status clear(const Memory& memory);
  Status check(const std::string& what, CuResult result) { return gpu->check(what, result); }
  Status enter() { return gpu->enter(); }
  Result<DevicePointer> range(BufferId buffer, std::uint64_t offsetBytes, std::uint64_t sizeBytes);
  Result<ModuleImpl*> load(std::string_view source);
  Result<Arguments> argumentsOf(const Dispatch& dispatch);
  Result<const Kernel*> kernelOf(const Dispatch& dispatch) const;

  const std::shared_ptr<Gpu> gpu;
  const DriverApi& api;
  StreamImpl* own = nullptr;
  StreamImpl* clears = nullptr; ///< of new memory, which no other stream needs to wait for
  StreamImpl* stream = nullptr; ///< the one in use
  DeviceInfo deviceInfo;
  DeviceLimits deviceLimits;
  std::unordered_map<std::uint32_t, Memory> buffers;
  std::unordered_map<std::string, ModuleImpl*> modules; ///< by source
  std::vector<Kernel> kernels;                          ///< PipelineId is the index + 1
  std::uint32_t lastBuffer = 0;
};

CudaDevice::~CudaDevice() {
  if (!gpu->enterToFree())
    return;
  for (StreamImpl* one : {own, clears})
    if (one) {
      api.StreamSynchronize(one);
      api.StreamDestroy(one);
    }
  for (const auto& [source, module] : modules)
    api.ModuleUnload(module);
  for (const auto& [id, memory] : buffers)
    api.MemFree(memory.address);
}

Status CudaDevice::open() {
  if (Status status = enter(); !status)
    return status;
  for (StreamImpl** made : {&own, &clears})
    if (Status status =
            check("cannot make a CUDA stream", api.StreamCreate(made, kStreamNonBlocking));
        !status)
      return status;
  setStream(nullptr);
  return describeDevice();
}

Status CudaDevice::describeDevice() {
  deviceInfo = {"cuda", gpu->description()};
  const struct {
    DeviceAttribute which;
    std::uint32_t& value;
  } questions[] = {
      {DeviceAttribute::MaxThreadsPerBlock, deviceLimits.maxInvocationsPerWorkgroup},
      {DeviceAttribute::MaxBlockDimX, deviceLimits.maxWorkgroupSize[0]},
      {DeviceAttribute::MaxBlockDimY, deviceLimits.maxWorkgroupSize[1]},
      {DeviceAttribute::MaxBlockDimZ, deviceLimits.maxWorkgroupSize[2]},
      {DeviceAttribute::MaxGridDimY, deviceLimits.maxWorkgroupsPerDimension},
      {DeviceAttribute::MaxSharedMemoryPerBlock, deviceLimits.maxWorkgroupMemoryBytes}};
  for (const auto& question : questions)
    if (Status status = gpu->ask(question.which, question.value); !status)
      return status;
  deviceLimits.maxStorageBuffersPerStage = 64;
  deviceLimits.maxBufferBytes = gpu->memoryBytes();
  deviceLimits.maxBindingBytes = gpu->memoryBytes();
  deviceLimits.bindingOffsetAlignmentBytes = 256;
  deviceLimits.takesArguments = true;
  return Status::ok();
}

Result<BufferId> CudaDevice::createBuffer(std::uint64_t sizeBytes) {
  if (Status status = enter(); !status)
    return status;
  if (sizeBytes == 0 || sizeBytes > deviceLimits.maxBufferBytes)
    return Status(StatusCode::InvalidArgument,
                  "a buffer of " + number(sizeBytes) + " bytes; from 1 to " +
                      number(deviceLimits.maxBufferBytes) + " can be had");
  const std::uint64_t rounded = (sizeBytes + 3) / 4 * 4;
  Memory memory{0, rounded};
  const std::string what = "cannot allocate " + number(rounded) + " bytes on the GPU";
  if (Status status = check(what, api.MemAlloc(&memory.address, rounded)); !status)
    return status;
  if (Status status = clear(memory); !status) {
    api.MemFree(memory.address);
    return status;
  }
  buffers.emplace(++lastBuffer, memory);
  return BufferId(lastBuffer);
}

/// When it returns the bytes are zero for every stream.
Status CudaDevice::clear(const Memory& memory) {
  if (Status status = check("cannot clear a buffer",
                            api.MemsetD8Async(memory.address, 0, memory.sizeBytes, clears));
      !status)
    return status;
  return check("cannot clear a buffer", api.StreamSynchronize(clears));
}

Status CudaDevice::destroyBuffer(BufferId buffer) {
  const auto found = buffers.find(static_cast<std::uint32_t>(buffer));
  if (found == buffers.end())
    return {StatusCode::NotFound, "no buffer " + number(static_cast<std::uint32_t>(buffer))};
  if (Status status = wait(); !status)
    return status;
  const DevicePointer address = found->second.address;
  buffers.erase(found);
  return check("cannot free a buffer", api.MemFree(address));
}

Result<DevicePointer> CudaDevice::range(BufferId buffer, std::uint64_t offsetBytes,
                                        std::uint64_t sizeBytes) {
  const auto found = buffers.find(static_cast<std::uint32_t>(buffer));
  if (found == buffers.end())
    return Status(StatusCode::NotFound, "no buffer " + number(static_cast<std::uint32_t>(buffer)));
  const std::uint64_t size = found->second.sizeBytes;
  if (offsetBytes % 4 != 0 || sizeBytes % 4 != 0 || offsetBytes > size ||
      sizeBytes > size - offsetBytes)
    return Status(StatusCode::InvalidArgument, "bytes " + number(offsetBytes) + " to " +
                                                   number(offsetBytes + sizeBytes) +
                                                   " of a buffer of " + number(size) +
                                                   "; whole words inside the buffer are needed");
  return found->second.address + offsetBytes;
}

Status CudaDevice::write(BufferId buffer, std::uint64_t offsetBytes,
                         std::span<const std::byte> bytes) {
  if (Status status = enter(); !status)
    return status;
  Result<DevicePointer> to = range(buffer, offsetBytes, bytes.size());
  if (!to)
    return to.status();
  // From pageable memory the driver has staged the bytes when the call returns.
  return check("cannot write a buffer",
               api.MemcpyHtoDAsync(*to, bytes.data(), bytes.size(), stream));
}

Status CudaDevice::read(BufferId buffer, std::uint64_t offsetBytes, std::span<std::byte> bytes) {
  if (Status status = enter(); !status)
    return status;
  Result<DevicePointer> from = range(buffer, offsetBytes, bytes.size());
  if (!from)
    return from.status();
  if (Status status = check("cannot read a buffer",
                            api.MemcpyDtoHAsync(bytes.data(), *from, bytes.size(), stream));
      !status)
    return status;
  return wait();
}

Result<ModuleImpl*> CudaDevice::load(std::string_view source) {
  const auto known = modules.find(std::string(source));
  if (known != modules.end())
    return known->second;
  Result<std::vector<char>> cubin = compile(source, gpu->capability());
  if (!cubin)
    return cubin.status();
  ModuleImpl* module = nullptr;
  if (Status status = check("cannot load a cubin", api.ModuleLoadData(&module, cubin->data()));
      !status)
    return status;
  modules.emplace(source, module);
  return module;
}

Result<PipelineId> CudaDevice::createPipeline(std::string_view source, std::string_view entryPoint,
                                              std::array<std::uint32_t, 3> workgroupSize) {
  if (Status status = enter(); !status)
    return status;
  Result<ModuleImpl*> module = load(source);
  if (!module)
    return module.status();
  Kernel kernel{nullptr, std::string(entryPoint), workgroupSize};
  const std::string what = "no kernel `" + kernel.name + "` in the source";
  if (Status status =
          check(what, api.ModuleGetFunction(&kernel.function, *module, kernel.name.c_str()));
      !status)
    return Status(StatusCode::InvalidArgument, status.message());
  kernels.push_back(std::move(kernel));
  return PipelineId(static_cast<std::uint32_t>(kernels.size()));
}

Result<const Kernel*> CudaDevice::kernelOf(const Dispatch& dispatch) const {
  const auto index = static_cast<std::uint32_t>(dispatch.pipeline);
  if (index == 0 || index > kernels.size())
    return Status(StatusCode::NotFound, "no pipeline " + number(index));
  const Kernel& kernel = kernels[index - 1];
  for (std::uint32_t groups : dispatch.groups)
    if (groups > deviceLimits.maxWorkgroupsPerDimension)
      return Status(StatusCode::InvalidArgument,
                    "`" + kernel.name + "` is launched with " + number(groups) +
                        " blocks in one dimension; at most " +
                        number(deviceLimits.maxWorkgroupsPerDimension) + " are taken");
  return &kernel;
}

Result<Arguments> CudaDevice::argumentsOf(const Dispatch& dispatch) {
  std::vector<Binding> bindings(dispatch.bindings.begin(), dispatch.bindings.end());
  std::ranges::sort(bindings, {}, &Binding::slot);
  Arguments made;
  made.addresses.reserve(bindings.size() + dispatch.arguments.size());
  const auto addAddress = [&](BufferId buffer, std::uint64_t offset, std::uint64_t size) {
    Result<DevicePointer> address = range(buffer, offset, size);
    if (!address)
      return address.status();
    made.addresses.push_back(*address);
    made.values.add(&made.addresses.back(), sizeof(DevicePointer));
    return Status::ok();
  };
  for (const Binding& binding : bindings)
    if (Status status = addAddress(binding.buffer, binding.offsetBytes, binding.sizeBytes); !status)
      return status;
  for (const Argument& argument : dispatch.arguments) {
    if (argument.buffer == BufferId{}) {
      made.values.add(argument.bytes.data(), argument.bytes.size());
      continue;
    }
    if (Status status = addAddress(argument.buffer, argument.offsetBytes, 0); !status)
      return status;
  }
  return made;
}

Status CudaDevice::submit(std::span<const Dispatch> dispatches) {
  if (Status status = enter(); !status)
    return status;
  std::vector<Arguments> arguments;
  for (const Dispatch& dispatch : dispatches) {
    if (Result<const Kernel*> kernel = kernelOf(dispatch); !kernel)
      return kernel.status();
    Result<Arguments> made = argumentsOf(dispatch);
    if (!made)
      return made.status();
    arguments.push_back(std::move(*made));
  }
  for (std::size_t i = 0; i < dispatches.size(); ++i) {
    const auto& groups = dispatches[i].groups;
    if (groups[0] == 0 || groups[1] == 0 || groups[2] == 0)
      continue;
    const Kernel& kernel = **kernelOf(dispatches[i]);
    const std::string what = "cannot launch `" + kernel.name + "`";
    const CuResult result = api.LaunchKernel(kernel.function, groups[0], groups[1], groups[2],
                                             kernel.block[0], kernel.block[1], kernel.block[2], 0,
                                             stream, arguments[i].values.list(), nullptr);
    if (Status status = check(what, result); !status)
      return status;
  }
  return Status::ok();
}

Status CudaDevice::wait() {
  if (Status status = enter(); !status)
    return status;
  return check("the GPU's work failed", api.StreamSynchronize(stream));
}

} // namespace

Result<std::unique_ptr<ComputeDevice>> openDevice() {
  Result<std::shared_ptr<Gpu>> gpu = Gpu::open();
  if (!gpu)
    return gpu.status();
  Result<std::unique_ptr<StreamedDevice>> device = openDevice(std::move(*gpu));
  if (!device)
    return device.status();
  return std::unique_ptr<ComputeDevice>(std::move(*device));
}

Result<std::unique_ptr<StreamedDevice>> openDevice(std::shared_ptr<Gpu> gpu) {
  // Not at the first kernel: who has no compiler is to be told while another backend can be taken.
  if (Status status = compilerStatus(); !status)
    return status;
  auto device = std::make_unique<CudaDevice>(std::move(gpu));
  if (Status status = device->open(); !status)
    return status;
  return std::unique_ptr<StreamedDevice>(std::move(device));
}

} // namespace ring::runtime::cuda
