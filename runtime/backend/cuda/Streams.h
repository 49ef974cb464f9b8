// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events and graphs of the CUDA backend: the driver's, beside the resident kernel. What of
// them may wait for the device is Resident's to do.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMS_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMS_H

#include "runtime/backend/cuda/StreamHandles.h"
#include "runtime/core/StreamWork.h"

#include <atomic>

namespace ring::runtime::cuda {

class Resident;

/// A stream and the GPU that it is on, which may be lost and replaced; nulls: the runtime's own.
struct StreamRef {
  StreamImpl* handle = nullptr;
  const Gpu* gpu = nullptr;
};

/// An event of the driver. A handle was used before: what it says counts from the first record.
class CudaEvent final : public detail::EventCore {
public:
  CudaEvent(std::shared_ptr<StreamHandles> handles, EventImpl* handle)
      : handles_(std::move(handles)), handle_(handle) {}
  ~CudaEvent() override;
  Result<bool> isDone() override;
  Status wait(detail::Deadline deadline) override;
  Result<std::chrono::nanoseconds> since(const detail::EventCore& start) override;
  std::chrono::nanoseconds resolution() const override { return std::chrono::nanoseconds(500); }

  EventImpl* handle() const { return handle_; }
  Gpu& gpu() const { return handles_->gpu(); }
  bool isRecorded() const { return isRecorded_.load(std::memory_order_acquire); }
  /// After the record, or the launch of a graph that records. Pairs with isRecorded().
  void noteRecord() { isRecorded_.store(true, std::memory_order_release); }

private:
  const std::shared_ptr<StreamHandles> handles_;
  EventImpl* const handle_;
  std::atomic<bool> isRecorded_{false};
};

/// An event of this backend's: it has no others.
inline CudaEvent& cudaEvent(const std::shared_ptr<detail::EventCore>& event) {
  return static_cast<CudaEvent&>(*event);
}

class CudaStream final : public detail::StreamCore {
public:
  CudaStream(Resident& owner, std::shared_ptr<StreamHandles> handles, StreamImpl* handle)
      : owner_(owner), handles_(std::move(handles)), handle_(handle) {}
  ~CudaStream() override;
  Status launch(const detail::FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                std::span<const detail::Argument> arguments) override;
  Status sweep(const detail::FunctionInfo& stencil, const detail::SweepRange* range,
               std::span<const detail::Argument> arguments) override;
  Status upload(detail::MemoryId memory, std::span<const std::byte> from) override;
  Status download(detail::MemoryId memory, std::span<std::byte> to) override;
  Status record(const std::shared_ptr<detail::EventCore>& event) override;
  Status wait(const std::shared_ptr<detail::EventCore>& event) override;
  Status launch(const std::shared_ptr<detail::GraphCore>& graph) override;
  Result<bool> isDone() override;
  Status finish() override;

private:
  Status sameGpu(const std::shared_ptr<detail::EventCore>& event) const;
  StreamRef here() const { return {handle_, &handles_->gpu()}; }

  Resident& owner_;
  const std::shared_ptr<StreamHandles> handles_;
  StreamImpl* const handle_;
};

/// The work, which another capture may take over, and the driver's graph of it.
class CudaGraph final : public RecordedGraph {
public:
  CudaGraph(Resident& owner, std::shared_ptr<StreamHandles> handles, std::vector<SharedWork> work)
      : RecordedGraph(std::move(work)), owner_(owner), handles_(std::move(handles)) {}
  ~CudaGraph() override;

  GraphExecImpl* exec = nullptr;
  /// With the device's mutex: its functions are loaded, so launching waits for nothing.
  bool wasLaunched = false;
  const Gpu* gpu() const { return &handles_->gpu(); }

private:
  Resident& owner_;
  const std::shared_ptr<StreamHandles> handles_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMS_H
