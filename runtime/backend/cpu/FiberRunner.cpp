// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block's threads as fibers of one thread of the system: a barrier is a switch to the next fiber.
// The fibers live as long as the runner and run one block after the other. Sanitizers do not follow
// Boost's switches, so builds with them have no fibers.
#include "runtime/backend/cpu/BlockRunner.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RINGKERNEL_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RINGKERNEL_SANITIZED 1
#endif

#if defined(RINGKERNEL_HAVE_BOOST_CONTEXT) && !defined(RINGKERNEL_SANITIZED)

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include <vector>

namespace ring::runtime::cpu {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024; // address space; pages come when touched

class FiberRunner final : public BlockRunner, private Barrier {
public:
  explicit FiberRunner(const KernelCall& call) : BlockRunner(call), threads_(call.threads()) {
    for (Thread& thread : threads_)
      thread.fiber = boost::context::fiber(std::allocator_arg,
                                           boost::context::protected_fixedsize_stack(kStackBytes),
                                           [this](boost::context::fiber&& launcher) {
                                             launcher_ = std::move(launcher);
                                             for (;;) { // one turn a block; the destructor unwinds
                                               call_.kernel->runThread(call_.arguments, shared());
                                               running_->returned = true;
                                               launcher_ = std::move(launcher_).resume();
                                             }
                                             return std::move(launcher_);
                                           });
  }

private:
  struct Thread {
    boost::context::fiber fiber;
    detail::KernelThread place;
    bool returned = false;
  };

  bool runThreads(std::uint64_t block) override {
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      threads_[i].place = call_.place(block, i);
      threads_[i].returned = false;
    }
    std::uint32_t returned = 0;
    while (returned == 0) { // once round: from barrier to barrier, or to the end
      for (Thread& thread : threads_) {
        running_ = &thread;
        setKernelThread(&thread.place, this);
        thread.fiber = std::move(thread.fiber).resume();
        returned += thread.returned ? 1 : 0;
      }
    }
    setKernelThread(nullptr, nullptr);
    left_ = returned;
    return returned == threads_.size();
  }

  void wait() override { launcher_ = std::move(launcher_).resume(); }

  std::vector<Thread> threads_;
  Thread* running_ = nullptr;
  boost::context::fiber launcher_; ///< where the running fiber goes back to
};

} // namespace

std::unique_ptr<BlockRunner> makeFiberRunner(const KernelCall& call) {
  return std::make_unique<FiberRunner>(call);
}

} // namespace ring::runtime::cpu

#else

namespace ring::runtime::cpu {

std::unique_ptr<BlockRunner> makeFiberRunner(const KernelCall&) { return nullptr; }

} // namespace ring::runtime::cpu

#endif
