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

CudaEvent& cudaEvent(const std::shared_ptr<detail::EventCore>& event) {
  return static_cast<CudaEvent&>(*event);
}

} // namespace

Result<std::shared_ptr<GraphCore>> Resident::makeGraph(std::vector<SharedWork> work) {
  const auto graph = std::make_shared<CudaGraph>(*this, std::move(work));
  std::lock_guard device(deviceMutex_);
  if (Status status = loadFunctions(*graph); !status)
    return status;
  const Result<StreamImpl*> stream = takeStream();
  if (!stream)
    return stream.status();
  const Result<GraphImpl*> captured = capture(*stream, *graph);
  Status status = captured.status();
  if (captured)
    status = withParked([&] { return instantiate(*stream, *captured, *graph); });
  handles_.giveBack(*stream);
  if (!status)
    return status;
  return std::shared_ptr<GraphCore>(graph);
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
      if (Result<PipelineId> pipeline = modules_.function(*function); !pipeline)
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
    withParked([&] { return api.GraphDestroy(captured); });
  return status;
}

Status Resident::captureOne(StreamImpl* stream, const StreamWork& work) {
  const DriverApi& api = gpu_->api();
  const auto pipelineOf = [&](const detail::FunctionInfo& function) {
    return modules_.function(function); // is loaded
  };
  if (const auto* w = std::get_if<LaunchWork>(&work)) {
    Result<PipelineId> pipeline = pipelineOf(*w->kernel);
    return pipeline ? memory_.launch(*w->kernel, *pipeline, w->grid, w->arguments.view())
                    : pipeline.status();
  }
  if (const auto* w = std::get_if<SweepWork>(&work)) {
    SweepRange cells{};
    if (Status status = checkSweep(*w->stencil, w->cells(), w->arguments.view(), cells);
        !status || !hasCells(cells))
      return status;
    Result<PipelineId> pipeline = pipelineOf(*w->stencil);
    return pipeline ? memory_.sweep(*w->stencil, *pipeline, cells, w->arguments.view())
                    : pipeline.status();
  }
  if (const auto* w = std::get_if<UploadWork>(&work)) {
    Result<DevicePointer> to = addressOf(w->to.id(), w->from.size());
    return to ? gpu_->check("cannot capture an upload",
                            api.MemcpyHtoDAsync(*to, w->from.data(), w->from.size(), stream))
              : to.status();
  }
  if (const auto* w = std::get_if<DownloadWork>(&work)) {
    Result<DevicePointer> from = addressOf(w->from.id(), w->to.size());
    return from ? gpu_->check("cannot capture a download",
                              api.MemcpyDtoHAsync(w->to.data(), *from, w->to.size(), stream))
                : from.status();
  }
  if (const auto* w = std::get_if<RecordWork>(&work))
    return gpu_->check(
        "cannot capture the record of an event",
        api.EventRecordWithFlags(cudaEvent(w->event).handle(), stream, kEventRecordExternal));
  const auto& w = std::get<WaitWork>(work);
  return gpu_->check("cannot capture the wait for an event",
                     api.StreamWaitEvent(stream, cudaEvent(w.event).handle(), kEventWaitExternal));
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

Status Resident::launchGraphOn(StreamImpl* stream, CudaGraph& graph) {
  std::lock_guard device(deviceMutex_);
  if (Status status = gpu_->enter(); !status)
    return status;
  const auto launch = [&] {
    return gpu_->check("cannot launch a graph", gpu_->api().GraphLaunch(graph.exec, stream));
  };
  Status status = graph.wasLaunched ? launch() : launchFirst(stream, launch);
  if (!status)
    return status;
  graph.wasLaunched = true;
  for (const SharedWork& work : graph.work())
    if (const auto* record = std::get_if<RecordWork>(work.get()))
      cudaEvent(record->event).noteRecord();
  return status;
}

void Resident::endGraph(GraphExecImpl* exec) {
  std::lock_guard device(deviceMutex_);
  if (!exec || !gpu_->enterToFree())
    return;
  static_cast<void>(handles_.finishAll().isOk()); // it may be under way
  withParked([&] { return gpu_->api().GraphExecDestroy(exec); });
}

} // namespace ring::runtime::cuda
