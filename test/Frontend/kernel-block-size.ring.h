// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
[[ring::kernel(0)]] inline void none() {} // expected-error {{a block of a kernel has 1 to 1024 threads in all, and this size is 0 [kernel-block-size]}}
[[ring::kernel(-1)]] inline void negative() {} // expected-error {{this size is -1}}
[[ring::kernel(64, 32)]] inline void large() {} // expected-error {{this size is 32}}
[[ring::kernel(32, 32)]] inline void fits() {}
template <int N> [[ring::kernel(N)]] inline void sized() {} // expected-error {{this size is 2048}}
template void sized<2048>();
