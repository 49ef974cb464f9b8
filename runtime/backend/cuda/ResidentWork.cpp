// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels, stencils, copies and their memory beside the resident kernel. While it runs, only
// launches, copies and events go to the driver, on streams that wait for nobody: whatever may wait
// for the whole device (allocating, freeing, making streams and events, loading, which the first
// launch of a function does) parks it. Graphs are in ResidentGraphs.cpp.
#include "runtime/backend/cuda/Resident.h"

#include "runtime/core/LaunchChecks.h"

namespace ring::runtime::cuda {

using detail::Argument;
using detail::FunctionInfo;
using detail::MemoryId;
using detail::SweepRange;

namespace {

/// Work of the device goes to a stream as long as this lives.
class OnStream {
public:
  OnStream(StreamedDevice& device, StreamImpl* stream) : device_(device) {
    device_.setStream(stream);
  }
  ~OnStream() { device_.setStream(nullptr); }
  OnStream(const OnStream&) = delete;
  OnStream& operator=(const OnStream&) = delete;

private:
  StreamedDevice& device_;
};

} // namespace

Status Resident::notParkedHere() const {
  if (parkedBy_.load(std::memory_order_relaxed) != std::this_thread::get_id())
    return Status::ok();
  return {StatusCode::InvalidArgument,
          "actors cannot be used within `Runtime::withParked`: their kernel is parked"};
}

/// What streams have to do is not to keep actors waiting: it is waited for before.
Status Resident::withParked(Status (*call)(void*), void* closure) {
  std::lock_guard device(deviceMutex_);
  for (const Status& status : {device_->wait(), handles_.finishAll()})
    if (!status)
      return status;
  std::lock_guard kernel(kernelMutex_);
  const std::thread::id outer = parkedBy_.exchange(std::this_thread::get_id());
  const Status status = whileParked([&] { return call(closure); });
  parkedBy_.store(outer);
  return status ? brokenStatus() : status;
}

/// A first launch, which loads: waits for the stream before and after.
Status Resident::launchFirst(StreamImpl* stream, const std::function<Status()>& launch) {
  const OnStream use(*device_, stream);
  if (Status status = device_->wait(); !status)
    return status;
  return withParked([&]() -> Status {
    if (Status status = launch(); !status)
      return status;
    return device_->wait();
  });
}

template <class Work>
Status Resident::onDevice(StreamImpl* stream, const FunctionInfo& function, Work&& work) {
  std::lock_guard device(deviceMutex_);
  const auto run = [&]() -> Status {
    const OnStream use(*device_, stream);
    Result<PipelineId> pipeline = modules_.function(function);
    return pipeline ? work(*pipeline) : pipeline.status();
  };
  if (launched_.contains(&function))
    return run();
  Status status = launchFirst(stream, run);
  if (status)
    launched_.insert(&function);
  return status;
}

Status Resident::launchOn(StreamImpl* stream, const FunctionInfo& kernel,
                          const std::array<std::uint32_t, 3>& grid,
                          std::span<const Argument> arguments) {
  if (Status status = checkLaunch(kernel, grid, arguments); !status)
    return status;
  return onDevice(stream, kernel, [&](PipelineId pipeline) {
    return memory_.launch(kernel, pipeline, grid, arguments);
  });
}

Status Resident::sweepOn(StreamImpl* stream, const FunctionInfo& stencil, const SweepRange* range,
                         std::span<const Argument> arguments) {
  SweepRange cells{};
  if (Status status = checkSweep(stencil, range, arguments, cells); !status)
    return status;
  if (!hasCells(cells))
    return Status::ok();
  return onDevice(stream, stencil, [&](PipelineId pipeline) {
    return memory_.sweep(stencil, pipeline, cells, arguments);
  });
}

Status Resident::finish() {
  std::lock_guard device(deviceMutex_);
  return device_->wait();
}

// --- memory

Result<MemoryId> Resident::allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) {
  std::lock_guard device(deviceMutex_);
  return withParked([&] { return memory_.allocate(kind, bytes, elementBytes); });
}

void Resident::hold(MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  memory_.hold(memory);
}

void Resident::release(MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  if (!memory_.isLast(memory))
    return memory_.release(memory);
  // A stream may use it; freeing waits for all of them in any case.
  static_cast<void>(handles_.finishAll().isOk());
  withParked([&] {
    memory_.release(memory);
    return true;
  });
}

/// Streams see the bytes without an event, so they must have arrived.
Status Resident::upload(MemoryId memory, std::uint64_t offset, std::span<const std::byte> from) {
  std::lock_guard device(deviceMutex_);
  if (Status status = memory_.upload(memory, offset, from); !status)
    return status;
  return device_->wait();
}

Status Resident::download(MemoryId memory, std::uint64_t offset, std::span<std::byte> to) {
  std::lock_guard device(deviceMutex_);
  return memory_.download(memory, offset, to);
}

Result<DevicePointer> Resident::addressOf(MemoryId memory, std::size_t bytes) {
  Result<BufferId> buffer = memory_.bufferOf(memory, 0, bytes);
  return buffer ? device_->addressOf(*buffer, 0) : buffer.status();
}

Status Resident::uploadOn(StreamImpl* stream, MemoryId memory, std::span<const std::byte> from) {
  std::lock_guard device(deviceMutex_);
  if (Status status = gpu_->enter(); !status)
    return status;
  Result<DevicePointer> to = addressOf(memory, from.size());
  if (!to)
    return to.status();
  return gpu_->check("cannot write a buffer",
                     gpu_->api().MemcpyHtoDAsync(*to, from.data(), from.size(), stream));
}

Status Resident::downloadOn(StreamImpl* stream, MemoryId memory, std::span<std::byte> to) {
  if (Status status = gpu_->enter(); !status)
    return status;
  // The driver waits for the stream where memory is pageable: not while others wait for the mutex.
  if (!isPinned(to))
    if (Status status =
            gpu_->check("a stream's work failed", gpu_->api().StreamSynchronize(stream));
        !status)
      return status;
  std::lock_guard device(deviceMutex_);
  Result<DevicePointer> from = addressOf(memory, to.size());
  if (!from)
    return from.status();
  return gpu_->check("cannot read a buffer",
                     gpu_->api().MemcpyDtoHAsync(to.data(), *from, to.size(), stream));
}

bool Resident::isPinned(std::span<const std::byte> memory) {
  std::lock_guard device(deviceMutex_);
  auto after = pinned_.upper_bound(memory.data());
  if (after == pinned_.begin())
    return false;
  const auto& [first, piece] = *--after;
  return memory.data() + memory.size() <= first + piece.bytes();
}

Result<void*> Resident::allocatePinned(std::size_t bytes) {
  std::lock_guard device(deviceMutex_);
  Result<GpuMemory> made = withParked(
      [&] { return GpuMemory::allocate(gpu_, GpuMemory::Kind::Pinned, bytes, "pinned memory"); });
  if (!made)
    return made.status();
  auto* const first = made->host<std::byte>();
  pinned_.emplace(first, *std::move(made));
  return static_cast<void*>(first);
}

void Resident::releasePinned(void* memory) {
  std::lock_guard device(deviceMutex_);
  static_cast<void>(handles_.finishAll().isOk());
  withParked([&] { return pinned_.erase(static_cast<const std::byte*>(memory)); });
}

// --- streams and events

Result<StreamImpl*> Resident::takeStream() {
  std::lock_guard device(deviceMutex_);
  if (StreamImpl* const free = handles_.takeStream())
    return free;
  if (Status status = withParked([&] { return handles_.makeStream(); }); !status)
    return status;
  return handles_.takeStream(); // with the mutex nobody else takes it
}

Result<std::shared_ptr<detail::StreamCore>> Resident::makeStream() {
  const Result<StreamImpl*> handle = takeStream();
  if (!handle)
    return handle.status();
  return std::shared_ptr<detail::StreamCore>(std::make_shared<CudaStream>(*this, *handle));
}

Result<std::shared_ptr<detail::EventCore>> Resident::makeEvent() {
  std::lock_guard device(deviceMutex_);
  EventImpl* handle = handles_.takeEvent();
  if (!handle) {
    if (Status status = withParked([&] { return handles_.makeEvents(); }); !status)
      return status;
    handle = handles_.takeEvent();
  }
  return std::shared_ptr<detail::EventCore>(std::make_shared<CudaEvent>(*this, handle));
}

} // namespace ring::runtime::cuda
