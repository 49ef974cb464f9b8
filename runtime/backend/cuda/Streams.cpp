// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Records, waits and queries go to the driver directly: none of them waits for the device.
#include "runtime/backend/cuda/Streams.h"

#include "runtime/backend/cuda/Resident.h"

#include <cmath>
#include <thread>

namespace ring::runtime::cuda {

using detail::Argument;
using detail::EventCore;
using detail::FunctionInfo;
using detail::GraphCore;
using detail::MemoryId;
using std::chrono::nanoseconds;

namespace {

/// True where `result` says that work has ended, false where it runs yet.
Result<bool> isOver(Gpu& gpu, const char* what, CuResult result) {
  if (result == CuResult::NotReady)
    return false;
  if (Status status = gpu.check(what, result); !status)
    return status;
  return true;
}

} // namespace

CudaEvent::~CudaEvent() { handles_->giveBack(handle_); }

Result<bool> CudaEvent::isDone() {
  if (!isRecorded())
    return true;
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  return isOver(gpu, "the work before an event failed", gpu.api().EventQuery(handle_));
}

/// The driver's own wait knows no deadline.
Status CudaEvent::wait(detail::Deadline deadline) {
  const detail::Deadline begin = std::chrono::steady_clock::now();
  constexpr unsigned kSpins = 1000, kYields = 100;
  for (unsigned turns = 0;; ++turns) {
    const Result<bool> done = isDone();
    if (!done || *done)
      return done.status();
    const detail::Deadline now = std::chrono::steady_clock::now();
    if (now >= deadline)
      return notReachedWithin(deadline - begin);
    if (turns < kSpins)
      pause();
    else if (turns < kSpins + kYields)
      std::this_thread::yield();
    else
      std::this_thread::sleep_until(std::min(deadline, now + std::chrono::microseconds(50)));
  }
}

Result<nanoseconds> CudaEvent::since(const EventCore& start) {
  const auto& from = static_cast<const CudaEvent&>(start);
  if (!from.isRecorded() || !isRecorded())
    return Status(StatusCode::InvalidArgument,
                  "an event was never recorded; `Stream::record` does it");
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  if (&from.gpu() != &gpu)
    return Status(StatusCode::DeviceLost,
                  "the first event was on a GPU that is lost; make and record another one");
  float milliseconds = 0;
  const CuResult result = gpu.api().EventElapsedTime(&milliseconds, from.handle_, handle_);
  if (result == CuResult::NotReady)
    return Status(StatusCode::InvalidArgument,
                  "the work before an event has not ended; `Event::wait` waits for it");
  if (Status status = gpu.check("cannot tell the time between two events", result); !status)
    return status;
  return nanoseconds(std::llround(double(milliseconds) * 1e6));
}

CudaStream::~CudaStream() {
  static_cast<void>(finish().isOk()); // a fault is told by whoever comes next
  handles_->giveBack(handle_);
}

Status CudaStream::launch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                          std::span<const Argument> arguments) {
  return owner_.launchOn(here(), kernel, grid, arguments);
}
Status CudaStream::sweep(const FunctionInfo& stencil, const detail::SweepRange* range,
                         std::span<const Argument> arguments) {
  return owner_.sweepOn(here(), stencil, range, arguments);
}
Status CudaStream::upload(MemoryId memory, std::span<const std::byte> from) {
  return owner_.uploadOn(here(), memory, from);
}
Status CudaStream::download(MemoryId memory, std::span<std::byte> to) {
  return owner_.downloadOn(here(), memory, to);
}
Status CudaStream::launch(const std::shared_ptr<GraphCore>& graph) {
  return owner_.launchGraphOn(here(), static_cast<CudaGraph&>(*graph));
}

/// Of two GPUs one is lost: the other has taken its place.
Status CudaStream::sameGpu(const std::shared_ptr<EventCore>& event) const {
  if (&cudaEvent(event).gpu() == &handles_->gpu())
    return Status::ok();
  return {StatusCode::DeviceLost,
          "the event or the stream was on a GPU that is lost; make another"};
}

Status CudaStream::record(const std::shared_ptr<EventCore>& event) {
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  if (Status status = sameGpu(event); !status)
    return status;
  Status status = gpu.check("cannot record an event",
                            gpu.api().EventRecord(cudaEvent(event).handle(), handle_));
  if (status)
    cudaEvent(event).noteRecord();
  return status;
}

Status CudaStream::wait(const std::shared_ptr<EventCore>& event) {
  if (!cudaEvent(event).isRecorded())
    return Status::ok();
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  if (Status status = sameGpu(event); !status)
    return status;
  return gpu.check("cannot wait for an event",
                   gpu.api().StreamWaitEvent(handle_, cudaEvent(event).handle(), 0));
}

Result<bool> CudaStream::isDone() {
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  return isOver(gpu, "a stream's work failed", gpu.api().StreamQuery(handle_));
}

Status CudaStream::finish() {
  Gpu& gpu = handles_->gpu();
  if (Status status = gpu.enter(); !status)
    return status;
  return gpu.check("a stream's work failed", gpu.api().StreamSynchronize(handle_));
}

CudaGraph::~CudaGraph() { owner_.endGraph(exec, gpu()); }

} // namespace ring::runtime::cuda
