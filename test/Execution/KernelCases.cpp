// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels and stencils: emitted code against the C++ that it was emitted from.
#include "Demo.ring.h"
#include "Kernels.ring.h"
#include "Stencils.ring.h"
#include "test/Execution/OnDevice.h"

#include <random>

namespace ring::test {
namespace {

template <class T> Buffer<T> bufferOf(Runtime& runtime, const std::vector<T>& values) {
  Result<Buffer<T>> buffer = runtime.buffer<T>(values.size());
  if (!buffer) {
    ADD_FAILURE() << buffer.status().message();
    std::abort();
  }
  EXPECT_OK(buffer->upload(values));
  return std::move(*buffer);
}

template <class T>
Field<T> fieldOf(Runtime& runtime, Extents extents, const std::vector<T>& values) {
  Result<Field<T>> field = runtime.field<T>(extents);
  if (!field) {
    ADD_FAILURE() << field.status().message();
    std::abort();
  }
  EXPECT_OK(field->upload(values));
  return std::move(*field);
}

template <class T> std::vector<T> valuesOf(const Buffer<T>& buffer) {
  std::vector<T> values(buffer.size());
  EXPECT_OK(buffer.download(values));
  return values;
}
template <class T> std::vector<T> valuesOf(const Field<T>& field) {
  std::vector<T> values(field.size());
  EXPECT_OK(field.download(values));
  return values;
}

template <class T> std::vector<T> randomInts(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> values(count);
  for (T& value : values)
    value = static_cast<T>(random());
  return values;
}
std::vector<float> randomFloats(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values)
    value = static_cast<float>(random() % 20001) * 0.001f - 10.0f;
  return values;
}

TEST_P(OnDevice, SaxpyIsExact) {
  expectSame([](Runtime& runtime) {
    auto x = bufferOf(runtime, randomFloats(10007, 1)),
         y = bufferOf(runtime, randomFloats(10007, 2));
    for (const int blocks : {1, 7, 40})
      EXPECT_OK(runtime.launch<saxpy>(Grid{blocks}, x, y, 1.7f));
    EXPECT_OK(runtime.finish());
    return valuesOf(y);
  });
}

TEST_P(OnDevice, SharedMemoryAndBarriers) {
  expectSame([](Runtime& runtime) {
    auto in = bufferOf(runtime, randomInts<std::uint32_t>(5000, 3));
    auto out = bufferOf(runtime, std::vector<std::uint32_t>(13));
    EXPECT_OK(runtime.launch<kernels::blockSum>(Grid{13}, in, out));
    return valuesOf(out);
  });
}

TEST_P(OnDevice, TransposeByTiles) {
  constexpr std::uint32_t kWidth = 75, kHeight = 50;
  const std::vector<float> values = randomFloats(kWidth * kHeight, 4);
  expectSame([&](Runtime& runtime) {
    auto in = bufferOf(runtime, values), out = bufferOf(runtime, std::vector<float>(values.size()));
    EXPECT_OK(runtime.launch<kernels::transpose>(Grid{5, 4}, in, out, kWidth, kHeight));
    std::vector<float> result = valuesOf(out);
    for (std::uint32_t y = 0; y < kHeight; ++y)
      for (std::uint32_t x = 0; x < kWidth; ++x)
        EXPECT_EQ(result[x * kHeight + y], values[y * kWidth + x]);
    return result;
  });
}

TEST_P(OnDevice, AtomicsCountEverything) {
  expectSame([](Runtime& runtime) {
    auto in = bufferOf(runtime, randomInts<std::uint32_t>(20000, 5));
    auto bins = bufferOf(runtime, std::vector<std::uint32_t>(16));
    auto extremes = bufferOf(runtime, std::vector<std::int32_t>{1 << 30, -(1 << 30)});
    EXPECT_OK(runtime.launch<kernels::histogram>(Grid{6}, in, bins, extremes));
    std::vector<std::uint32_t> all = valuesOf(bins);
    for (const std::int32_t extreme : valuesOf(extremes))
      all.push_back(static_cast<std::uint32_t>(extreme));
    return all;
  });
}

TEST_P(OnDevice, NarrowParametersKeepTheirValues) {
  expectSame([](Runtime& runtime) {
    std::vector<std::int32_t> all;
    for (const bool flag : {false, true}) {
      auto out = bufferOf(runtime, std::vector<std::int32_t>(100));
      EXPECT_OK(runtime.launch<kernels::mixed>(Grid{2}, out, flag, -77, 65000, 3.75f));
      for (const std::int32_t value : valuesOf(out))
        all.push_back(value);
    }
    return all;
  });
}

TEST_P(OnDevice, WaveStepsAreExact) {
  expectSame([](Runtime& runtime) {
    auto p = fieldOf(runtime, {133, 71}, randomFloats(133 * 71, 6));
    auto q = fieldOf(runtime, {133, 71}, randomFloats(133 * 71, 7));
    for (int step = 0; step < 5; ++step) {
      EXPECT_OK(runtime.sweep<wave>(p, q, 0.11f));
      EXPECT_OK(runtime.sweep<wave>(q, p, 0.11f));
    }
    EXPECT_OK(runtime.finish());
    return valuesOf(p);
  });
}

TEST_P(OnDevice, OneDimension) {
  expectSame([](Runtime& runtime) {
    auto in = fieldOf(runtime, {1000}, randomInts<std::int32_t>(1000, 8));
    auto out = fieldOf(runtime, {1000}, std::vector<std::int32_t>(1000, -5));
    EXPECT_OK(runtime.sweep<stencils::shift>(in, out, -3));
    return valuesOf(out);
  });
}

TEST_P(OnDevice, TwoDimensionsSeveralFieldsAndARange) {
  expectSame([](Runtime& runtime) {
    constexpr int kX = 90, kY = 47;
    auto a = fieldOf(runtime, {kX, kY}, randomFloats(kX * kY, 9));
    auto b = fieldOf(runtime, {kX, kY}, randomFloats(kX * kY, 10));
    auto sum = fieldOf(runtime, {kX, kY}, randomFloats(kX * kY, 11));
    auto where = fieldOf(runtime, {kX, kY}, std::vector<std::uint32_t>(kX * kY, 9));
    EXPECT_OK(runtime.sweep<stencils::mix>(a, b, sum, where));
    Range range;
    range.origin = {5, 3, 0};
    range.count = {33, 20, 1};
    EXPECT_OK(runtime.sweep<stencils::mix>(range, b, a, sum, where));
    std::vector<float> all = valuesOf(sum);
    for (const std::uint32_t value : valuesOf(where))
      all.push_back(static_cast<float>(value));
    return all;
  });
}

TEST_P(OnDevice, ThreeDimensions) {
  expectSame([](Runtime& runtime) {
    constexpr int kX = 37, kY = 19, kZ = 12;
    auto p = fieldOf(runtime, {kX, kY, kZ}, randomFloats(kX * kY * kZ, 12));
    auto q = fieldOf(runtime, {kX, kY, kZ}, randomFloats(kX * kY * kZ, 13));
    for (int step = 0; step < 3; ++step) {
      EXPECT_OK(runtime.sweep<stencils::heat>(p, q, 0.0625f));
      EXPECT_OK(runtime.sweep<stencils::heat>(q, p, 0.0625f));
    }
    return valuesOf(p);
  });
}

} // namespace
} // namespace ring::test
