// RUN: %ringc --verify-diagnostics --target=wgsl %s
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel(32, 8)]] inline void fits(std::span<float> x) { x[ring::threadIndex().x] = 1; }
// 257 threads, one above.
[[ring::kernel(257)]] inline void wide(std::span<float> x) { // expected-error {{a block of 'wide' has 257 threads; wgsl takes at most 256 [target-block-size]}}
  x[ring::threadIndex().x] = 1;
}
