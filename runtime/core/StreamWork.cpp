// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies of arguments, and the stream that a capture is.
#include "runtime/core/StreamWork.h"

#include "runtime/core/LaunchChecks.h"

#include <cstring>

namespace ring::runtime {

using detail::Argument;
using detail::EventCore;
using detail::FunctionInfo;
using detail::GraphCore;
using detail::MemoryId;
using detail::ParameterKind;
using detail::SweepRange;

namespace {

constexpr std::size_t kValueAlign = 16;

std::size_t paddedSize(const detail::ParameterInfo& parameter) {
  return (parameter.size + kValueAlign - 1) / kValueAlign * kValueAlign;
}

} // namespace

StoredArguments::StoredArguments(detail::RuntimeCore& core, const FunctionInfo& function,
                                 std::span<const Argument> arguments)
    : arguments_(arguments.begin(), arguments.end()) {
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kValueAlign);
  std::size_t bytes = 0;
  for (const detail::ParameterInfo& parameter : function.parameters)
    if (parameter.kind == ParameterKind::Value)
      bytes += paddedSize(parameter);
  values_.resize(bytes);
  std::byte* next = values_.data();
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const detail::ParameterInfo& parameter = function.parameters[i];
    if (parameter.kind == ParameterKind::Value) {
      std::memcpy(next, arguments_[i].value, parameter.size);
      arguments_[i].value = next;
      next += paddedSize(parameter);
    } else {
      held_.emplace_back(core, arguments_[i].memory);
    }
  }
}

Status give(detail::StreamCore& stream, const StreamWork& work) {
  return std::visit(
      Overloaded{
          [&](const LaunchWork& w) { return stream.launch(*w.kernel, w.grid, w.arguments.view()); },
          [&](const SweepWork& w) {
            return stream.sweep(*w.stencil, w.cells(), w.arguments.view());
          },
          [&](const UploadWork& w) { return stream.upload(w.to.id(), w.from); },
          [&](const DownloadWork& w) { return stream.download(w.from.id(), w.to); },
          [&](const RecordWork& w) { return stream.record(w.event); },
          [&](const WaitWork& w) { return stream.wait(w.event); }},
      work);
}

template <class Work> Status KeepingStream::keepOne(Work&& work) {
  const SharedWork shared = std::make_shared<StreamWork>(std::forward<Work>(work));
  return keep({&shared, 1});
}

Status KeepingStream::launch(const FunctionInfo& kernel, const std::array<std::uint32_t, 3>& grid,
                             std::span<const Argument> arguments) {
  if (Status status = checkLaunch(kernel, grid, arguments); !status)
    return refuse(std::move(status));
  return keepOne(LaunchWork{&kernel, grid, {core_, kernel, arguments}});
}

Status KeepingStream::sweep(const FunctionInfo& stencil, const SweepRange* range,
                            std::span<const Argument> arguments) {
  SweepRange cells{};
  if (Status status = checkSweep(stencil, range, arguments, cells); !status)
    return refuse(std::move(status));
  return keepOne(SweepWork{
      &stencil, range ? std::optional(*range) : std::nullopt, {core_, stencil, arguments}});
}

Status KeepingStream::upload(MemoryId memory, std::span<const std::byte> from) {
  return keepOne(UploadWork{{core_, memory}, from});
}
Status KeepingStream::download(MemoryId memory, std::span<std::byte> to) {
  return keepOne(DownloadWork{{core_, memory}, to});
}
Status KeepingStream::record(const std::shared_ptr<EventCore>& event) {
  return keepOne(RecordWork{event});
}
Status KeepingStream::wait(const std::shared_ptr<EventCore>& event) {
  return keepOne(WaitWork{event});
}
Status KeepingStream::launch(const std::shared_ptr<GraphCore>& graph) {
  return keep(static_cast<const RecordedGraph&>(*graph).work());
}

Result<bool> RecordingStream::isDone() {
  return refuse({StatusCode::InvalidArgument,
                 "`isDone` of a stream that is captured: nothing of it runs before the graph is "
                 "launched"});
}

Status RecordingStream::finish() {
  return refuse({StatusCode::InvalidArgument,
                 "`finish` of a stream that is captured: nothing of it runs before the graph is "
                 "launched"});
}

Status RecordingStream::keep(std::span<const SharedWork> work) {
  if (hasEnded_)
    return {StatusCode::InvalidArgument,
            "the capture of this stream has ended; work goes to a stream of `Runtime::stream`"};
  work_.insert(work_.end(), work.begin(), work.end());
  return Status::ok();
}

Status RecordingStream::refuse(Status status) {
  if (!refused_)
    refused_ = status;
  return status;
}

Result<std::vector<SharedWork>> RecordingStream::end() {
  hasEnded_ = true;
  if (refused_)
    return *refused_;
  return std::move(work_);
}

} // namespace ring::runtime
