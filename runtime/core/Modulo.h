// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x % d for a d that is known at start: two multiplications instead of a division, which is on the
// way of every message (Lemire, Kaser, Kurz: "Faster remainder by direct computation", 2019).
#ifndef RINGKERNEL_RUNTIME_CORE_MODULO_H
#define RINGKERNEL_RUNTIME_CORE_MODULO_H

#include <cstdint>

namespace ring::runtime {

class Modulo {
public:
  /// `divisor` is not 0.
  explicit constexpr Modulo(std::uint32_t divisor)
      : inverse_(~std::uint64_t(0) / divisor + 1), divisor_(divisor) {}
  constexpr std::uint32_t operator()(std::uint32_t x) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint32_t>(Wide(inverse_ * x) * divisor_ >> 64);
  }

private:
  std::uint64_t inverse_; ///< 2^64 / divisor, rounded up; 0 for 1, where the result is 0 too
  std::uint64_t divisor_;
};

} // namespace ring::runtime

#endif
