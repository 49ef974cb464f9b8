// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading. Folders open like files on some systems and fail later, so they are told apart first.
#include "InputFile.h"

#include "Failure.h"

#include <fmt/core.h>

#include <fstream>
#include <iterator>

namespace example {

std::string readFile(const std::filesystem::path& path) {
  std::ifstream file;
  if (!std::filesystem::is_directory(path))
    file.open(path, std::ios::binary);
  if (!file.is_open())
    throw Failure(fmt::format("cannot read '{}'", path.string()));
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad())
    throw Failure(fmt::format("cannot read '{}'", path.string()));
  return bytes;
}

} // namespace example
