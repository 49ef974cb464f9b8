// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers of every width, and conversions, are the host's to the bit on every target.

#include "targetArithmetic.ring.gen.h"
#include "test/Unit/Targets/TargetDevices.h"

#include <cmath>
#include <limits>
#include <random>

namespace ring::test {
namespace {

constexpr std::uint32_t kOperations = 18;
constexpr std::uint32_t kConversions = 9;

/// Edges of the type and of every narrower one, powers of two and their neighbours, and noise of
/// every magnitude.
template <class T> std::vector<T> interesting() {
  std::vector<T> values;
  for (unsigned bit = 0; bit < sizeof(T) * 8; ++bit)
    for (int delta = -1; delta <= 1; ++delta) {
      const std::uint64_t value = (std::uint64_t(1) << bit) + static_cast<std::uint64_t>(delta);
      values.push_back(static_cast<T>(value));
      values.push_back(static_cast<T>(0 - value));
    }
  std::mt19937_64 random(7);
  for (int i = 0; i < 100; ++i)
    values.push_back(static_cast<T>(random() >> (random() % 64)));
  return values;
}

/// Every value against every other.
template <class T> std::pair<std::vector<T>, std::vector<T>> pairs() {
  const std::vector<T> values = interesting<T>();
  std::pair<std::vector<T>, std::vector<T>> all;
  for (const T x : values)
    for (const T y : values) {
      all.first.push_back(x);
      all.second.push_back(y);
    }
  return all;
}

class IntegerTest : public TargetTest {
protected:
  template <class T> void checkOperations() {
    const auto [x, y] = pairs<T>();
    for (std::uint32_t operation = 0; operation < kOperations; ++operation) {
      constexpr auto* kernel = &arithmetic::integer<T>;
      const auto expected = apply<kernel, T>(*host, std::tuple(operation), x, y);
      const auto got = apply<kernel, T>(*device, std::tuple(operation), x, y);
      for (std::size_t i = 0; i < x.size(); ++i)
        ASSERT_EQ(got[i], expected[i])
            << "operation " << operation << " of " << +x[i] << " and " << +y[i];
    }
  }

  template <class T> void checkConversion(const std::vector<T>& x, std::uint32_t to) {
    std::vector<std::int64_t> expected(x.size()), got(x.size());
    std::vector<float> expectedReal(x.size()), gotReal(x.size());
    convert(*host, x, to, expected, expectedReal);
    convert(*device, x, to, got, gotReal);
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(got[i], expected[i]) << "conversion " << to << " of " << +x[i];
      ASSERT_EQ(gotReal[i], expectedReal[i]) << "float of " << +x[i];
    }
  }

  template <class T> void checkConversions() {
    for (std::uint32_t to = 0; to < kConversions; ++to)
      checkConversion(interesting<T>(), to);
  }

  /// What fits: C++ gives no meaning to the rest.
  template <class I> void checkFloatsTo(std::uint32_t to) {
    std::vector<float> x = {0.0f, -0.0f};
    std::mt19937 random(11);
    for (int exponent = -126; exponent < 128; ++exponent)
      for (int k = 0; k < 16; ++k) {
        const float size =
            std::ldexp(1.0f + static_cast<float>(random() % (1u << 23)) * 0x1p-23f, exponent);
        for (const float value : {size, -size, std::floor(size), std::nextafter(size, 0.0f)}) {
          const double whole = std::trunc(static_cast<double>(value));
          if (whole >= static_cast<double>(std::numeric_limits<I>::min()) &&
              whole < std::ldexp(1.0, std::numeric_limits<I>::digits))
            x.push_back(value);
        }
      }
    checkConversion(x, to);
  }

private:
  template <class T>
  void convert(Runtime& runtime, const std::vector<T>& x, std::uint32_t to,
               std::vector<std::int64_t>& integers, std::vector<float>& reals) {
    Buffer<std::int64_t> integerBuffer = bufferOf(runtime, integers);
    Buffer<float> realBuffer = bufferOf(runtime, reals);
    const Grid grid{static_cast<std::int32_t>((x.size() + 255) / 256)};
    const Status launched = runtime.launch<&arithmetic::convert<T>>(grid, bufferOf(runtime, x),
                                                                    integerBuffer, realBuffer, to);
    ASSERT_TRUE(launched.isOk()) << launched.message();
    ASSERT_TRUE(integerBuffer.download(std::span(integers)).isOk());
    ASSERT_TRUE(realBuffer.download(std::span(reals)).isOk());
  }
};

TEST_P(IntegerTest, I8) { checkOperations<std::int8_t>(); }
TEST_P(IntegerTest, U8) { checkOperations<std::uint8_t>(); }
TEST_P(IntegerTest, I16) { checkOperations<std::int16_t>(); }
TEST_P(IntegerTest, U16) { checkOperations<std::uint16_t>(); }
TEST_P(IntegerTest, I32) { checkOperations<std::int32_t>(); }
TEST_P(IntegerTest, U32) { checkOperations<std::uint32_t>(); }
TEST_P(IntegerTest, I64) { checkOperations<std::int64_t>(); }
TEST_P(IntegerTest, U64) { checkOperations<std::uint64_t>(); }

TEST_P(IntegerTest, Conversions) {
  checkConversions<std::int8_t>();
  checkConversions<std::uint8_t>();
  checkConversions<std::int16_t>();
  checkConversions<std::uint16_t>();
  checkConversions<std::int32_t>();
  checkConversions<std::uint32_t>();
  checkConversions<std::int64_t>();
  checkConversions<std::uint64_t>();
}

TEST_P(IntegerTest, ConversionsOfFloats) {
  checkFloatsTo<std::int8_t>(0);
  checkFloatsTo<std::uint8_t>(1);
  checkFloatsTo<std::int16_t>(2);
  checkFloatsTo<std::uint16_t>(3);
  checkFloatsTo<std::int32_t>(4);
  checkFloatsTo<std::uint32_t>(5);
  checkFloatsTo<std::int64_t>(6);
  checkFloatsTo<std::uint64_t>(7);
}

INSTANTIATE_TEST_SUITE_P(Targets, IntegerTest,
                         testing::Values(Target::Msl, Target::Wgsl, Target::Cuda),
                         [](const auto& info) { return std::string(toString(info.param)); });

} // namespace
} // namespace ring::test
