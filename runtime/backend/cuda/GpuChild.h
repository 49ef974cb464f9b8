// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The child process itself: started, watched by a thread of its own, killed, reaped. The thread
// also is what the system takes for the child's parent, so it lives as long as the child.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUCHILD_H
#define RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUCHILD_H

#include <ringkernel/status.h>

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ring::runtime::cuda {

class GpuChild {
public:
  /// `ended` is called once, when a child that was started is gone.
  explicit GpuChild(std::function<void()> ended) : ended_(std::move(ended)) {}

  /// Starts it with `socket` as kFirstSocket and no other descriptor of ours but stderr. Never
  /// forks this process without exec.
  static Status start(const std::shared_ptr<GpuChild>& child, int socket);
  pid_t id() const;
  bool isAlive() const;
  void kill(const std::string& cause);
  /// What ended it.
  std::string cause() const;
  /// False where it is still there after `limit`.
  bool awaitEnd(std::chrono::nanoseconds limit);

private:
  enum class State { New, Alive, Ended };
  Status spawn(int socket);
  void watch();

  const std::function<void()> ended_;
  mutable std::mutex mutex_; ///< all that follows
  std::condition_variable changed_;
  State state_ = State::New;
  pid_t id_ = 0;
  std::string killedFor_, cause_;
};

} // namespace ring::runtime::cuda

#endif // RINGKERNEL_RUNTIME_BACKEND_CUDA_GPUCHILD_H
