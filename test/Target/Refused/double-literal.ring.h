// RUN: %ringc --verify-diagnostics --target=wgsl %s
// RUN: %ringc --verify-diagnostics --target=msl %s
// Where nothing is declared as a double, its first use is named.
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel]] inline void halve(std::span<float> x) {
  for (std::size_t i : ring::gridStride(x.size()))
    x[i] = x[i] * 0.1; // expected-error {{has no 'double'}}
}
