// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels with shared memory, barriers, atomics and two-dimensional blocks.
#ifndef RINGKERNEL_TEST_EXECUTION_KERNELS_RING_H
#define RINGKERNEL_TEST_EXECUTION_KERNELS_RING_H

#include <ringkernel/ring.h>

#include <span>

namespace kernels {

/// out[block] = the sum of the block's part of `in`.
[[ring::kernel(64)]] inline void blockSum(std::span<const std::uint32_t> in,
                                          std::span<std::uint32_t> out,
                                          ring::Shared<std::uint32_t[64]>& part) {
  const std::uint32_t t = ring::threadIndex().x;
  std::uint32_t mine = 0;
  for (std::size_t i : ring::gridStride(in.size()))
    mine += in[i];
  part[t] = mine;
  ring::barrier();
  for (std::uint32_t half = 32; half > 0; half /= 2) {
    if (t < half)
      part[t] += part[t + half];
    ring::barrier();
  }
  if (t == 0)
    out[ring::blockIndex().x] = part[0];
}

/// out = transposed in, by tiles.
[[ring::kernel(16, 16)]] inline void transpose(std::span<const float> in, std::span<float> out,
                                               std::uint32_t width, std::uint32_t height,
                                               ring::Shared<float[16][17]>& tile) {
  const ring::Dim3 t = ring::threadIndex(), b = ring::blockIndex();
  const std::uint32_t x = b.x * 16u + t.x, y = b.y * 16u + t.y;
  if (x < width && y < height)
    tile[t.y][t.x] = in[y * width + x];
  ring::barrier();
  const std::uint32_t u = b.y * 16u + t.x, v = b.x * 16u + t.y;
  if (u < height && v < width)
    out[v * height + u] = tile[t.x][t.y];
}

/// Counts in shared memory first, then adds to `bins`; also the extremes.
[[ring::kernel(128)]] inline void histogram(std::span<const std::uint32_t> in,
                                            std::span<std::uint32_t> bins,
                                            std::span<std::int32_t> extremes,
                                            ring::Shared<std::uint32_t[16]>& local) {
  const std::uint32_t t = ring::threadIndex().x;
  if (t < 16)
    local[t] = 0;
  ring::barrier();
  for (std::size_t i : ring::gridStride(in.size())) {
    ring::atomicAdd(local[in[i] % 16u], 1u);
    const std::int32_t value = static_cast<std::int32_t>(in[i]) / 3;
    ring::atomicMin(extremes[0], value);
    ring::atomicMax(extremes[1], value);
  }
  ring::barrier();
  if (t < 16)
    ring::atomicAdd(bins[t], local[t]);
}

/// Values of every width in a parameter block.
[[ring::kernel(32)]] inline void mixed(std::span<std::int32_t> out, bool flag, std::int8_t small,
                                       std::uint16_t wide, float real) {
  for (std::size_t i : ring::gridStride(out.size())) {
    const std::int32_t n = static_cast<std::int32_t>(i);
    out[i] = (flag ? n : -n) * small + wide + static_cast<std::int32_t>(real * 4.0f);
  }
}

} // namespace kernels

#endif
