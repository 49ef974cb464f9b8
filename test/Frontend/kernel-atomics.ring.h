// RUN: %ringc --emit=ir %s | FileCheck %s
// Atomics on spans and shared memory; a range-for with an index of its own type.
#include <ringkernel/ring.h>
#include <span>
struct Params { float scale; std::uint32_t bins; };
[[ring::kernel]] inline void histogram(std::span<const float> in, std::span<std::uint32_t> bins, Params p, ring::Shared<std::uint32_t>& total) {
  if (ring::threadIndex().x == 0u) *total = 0u;
  ring::barrier();
  for (std::uint32_t i : ring::gridStride(in.size())) {
    const std::uint32_t bin = static_cast<std::uint32_t>(in[i] * p.scale) % p.bins;
    ring::atomicAdd(bins[bin], 1u);
    const std::uint32_t old = ring::atomicMax(*total, bin);
    if (old > 100u) break;
  }
}

// CHECK: func kernel "histogram" "(std::span<const float>, std::span<unsigned int>, Params, ring::Shared<unsigned int> &)" (let %in: span<const f32>, let %bins: span<u32>, let %p: "Params") block(256, 1, 1) shared var %total: u32
// CHECK-NEXT: if (thread.x() == 0u32)
// CHECK-NEXT: %total = 0u32
// CHECK-NEXT: }
// CHECK-NEXT: barrier
// CHECK-NEXT: loop init
// CHECK-NEXT: var %index: u64 = ((u64(block.x()) * u64(blocksize.x())) + u64(thread.x()))
// CHECK-NEXT: } while (%index < size(%in)) step
// CHECK-NEXT: %index = (%index + (u64(gridsize.x()) * u64(blocksize.x())))
// CHECK-NEXT: } do
// CHECK-NEXT: var %i: u32 = u32(%index)
// CHECK-NEXT: let %bin: u32 = (u32((%in[%i] * %p.scale)) % %p.bins)
// CHECK-NEXT: atomic add relaxed device %bins[%bin] with 1u32
// CHECK-NEXT: let %old: u32 = atomic max relaxed device %total with %bin
// CHECK-NEXT: if (%old > 100u32)
// CHECK-NEXT: break
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: }
