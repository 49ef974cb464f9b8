// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each kernel applies one operation, chosen by its number, to every element: what a target computes
// can then be held against the host, operation by operation.
#ifndef RINGKERNEL_TEST_UNIT_TARGETS_ARITHMETIC_RING_H
#define RINGKERNEL_TEST_UNIT_TARGETS_ARITHMETIC_RING_H

#include <ringkernel/ring.h>

#include <bit>
#include <span>

namespace arithmetic {

enum class Function : std::uint32_t {
#define RING_UNARY(name) name,
#define RING_BINARY(name) name,
#include "MathFunctions.def"
};

[[ring::kernel]] inline void unary(std::span<const float> x, std::span<float> result,
                                   Function function) {
  for (std::size_t i : ring::gridStride(result.size())) {
    switch (function) {
#define RING_UNARY(name)                                                                           \
  case Function::name:                                                                             \
    result[i] = ring::name(x[i]);                                                                  \
    break;
#include "MathFunctions.def"
    default:
      break;
    }
  }
}

[[ring::kernel]] inline void binary(std::span<const float> x, std::span<const float> y,
                                    std::span<float> result, Function function) {
  for (std::size_t i : ring::gridStride(result.size())) {
    switch (function) {
#define RING_BINARY(name)                                                                          \
  case Function::name:                                                                             \
    result[i] = ring::name(x[i], y[i]);                                                            \
    break;
#include "MathFunctions.def"
    default:
      break;
    }
  }
}

/// +, -, *, /, fma, and the two expressions that a contracting compiler gets wrong.
[[ring::kernel]] inline void basic(std::span<const float> x, std::span<const float> y,
                                   std::span<float> result, std::uint32_t operation) {
  for (std::size_t i : ring::gridStride(result.size())) {
    const float a = x[i];
    const float b = y[i];
    switch (operation) {
    case 0:
      result[i] = a + b;
      break;
    case 1:
      result[i] = a - b;
      break;
    case 2:
      result[i] = a * b;
      break;
    case 3:
      result[i] = a / b;
      break;
    case 4:
      result[i] = a * b + a;
      break;
    case 5:
      result[i] = b - a * b;
      break;
    case 6:
      result[i] = -a;
      break;
    default:
      result[i] = ring::fma(a, b, a);
      break;
    }
  }
}

/// Comparisons and classification, one bit each.
[[ring::kernel]] inline void classify(std::span<const float> x, std::span<const float> y,
                                      std::span<std::uint32_t> result) {
  for (std::size_t i : ring::gridStride(result.size())) {
    const float a = x[i];
    const float b = y[i];
    std::uint32_t bits = 0;
    bits |= std::uint32_t(a < b) << 0;
    bits |= std::uint32_t(a <= b) << 1;
    bits |= std::uint32_t(a > b) << 2;
    bits |= std::uint32_t(a >= b) << 3;
    bits |= std::uint32_t(a == b) << 4;
    bits |= std::uint32_t(a != b) << 5;
    bits |= std::uint32_t(ring::isnan(a)) << 6;
    bits |= std::uint32_t(ring::isinf(a)) << 7;
    bits |= std::uint32_t(ring::isfinite(a)) << 8;
    bits |= std::uint32_t(static_cast<bool>(a)) << 9;
    bits |= std::uint32_t(!(a < b)) << 10;
    result[i] = bits;
  }
}

/// Both operands are any value of T; where C++ has no result, the operation is not asked for.
template <class T>
[[ring::kernel]] void integer(std::span<const T> x, std::span<const T> y, std::span<T> result,
                              std::uint32_t operation) {
  using U = std::make_unsigned_t<T>;
  constexpr std::uint32_t width = sizeof(T) * 8;
  for (std::size_t i : ring::gridStride(result.size())) {
    const T a = x[i];
    const T b = y[i];
    const std::uint32_t amount = std::uint32_t(U(b)) % width;
    T r = 0;
    switch (operation) {
    case 0:
      r = T(U(a) + U(b));
      break;
    case 1:
      r = T(U(a) - U(b));
      break;
    case 2:
      r = T(U(a) * std::uint64_t(U(b)));
      break;
    case 3:
      r = b == 0 || (a == T(T(1) << (width - 1)) && b == T(-1)) ? a : T(a / b);
      break;
    case 4:
      r = b == 0 || (a == T(T(1) << (width - 1)) && b == T(-1)) ? T(0) : T(a % b);
      break;
    case 5:
      r = T(a & b);
      break;
    case 6:
      r = T(a | b);
      break;
    case 7:
      r = T(a ^ b);
      break;
    case 8:
      r = T(a << amount);
      break;
    case 9:
      r = T(a >> amount);
      break;
    case 10:
      r = T(~a);
      break;
    case 11:
      r = T(U(0) - U(a));
      break;
    case 12:
      r = ring::min(a, b);
      break;
    case 13:
      r = ring::max(a, b);
      break;
    case 14:
      r = T(std::popcount(U(a)));
      break;
    case 15:
      r = T(std::countl_zero(U(a)));
      break;
    case 16:
      r = T(std::countr_zero(U(a)));
      break;
    default:
      r = T(T(a < b) + T(a <= b) * T(2) + T(a > b) * T(4) + T(a >= b) * T(8) + T(a == b) * T(16) +
            T(a != b) * T(32));
      break;
    }
    result[i] = r;
  }
}
#define RING_INTEGER(T)                                                                            \
  template void integer<T>(std::span<const T>, std::span<const T>, std::span<T>, std::uint32_t);
RING_INTEGER(std::int8_t)
RING_INTEGER(std::uint8_t)
RING_INTEGER(std::int16_t)
RING_INTEGER(std::uint16_t)
RING_INTEGER(std::int32_t)
RING_INTEGER(std::uint32_t)
RING_INTEGER(std::int64_t)
RING_INTEGER(std::uint64_t)
#undef RING_INTEGER

/// Every conversion from T to an integer, widened to 64 bits, and to float.
template <class T>
[[ring::kernel]] void convert(std::span<const T> x, std::span<std::int64_t> result,
                              std::span<float> real, std::uint32_t to) {
  for (std::size_t i : ring::gridStride(result.size())) {
    const T a = x[i];
    std::int64_t r = 0;
    switch (to) {
    case 0:
      r = std::int8_t(a);
      break;
    case 1:
      r = std::uint8_t(a);
      break;
    case 2:
      r = std::int16_t(a);
      break;
    case 3:
      r = std::uint16_t(a);
      break;
    case 4:
      r = std::int32_t(a);
      break;
    case 5:
      r = std::uint32_t(a);
      break;
    case 6:
      r = std::int64_t(a);
      break;
    case 7:
      r = std::int64_t(std::uint64_t(a));
      break;
    default:
      r = std::int64_t(bool(a));
      break;
    }
    result[i] = r;
    real[i] = float(a);
  }
}
#define RING_CONVERT(T)                                                                            \
  template void convert<T>(std::span<const T>, std::span<std::int64_t>, std::span<float>,          \
                           std::uint32_t);
RING_CONVERT(std::int8_t)
RING_CONVERT(std::uint8_t)
RING_CONVERT(std::int16_t)
RING_CONVERT(std::uint16_t)
RING_CONVERT(std::int32_t)
RING_CONVERT(std::uint32_t)
RING_CONVERT(std::int64_t)
RING_CONVERT(std::uint64_t)
RING_CONVERT(float)
#undef RING_CONVERT

} // namespace arithmetic

#endif
