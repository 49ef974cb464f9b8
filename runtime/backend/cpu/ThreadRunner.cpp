// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block's threads as threads of the system. They live as long as the runner and run one block
// after the other. A barrier counts who waits and who has returned, so that threads that can no
// longer meet are told instead of waiting for ever.
#include "runtime/backend/cpu/BlockRunner.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace ring::runtime::cpu {
namespace {

/// Unwinds a thread whose block cannot go on.
struct Diverged {};

class ThreadRunner final : public BlockRunner, private Barrier {
public:
  explicit ThreadRunner(const KernelCall& call) : BlockRunner(call) {
    for (std::uint32_t thread = 0; thread < call.threads(); ++thread)
      threads_.emplace_back([this, thread] { live(thread); });
  }
  ~ThreadRunner() override {
    {
      std::lock_guard lock(mutex_);
      leave_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
  }

private:
  bool runThreads(std::uint64_t block) override {
    std::unique_lock lock(mutex_);
    block_ = block;
    returned_ = waiting_ = 0;
    ++turn_;
    changed_.notify_all();
    done_.wait(lock, [&] { return returned_ == threads_.size(); });
    return !diverged_;
  }

  void live(std::uint32_t thread) {
    std::uint64_t seen = 0;
    for (;;) {
      std::uint64_t block;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return leave_ || turn_ != seen; });
        if (leave_)
          return;
        seen = turn_;
        block = block_;
      }
      const detail::KernelThread place = call_.place(block, thread);
      setKernelThread(&place, this);
      try {
        call_.kernel->runThread(call_.arguments, shared());
      } catch (const Diverged&) {
      }
      std::lock_guard lock(mutex_);
      ++returned_;
      checkMeeting();
      if (returned_ == threads_.size())
        done_.notify_one();
    }
  }

  void wait() override {
    std::unique_lock lock(mutex_);
    const std::uint64_t phase = phase_;
    if (++waiting_ == threads_.size()) {
      waiting_ = 0;
      ++phase_;
      changed_.notify_all();
      return;
    }
    checkMeeting();
    changed_.wait(lock, [&] { return phase_ != phase || diverged_; });
    if (phase_ == phase)
      throw Diverged{};
  }

  /// With the lock: nobody runs any more, some wait, some have returned.
  void checkMeeting() {
    if (diverged_ || waiting_ == 0 || returned_ == 0 || waiting_ + returned_ != threads_.size())
      return;
    diverged_ = true;
    left_ = returned_;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_, done_;
  std::uint64_t block_ = 0, turn_ = 0, phase_ = 0;
  std::uint32_t returned_ = 0, waiting_ = 0;
  bool diverged_ = false, leave_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<BlockRunner> makeThreadRunner(const KernelCall& call) {
  return std::make_unique<ThreadRunner>(call);
}

} // namespace ring::runtime::cpu
