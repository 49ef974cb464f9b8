// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats on every target: the operations of IEEE 754 to the bit, every function within the bound
// that docs/Targets.md states. An error is counted in units in the last place of the exact result.

#include "targetArithmetic.ring.gen.h"
#include "test/Unit/Targets/MathBounds.h"
#include "test/Unit/Targets/TargetDevices.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

namespace ring::test {
namespace {

using arithmetic::Function;

float floatOf(std::uint32_t bits) { return std::bit_cast<float>(bits); }
/// What is left of a number where denormals are treated as zero.
float flushed(float x) {
  return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;
}

/// Zeros, denormals, the edges of the range, infinities, NaN.
std::vector<float> edges() {
  std::vector<float> all;
  for (const std::uint32_t bits : {0u, 1u, 2u, 0x007fffffu, 0x00800000u, 0x00800001u, 0x33800000u,
                                   0x3f7fffffu, 0x3f800000u, 0x3f800001u, 0x40490fdbu, 0x4b000000u,
                                   0x4b7fffffu, 0x7f7fffffu, 0x7f800000u, 0x7fc00000u}) {
    all.push_back(floatOf(bits));
    all.push_back(floatOf(bits | 0x80000000u));
  }
  return all;
}

/// The edges, every magnitude, and the range where functions do something, densely.
std::vector<float> arguments() {
  std::vector<float> all = edges();
  std::mt19937 random(3);
  for (int i = 0; i < 100000; ++i)
    all.push_back(floatOf(random()));
  for (int i = -40000; i <= 40000; ++i)
    all.push_back(static_cast<float>(i) * (1.0f / 4096));
  for (int i = -40000; i <= 40000; ++i)
    all.push_back(static_cast<float>(i) * (1.0f / 400));
  for (int i = 0; i < 40000; ++i)
    all.push_back(1.0f + static_cast<float>(i - 20000) * 0x1p-20f);
  return all;
}

/// Distance from `exact` in units in the last place that a float of its size has.
double error(float got, double exact) {
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? 0 : INFINITY;
  // Beyond the largest float by less than half a unit rounds to it; else infinity.
  const double overflow = 0x1.ffffffp127;
  if (std::fabs(exact) >= overflow)
    return std::isinf(got) && std::signbit(got) == std::signbit(exact) ? 0 : INFINITY;
  if (std::isinf(got))
    return INFINITY;
  if (exact == 0)
    return got == 0 ? 0 : INFINITY;
  const int exponent = std::max(std::ilogb(exact), -126);
  return std::fabs(got - exact) / std::ldexp(1.0, exponent - 23);
}

double exactUnary(Function function, double x) {
  switch (function) {
#define RING_EXACT(name, value)                                                                    \
  case Function::name:                                                                             \
    return value;
    RING_EXACT(abs, std::fabs(x))
    RING_EXACT(rsqrt, 1 / std::sqrt(x))
#define RING_SAME(name) RING_EXACT(name, std::name(x))
    RING_SAME(sqrt)
    RING_SAME(cbrt)
    RING_SAME(floor)
    RING_SAME(ceil)
    RING_SAME(round)
    RING_SAME(trunc)
    RING_SAME(exp)
    RING_SAME(exp2)
    RING_SAME(expm1)
    RING_SAME(log)
    RING_SAME(log2)
    RING_SAME(log10)
    RING_SAME(log1p)
    RING_SAME(sin)
    RING_SAME(cos)
    RING_SAME(tan)
    RING_SAME(asin)
    RING_SAME(acos)
    RING_SAME(atan)
    RING_SAME(sinh)
    RING_SAME(cosh)
    RING_SAME(tanh)
    RING_SAME(erf)
    RING_SAME(erfc)
  default:
    break;
  }
  ADD_FAILURE() << "no unary function";
  return 0;
}

double exactBinary(Function function, double x, double y) {
  switch (function) {
    RING_EXACT(hypot, std::hypot(x, y))
    RING_EXACT(fmod, std::fmod(x, y))
    RING_EXACT(copysign, std::copysign(x, y))
    RING_EXACT(fmin, std::fmin(x, y))
    RING_EXACT(fmax, std::fmax(x, y))
    RING_EXACT(min, y < x ? y : x)
    RING_EXACT(max, x < y ? y : x)
    RING_EXACT(pow, std::pow(x, y))
    RING_EXACT(atan2, std::atan2(x, y))
  default:
    break;
  }
  ADD_FAILURE() << "no binary function";
  return 0;
}
#undef RING_SAME
#undef RING_EXACT

class MathTest : public TargetTest {
protected:
  /// Where the target may treat denormals as zero, each denormal argument may have been one, and a
  /// result below the normal numbers may have become one; and a denormal may stand for the zero
  /// that it is there. What is none of these is within the bound.
  template <class Exact> double leastError(float got, float x, float y, Exact exact) const {
    double least = error(got, exact(x, y));
    if (!flushes())
      return least;
    for (const float fx : {x, flushed(x)})
      for (const float fy : {y, flushed(y)}) {
        const double value = exact(fx, fy);
        const bool mayVanish = std::fabs(value) < std::numeric_limits<float>::min();
        const bool isVanished = got == 0 ? mayVanish : flushed(got) == 0 && value == 0;
        least = std::min(least, isVanished ? 0 : error(got, value));
      }
    return least;
  }
  bool flushes() const { return GetParam() != Target::Cuda; }

  static std::vector<MathBound> bounds() {
    std::string missing;
    std::vector<MathBound> all = mathBounds(missing);
    EXPECT_EQ(missing, "") << "functions without a row in docs/Targets.md";
    return all;
  }

  template <class Exact>
  void check(const MathBound& bound, const std::vector<float>& x, const std::vector<float>& y,
             const std::vector<float>& got, Exact exact) {
    double worst = 0;
    std::size_t worstAt = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double ulps = leastError(got[i], x[i], y[i], exact);
      if (ulps > worst) {
        worst = ulps;
        worstAt = i;
      }
    }
    std::printf("%s %s: %.2f ulp at (%a, %a)\n", toString(GetParam()), bound.name.c_str(), worst,
                static_cast<double>(x[worstAt]), static_cast<double>(y[worstAt]));
    EXPECT_LE(worst, bound.ulps(GetParam()))
        << bound.name << " of " << x[worstAt] << " and " << y[worstAt] << " is " << got[worstAt]
        << ", not " << exact(x[worstAt], y[worstAt]);
  }
};

TEST_P(MathTest, FunctionsOfOneArgument) {
  const std::vector<float> x = arguments();
  for (const MathBound& bound : bounds()) {
    if (bound.arity != 1)
      continue;
    const auto got = apply<&arithmetic::unary, float>(*device, std::tuple(bound.function), x);
    check(bound, x, std::vector<float>(x.size(), 1.0f), got,
          [&](double a, double) { return exactUnary(bound.function, a); });
  }
}

TEST_P(MathTest, FunctionsOfTwoArguments) {
  std::vector<float> x, y;
  for (const float a : edges())
    for (const float b : edges()) {
      x.push_back(a);
      y.push_back(b);
    }
  std::mt19937 random(5);
  for (int i = 0; i < 100000; ++i) {
    x.push_back(floatOf(random()));
    y.push_back(floatOf(random()));
  }
  std::uniform_real_distribution<float> small(-20, 20);
  std::uniform_real_distribution<double> power(-126, 128);
  for (int i = 0; i < 100000; ++i) { // bases of every size, results within the range
    const float base = std::fabs(floatOf(random() % 0x7f800000u));
    x.push_back(base);
    y.push_back(static_cast<float>(power(random) / std::log2(base)));
  }
  for (int i = 0; i < 100000; ++i) {
    x.push_back(small(random));
    y.push_back(i % 4 == 0 ? std::round(small(random)) : small(random));
  }
  for (const MathBound& bound : bounds()) {
    if (bound.arity != 2)
      continue;
    const auto got = apply<&arithmetic::binary, float>(*device, std::tuple(bound.function), x, y);
    check(bound, x, y, got, [&](double a, double b) { return exactBinary(bound.function, a, b); });
  }
}

/// One of Arithmetic.ring.h's basic operations, with `settle` applied to operands, to the product
/// of an expression and to the result. Products are not contracted; where `isFused`, fma is one
/// operation.
template <class Settle>
float basicOperation(std::uint32_t operation, float a, float b, bool isFused, Settle settle) {
  a = settle(a);
  b = settle(b);
  const float product = settle(a * b);
  switch (operation) {
  case 0:
    return settle(a + b);
  case 1:
    return settle(a - b);
  case 2:
    return product;
  case 3:
    return settle(a / b);
  case 4:
    return settle(product + a);
  case 5:
    return settle(b - product);
  case 6:
    return settle(-a);
  default:
    return settle(isFused ? std::fma(a, b, a) : product + a);
  }
}

bool isSame(float got, float expected) {
  return std::isnan(expected)
             ? std::isnan(got)
             : std::bit_cast<std::uint32_t>(got) == std::bit_cast<std::uint32_t>(expected);
}

/// Whether `got` comes out when some of operands, product and result vanish below the normal
/// numbers; of which sign a zero is then, nobody promises.
template <class Vanish>
bool isOneOf(float got, std::uint32_t operation, float a, float b, bool isFused, Vanish vanish) {
  for (unsigned choice = 0; choice < 16; ++choice) {
    unsigned place = 0; // a, b, product, result, in basicOperation's order
    const auto settle = [&](float value) {
      return (choice >> place++ & 1) != 0 ? vanish(value) : value;
    };
    const float value = basicOperation(operation, a, b, isFused, settle);
    if (isSame(got, value) || (got == 0 && value == 0))
      return true;
  }
  return false;
}

/// + - * / fma, negation, and what must not be contracted: to the bit, a NaN for a NaN. A target
/// that flushes denormals gives the result with all of them kept or with some of them zero, nothing
/// else; WGSL's fma may be a product and a sum.
TEST_P(MathTest, BasicOperations) {
  std::vector<float> x, y;
  for (const float a : edges())
    for (const float b : edges()) {
      x.push_back(a);
      y.push_back(b);
    }
  std::mt19937 random(9);
  for (int i = 0; i < 100000; ++i) {
    x.push_back(floatOf(random()));
    y.push_back(floatOf((random() & 0x807fffffu) | ((0x3f800000u + (random() % 64 << 23)))));
  }
  const auto kept = [](float value) { return value; };
  // Tininess may be found before rounding: what rounds to the least normal number may vanish too.
  const auto vanished = [](float value) {
    return std::fabs(value) <= std::numeric_limits<float>::min() ? std::copysign(0.0f, value)
                                                                 : value;
  };
  for (std::uint32_t operation = 0; operation < 8; ++operation) {
    const auto expected = apply<&arithmetic::basic, float>(*host, std::tuple(operation), x, y);
    const auto got = apply<&arithmetic::basic, float>(*device, std::tuple(operation), x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      bool isFine = isSame(got[i], expected[i]);
      for (const bool isFused : {true, false}) {
        if (isFine || (!isFused && GetParam() != Target::Wgsl))
          break;
        isFine = isSame(got[i], basicOperation(operation, x[i], y[i], isFused, kept));
        if (!isFine && flushes())
          isFine = isOneOf(got[i], operation, x[i], y[i], isFused, vanished);
      }
      ASSERT_TRUE(isFine) << operation << ": " << x[i] << ", " << y[i] << " gives " << got[i]
                          << ", not " << expected[i];
    }
  }
}

TEST_P(MathTest, ComparisonsAndClasses) {
  std::vector<float> x, y;
  for (const float a : edges())
    for (const float b : edges()) {
      if (flushes() && (flushed(a) != a || flushed(b) != b))
        continue;
      x.push_back(a);
      y.push_back(b);
    }
  const auto expected = apply<&arithmetic::classify, std::uint32_t>(*host, std::tuple(), x, y);
  const auto got = apply<&arithmetic::classify, std::uint32_t>(*device, std::tuple(), x, y);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(got[i], expected[i]) << x[i] << ", " << y[i];
}

INSTANTIATE_TEST_SUITE_P(Targets, MathTest,
                         testing::Values(Target::Msl, Target::Wgsl, Target::Cuda),
                         [](const auto& info) { return std::string(toString(info.param)); });

} // namespace
} // namespace ring::test
