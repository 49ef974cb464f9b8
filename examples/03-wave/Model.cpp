// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Velocity models: raw floats from a file, or layers from a formula.
#include "Model.h"

#include "common/Failure.h"
#include "common/InputFile.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace wave {

using example::Failure;

namespace {

constexpr double kLowest = 0.1, kHighest = 20; ///< km/s; rock and water lie well inside

float littleEndian(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i)
    value = value << 8 | std::uint8_t(bytes[i]);
  return std::bit_cast<float>(value);
}

struct Layer {
  double top;   ///< metres, in the middle of the model
  double fold;  ///< metres that its top moves up and down
  double speed; ///< m/s
};

constexpr std::array<Layer, 6> kLayers = {{{0, 0, 1500},
                                           {280, 10, 1800},
                                           {560, 45, 2150},
                                           {880, 80, 2600},
                                           {1250, 70, 3100},
                                           {1750, 30, 3700}}};
constexpr double kSaltSpeed = 4500;

double layeredSpeed(double x, double depth, double width) {
  double speed = kLayers.front().speed;
  for (const Layer& layer : kLayers) {
    const double phase = 2 * std::numbers::pi * (x / width * 2 + layer.top / 2000);
    if (depth >= layer.top + layer.fold * std::sin(phase))
      speed = layer.speed;
  }
  const double across = (x - 0.62 * width) / 700, down = (depth - 1250) / 240;
  return across * across + down * down < 1 ? kSaltSpeed : speed;
}

} // namespace

double Model::slowest() const { return *std::min_element(speed.begin(), speed.end()); }
double Model::fastest() const { return *std::max_element(speed.begin(), speed.end()); }

Model readModel(const std::filesystem::path& path, const ModelShape& shape) {
  const std::size_t count = shape.columns * shape.depths;
  const auto checkSize = [&](std::size_t size) {
    if (size != count * sizeof(float))
      throw Failure(fmt::format("'{}' has {} bytes; {} columns of {} depths are {}; see --columns "
                                "and --depths",
                                path.string(), size, shape.columns, shape.depths,
                                count * sizeof(float)));
  };
  // Before it is read: a wrong file may be very large.
  if (std::error_code error; std::filesystem::is_regular_file(path, error))
    checkSize(std::filesystem::file_size(path));
  const std::string bytes = example::readFile(path, count * sizeof(float));
  checkSize(bytes.size());
  Model model{path.filename().string(), shape.columns, shape.depths, shape.spacing, {}};
  model.speed.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float speed = littleEndian(bytes.data() + i * sizeof(float));
    if (!(speed >= kLowest && speed <= kHighest))
      throw Failure(fmt::format("'{}' holds the speed {} km/s at column {}, depth {}; {} to {} are "
                                "taken",
                                path.string(), speed, i / shape.depths, i % shape.depths, kLowest,
                                kHighest));
    model.speed.push_back(speed * 1000);
  }
  return model;
}

Model generateModel() {
  Model model{"generated layers", 801, 301, 7.5, {}};
  const double width = double(model.columns - 1) * model.spacing;
  for (std::size_t column = 0; column < model.columns; ++column)
    for (std::size_t depth = 0; depth < model.depths; ++depth)
      model.speed.push_back(float(
          layeredSpeed(double(column) * model.spacing, double(depth) * model.spacing, width)));
  return model;
}

} // namespace wave
