// WGSL's compilers refuse a barrier that depends on memory; the other targets leave it to the user.
// RUN: not %ringc --target=wgsl -o %t.wgsl %s 2>&1 | FileCheck %s
// RUN: %ringc --target=cuda -o %t.cu %s 2>&1 | FileCheck %s --check-prefix=WARNED
// RUN: %ringc --target=msl -o %t.metal %s
#include <ringkernel/ring.h>
#include <span>

[[ring::kernel(32)]] inline void waits(std::span<float> x) {
  if (x[0] > 0) {
    // CHECK: :[[#@LINE+2]]:5: error: wgsl refuses a barrier under a condition that was read from memory [target-barrier]
    // WARNED: :[[#@LINE+1]]:5: warning: whether all threads of a block come to this barrier depends on what they read from memory [barrier-unclear]
    ring::barrier();
  }
  x[1] = 1;
}
