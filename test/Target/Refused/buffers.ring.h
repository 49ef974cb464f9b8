// RUN: %ringc --verify-diagnostics --target=wgsl %s
#include <ringkernel/ring.h>
#include <span>
using Floats = std::span<float>;
[[ring::kernel]] inline void seven(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f,
                                   Floats g) {
  const std::uint32_t i = ring::globalIndex();
  a[i] = b[i] + c[i] + d[i] + e[i] + f[i] + g[i];
}
[[ring::kernel]] inline void eight(Floats a, Floats b, Floats c, Floats d, Floats e, Floats f, // expected-error {{'eight' takes 8 spans; wgsl binds at most 7 besides the parameters [target-buffers]}}
                                   Floats g, Floats h) {
  const std::uint32_t i = ring::globalIndex();
  a[i] = b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i];
}
