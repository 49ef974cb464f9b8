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
  for (const Status& status : {device_->wait(), handles_->finishAll()})
    if (!status)
      return status;
  std::lock_guard kernel(kernelMutex_);
  // Relaxed: a thread looks for its own id alone, and kernelMutex_ orders the rest.
  const std::thread::id outer =
      parkedBy_.exchange(std::this_thread::get_id(), std::memory_order_relaxed);
  const Status status = whileParked([&] { return call(closure); });
  parkedBy_.store(outer, std::memory_order_relaxed);
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
Status Resident::onDevice(StreamRef stream, const FunctionInfo& function, Work&& work) {
  return surviving([&](std::uint64_t) -> Status {
    std::lock_guard device(deviceMutex_);
    if (Status status = checkStream(stream); !status)
      return status;
    const auto run = [&]() -> Status {
      const OnStream use(*device_, stream.handle);
      Result<PipelineId> pipeline = modules_->function(function);
      return pipeline ? work(*pipeline) : pipeline.status();
    };
    if (launched_.contains(&function)) {
      hasUnfinished_ |= !stream.handle;
      return run();
    }
    Status status = launchFirst(stream.handle, run);
    if (status)
      launched_.insert(&function);
    return status;
  });
}

Status Resident::launchOn(StreamRef stream, const FunctionInfo& kernel,
                          const std::array<std::uint32_t, 3>& grid,
                          std::span<const Argument> arguments) {
  if (Status status = checkLaunch(kernel, grid, arguments); !status)
    return status;
  return onDevice(stream, kernel, [&](PipelineId pipeline) {
    Status status = checkMemory(arguments);
    return status ? memory_->launch(kernel, pipeline, grid, arguments) : status;
  });
}

Status Resident::sweepOn(StreamRef stream, const FunctionInfo& stencil, const SweepRange* range,
                         std::span<const Argument> arguments) {
  SweepRange cells{};
  if (Status status = checkSweep(stencil, range, arguments, cells); !status)
    return status;
  if (!hasCells(cells))
    return Status::ok();
  return onDevice(stream, stencil, [&](PipelineId pipeline) {
    Status status = checkMemory(arguments);
    return status ? memory_->sweep(stencil, pipeline, cells, arguments) : status;
  });
}

/// Launches that a lost GPU took with it are told once.
Status Resident::finish() {
  return surviving([&](std::uint64_t) -> Status {
    std::lock_guard device(deviceMutex_);
    if (!unfinished_)
      return std::exchange(unfinished_, Status::ok());
    Status status = device_->wait();
    hasUnfinished_ = hasUnfinished_ && status.code() == StatusCode::DeviceLost;
    return status;
  });
}

// --- memory

Result<MemoryId> Resident::allocate(detail::MemoryKind kind, std::uint64_t bytes,
                                    std::uint32_t elementBytes) {
  return surviving([&](std::uint64_t) {
    std::lock_guard device(deviceMutex_);
    return withParked([&] {
      freeAll();
      return memory_->allocate(kind, bytes, elementBytes);
    });
  });
}

void Resident::hold(MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  memory_->hold(memory);
}

void Resident::release(MemoryId memory) {
  std::lock_guard device(deviceMutex_);
  if (!checkMemory(memory))
    return; // it is gone already
  if (!memory_->isLast(memory))
    return memory_->release(memory);
  // A stream may use it; freeing waits for all of them in any case.
  static_cast<void>(handles_->finishAll().isOk());
  freeParked([this, memory] {
    if (checkMemory(memory))
      memory_->release(memory);
  });
}

/// Frees what waits for the whole device; where a kernel does not leave, when it has left for
/// another reason. With deviceMutex_.
void Resident::freeParked(std::function<void()> free) {
  unfreed_.push_back(std::move(free));
  const auto work = [&] {
    freeAll();
    return Status::ok();
  };
  static_cast<void>(withParked(work).isOk()); // Timeout: it is kept
}

/// While parked, with deviceMutex_. A GPU may have been replaced since: each looks for itself.
void Resident::freeAll() {
  for (const std::function<void()>& free : std::exchange(unfreed_, {}))
    free();
}

/// Streams see the bytes without an event, so they must have arrived.
Status Resident::upload(MemoryId memory, std::uint64_t offset, std::span<const std::byte> from) {
  return surviving([&](std::uint64_t) {
    std::lock_guard device(deviceMutex_);
    Status status = checkMemory(memory);
    if (status)
      status = memory_->upload(memory, offset, from);
    return status ? device_->wait() : status;
  });
}

Status Resident::download(MemoryId memory, std::uint64_t offset, std::span<std::byte> to) {
  return surviving([&](std::uint64_t) {
    std::lock_guard device(deviceMutex_);
    Status status = checkMemory(memory);
    return status ? memory_->download(memory, offset, to) : status;
  });
}

Result<DevicePointer> Resident::addressOf(MemoryId memory, std::size_t bytes) {
  if (Status status = checkMemory(memory); !status)
    return status;
  Result<BufferId> buffer = memory_->bufferOf(memory, 0, bytes);
  return buffer ? device_->addressOf(*buffer, 0) : buffer.status();
}

Status Resident::uploadOn(StreamRef stream, MemoryId memory, std::span<const std::byte> from) {
  return surviving([&](std::uint64_t) -> Status {
    std::lock_guard device(deviceMutex_);
    if (Status status = checkStream(stream); !status)
      return status;
    if (Status status = gpu_->enter(); !status)
      return status;
    Result<DevicePointer> to = addressOf(memory, from.size());
    if (!to)
      return to.status();
    return gpu_->check("cannot write a buffer",
                       gpu_->api().MemcpyHtoDAsync(*to, from.data(), from.size(), stream.handle));
  });
}

Status Resident::downloadOn(StreamRef stream, MemoryId memory, std::span<std::byte> to) {
  return surviving([&](std::uint64_t) -> Status {
    std::unique_lock device(deviceMutex_);
    const std::shared_ptr<Gpu> gpu = gpu_;
    // The driver waits for the stream where memory is pageable: not while others wait for the
    // mutex.
    if (!isPinned(to)) {
      if (Status status = checkStream(stream); !status)
        return status;
      device.unlock();
      if (Status status = gpu->enter(); !status)
        return status;
      if (Status status =
              gpu->check("a stream's work failed", gpu->api().StreamSynchronize(stream.handle));
          !status)
        return status;
      device.lock();
    }
    if (Status status = checkStream(stream); !status)
      return status;
    if (Status status = gpu_->enter(); !status)
      return status;
    Result<DevicePointer> from = addressOf(memory, to.size());
    if (!from)
      return from.status();
    return gpu_->check("cannot read a buffer",
                       gpu_->api().MemcpyDtoHAsync(to.data(), *from, to.size(), stream.handle));
  });
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
  return surviving([&](std::uint64_t) -> Result<void*> {
    std::lock_guard device(deviceMutex_);
    Result<GpuMemory> made = withParked([&] {
      freeAll();
      return GpuMemory::allocate(gpu_, GpuMemory::Kind::Pinned, bytes, "pinned memory");
    });
    if (!made)
      return made.status();
    auto* const first = made->host<std::byte>();
    pinned_.emplace(first, *std::move(made));
    return static_cast<void*>(first);
  });
}

void Resident::releasePinned(void* memory) {
  std::lock_guard device(deviceMutex_);
  static_cast<void>(handles_->finishAll().isOk());
  freeParked([this, memory] { pinned_.erase(static_cast<const std::byte*>(memory)); });
}

// --- streams and events

Result<StreamImpl*> Resident::takeStream() {
  std::lock_guard device(deviceMutex_);
  if (StreamImpl* const free = handles_->takeStream())
    return free;
  if (Status status = withParked([&] { return handles_->makeStream(); }); !status)
    return status;
  return handles_->takeStream(); // with the mutex nobody else takes it
}

Result<std::shared_ptr<detail::StreamCore>> Resident::makeStream() {
  return surviving([&](std::uint64_t) -> Result<std::shared_ptr<detail::StreamCore>> {
    std::lock_guard device(deviceMutex_);
    const Result<StreamImpl*> handle = takeStream();
    if (!handle)
      return handle.status();
    return std::shared_ptr<detail::StreamCore>(
        std::make_shared<CudaStream>(*this, handles_, *handle));
  });
}

Result<std::shared_ptr<detail::EventCore>> Resident::makeEvent() {
  return surviving([&](std::uint64_t) -> Result<std::shared_ptr<detail::EventCore>> {
    std::lock_guard device(deviceMutex_);
    EventImpl* handle = handles_->takeEvent();
    if (!handle) {
      if (Status status = withParked([&] { return handles_->makeEvents(); }); !status)
        return status;
      handle = handles_->takeEvent();
    }
    return std::shared_ptr<detail::EventCore>(std::make_shared<CudaEvent>(handles_, handle));
  });
}

} // namespace ring::runtime::cuda
