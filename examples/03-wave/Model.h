// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ground that the wave runs through: wave speeds on a regular grid, read or made up.
#ifndef RINGKERNEL_EXAMPLES_WAVE_MODEL_H
#define RINGKERNEL_EXAMPLES_WAVE_MODEL_H

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace wave {

struct Model {
  std::string name;
  std::size_t columns, depths; ///< grid points along the surface and downwards
  double spacing;              ///< metres between grid points
  std::vector<float> speed;    ///< m/s, depth fastest

  float at(std::size_t column, std::size_t depth) const { return speed[column * depths + depth]; }
  double slowest() const;
  double fastest() const;
};

struct ModelShape {
  std::size_t columns = 1601, depths = 401;
  double spacing = 7.5; ///< metres
};

/// Reads columns * depths little-endian 32-bit floats in km/s, depth fastest. Throws Failure where
/// the file is not of that size, or holds a speed outside of 0.1 to 20 km/s.
Model readModel(const std::filesystem::path& path, const ModelShape& shape);

/// Water over folded layers, one of them with a body of salt in it.
Model generateModel();

} // namespace wave

#endif
