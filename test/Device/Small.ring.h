// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels that nobody has launched before: the first launch of each must find the device still.
#ifndef RINGKERNEL_TEST_DEVICE_SMALL_RING_H
#define RINGKERNEL_TEST_DEVICE_SMALL_RING_H

#include <ringkernel/ring.h>

#include <span>

namespace small {

template <std::uint32_t N> [[ring::kernel]] inline void add(std::span<std::uint32_t> values) {
  for (std::size_t i : ring::gridStride(values.size()))
    values[i] += N;
}

} // namespace small

template void small::add<1>(std::span<std::uint32_t>);
template void small::add<2>(std::span<std::uint32_t>);
template void small::add<3>(std::span<std::uint32_t>);
template void small::add<4>(std::span<std::uint32_t>);

#endif
