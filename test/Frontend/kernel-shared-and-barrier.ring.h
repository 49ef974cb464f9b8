// RUN: %ringc --emit=ir %s | FileCheck %s
// Shared memory, block indices and a barrier.
#include <ringkernel/ring.h>
#include <span>
[[ring::kernel(32, 8)]] inline void transpose(std::span<const float> in, std::span<float> out, std::uint32_t width, std::uint32_t height, ring::Shared<float[32][33]>& tile) {
  const ring::Dim3 t = ring::threadIndex();
  const std::uint32_t x = ring::blockIndex().x * 32u + t.x;
  for (std::uint32_t j = 0; j < 32u; j += 8u) {
    const std::uint32_t y = ring::blockIndex().y * 32u + t.y + j;
    if (x < width && y < height) tile[t.y + j][t.x] = in[y * width + x];
  }
  ring::barrier();
  out[ring::globalIndex()] = tile[t.x][t.y];
}

// CHECK: func kernel "transpose" "(std::span<const float>, std::span<float>, unsigned int, unsigned int, ring::Shared<float[32][33]> &)" (let %in: span<const f32>, let %out: span<f32>, let %width: u32, let %height: u32) block(32, 8, 1) shared var %tile: array<array<f32, 33>, 32>
// CHECK-NEXT: let %t: "ring::Dim3" = "ring::Dim3"{thread.x(), thread.y(), thread.z()}
// CHECK-NEXT: let %x: u32 = ((block.x() * 32u32) + %t.x)
// CHECK-NEXT: loop init
// CHECK-NEXT: var %j: u32 = 0u32
// CHECK-NEXT: } while (%j < 32u32) step
// CHECK-NEXT: %j = (%j + 8u32)
// CHECK-NEXT: } do
// CHECK-NEXT: let %y: u32 = (((block.y() * 32u32) + %t.y) + %j)
// CHECK-NEXT: if ((%x < %width) && (%y < %height))
// CHECK-NEXT: %tile[(%t.y + %j)][%t.x] = %in[((%y * %width) + %x)]
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: barrier
// CHECK-NEXT: %out[((block.x() * blocksize.x()) + thread.x())] = %tile[%t.x][%t.y]
// CHECK-NEXT: }
