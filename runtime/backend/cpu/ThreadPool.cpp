// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See the header.
#include "runtime/backend/cpu/ThreadPool.h"

#include "runtime/core/Threads.h"

namespace ring::runtime::cpu {

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    leave_ = true;
  }
  begin_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
}

void ThreadPool::takeParts(const std::function<void(std::uint64_t)>& part, std::uint64_t count) {
  // relaxed: only hands out numbers; mutex_ orders what the parts wrote
  for (std::uint64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count;)
    part(i);
}

void ThreadPool::help() {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    begin_.wait(lock, [&] { return leave_ || work_ != seen; });
    if (leave_)
      return;
    seen = work_;
    const auto& part = *part_;
    const std::uint64_t count = count_;
    lock.unlock();
    takeParts(part, count);
    lock.lock();
    if (--busy_ == 0)
      end_.notify_one();
  }
}

void ThreadPool::run(std::uint64_t count, const std::function<void(std::uint64_t)>& part) {
  std::lock_guard one(runMutex_);
  next_.store(0, std::memory_order_relaxed);
  if (count < 2 || helpers_ == 0)
    return takeParts(part, count);
  {
    std::lock_guard lock(mutex_);
    while (threads_.size() < helpers_) {
      std::thread helper;
      if (!startThread(helper, "a part of a launch", [this] { help(); }))
        break; // those that are there do it
      threads_.push_back(std::move(helper));
    }
    part_ = &part;
    count_ = count;
    busy_ = static_cast<std::uint32_t>(threads_.size());
    ++work_;
  }
  begin_.notify_all();
  takeParts(part, count);
  std::unique_lock lock(mutex_);
  end_.wait(lock, [&] { return busy_ == 0; });
}

} // namespace ring::runtime::cpu
