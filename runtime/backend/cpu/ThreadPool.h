// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that share the parts of one piece of work with the calling thread. Started at first use:
// a program with actors alone has none.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_THREADPOOL_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_THREADPOOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ring::runtime::cpu {

class ThreadPool {
public:
  /// `helpers` threads beside the calling one.
  explicit ThreadPool(unsigned helpers) : helpers_(helpers) {}
  ~ThreadPool();

  /// Threads that take part, the calling one included.
  unsigned size() const { return helpers_ + 1; }
  /// Calls part(0), ..., part(count - 1), each once, on any of the threads, and waits for all.
  void run(std::uint64_t count, const std::function<void(std::uint64_t)>& part);

private:
  void help();
  void takeParts(const std::function<void(std::uint64_t)>& part, std::uint64_t count);

  const unsigned helpers_;
  std::mutex runMutex_; ///< one piece of work at a time
  std::mutex mutex_;    ///< all that follows but next_
  std::condition_variable begin_, end_;
  std::vector<std::thread> threads_;
  const std::function<void(std::uint64_t)>* part_ = nullptr;
  std::uint64_t count_ = 0, work_ = 0;
  unsigned busy_ = 0;
  bool leave_ = false;
  std::atomic<std::uint64_t> next_{0};
};

} // namespace ring::runtime::cpu

#endif
