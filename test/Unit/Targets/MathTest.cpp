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
bool isDenormal(float x) { return x != 0 && std::fabs(x) < std::numeric_limits<float>::min(); }

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
  /// denormal result too.
  template <class Exact> double leastError(float got, float x, float y, Exact exact) const {
    double least = error(got, exact(x, y));
    if (!flushes())
      return least;
    const auto zeroed = [](float value) { return std::copysign(0.0f, value); };
    for (const float fx : {x, isDenormal(x) ? zeroed(x) : x})
      for (const float fy : {y, isDenormal(y) ? zeroed(y) : y}) {
        const double value = exact(fx, fy);
        const bool isTiny = std::fabs(value) < std::numeric_limits<float>::min();
        least = std::min({least, error(got, value), isDenormal(got) ? error(0, value) : INFINITY});
        if (isTiny && (got == 0 || isDenormal(got)))
          least = 0;
      }
    return least;
  }
  bool flushes() const { return GetParam() != Target::Cuda; }

  template <class Exact>
  void check(const MathBound& bound, const std::vector<float>& x, const std::vector<float>& y,
             const std::vector<float>& got, Exact exact) {
    const Domain domain = bound.domain(GetParam());
    double worst = 0;
    std::size_t worstAt = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!domain.contains(x[i]) || !domain.contains(y[i]))
        continue;
      const double ulps = leastError(got[i], x[i], y[i], exact);
      if (ulps > worst) {
        worst = ulps;
        worstAt = i;
      }
    }
    std::printf("%s %s: %.2f ulp at (%a, %a)\n", toString(GetParam()), bound.name, worst,
                static_cast<double>(x[worstAt]), static_cast<double>(y[worstAt]));
    EXPECT_LE(worst, bound.ulps(GetParam()))
        << bound.name << " of " << x[worstAt] << " and " << y[worstAt] << " is " << got[worstAt]
        << ", not " << exact(x[worstAt], y[worstAt]);
  }
};

TEST_P(MathTest, FunctionsOfOneArgument) {
  const std::vector<float> x = arguments();
  for (const MathBound& bound : mathBounds()) {
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
  for (const MathBound& bound : mathBounds()) {
    if (bound.arity != 2)
      continue;
    const auto got = apply<&arithmetic::binary, float>(*device, std::tuple(bound.function), x, y);
    check(bound, x, y, got, [&](double a, double b) { return exactBinary(bound.function, a, b); });
  }
}

/// + - * / fma, negation, and what must not be contracted: to the bit, with denormals flushed or
/// not, a NaN for a NaN.
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
  for (std::uint32_t operation = 0; operation < 8; ++operation) {
    const auto expected = apply<&arithmetic::basic, float>(*host, std::tuple(operation), x, y);
    const auto got = apply<&arithmetic::basic, float>(*device, std::tuple(operation), x, y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto mayFlush = [](float value) {
        return value != 0 && std::fabs(value) <= std::numeric_limits<float>::min();
      };
      if (flushes() &&
          (isDenormal(x[i]) || isDenormal(y[i]) || mayFlush(x[i] * y[i]) || mayFlush(expected[i])))
        continue;
      if (std::isnan(expected[i]))
        ASSERT_TRUE(std::isnan(got[i])) << operation << ": " << x[i] << ", " << y[i];
      else
        ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(expected[i]))
            << operation << ": " << x[i] << ", " << y[i] << " gives " << got[i] << ", not "
            << expected[i];
    }
  }
}

TEST_P(MathTest, ComparisonsAndClasses) {
  std::vector<float> x, y;
  for (const float a : edges())
    for (const float b : edges()) {
      if (flushes() && (isDenormal(a) || isDenormal(b)))
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
