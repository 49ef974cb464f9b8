// RUN: %ringc --verify-diagnostics --target=cuda -o %t.cu %s
// expected-no-diagnostics
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel]] inline void halve(std::span<double> x) {
  for (std::size_t i : ring::gridStride(x.size()))
    x[i] = x[i] * 0.5;
}
