// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events and graphs of the fake driver. Work is done when it is given; what is captured is
// done by each launch of the graph.
#include "test/shims/cuda/FakeState.h"

#include <utility>

using namespace ring::test;

// NOLINTBEGIN(readability-identifier-naming)
FAKE(cuStreamCreate, StreamImpl** stream, unsigned) {
  ENTER_QUIET();
  *stream = keep(state.streams, new StreamImpl);
  return CuResult::Success;
}
FAKE(cuStreamSynchronize, StreamImpl* stream) {
  ENTER_AS(stream ? Waits::Never : Waits::MayWait);
  if (stream && stream->capture)
    return CuResult::CaptureUnsupported;
  if (stream && stream->kernel) {
    stream->kernel->join();
    stream->kernel.reset();
  }
  return CuResult::Success;
}
FAKE(cuStreamQuery, StreamImpl* stream) {
  ENTER();
  return stream->kernel && stream->kernel->isRunning() ? CuResult::NotReady : CuResult::Success;
}
FAKE(cuStreamDestroy_v2, StreamImpl* stream) {
  drop(state.streams, stream);
  ENTER_QUIET();
  return CuResult::Success;
}
FAKE(cuStreamWaitEvent, StreamImpl* stream, EventImpl*, unsigned) {
  ENTER();
  return give(stream, [] {});
}
FAKE(cuStreamBeginCapture_v2, StreamImpl* stream, CaptureMode mode) {
  ENTER();
  stream->capture = keep(state.graphs, new GraphImpl);
  if (mode == CaptureMode::ThreadLocal)
    capturing = stream;
  return CuResult::Success;
}
FAKE(cuStreamEndCapture, StreamImpl* stream, GraphImpl** graph) {
  GraphImpl* captured = std::exchange(stream->capture, nullptr); // ended also where it fails
  capturing = nullptr;
  if (const CuResult failed = enter(__func__, Waits::Never); failed != CuResult::Success) {
    drop(state.graphs, captured);
    return failed;
  }
  *graph = captured;
  return CuResult::Success;
}

FAKE(cuEventCreate, EventImpl** event, unsigned) {
  ENTER_QUIET();
  *event = keep(state.events, new EventImpl);
  return CuResult::Success;
}
FAKE(cuEventDestroy_v2, EventImpl* event) {
  drop(state.events, event);
  ENTER_QUIET();
  return CuResult::Success;
}
FAKE(cuEventRecord, EventImpl* event, StreamImpl* stream) {
  ENTER();
  if (stream->capture) // it would be the capture's own, and no record
    return CuResult::CaptureUnsupported;
  event->time = std::chrono::steady_clock::now();
  return CuResult::Success;
}
FAKE(cuEventRecordWithFlags, EventImpl* event, StreamImpl* stream, unsigned flags) {
  ENTER();
  if (flags != kEventRecordExternal)
    return CuResult::InvalidValue;
  return give(stream, [event] { event->time = std::chrono::steady_clock::now(); });
}
FAKE(cuEventQuery, EventImpl*) {
  ENTER();
  return state.gpu.eventsNeverDone ? CuResult::NotReady : CuResult::Success;
}
FAKE(cuEventElapsedTime, float* milliseconds, EventImpl* start, EventImpl* end) {
  ENTER();
  if (state.gpu.eventsNeverDone)
    return CuResult::NotReady;
  if (!start->time || !end->time)
    return CuResult::InvalidValue;
  *milliseconds = std::chrono::duration<float, std::milli>(*end->time - *start->time).count();
  return CuResult::Success;
}

FAKE(cuGraphInstantiateWithFlags, GraphExecImpl** exec, GraphImpl* graph, unsigned long long) {
  ENTER_QUIET();
  *exec = keep(state.execs, new GraphExecImpl{graph->nodes});
  return CuResult::Success;
}
FAKE(cuGraphUpload, GraphExecImpl*, StreamImpl*) {
  ENTER_QUIET();
  return CuResult::Success;
}
FAKE(cuGraphLaunch, GraphExecImpl* exec, StreamImpl*) {
  ENTER();
  noteLaunch(__func__, exec);
  for (const auto& node : exec->nodes)
    node();
  return CuResult::Success;
}
FAKE(cuGraphExecDestroy, GraphExecImpl* exec) {
  drop(state.execs, exec);
  ENTER_QUIET();
  return CuResult::Success;
}
FAKE(cuGraphDestroy, GraphImpl* graph) {
  drop(state.graphs, graph);
  ENTER_QUIET();
  return CuResult::Success;
}
// NOLINTEND(readability-identifier-naming)
