// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running all threads of one block of a kernel: one after the other where the kernel has no
// barrier, as fibers or as threads of the system where it has.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_BLOCKRUNNER_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_BLOCKRUNNER_H

#include <ringkernel/registration.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ring::runtime::cpu {

/// What one launch is.
struct KernelCall {
  const detail::FunctionInfo* kernel;
  std::array<std::uint32_t, 3> grid; ///< blocks
  void* const* arguments;            ///< of FunctionInfo::runThread

  std::uint64_t blocks() const { return std::uint64_t(grid[0]) * grid[1] * grid[2]; }
  std::uint32_t threads() const {
    return kernel->blockSize[0] * kernel->blockSize[1] * kernel->blockSize[2];
  }
  /// Thread `thread` of block `block`, both counted with x fastest.
  detail::KernelThread place(std::uint64_t block, std::uint32_t thread) const;
};

/// Runs blocks of one launch, one at a time, on the thread that made it.
class BlockRunner {
public:
  explicit BlockRunner(const KernelCall& call);
  virtual ~BlockRunner() = default;
  BlockRunner(const BlockRunner&) = delete;
  BlockRunner& operator=(const BlockRunner&) = delete;

  /// Nothing, or what was wrong: threads that left while others wait at a barrier. After that the
  /// runner is used up.
  std::optional<std::string> run(std::uint64_t block);

protected:
  virtual bool runThreads(std::uint64_t block) = 0;
  std::byte* shared() const { return shared_.get(); }

  const KernelCall call_;
  std::uint32_t left_ = 0; ///< threads that returned, where runThreads() gave false

private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> shared_;
};

/// For kernels without barriers: a loop.
std::unique_ptr<BlockRunner> makeLoopRunner(const KernelCall& call);
/// A thread of the system for each thread of the block: works everywhere, slowly.
std::unique_ptr<BlockRunner> makeThreadRunner(const KernelCall& call);
/// A fiber for each thread of the block; null where this build has no fibers.
std::unique_ptr<BlockRunner> makeFiberRunner(const KernelCall& call);

/// Where a thread of a kernel waits for the others of its block.
class Barrier {
public:
  virtual ~Barrier() = default;
  virtual void wait() = 0;
};

/// What kernelThread() and kernelBarrier() find on this thread of the system. Null: no kernel runs,
/// the kernel has no barrier.
void setKernelThread(const detail::KernelThread* thread, Barrier* barrier);

} // namespace ring::runtime::cpu

#endif
