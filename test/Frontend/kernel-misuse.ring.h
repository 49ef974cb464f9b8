// RUN: %ringc --verify-diagnostics %s
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel]] inline void k(std::span<float> x, std::span<std::uint64_t> wide, std::span<std::uint32_t> fine) {
  auto stride = ring::gridStride(4); // expected-error {{'ring::gridStride' is for 'for (std::size_t i : ring::gridStride(n))' only [grid-stride-outside-for]}}
  ring::atomicAdd(wide[0], 1u); // expected-error {{an atomic needs a 32-bit integer in a span or in shared memory, and this is 'unsigned long' [atomic-place]}}
  std::uint32_t local = 0;
  ring::atomicAdd(local, 1u); // expected-error {{an atomic needs a 32-bit integer in a span or in shared memory}}
  ring::atomicAdd(fine[0], 1u);
  std::span<float> part = x.subspan(1); // expected-error {{'std::span<float>' is for parameters only: it cannot be stored [type-has-no-storage]}}
  for (float v : x.first(2)) (void)v; // expected-error {{'std::span::first' is not among the library functions that ringc knows}}
}
