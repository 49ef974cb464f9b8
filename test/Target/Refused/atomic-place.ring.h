// RUN: %ringc --verify-diagnostics --target=wgsl %s
#include <ringkernel/ring.h>
#include <span>
struct Tally {
  std::uint32_t count;
  float sum;
};
[[ring::kernel]] inline void tally(std::span<std::uint32_t> out, ring::Shared<Tally>& shared,
                                   ring::Shared<std::uint32_t[4][2]>& fine) {
  ring::atomicAdd(fine[1][0], 1u);
  ring::atomicAdd((*shared).count, 1u); // expected-error {{wgsl has atomics on whole variables and arrays of 32-bit integers only; 'shared' is neither [target-atomic-place]}}
  out[0] = (*shared).count + fine[1][0];
}
