// RUN: %ringc --verify-diagnostics --target=wgsl %s
#include <ringkernel/ring.h>
#include <span>
struct Ends {
  std::int32_t low;
  std::uint32_t high;
};
[[ring::kernel]] inline void ends(std::span<const std::int32_t> x, std::span<Ends> out) {
  const std::int32_t value = x[ring::globalIndex()];
  ring::atomicMin(out[0].low, value);
  ring::atomicMax(out[0].high, std::uint32_t(value)); // expected-error {{in the one buffer 'out', which wgsl cannot express [target-atomic-signs]}}
}
