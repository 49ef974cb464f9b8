// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphs beside the resident kernel. The work is known when the driver's capture begins, so that
// one lasts as long as it takes to give it once more, on a stream that nobody else has: functions
// are loaded before, nothing in it may wait, and the driver holds us to that (ThreadLocal). Other
// threads, and the caller while it says what is to be captured, are free.
#include "runtime/backend/cuda/Resident.h"

#include "runtime/core/LaunchChecks.h"

namespace ring::runtime::cuda {

using detail::GraphCore;
using detail::SweepRange;

namespace {

const detail::FunctionInfo* functionOf(const StreamWork& work) {
  if (const auto* launch = std::get_if<LaunchWork>(&work))
    return launch->kernel;
  if (const auto* sweep = std::get_if<SweepWork>(&work))
    return sweep->stencil;
  return nullptr;
}

} // namespace

Result<std::shared_ptr<GraphCore>> Resident::makeGraph(std::vector<SharedWork> work) {
  return surviving([&](std::uint64_t) -> Result<std::shared_ptr<GraphCore>> {
    std::lock_guard device(deviceMutex_);
    const auto graph = std::make_shared<CudaGraph>(*this, handles_, work);
    if (Status status = loadFunctions(*graph); !status)
      return status;
    const Result<StreamImpl*> stream = takeStream();
    if (!stream)
      return stream.status();
    const Result<GraphImpl*> captured = capture(*stream, *graph);
    Status status = captured.status();
    if (captured) {
      bool isParked = false;
      status = withParked([&] {
        isParked = true;
        freeAll();
        return instantiate(*stream, *captured, *graph);
      });
      if (!isParked) // no second wait for the kernel
        unfreed_.push_back([gpu = gpu_, graph = *captured] {
          if (gpu->enterToFree())
            gpu->api().GraphDestroy(graph);
        });
    }
    handles_->giveBack(*stream);
    if (!status)
      return status;
    return std::shared_ptr<GraphCore>(graph);
  });
}

/// Those that no launch has loaded yet.
Status Resident::loadFunctions(const CudaGraph& graph) {
  std::vector<const detail::FunctionInfo*> unknown;
  for (const SharedWork& work : graph.work())
    if (const detail::FunctionInfo* function = functionOf(*work);
        function && !launched_.contains(function))
      unknown.push_back(function);
  if (unknown.empty())
    return Status::ok();
  return withParked([&] {
    for (const detail::FunctionInfo* function : unknown)
      if (Result<PipelineId> pipeline = modules_->function(*function); !pipeline)
        return pipeline.status();
    return Status::ok();
  });
}

/// The driver's graph of the work. A capture is ended also where something in it failed.
Result<GraphImpl*> Resident::capture(StreamImpl* stream, const CudaGraph& graph) {
  const DriverApi& api = gpu_->api();
  if (Status status = gpu_->enter(); !status)
    return status;
  if (Status status = gpu_->check("cannot begin a capture",
                                  api.StreamBeginCapture(stream, CaptureMode::ThreadLocal));
      !status)
    return status;
  Status status = Status::ok();
  device_->setStream(stream);
  for (const SharedWork& work : graph.work())
    if (status = captureOne(stream, *work); !status)
      break;
  device_->setStream(nullptr);
  GraphImpl* captured = nullptr;
  const CuResult ended = api.StreamEndCapture(stream, &captured);
  if (status)
    status = gpu_->check("cannot end a capture", ended);
  if (status)
    return captured;
  if (captured)
    freeParked([gpu = gpu_, captured] {
      if (gpu->enterToFree())
        gpu->api().GraphDestroy(captured);
    });
  return status;
}

/// A copy that is captured reads and writes memory of the host when the graph runs: a GPU's process
/// must have it.
Status Resident::checkCaptured(const void* memory, std::size_t bytes) const {
  if (!gpu_->process() || gpu_->process()->addressThere(memory, bytes) != 0)
    return Status::ok();
  return {StatusCode::Unsupported,
          "a captured copy of memory that the GPU's process does not share; "
          "take pinned memory of this runtime, made since its GPU was"};
}

Status Resident::captureOne(StreamImpl* stream, const StreamWork& work) {
  const DriverApi& api = gpu_->api();
  const auto pipelineOf = [&](const detail::FunctionInfo& function) {
    return modules_->function(function); // is loaded
  };
  const auto checkEvent = [&](const CudaEvent& event) -> Status {
    if (&event.gpu() == gpu_.get())
      return Status::ok();
    return {StatusCode::DeviceLost, "an event was on a GPU that is lost; make another one"};
  };
  return std::visit(
      Overloaded{
          [&](const LaunchWork& w) -> Status {
            if (Status status = checkMemory(w.arguments.view()); !status)
              return status;
            Result<PipelineId> pipeline = pipelineOf(*w.kernel);
            return pipeline ? memory_->launch(*w.kernel, *pipeline, w.grid, w.arguments.view())
                            : pipeline.status();
          },
          [&](const SweepWork& w) -> Status {
            SweepRange cells{};
            if (Status status = checkSweep(*w.stencil, w.cells(), w.arguments.view(), cells);
                !status || !hasCells(cells))
              return status;
            if (Status status = checkMemory(w.arguments.view()); !status)
              return status;
            Result<PipelineId> pipeline = pipelineOf(*w.stencil);
            return pipeline ? memory_->sweep(*w.stencil, *pipeline, cells, w.arguments.view())
                            : pipeline.status();
          },
          [&](const UploadWork& w) -> Status {
            if (Status status = checkCaptured(w.from.data(), w.from.size()); !status)
              return status;
            Result<DevicePointer> to = addressOf(w.to.id(), w.from.size());
            return to ? gpu_->check("cannot capture an upload",
                                    api.MemcpyHtoDAsync(*to, w.from.data(), w.from.size(), stream))
                      : to.status();
          },
          [&](const DownloadWork& w) -> Status {
            if (Status status = checkCaptured(w.to.data(), w.to.size()); !status)
              return status;
            Result<DevicePointer> from = addressOf(w.from.id(), w.to.size());
            return from ? gpu_->check("cannot capture a download",
                                      api.MemcpyDtoHAsync(w.to.data(), *from, w.to.size(), stream))
                        : from.status();
          },
          [&](const RecordWork& w) -> Status {
            const CudaEvent& event = cudaEvent(w.event);
            if (Status status = checkEvent(event); !status)
              return status;
            return gpu_->check(
                "cannot capture the record of an event",
                api.EventRecordWithFlags(event.handle(), stream, kEventRecordExternal));
          },
          [&](const WaitWork& w) -> Status {
            const CudaEvent& event = cudaEvent(w.event);
            if (Status status = checkEvent(event); !status)
              return status;
            return gpu_->check("cannot capture the wait for an event",
                               api.StreamWaitEvent(stream, event.handle(), kEventWaitExternal));
          },
      },
      work);
}

/// Makes the graph ready on the device; what was captured is of no use then. While parked.
Status Resident::instantiate(StreamImpl* stream, GraphImpl* captured, CudaGraph& graph) {
  const DriverApi& api = gpu_->api();
  Status status =
      gpu_->check("cannot instantiate a graph", api.GraphInstantiate(&graph.exec, captured, 0));
  if (status)
    status = gpu_->check("cannot upload a graph", api.GraphUpload(graph.exec, stream));
  if (status)
    status = gpu_->check("cannot upload a graph", api.StreamSynchronize(stream));
  Status destroyed = gpu_->check("cannot free what was captured", api.GraphDestroy(captured));
  return status ? destroyed : status;
}

Status Resident::launchGraphOn(StreamRef stream, CudaGraph& graph) {
  return surviving([&](std::uint64_t) -> Status {
    std::lock_guard device(deviceMutex_);
    if (Status status = checkStream(stream); !status)
      return status;
    if (graph.gpu() != gpu_.get())
      return {StatusCode::DeviceLost, "the graph was on a GPU that is lost; capture another one"};
    if (Status status = gpu_->enter(); !status)
      return status;
    const auto launch = [&] {
      return gpu_->check("cannot launch a graph",
                         gpu_->api().GraphLaunch(graph.exec, stream.handle));
    };
    Status status = graph.wasLaunched ? launch() : launchFirst(stream.handle, launch);
    if (!status)
      return status;
    graph.wasLaunched = true;
    for (const SharedWork& work : graph.work())
      if (const auto* record = std::get_if<RecordWork>(work.get()))
        cudaEvent(record->event).noteRecord();
    return status;
  });
}

void Resident::endGraph(GraphExecImpl* exec, const Gpu* gpu) {
  std::lock_guard device(deviceMutex_);
  if (!exec || gpu != gpu_.get() || !gpu_->enterToFree())
    return;
  static_cast<void>(handles_->finishAll().isOk()); // it may be under way
  freeParked([gpu = gpu_, exec] {
    if (gpu->enterToFree())
      gpu->api().GraphExecDestroy(exec);
  });
}

} // namespace ring::runtime::cuda
