// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver's streams and events of a runtime. Making and destroying one may wait for the device,
// which must be quiet for it; so what is given back is used again, and all go together at the end.
// Any thread may use it.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMHANDLES_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMHANDLES_H

#include "runtime/backend/cuda/Gpu.h"

#include <vector>

namespace ring::runtime::cuda {

class StreamHandles {
public:
  explicit StreamHandles(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)), api_(gpu_->api()) {}
  StreamHandles(const StreamHandles&) = delete;
  StreamHandles& operator=(const StreamHandles&) = delete;
  /// Nothing of them is in use, and no kernel resident.
  ~StreamHandles();

  Gpu& gpu() const { return *gpu_; }
  /// One that is free; null where more must be made.
  StreamImpl* takeStream() { return take(freeStreams_); }
  EventImpl* takeEvent() { return take(freeEvents_); }
  /// While no kernel is resident: a stream more, some events more.
  Status makeStream();
  Status makeEvents();
  /// A stream has finished; an event may be under way yet.
  void giveBack(StreamImpl* stream) { giveBack(freeStreams_, stream); }
  void giveBack(EventImpl* event) { giveBack(freeEvents_, event); }
  /// Waits for the work of all streams, whoever has them.
  Status finishAll();

private:
  template <class Impl> Impl* take(std::vector<Impl*>& from) {
    std::lock_guard lock(mutex_);
    if (from.empty())
      return nullptr;
    Impl* const taken = from.back();
    from.pop_back();
    return taken;
  }
  template <class Impl> void giveBack(std::vector<Impl*>& to, Impl* given) {
    std::lock_guard lock(mutex_);
    to.push_back(given);
  }

  const std::shared_ptr<Gpu> gpu_;
  const DriverApi& api_;
  std::mutex mutex_; // all that follows
  std::vector<StreamImpl*> streams_, freeStreams_;
  std::vector<EventImpl*> events_, freeEvents_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_STREAMHANDLES_H
