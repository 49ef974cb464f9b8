// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels and stencils on the CPU: blocks and bands of rows over a pool of threads.
#ifndef RINGKERNEL_RUNTIME_BACKEND_CPU_LAUNCHER_H
#define RINGKERNEL_RUNTIME_BACKEND_CPU_LAUNCHER_H

#include "runtime/backend/cpu/BlockRunner.h"
#include "runtime/backend/cpu/ThreadPool.h"

#include <ringkernel/status.h>

namespace ring::runtime::cpu {

class Launcher {
public:
  /// `helpers` threads beside the calling one.
  explicit Launcher(unsigned helpers) : pool_(helpers) {}

  /// Runs all blocks and waits. InvalidArgument where threads of a block part at a barrier; blocks
  /// that began before that have ended.
  Status launch(const KernelCall& call);
  /// Sweeps `cells`, of which there are some, and waits.
  void sweep(const detail::FunctionInfo& stencil, const detail::SweepRange& cells,
             void* const* arguments);

private:
  ThreadPool pool_;
};

} // namespace ring::runtime::cpu

#endif
