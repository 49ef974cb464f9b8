// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all ways to run a block share, the plain loop, and what a kernel sees of its thread.
#include "runtime/backend/cpu/BlockRunner.h"

#include <ringkernel/detail/KernelRun.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ring {
namespace runtime::cpu {
namespace {

thread_local const detail::KernelThread* currentThread = nullptr;
thread_local Barrier* currentBarrier = nullptr;

[[noreturn]] void notInKernel(const char* what) {
  std::fprintf(stderr, "ringkernel: %s\n", what);
  std::abort();
}

std::size_t sharedSize(const KernelCall& call) {
  const std::size_t bytes = call.kernel->sharedBytes;
  return (bytes + detail::kSharedAlign - 1) / detail::kSharedAlign * detail::kSharedAlign;
}

class LoopRunner final : public BlockRunner {
public:
  using BlockRunner::BlockRunner;

private:
  bool runThreads(std::uint64_t block) override {
    const std::uint32_t threads = call_.threads();
    detail::KernelThread place = call_.place(block, 0);
    setKernelThread(&place, nullptr);
    for (std::uint32_t thread = 0; thread < threads; ++thread) {
      call_.kernel->runThread(call_.arguments, shared());
      if (++place.thread.x == place.blockSize.x) {
        place.thread.x = 0;
        if (++place.thread.y == place.blockSize.y) {
          place.thread.y = 0;
          ++place.thread.z;
        }
      }
    }
    setKernelThread(nullptr, nullptr);
    return true;
  }
};

} // namespace

detail::KernelThread KernelCall::place(std::uint64_t block, std::uint32_t thread) const {
  const std::uint32_t(&size)[3] = kernel->blockSize;
  return {{thread % size[0], thread / size[0] % size[1], thread / (size[0] * size[1])},
          {static_cast<std::uint32_t>(block % grid[0]),
           static_cast<std::uint32_t>(block / grid[0] % grid[1]),
           static_cast<std::uint32_t>(block / (std::uint64_t(grid[0]) * grid[1]))},
          {size[0], size[1], size[2]},
          {grid[0], grid[1], grid[2]}};
}

void BlockRunner::Free::operator()(std::byte* memory) const { std::free(memory); }

BlockRunner::BlockRunner(const KernelCall& call) : call_(call) {
  if (const std::size_t bytes = sharedSize(call)) {
    shared_.reset(static_cast<std::byte*>(std::aligned_alloc(detail::kSharedAlign, bytes)));
    if (!shared_)
      notInKernel("no memory for a kernel's shared memory");
  }
}

std::optional<std::string> BlockRunner::run(std::uint64_t block) {
#ifndef NDEBUG
  // Its content is undefined at the start: make reading it show.
  if (shared_)
    std::memset(shared_.get(), 0xa5, sharedSize(call_));
#endif
  if (runThreads(block))
    return std::nullopt;
  const detail::KernelThread place = call_.place(block, 0);
  return std::to_string(left_) + " of " + std::to_string(call_.threads()) + " threads of block (" +
         std::to_string(place.block.x) + ", " + std::to_string(place.block.y) + ", " +
         std::to_string(place.block.z) + ") of `" + std::string(call_.kernel->name) +
         "` returned while the others wait at `ring::barrier()`; all threads of a block must reach "
         "it";
}

std::unique_ptr<BlockRunner> makeLoopRunner(const KernelCall& call) {
  return std::make_unique<LoopRunner>(call);
}

void setKernelThread(const detail::KernelThread* thread, Barrier* barrier) {
  currentThread = thread;
  currentBarrier = barrier;
}

} // namespace runtime::cpu

namespace detail {

const KernelThread& kernelThread() {
  if (!runtime::cpu::currentThread)
    runtime::cpu::notInKernel("an index of a kernel's thread was asked for outside a kernel");
  return *runtime::cpu::currentThread;
}

void kernelBarrier() {
  if (!runtime::cpu::currentBarrier)
    runtime::cpu::notInKernel("`ring::barrier()` was called outside a kernel, or in one that was "
                              "registered as having none");
  runtime::cpu::currentBarrier->wait();
}

} // namespace detail
} // namespace ring
