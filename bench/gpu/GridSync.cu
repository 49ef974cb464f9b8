// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA's own barrier of a grid, which gpu-bench compiles where it finds the toolkit's headers.
#include <cooperative_groups.h>

extern "C" __global__ void barrierGrid(unsigned turns, unsigned long long* ns) {
  const auto grid = cooperative_groups::this_grid();
  grid.sync();
  unsigned long long begin, end;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(begin));
  for (unsigned i = 0; i < turns; ++i)
    grid.sync();
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(end));
  if (grid.thread_rank() == 0)
    *ns = end - begin;
}
