// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See the header.
#include "runtime/backend/cuda/StreamHandles.h"

namespace ring::runtime::cuda {

namespace {

/// Events that are made at once: parking for each would cost more than they do.
constexpr int kEventsAtOnce = 32;

} // namespace

StreamHandles::~StreamHandles() {
  if (!gpu_->enterToFree())
    return;
  for (EventImpl* event : events_)
    api_.EventDestroy(event);
  for (StreamImpl* stream : streams_)
    api_.StreamDestroy(stream);
}

Status StreamHandles::makeStream() {
  if (Status status = gpu_->enter(); !status)
    return status;
  StreamImpl* made = nullptr;
  if (Status status =
          gpu_->check("cannot make a CUDA stream", api_.StreamCreate(&made, kStreamNonBlocking));
      !status)
    return status;
  std::lock_guard lock(mutex_);
  streams_.push_back(made);
  freeStreams_.push_back(made);
  return Status::ok();
}

Status StreamHandles::makeEvents() {
  if (Status status = gpu_->enter(); !status)
    return status;
  for (int i = 0; i < kEventsAtOnce; ++i) {
    EventImpl* made = nullptr;
    if (Status status = gpu_->check("cannot make a CUDA event", api_.EventCreate(&made, 0));
        !status)
      return i == 0 ? status : Status::ok(); // some are there
    std::lock_guard lock(mutex_);
    events_.push_back(made);
    freeEvents_.push_back(made);
  }
  return Status::ok();
}

Status StreamHandles::finishAll() {
  if (Status status = gpu_->enter(); !status)
    return status;
  std::vector<StreamImpl*> all;
  {
    std::lock_guard lock(mutex_);
    all = streams_;
  }
  Status first = Status::ok();
  for (StreamImpl* stream : all)
    if (Status status = gpu_->check("a stream's work failed", api_.StreamSynchronize(stream));
        !status && first)
      first = status;
  return first;
}

} // namespace ring::runtime::cuda
