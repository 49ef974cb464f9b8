// RUN: %ringc --verify-diagnostics %s
// Indices, barriers and atomics belong to kernels, through calls too.
#include <ringkernel/ring.h>
#include <span>
struct [[ring::message]] In { std::uint32_t n; };
inline std::uint32_t lane() { return ring::threadIndex().x; } // expected-error {{'ring::threadIndex' belongs to kernels: in a handler use 'ctx.parallelFor' or 'ctx.reduce' [kernel-only-in-handler]}}
[[ring::kernel]] inline void fine(std::span<std::uint32_t> x) { x[lane()] = 0u; }
class [[ring::actor]] A {
public:
  [[ring::handler]] void on(const In& in, ring::Context& ctx) {
    n = lane();
    ring::barrier(); // expected-error {{'ring::barrier' belongs to kernels}}
    for (std::size_t i : ring::gridStride(4)) n += i; // expected-error {{'ring::gridStride' belongs to kernels}}
  }
  std::uint32_t n = 0;
};
[[ring::stencil]] inline void s(ring::Cell1<float> x) {
  x() = ring::globalIndex(); // expected-error {{'ring::globalIndex' belongs to kernels: a stencil has 'c.x()' and offsets [kernel-only-in-stencil]}}
}
